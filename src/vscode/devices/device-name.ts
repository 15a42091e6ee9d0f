import type { DialectView } from '../../shared/api.ts'

/** What is wrong with a name, in the dialect's own words; `undefined`: nothing. */
export function nameFault({ pattern, rule }: DialectView['deviceName'], name: string): string | undefined {
  return new RegExp(`^(?:${pattern})$`, 'u').test(name) ? undefined : rule
}
