import { setTimeout as pause } from 'node:timers/promises'

/**
 * Asks until the answer is neither undefined, null nor false, and returns it. Rejects with `what` after `patience`
 * milliseconds.
 */
export async function soon<T>(
  what: string,
  ask: () => T | Promise<T>,
  patience = 20_000,
): Promise<NonNullable<Exclude<T, false>>> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(100)) {
    const answer = await ask()
    if (answer !== undefined && answer !== null && answer !== false) return answer as NonNullable<Exclude<T, false>>
  }
  throw new Error(`not within ${patience / 1000} s: ${what}`)
}
