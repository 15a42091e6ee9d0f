/** What the one has and the other has not. */
export const difference = (one: Iterable<string>, other: Iterable<string>): string[] => {
  const has = new Set(other)
  return [...new Set(one)].filter((item) => !has.has(item))
}
