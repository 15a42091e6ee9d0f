import type { FlagSpec } from './flags.ts'
import { messages } from './messages.ts'
import { UsageError } from './usage-error.ts'

export type FlagValue = string | number | boolean

/**
 * The value of a flag from its text. Throws UsageError; `source` is the flag or environment variable as the user wrote
 * it.
 */
export function readValue(spec: FlagSpec, text: string, source: string): FlagValue {
  const { rules } = messages
  switch (spec.type) {
    case 'string':
      return text.trim() === '' ? refuse(source, text, rules.text) : text
    case 'choice':
      return spec.choices?.includes(text) === true ? text : refuse(source, text, rules.choice(spec.choices ?? []))
    case 'port':
      return (
        readNumber(text, (value) => Number.isInteger(value) && value >= 0 && value <= 65_535) ??
        refuse(source, text, rules.port)
      )
    case 'count':
      return (
        readNumber(text, (value) => Number.isInteger(value) && value >= 1 && value <= 100_000) ??
        refuse(source, text, rules.count)
      )
    case 'seed':
      return (
        readNumber(text, (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32) ??
        refuse(source, text, rules.seed)
      )
    case 'odds':
      return readNumber(text, (value) => value >= 0 && value <= 1) ?? refuse(source, text, rules.odds)
    case 'number': {
      const { least = 0, most = Number.MAX_SAFE_INTEGER } = spec
      return (
        readNumber(text, (value) => value >= least && value <= most) ??
        refuse(source, text, rules.number(least, spec.most))
      )
    }
    case 'flag':
      if (/^(1|true|yes)$/i.test(text)) return true
      return /^(0|false|no|)$/i.test(text) ? false : refuse(source, text, rules.flag)
  }
}

/** Plain decimal numbers only: not `0x10`, not an empty string, not `1e3`. */
function readNumber(text: string, allowed: (value: number) => boolean): number | undefined {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
  return allowed(value) ? value : undefined
}

function refuse(source: string, text: string, rule: string): never {
  throw new UsageError(messages.badValue(source, text, rule))
}
