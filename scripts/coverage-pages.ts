import type { Capability } from '../src/dialect/capability.ts'
import type { Dialect } from '../src/dialect/dialect.ts'
import { guarantees, type GuaranteeName } from '../src/dialect/guarantees.ts'

/** What a run of the conformance suite came to, by dialect and promise. */
export type Results = Record<string, Partial<Record<GuaranteeName, 'kept' | 'inapplicable' | 'broken'>>>

const begin = '<!-- coverage: written by npm run coverage -->'
const end = '<!-- /coverage -->'
const states = ['modelled', 'ignored', 'refused'] as const

/** The README with this between its marks. */
export function inReadme(readme: string, text: string): string {
  const [before, rest] = readme.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md must have the lines ${begin} and ${end}`)
  return `${before}${begin}\n${text}${end}${after}`
}

/** Areas with their counts, and how the dialect did. */
export function overview(dialects: readonly Dialect[], results: Results): string {
  return dialects
    .map(({ name, title, capability }) => {
      const rows = areasOf(capability).map(([area, items]) => [area, ...states.map((state) => count(items, state))])
      const total = ['**all**', ...states.map((state) => count(capability, state))]
      return `\n**${title}** – ${scoreOf(results[name])} ([details](docs/coverage/${name}.md))\n\n${table(['area', ...states], [...rows, total])}`
    })
    .join('')
    .concat('\n')
}

/** All that the dialect says of itself, and how it did guarantee by guarantee. */
export function detailsOf({ name, title, capability, examples }: Dialect, results: Results): string {
  const said = { kept: 'kept', inapplicable: 'does not apply', broken: '**broken**' }
  const kept = (Object.keys(guarantees) as GuaranteeName[]).map((guarantee) => {
    const result = results[name]?.[guarantee]
    return [
      guarantees[guarantee],
      result === undefined ? 'not tried' : said[result],
      examples.inapplicable[guarantee] ?? '',
    ]
  })
  const areas = areasOf(capability).map(
    ([area, items]) =>
      `## ${area}\n\n${table(
        ['item', 'is', 'note'],
        items.map(({ item, state, note = '' }) => [item, state, note]),
      )}`,
  )
  return `<!-- Written by npm run coverage from capability.ts and the conformance suite: change those. -->\n
# ${title}: what is modelled

*modelled*: works as in the cloud, but for what the note says. *ignored*: accepted and counted, without effect; \`--strict\` refuses it.
*refused*: answered with an error.

${areas.join('\n')}
## Guarantees

By the conformance suite, over real sockets: ${scoreOf(results[name])}.

${table(['guarantee', 'is', 'because'], kept)}`
}

function scoreOf(results: Results[string] = {}): string {
  const of = (wanted: string): number => Object.values(results).filter((result) => result === wanted).length
  const broken = of('broken') === 0 ? '' : `, **${of('broken')} broken**`
  const spared = of('inapplicable')
  return `${of('kept')} of ${Object.keys(guarantees).length} guarantees kept, ${spared} ${spared === 1 ? 'does' : 'do'} not apply${broken}`
}

function areasOf(capability: readonly Capability[]): [string, Capability[]][] {
  const areas = new Map<string, Capability[]>()
  for (const row of capability) areas.set(row.area, [...(areas.get(row.area) ?? []), row])
  return [...areas]
}

const count = (items: readonly Capability[], wanted: Capability['state']): string =>
  String(items.filter(({ state }) => state === wanted).length || '')

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('')
