import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './read-json.ts'

/** What every dialect has at its top; who knows one finds the way in all [docs/adding-a-dialect.md]. */
const FILES = ['index.ts', 'README.md', 'capability.ts', 'examples.ts']
/** Absent where the cloud has no such thing. */
const FOLDERS = 'auth mqtt jobs twin registry commands http wire device schema query ota'.split(' ')

/** The dialects, and the made-up one of the tests, which has these and the tests of it besides. */
const dialectsIn = (folder: string): string[] => [
  ...readdirSync(join(folder, 'src/dialect'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/dialect/${name}`),
  ...['test/conformance/toy'].filter((path) => existsSync(join(folder, path))),
]

const isTest = (path: string, name: string): boolean =>
  path.startsWith('test/') && (name.endsWith('.test.ts') || name === 'toyland.ts')

/** Every file and folder at the top of a dialect that has no place in the skeleton, and every file that is missing. */
export function findSkeleton(folder: string = root): string[] {
  return dialectsIn(folder).flatMap((path) => {
    const entries = readdirSync(join(folder, path), { withFileTypes: true })
    const names = new Set(entries.map(({ name }) => name))
    return [
      ...FILES.filter((name) => !names.has(name)).map((name) => `${path}: has no ${name}, as every dialect has`),
      ...entries
        .filter((entry) => !(entry.isDirectory() ? FOLDERS : FILES).includes(entry.name) && !isTest(path, entry.name))
        .map(({ name }) => `${path}/${name}: no dialect has that at its top; there are ${FOLDERS.join(' ')}`),
    ]
  })
}
