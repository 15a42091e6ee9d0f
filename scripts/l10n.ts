import { readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { getL10nJson } from '@vscode/l10n-dev'
import { stateWords } from '../src/shared/states.ts'
import { difference } from './difference.ts'
import { readJson, root } from './read-json.ts'
import { findMessages } from './messages.ts'

const bundle = 'l10n/bundle.l10n.zh-cn.json'

/**
 * Every text of the extension and its webviews without a Chinese one, and every Chinese one without a text. A text is
 * found where it is said as `l10n.t('…')`, with `l10n` from `vscode` or `import * as l10n from '@vscode/l10n'`; a lone
 * `t('…')` is not seen.
 */
export async function findL10n(): Promise<string[]> {
  const sources = ['src/vscode', 'webview']
    .flatMap(typescript)
    .map((path) => ({ extension: extname(path), contents: readFileSync(path, 'utf8') }))
  const own = Object.keys(await getL10nJson(sources))
  const { templates, unsayable } = findMessages()
  const texts = [...new Set([...own, ...stateWords, ...templates])]
  const translated = readJson<Record<string, string>>(bundle)
  return [
    ...difference(texts, Object.keys(translated)).map((text) => `${bundle} lacks “${text}”`),
    ...difference(Object.keys(translated), texts).map((text) => `${bundle} has “${text}”, which nothing says any more`),
    ...texts.flatMap((text) => (translated[text] === undefined ? [] : placeholders(text, translated[text]))),
    ...uncounted(own),
    ...texts.filter((text) => /\{\{\d/.test(text)).map((text) => `“${text}”: within braces nothing is filled in`),
    ...unsayable.map(
      ({ file, line, text }) =>
        `${file}:${line}: ${text} is said to people: tag it with say, or wrap words of others in verbatim(…)`,
    ),
  ]
}

/** Words after a number that end like a plural, and are verbs. */
const VERBS = /^(?:is|was|has|says|takes|lets|stops)$/
/** Below two hours it says minutes. */
const NEVER_ONE = ['told after {0} hours at the earliest']

/** Texts that say “{0} devices” and have no sibling for one, “1 device” or “the device {0}”, which begins alike. */
export function uncounted(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const [said, noun] = /\{\d\} ([a-z]+s)\b/.exec(text) ?? []
    if (said === undefined || noun === undefined || VERBS.test(noun) || NEVER_ONE.includes(text)) return []
    const start = numberless(text.slice(0, text.indexOf(said)))
    const singles = [`1 ${singularOf(noun)}`, `the ${singularOf(noun)}`].map((single) => start + numberless(single))
    const has = texts.some((other) => other !== text && singles.some((single) => numberless(other).startsWith(single)))
    return has ? [] : [`“${text}” says “1 ${noun}” of one: say that otherwise, with counted(…)`]
  })
}

const numberless = (text: string): string => text.replace(/\{\d\}|\b1\b/g, '#')
const singularOf = (noun: string): string => noun.replace(/ies$/, 'y').replace(/s$/, '')

/** A translation that forgets `{0}`, or makes one up. */
function placeholders(text: string, translation: string): string[] {
  const of = (words: string) => [...new Set(words.match(/\{\w+\}/g))].sort().join(' ')
  return of(text) === of(translation) ? [] : [`${bundle}: “${translation}” has other placeholders than “${text}”`]
}

const typescript = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(root, folder, name))
