/**
 * What is said to people: in English, and as the template that it was made from, with `{0}` for the first of what went
 * into it, so that an editor can say it in its user's language. Plain data, for it crosses processes.
 */
export interface Said {
  text: string
  template: string
  args: readonly (string | number | Said)[]
}

/** A text without arguments is its own template. */
export type Words = string | Said

/** A text without arguments that is written once and for all: a title, a label, the rule of a name. */
export type Label = string & { readonly label?: never }

/** A tagged template: say`job ${key} is ${status}`. Every template needs a Chinese one [scripts/messages.ts]. */
export function say(parts: TemplateStringsArray, ...args: (string | number | Said)[]): Said {
  const text = parts.reduce((before, part, index) => before + inEnglish(args[index - 1]) + part)
  return { text, template: parts.reduce((before, part, index) => `${before}{${index - 1}}${part}`), args }
}

/** The same, with every text in it changed: that of the whole, and those that went into it. */
export const mapTexts = ({ text, template, args }: Said, change: (text: string) => string): Said => ({
  text: change(text),
  template,
  args: args.map((arg) => {
    if (typeof arg === 'object') return mapTexts(arg, change)
    return typeof arg === 'string' ? change(arg) : arg
  }),
})

/** What nobody here has worded: the text of a system, a library, or a cloud. Stays as it is in every language. */
export const verbatim = (text: string): Said => ({ text, template: '{0}', args: [text] })

/** A text that is in the catalogue of translations, though nobody can see so here: a schema's, or a rule's. */
export const listed = (text: string): Said => ({ text, template: text, args: [] })

/** Words as an argument, to be translated like the rest; a mere string as an argument is data, and stays. */
export const asSaid = (words: Words): Said =>
  typeof words === 'string' ? { text: words, template: words, args: [] } : words

/** What an error says: its own words, or those of whoever made it. */
export const wordsOf = (error: unknown): Words =>
  error instanceof Error && 'words' in error
    ? (error.words as Words)
    : verbatim(error instanceof Error ? error.message : String(error))

/** One after the other, with what `join` puts between two of them; the first alone, if there is but one. */
export const joined = (all: readonly [Words, ...Words[]], join: (before: Said, next: Said) => Said): Words =>
  all.reduce((before, next) => join(asSaid(before), asSaid(next)))

/** The English text. */
export const textOf = (words: Words): string => (typeof words === 'string' ? words : words.text)

const inEnglish = (arg: string | number | Said | undefined): string =>
  typeof arg === 'object' ? arg.text : String(arg)
