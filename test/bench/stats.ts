/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)]!
}

/** How far the values lie apart, as text: `1.31 – 1.44`. */
export function spread(values: readonly number[], show: (value: number) => string): string {
  return values.length < 2 ? '' : `${show(Math.min(...values))} – ${show(Math.max(...values))}`
}

/** Each of `a` divided by its fellow in `b`: what was measured next to each other is compared with each other. */
export const ratios = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, round) => value / b[round]!)
