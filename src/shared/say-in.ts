import type { Said, Words } from '../core/said.ts'

export type { Said, Words } from '../core/said.ts'

/** In another language: `translate` fills a template. */
export function sayIn(translate: (template: string, ...args: (string | number)[]) => string, words: Words): string {
  if (typeof words === 'string') return translate(words)
  const args = words.args.map((arg) => (typeof arg === 'object' ? sayIn(translate, arg) : arg))
  return words.template === '{0}' ? String(args[0]) : translate(words.template, ...args)
}

/** Whether it names field, value and rule, as `invalid` of core/errors does. */
export const saysInvalid = (words: Words): words is Said & { args: [string, string, Said] } =>
  typeof words === 'object' && words.template === '{0}: {1} {2}' && typeof words.args[2] === 'object'
