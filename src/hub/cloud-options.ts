import { chosenOptions, type Option, type OptionValues } from '../core/option.ts'
import type { DialectName } from '../core/ids.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { dialects } from '../dialect/registry.ts'
import type { CloudOptions } from '../shared/options.ts'

/** An option of one cloud, as the command line and the settings have it. */
export interface CloudOption {
  dialect: DialectName
  option: Option
  /** The name of its flag: `aws-presigned`. */
  flag: string
}

/** What the clouds of this program offer, in the order of the registry. */
export const cloudOptions = (clouds: readonly Dialect[] = dialects): CloudOption[] =>
  clouds.flatMap(({ name, options = [] }) =>
    options.map((option) => ({ dialect: name, option, flag: `${name}-${option.name}` })),
  )

/** Each cloud's options, as chosen or by default. INVALID, by flag, for what cannot be and what no cloud offers. */
export function optionsOf(clouds: readonly Dialect[], chosen: CloudOptions): ReadonlyMap<DialectName, OptionValues> {
  const offered = new Map(clouds.map(({ name, options = [] }) => [name, options]))
  const names = new Set([...offered.keys(), ...Object.keys(chosen)])
  const read = (dialect: DialectName): OptionValues =>
    chosenOptions(offered.get(dialect) ?? [], chosen[dialect] ?? {}, (name) => `--${dialect}-${name}`)
  return new Map([...names].map((dialect) => [dialect, read(dialect)]))
}
