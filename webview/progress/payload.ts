/** A message's payload for reading: JSON in lines, other text as it is. */
export function pretty(payload: string): string {
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null ? JSON.stringify(value, undefined, 2) : payload
  } catch {
    // No JSON, or cut off.
    return payload
  }
}

/** What a device reported, as text: plain values as they are, the rest as JSON. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))

/** What a device reported in one line. */
export const detailsLine = (details: Readonly<Record<string, unknown>> | undefined): string =>
  Object.entries(details ?? {})
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join(' · ')
