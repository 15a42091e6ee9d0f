import { invalid } from './errors.ts'
import { say, type Label } from './said.ts'

/**
 * Something that people may choose where a dialect offers it: as a flag, a setting, or a field of a form. What is not
 * chosen is as `default` says.
 */
export type Option = OptionWords &
  (
    | { type: 'flag'; default: boolean }
    | { type: 'text'; default: string }
    | { type: 'number'; default: number; least?: number; most?: number }
    | { type: 'choice'; choices: readonly string[]; default: string }
  )

interface OptionWords {
  /** In lower case, with hyphens between words. */
  name: string
  /** A noun, as a form's label has it. */
  title: Label
  /** One sentence for people. */
  about: Label
}

export type OptionValue = string | number | boolean
export type OptionValues = Record<string, OptionValue>

/** The value, where the option may have it; else INVALID, of that field. */
export function checkOption(option: Option, value: unknown, field: string): OptionValue {
  if (option.type === 'flag') {
    if (typeof value !== 'boolean') throw invalid(field, value, 'must be true or false')
    return value
  }
  if (option.type === 'number') {
    const { least = -Infinity, most = Infinity } = option
    if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(field, value, 'must be a number')
    if (value < least) throw invalid(field, value, say`must be at least ${least}`)
    if (value > most) throw invalid(field, value, say`must be at most ${most}`)
    return value
  }
  if (typeof value !== 'string') throw invalid(field, value, 'must be a text')
  if (option.type === 'choice' && !option.choices.includes(value))
    throw invalid(field, value, say`must be one of ${option.choices.join(', ')}`)
  return value
}

/** All of these options, each as it was chosen or is by default. INVALID for what cannot be, and what there is not. */
export function chosenOptions(
  options: readonly Option[],
  given: OptionValues,
  fieldOf: (name: string) => string,
): OptionValues {
  for (const name of Object.keys(given))
    if (!options.some((option) => option.name === name)) throw invalid(fieldOf(name), given[name], 'is not known here')
  return Object.fromEntries(
    options.map((option) => {
      const value = Object.hasOwn(given, option.name) ? given[option.name] : option.default
      return [option.name, checkOption(option, value, fieldOf(option.name))]
    }),
  )
}
