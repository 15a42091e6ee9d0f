// What `dist/hub.cjs` offers: all that activation must not pay for. Reach it with `await import('./hub-bundle.ts')` only.
export { hubMaker } from './life/hub-maker.ts'
