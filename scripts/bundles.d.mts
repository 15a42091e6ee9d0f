import type { BuildOptions } from 'esbuild'

/** Bundles by target and name: the options that esbuild makes each with. */
export const targets: { readonly [target: string]: () => { [bundle: string]: BuildOptions } }

/** The programs that a bundle consists of, by their paths from the root. */
export function outputsOf(options: BuildOptions): string[]
