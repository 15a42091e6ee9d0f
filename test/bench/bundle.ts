import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const OUT = fileURLToPath(new URL('../../dist/bench/', import.meta.url))

const PROGRAMS = ['hub', 'aedes', 'load', 'seed'] as const

/** A program that the bench runs in a process of its own. */
export type Program = (typeof PROGRAMS)[number]

/**
 * Compiles the programs as the CLI is compiled. Run through a loader instead, every closure would be wrapped and the
 * loader would be part of the memory that is measured.
 */
export async function bundlePrograms(): Promise<void> {
  await build({
    entryPoints: PROGRAMS.map((program) => join(HERE, 'programs', `${program}.ts`)),
    outdir: OUT,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    logLevel: 'warning',
  })
}

export const pathOf = (program: Program): string => join(OUT, `${program}.js`)
