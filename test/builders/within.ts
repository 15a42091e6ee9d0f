/** The promise, unless it takes longer than `ms` milliseconds: then a failure that says what was waited for. */
export async function within<T>(promise: Promise<T>, what: string, ms = 5000): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Asks again and again until the answer fits; for what nobody is told about. Fails with the last answer after `ms`
 * milliseconds.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  ms = 5000,
): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const answer = await within(ask(), `an answer about ${what}`, ms)
    if (fits(answer)) return answer
    if (performance.now() > end)
      throw new Error(`waited ${ms} ms for ${what}; the last answer was ${JSON.stringify(answer)}`)
  }
}
