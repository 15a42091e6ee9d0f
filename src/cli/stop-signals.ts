/** Within this many milliseconds two SIGINTs are one Ctrl+C: npm forwards what the terminal has already sent. */
const ONE_KEYSTROKE = 50

/** What of `process` is needed here. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  exit(code: number): unknown
}

/** Aborts on the first SIGTERM or SIGINT; a SIGINT after that ends the process at once with 130. */
export function stopSignals(source: SignalSource): AbortSignal {
  const controller = new AbortController()
  let firstAt = 0
  const stop = (): void => {
    if (controller.signal.aborted) return
    firstAt = performance.now()
    controller.abort()
  }
  source.on('SIGTERM', stop)
  source.on('SIGINT', () => {
    if (controller.signal.aborted && performance.now() - firstAt > ONE_KEYSTROKE) source.exit(130)
    stop()
  })
  return controller.signal
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
