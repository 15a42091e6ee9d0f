/** One state, changed in parts; listeners hear of every change, once for those made in the same task. */
export interface ViewState<T extends object> {
  readonly state: T
  change(part: Partial<T>): void
  /** Draws once at once, then after every change. */
  subscribe(listener: (state: T) => void): void
}

export function createViewState<T extends object>(initial: T): ViewState<T> {
  let state = initial
  let told = true
  const listeners: ((state: T) => void)[] = []
  return {
    get state() {
      return state
    },
    change(part) {
      state = { ...state, ...part }
      if (!told) return
      told = false
      queueMicrotask(() => {
        told = true
        for (const listener of listeners) listener(state)
      })
    },
    subscribe(listener) {
      listeners.push(listener)
      listener(state)
    },
  }
}
