import { build } from 'esbuild'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { silentDebug } from '../../scripts/silent-debug.mjs'
import type { Endpoints } from '../../src/shared/api.ts'
import { within } from '../builders/within.ts'

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Compiles the program into that folder, so that a start takes as long as a user's does. Resolves to its path. */
export async function buildHub(folder: string): Promise<string> {
  const js =
    "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);"
  await build({
    entryPoints: { hub: join(import.meta.dirname, 'hub-program.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
    plugins: [silentDebug],
    banner: { js },
  })
  return join(folder, 'hub.mjs')
}

/** A hub in a process of its own, from its first instant on. */
export class HubProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | NodeJS.Signals>
  /** Where it is reached, once it is ready; rejects if it ends before. */
  readonly ready: Promise<Endpoints>
  /** Killed before it has said that it is ready. */
  endedEarly = false
  complaints = ''

  constructor(program: string, data: string, journalLimit: number) {
    const child = spawn(process.execPath, [program, data, String(journalLimit)], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    running.add(child)
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      running.delete(child)
      return (code ?? signal) as number | NodeJS.Signals
    })
    child.stderr!.on('data', (chunk) => (this.complaints += String(chunk)))
    const line = once(createInterface(child.stdout!), 'line').then(([text]) => JSON.parse(String(text)) as Endpoints)
    const early = this.#ended.then((how) => {
      this.endedEarly = true
      return Promise.reject<Endpoints>(new Error(`the hub ended with ${how} before it was ready: ${this.complaints}`))
    })
    this.ready = within(Promise.race([line, early]), 'the hub to be ready', 30_000)
    this.ready.catch(() => {})
    early.catch(() => {})
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Ends it; resolves once it is gone, with its exit code or the signal. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.#child.kill(signal)
    return within(this.#ended, `the hub to end after ${signal}`, 30_000)
  }
}
