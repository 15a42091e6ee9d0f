import { lineAt, type TextFile } from '../files.ts'

/**
 * Rows `| old, other | new | why |` below that heading of the glossary; a word in backticks that has a dot or a slash
 * is a file.
 */
const heading = '## Words that are gone'

/** What is gone, and what to say now. */
export type Gone = { word: string; now: string }

/** The glossary without what it says is gone: those files need not be there. */
export const withoutGone = (glossary: string): string => glossary.split(heading)[0] ?? ''

export function goneIn(glossary: string): Gone[] {
  const table = glossary.split(heading)[1]?.split('\n## ')[0] ?? ''
  return [...table.matchAll(/^\| (.*?) \| (.*?) \|/gm)].flatMap(([, old = '', now = '']) =>
    [...old.matchAll(/`([^`]+)`/g)].map(([, word = '']) => ({ word, now: now.replaceAll('`', '') })),
  )
}

/** Every word of a file, or of its path, that the glossary says is gone. */
export function findWords({ path, text }: TextFile, gone: readonly Gone[]): string[] {
  const told = (at: number, word: string, now: string): string =>
    `${path}:${lineAt(text, at)} words: “${word}” is gone, say “${now}” (docs/glossary.md)`
  return gone.flatMap(({ word, now }) => {
    if (/[./]/.test(word)) {
      return `/${path}`.endsWith(`/${word}`) ? [`${path}:1 words: the file is “${now}” now (docs/glossary.md)`] : []
    }
    const whole = new RegExp(`(?<![\\w$-])${escaped(word)}(?![\\w-])`, 'g')
    return [...text.matchAll(whole)].map(({ index }) => told(index, word, now))
  })
}

const escaped = (word: string): string => word.replace(/[^\w\s]/g, '\\$&')
