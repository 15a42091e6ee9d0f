// How the code must look, beside what lint says: `npm run tidy` tells every place, with its rule, and fails.
// [CONTRIBUTING.md]
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { textsBelow } from './files.ts'
import { root } from './read-json.ts'
import { findDead } from './tidy/dead.ts'
import { findLong } from './tidy/length.ts'
import { findPaths } from './tidy/paths.ts'
import { findWide } from './tidy/width.ts'
import { findWords, goneIn, withoutGone } from './tidy/words.ts'

const rooms = ['src', 'webview', 'scripts', 'test']

/** All that is untidy in that folder: `path:line rule: what is wrong`. */
export function findTidy(folder: string = root): string[] {
  const glossary = join(folder, 'docs/glossary.md')
  const gone = existsSync(glossary) ? goneIn(readFileSync(glossary, 'utf8')) : []
  const programs = textsBelow(folder, rooms, /\.(?:ts|mjs)$/)
  const looks = textsBelow(folder, rooms, /\.(?:css|html)$/)
  const others = textsBelow(folder, [...rooms, 'docs'], /\.(?:json|txt|py|java)$/)
  const pages = textsBelow(folder, ['CONTRIBUTING.md', 'README.md', 'docs', 'src'], /\.md$/)
  const paths = [...programs, ...looks, ...others, ...pages].map(({ path }) => path)
  // The wire contracts have the clouds' words, and name the files of clients.
  const own = pages
    .filter(({ path }) => !path.startsWith('docs/wire/'))
    .map(({ path, text }) => ({ path, text: withoutGone(text) }))
  return [
    ...programs.flatMap((file) => [...findWide(file), ...findLong(file)]),
    ...[...programs, ...looks, ...own].flatMap((file) => findWords(file, gone)),
    ...own.flatMap((page) => findPaths(folder, page, paths)),
    ...(existsSync(join(folder, 'knip.json')) ? findDead(folder) : []),
  ]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wrong = findTidy()
  for (const line of wrong) console.error(`✖ ${line}`)
  console.log(wrong.length === 0 ? 'tidy: all is' : `tidy: ${wrong.length} places are not`)
  process.exitCode = wrong.length === 0 ? 0 : 1
}
