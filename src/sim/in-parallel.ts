/**
 * Does `act` for every item, at most `limit` of them at a time. Rejects with the first failure and then begins no more.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items[Symbol.iterator]()
  let failed = false
  const work = async (): Promise<void> => {
    for (let next = left.next(); !failed && next.done !== true; next = left.next()) {
      try {
        await act(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, work))
}
