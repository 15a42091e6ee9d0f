import { within } from './within.ts'

/** Keeps what arrives, in order, until a test takes it: nothing is missed, and what was not taken can be looked at. */
export class Mailbox<T> {
  readonly #items: T[] = []
  readonly #waiting = new Set<() => void>()

  put(item: T): void {
    this.#items.push(item)
    for (const look of this.#waiting) look()
  }

  /**
   * The first item that fits, taken out. Waits for it, and fails with words if it does not come within `ms`
   * milliseconds.
   */
  async take(what: string, fits: (item: T) => boolean = () => true, ms = 5000): Promise<T> {
    let look: () => void = () => undefined
    const found = new Promise<T>((resolve) => {
      look = () => {
        const at = this.#items.findIndex(fits)
        if (at < 0) return
        this.#waiting.delete(look)
        resolve(this.#items.splice(at, 1)[0]!)
      }
      this.#waiting.add(look)
      look()
    })
    try {
      return await within(found, what, ms)
    } catch (error) {
      const rest = this.#items.map((item) => JSON.stringify(item).slice(0, 300)).join('\n  ')
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}; what arrived instead:\n  ${rest === '' ? 'nothing' : rest}`,
        { cause: error },
      )
    } finally {
      this.#waiting.delete(look)
    }
  }

  /** Forgets what has arrived so far. */
  clear(): void {
    this.#items.length = 0
  }

  /** What has arrived and was not taken. */
  get rest(): readonly T[] {
    return this.#items
  }
}
