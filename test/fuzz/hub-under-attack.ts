import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoints } from '../../src/shared/api.ts'
import { within } from '../builders/within.ts'
import type { Health } from './hub-process.ts'

/** The hub that is attacked. What it says when it dies is the failure. */
export class HubUnderAttack {
  readonly endpoints: Endpoints
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #died: Promise<never>

  private constructor(child: ChildProcess, folder: string, endpoints: Endpoints, died: Promise<never>) {
    this.#child = child
    this.#folder = folder
    this.endpoints = endpoints
    this.#died = died
  }

  static async start(): Promise<HubUnderAttack> {
    const folder = await mkdtemp(join(tmpdir(), 'iot-hub-fuzz-'))
    const execArgv = ['--expose-gc', '--import', 'tsx']
    const child = fork(join(import.meta.dirname, 'hub-process.ts'), [folder], {
      execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let complaints = ''
    child.stderr!.on('data', (chunk) => (complaints = `${complaints}${String(chunk)}`.slice(-5000)))
    const died = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the hub's process ended with ${code ?? signal}: ${complaints}`)
    })
    died.catch(() => {})
    const [{ endpoints }] = (await Promise.race([once(child, 'message'), died])) as [{ endpoints: Endpoints }]
    return new HubUnderAttack(child, folder, endpoints, died)
  }

  /** Rejects if its process has ended; never resolves. */
  get died(): Promise<never> {
    return this.#died
  }

  async health(): Promise<Health> {
    this.#child.send('health')
    const [{ health }] = (await within(
      Promise.race([once(this.#child, 'message'), this.#died]),
      'the hub to say how it is',
      30_000,
    )) as [{ health: Health }]
    return health
  }

  /** Rejects if it does not end well. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.send('stop')
    const [code] = await within(ended, 'the hub to stop', 30_000).finally(() => this.#child.kill('SIGKILL'))
    await rm(this.#folder, { recursive: true, force: true })
    if (code !== 0) throw new Error(`the hub's process ended with ${code}`)
  }
}
