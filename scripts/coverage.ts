// Writes the coverage pages from the dialects' capability lists and a run of the conformance suite: `npm run coverage`.
// Without a run, `findCoverage` says what in them is out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import type { Dialect } from '../src/dialect/dialect.ts'
import { guarantees, type GuaranteeName } from '../src/dialect/guarantees.ts'
import { dialects } from '../src/dialect/registry.ts'
import { detailsOf, inReadme, overview, type Results } from './coverage-pages.ts'
import { root } from './read-json.ts'

const resultsFile = 'docs/coverage/results.json'
const names = Object.keys(guarantees) as GuaranteeName[]

/**
 * Every page of the coverage that does not say what lists and results say, and every guarantee that is not known to be
 * kept.
 */
export function findCoverage(): string[] {
  const results = existsSync(join(root, resultsFile)) ? (JSON.parse(read(resultsFile)) as Results) : {}
  return [
    ...dialects.flatMap((dialect) => faultsOf(dialect, results)),
    ...Object.entries(pages(results)).flatMap(([path, text]) =>
      existsSync(join(root, path)) && read(path) === text ? [] : [`${path} is out of date: npm run coverage`],
    ),
  ]
}

function faultsOf({ name: dialect, examples }: Dialect, results: Results): string[] {
  return names.flatMap((name) => {
    const expected = examples.inapplicable[name] === undefined ? 'kept' : 'inapplicable'
    const is = results[dialect]?.[name] ?? 'untried'
    return is === expected
      ? []
      : [`${resultsFile}: “${guarantees[name]}” is ${is} for ${dialect}, it must be ${expected}: npm run coverage`]
  })
}

const pages = (results: Results): Record<string, string> => ({
  'README.md': inReadme(read('README.md'), overview(dialects, results)),
  ...Object.fromEntries(dialects.map((dialect) => [`docs/coverage/${dialect.name}.md`, detailsOf(dialect, results)])),
})

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Runs the suite; who is not heard of has not kept anything. */
async function conformance(): Promise<Results> {
  const results: Results = {}
  let heard: NonNullable<Results[string]> = {}
  for await (const { type, data } of run({
    files: [join(root, 'test/conformance/dialect.test.ts')],
    // The dialects come one after the other in one file. Cut off, the rest would be written down as broken.
    timeout: 900_000,
  })) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const dialect = data.nesting === 0 ? dialects.find(({ title }) => title === data.name) : undefined
    const name = names.find(
      (guarantee) =>
        data.name === guarantees[guarantee] || data.name.startsWith(`does not apply: ${guarantees[guarantee]} – `),
    )
    if (name !== undefined)
      heard[name] = type === 'test:fail' ? 'broken' : data.name === guarantees[name] ? 'kept' : 'inapplicable'
    if (dialect === undefined) continue
    results[dialect.name] = heard
    heard = {}
  }
  return results
}

if (process.argv[1] === import.meta.filename) {
  const results = await conformance()
  mkdirSync(join(root, 'docs/coverage'), { recursive: true })
  writeFileSync(join(root, resultsFile), `${JSON.stringify(results, undefined, 2)}\n`)
  for (const [path, text] of Object.entries(pages(results))) writeFileSync(join(root, path), text)
  const wrong = findCoverage()
  for (const line of wrong) console.error(`✖ ${line}`)
  console.log(wrong.length === 0 ? 'coverage: written' : `coverage: written, with ${wrong.length} faults`)
  process.exitCode = wrong.length === 0 ? 0 : 1
}
