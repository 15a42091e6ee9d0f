/** Work that waits until nobody has asked for it for `delay` milliseconds; `flush` does what waits at once. */
export function debounce(delay: number, work: () => void): { (): void; flush(): void } {
  let timer: number | undefined
  const run = (): void => {
    timer = undefined
    work()
  }
  const ask = (): void => {
    clearTimeout(timer)
    timer = window.setTimeout(run, delay)
  }
  const flush = (): void => {
    if (timer === undefined) return
    clearTimeout(timer)
    run()
  }
  return Object.assign(ask, { flush })
}
