import { lineAt, textsBelow, type TextFile } from './files.ts'
import { root } from './read-json.ts'

/**
 * What a comment cites: `[aws 2.7]`, `[aws 1.3, 1.4]`, `[aws 5.2 Version]`, `[aws 9 row 1]`, `[aws 1.5, aliyun 1.5]`.
 */
const citation = /\[([a-z][a-z-]*) ([A-Z]?\d+(?:\.\d+)*(?:[\s,;][^[\]]{0,120})?)\]/g
const heading = /^#{2,5} (\d+(?:\.\d+)*)\.?(?=\s)/
const part = /^(?:([a-z][a-z-]*) )?(\d+(?:\.\d+)*)(?: (.+))?$/s

/** A clause's text by its number, with that of the clauses below it. */
type Contract = Map<string, string>

/** Every citation of a wire contract (`docs/wire`) that leads nowhere, and every clause that is there twice. */
export function findClauses(folder: string = root): string[] {
  const documents = textsBelow(folder, ['docs/wire'], /\.md$/)
  const contracts = new Map(documents.map((file) => [nameOf(file), clausesOf(file)]))
  const sources = textsBelow(folder, ['src', 'test', 'webview', 'scripts'], /(?:\.ts|\.mjs|\.md)$/)
  return [...documents.flatMap(twice), ...sources.flatMap((file) => lost(file, contracts))]
}

const nameOf = ({ path }: TextFile): string => path.replace(/^.*\/|\.md$/g, '')

function clausesOf({ text }: TextFile): Contract {
  const clauses: Contract = new Map()
  const open: string[] = []
  for (const line of text.split('\n')) {
    const number = heading.exec(line)?.[1]
    if (number !== undefined) {
      while (open.length > 0 && !number.startsWith(`${open.at(-1)}.`)) open.pop()
      open.push(number)
    }
    for (const clause of open) clauses.set(clause, `${clauses.get(clause) ?? ''}${line}\n`)
  }
  return clauses
}

function twice({ path, text }: TextFile): string[] {
  const seen = new Set<string>()
  return text.split('\n').flatMap((line, index) => {
    const number = heading.exec(line)?.[1]
    if (number === undefined) return []
    if (seen.has(number)) return [`${path}:${index + 1} clauses: there is a clause ${number} already`]
    seen.add(number)
    return []
  })
}

function lost({ path, text }: TextFile, contracts: ReadonlyMap<string, Contract>): string[] {
  return [...text.matchAll(citation)].flatMap(({ 0: cited, 1: named = '', 2: parts = '', index }) => {
    // A citation may run on in the next line of its comment.
    let document = named
    const wrong = parts
      .replace(/\n\s*(?:\*|\/\/) ?/g, ' ')
      .split(/\s*[,;]\s*/)
      .flatMap((each) => {
        const [, other, number = '', words] = part.exec(each) ?? []
        document = other ?? document
        const contract = contracts.get(document)
        if (contract === undefined) return [`there is no docs/wire/${document}.md`]
        const clause = contract.get(number)
        if (clause === undefined) return [`docs/wire/${document}.md has no clause ${number || each}`]
        return words === undefined || has(clause, words)
          ? []
          : [`clause ${number} of docs/wire/${document}.md does not say “${words}”`]
      })
    return wrong.map((why) => `${path}:${lineAt(text, index)} clauses: ${cited.replace(/\s+/g, ' ')}, but ${why}`)
  })
}

/** Words behind a number are words of the clause, or name a numbered row of its table. */
function has(clause: string, words: string): boolean {
  const row = /^row (\d+)$/.exec(words)?.[1]
  return row === undefined ? clause.replaceAll('`', '').includes(words) : clause.includes(`\n| ${row} |`)
}
