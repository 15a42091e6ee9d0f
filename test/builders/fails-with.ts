import assert from 'node:assert/strict'

/** Asserts that a request of an AWS SDK client fails with this typed exception; gives it back for a closer look. */
export async function failsWith<E extends Error>(
  exception: new (...args: never[]) => E,
  request: Promise<unknown>,
): Promise<E> {
  const outcome = await request.then(
    (answer) => assert.fail(`expected ${exception.name}, was accepted: ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  )
  assert.ok(outcome instanceof exception, `expected ${exception.name}, got ${String(outcome)}`)
  return outcome
}
