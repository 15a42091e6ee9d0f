/**
 * Does what it is asked to at most every so many milliseconds: at once after a rest, and never forgets the last wish.
 */
export class Speed {
  #timer: number | undefined
  #last = -Infinity

  constructor(
    private readonly every: number,
    private readonly work: () => void,
  ) {}

  ask(): void {
    if (this.#timer !== undefined) return
    this.#timer = window.setTimeout(
      () => {
        this.#timer = undefined
        this.#last = performance.now()
        this.work()
      },
      Math.max(0, this.#last + this.every - performance.now()),
    )
  }
}
