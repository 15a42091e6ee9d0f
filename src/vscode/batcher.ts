/**
 * Gathers what comes in and hands it on at most every `delay` milliseconds, each thing once; never while the last lot
 * is still being worked on, and after costly work only when four times its cost has passed, so that drawing never eats
 * the editor up.
 */
export class Batcher<T> {
  #waiting = new Set<T>()
  #timer: NodeJS.Timeout | undefined
  #busy = false
  #paused = false

  constructor(
    private readonly work: (things: ReadonlySet<T>) => Promise<void>,
    private readonly delay = 150,
  ) {}

  add(thing: T): void {
    this.#waiting.add(thing)
    this.#arm(this.delay)
  }

  /** Paused: things are kept until somebody looks again, and then handed on after `delay` milliseconds. */
  pause(paused: boolean, delay = 0): void {
    this.#paused = paused
    if (!paused) this.#arm(delay)
  }

  /** Forgets what waits: somebody has just looked at all of it. */
  clear(): void {
    this.#waiting.clear()
  }

  dispose(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#paused = true
    this.#waiting.clear()
  }

  #arm(delay: number): void {
    if (this.#timer !== undefined || this.#busy || this.#paused || this.#waiting.size === 0) return
    this.#timer = setTimeout(() => void this.#run(), delay)
  }

  async #run(): Promise<void> {
    this.#timer = undefined
    if (this.#paused || this.#waiting.size === 0) return
    const things = this.#waiting
    this.#waiting = new Set()
    this.#busy = true
    const from = performance.now()
    await this.work(things).catch(() => undefined)
    this.#busy = false
    this.#arm(Math.max(this.delay, 4 * (performance.now() - from)))
  }
}
