import { readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { getL10nJson } from '@vscode/l10n-dev'
import { stateWords } from '../src/shared/states.ts'
import { difference } from './difference.ts'
import { readJson, root } from './read-json.ts'

const bundle = 'l10n/bundle.l10n.zh-cn.json'

/**
 * Every text of the extension and its webviews without a Chinese one, and every Chinese one without a text. A text is found where it is
 * said as `l10n.t('…')`, with `l10n` from `vscode` or `import * as l10n from '@vscode/l10n'`; a lone `t('…')` is not seen.
 */
export async function findL10n(): Promise<string[]> {
  const sources = ['src/vscode', 'webview'].flatMap(typescript).map((path) => ({ extension: extname(path), contents: readFileSync(path, 'utf8') }))
  const texts = [...new Set([...Object.keys(await getL10nJson(sources)), ...stateWords])]
  const translated = readJson<Record<string, string>>(bundle)
  return [
    ...difference(texts, Object.keys(translated)).map((text) => `${bundle} lacks “${text}”`),
    ...difference(Object.keys(translated), texts).map((text) => `${bundle} has “${text}”, which nothing says any more`),
    ...texts.flatMap((text) => (translated[text] === undefined ? [] : placeholders(text, translated[text]))),
  ]
}

/** A translation that forgets `{0}`, or makes one up. */
function placeholders(text: string, translation: string): string[] {
  const of = (words: string) => [...new Set(words.match(/\{\w+\}/g))].sort().join(' ')
  return of(text) === of(translation) ? [] : [`${bundle}: “${translation}” has other placeholders than “${text}”`]
}

const typescript = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(root, folder, name))
