import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './read-json.ts'

/** Every folder of test/ that has tests which no script of package.json runs: tests that nobody runs hold nothing. */
export function findTiers(folder: string = root): string[] {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { scripts: object }
  const called = Object.values(scripts).flatMap(
    (line: string) => /test\/run\.mjs ([\w ]+)/.exec(line)?.[1]?.split(' ') ?? [],
  )
  const editor = join(folder, 'test/vscode/run.ts')
  const ofEditor = existsSync(editor)
    ? ['vscode', ...[...readFileSync(editor, 'utf8').matchAll(/runFiles\('(\w+)'\)/g)].map(([, name]) => name)]
    : []
  return readdirSync(join(folder, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && hasTests(join(folder, 'test', entry.name)))
    .filter(({ name }) => ![...called, ...ofEditor].includes(name))
    .map(({ name }) => `test/${name}: no script of package.json runs its tests`)
}

const hasTests = (folder: string): boolean =>
  readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.test.ts'))
