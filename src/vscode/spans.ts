const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `15m` in milliseconds; `undefined` if it is no span. */
export function parseSpan(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(text)
  return match === null ? undefined : Math.round(Number(match[1]) * units[match[2] as keyof typeof units])
}
