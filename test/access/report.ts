import type { TestContext } from 'node:test'

let all = 0

/** Counts cells of the matrix that were tried and were right, and says how many of which kind. */
export function report(t: TestContext, cells: readonly string[]): void {
  all += cells.length
  const counts = [...new Set(cells)].map((kind) => `${cells.filter((cell) => cell === kind).length} ${kind}`)
  t.diagnostic(`${cells.length} cells: ${counts.join(', ')}`)
}

/** How many there were in this process. */
export const total = (): number => all
