/** Which devices a page shows, and which have changed since it was told of them. */
export class Watched {
  #watched: ReadonlySet<string> = new Set()
  readonly #stale = new Set<string>()

  /** Shows these from now on; whether any of them is to be told. */
  watch(devices: readonly string[]): boolean {
    this.#watched = new Set(devices)
    return devices.some((device) => this.#stale.has(device))
  }

  /** Notes what has changed and returns what is to be told now: what can be seen. The rest waits until it can be. */
  take(changed: Iterable<string>): string[] {
    for (const device of changed) this.#stale.add(device)
    const seen = [...this.#watched].filter((device) => this.#stale.has(device))
    for (const device of seen) this.#stale.delete(device)
    return seen
  }

  /** The page asks for everything anew. */
  reset(): void {
    this.#watched = new Set()
    this.#stale.clear()
  }
}
