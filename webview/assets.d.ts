// What esbuild.mjs makes of imports that are not TypeScript.
declare module '*?worker' {
  const text: string
  export default text
}
declare module '*.css' {}
