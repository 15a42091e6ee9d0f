import { fork, type ChildProcess } from 'node:child_process'
import { pathOf, type Program } from './bundle.ts'

type Calls<C> = { [K in keyof C]: (...args: never[]) => unknown }

interface Answer {
  id: number
  result?: unknown
  error?: string
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** A program of the bench in a process of its own; `C` is what it can be asked. */
export class Child<C extends Calls<C>> {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  #last = 0

  constructor(program: Program, nodeOptions: readonly string[] = []) {
    const execArgv = ['--expose-gc', '--enable-source-maps', ...nodeOptions]
    const child = fork(pathOf(program), { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    running.add(child)
    child.on('message', (answer) => this.#answered(answer as Answer))
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        running.delete(child)
        for (const { reject } of this.#waiting.values())
          reject(new Error(`${program} ended (${String(code ?? signal)}) before it had answered`))
        this.#waiting.clear()
        resolve()
      })
    })
  }

  /** Rejects with what the program threw, or if it ends before it answers. */
  ask<K extends keyof C & string>(name: K, ...args: Parameters<C[K]>): Promise<Awaited<ReturnType<C[K]>>> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject })
      this.#child.send({ id, name, args })
    })
  }

  /** Lets the process end by itself; ends it after a while. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await this.#ended
    clearTimeout(late)
  }

  #answered({ id, result, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }
}
