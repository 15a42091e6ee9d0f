// The state diagrams of docs/architecture.md, drawn from the engine's own tables: `npm run diagrams` writes them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { jobMoves, moves, reports, type HubMove } from '../src/core/job/states.ts'
import { difference } from './difference.ts'
import { root } from './read-json.ts'

const file = 'docs/architecture.md'

type Edge = { from: string; to: string; why?: string }

/** What the hub's moves are called in the diagram; a state's own word goes before the general one. */
const words: { [move in HubMove | `${string} ${HubMove}`]?: string } = {
  SEND: 'handed over (where the cloud has it)',
  CANCEL: 'cancel',
  FORCE_CANCEL: 'force',
  TIME_OUT: 'its time to live is over, or the job’s window',
  'IN_PROGRESS TIME_OUT': 'in-progress or step timer, or the job’s window is over',
  REMOVE: 'left a continuous job, or its device is deleted',
  'IN_PROGRESS REMOVE': 'its device is deleted',
}

/** How executions and jobs begin, and what moves a job. Only the table says which moves there are. */
const beginnings = {
  execution: [{ from: '[*]', to: 'QUEUED', why: 'rollout, retry, rejoin' }],
  job: [
    { from: '[*]', to: 'SCHEDULED', why: 'start lies ahead' },
    { from: '[*]', to: 'IN_PROGRESS' },
  ],
}
const jobWords: { [move: string]: string } = {
  'SCHEDULED IN_PROGRESS': 'start',
  'IN_PROGRESS COMPLETED': 'everything ended, and rolled out (snapshot) or past its schedule',
  'IN_PROGRESS FAILED': 'the end of its schedule timed out what was left, and no device succeeded',
  'COMPLETED IN_PROGRESS': 'run again what failed or timed out',
  'FAILED IN_PROGRESS': 'run again what failed or timed out',
  'FAILED DELETING': 'delete',
  'SCHEDULED CANCELED': 'cancel',
  'IN_PROGRESS CANCELED': 'cancel, abort, end of schedule',
  'SCHEDULED DELETING': 'delete by force',
  'IN_PROGRESS DELETING': 'delete by force',
  'COMPLETED DELETING': 'delete',
  'CANCELED DELETING': 'delete',
}

function executionEdges(): Edge[] {
  const reported = Object.entries(reports).flatMap(([from, tos]) =>
    tos.map((to) => ({ from, to, why: from === to ? 'progress' : 'device' })),
  )
  const moved = Object.entries(moves).flatMap(([from, leads]) =>
    Object.entries(leads).map(([move, to]) => {
      const why = words[`${from} ${move as HubMove}`] ?? words[move as HubMove]
      return { from, to, ...(why !== undefined && { why }) }
    }),
  )
  return [...beginnings.execution, ...reported, ...moved]
}

function jobEdges(): Edge[] {
  const moved = Object.entries(jobMoves).flatMap(([from, tos]) =>
    tos.map((to) => ({ from, to, ...(jobWords[`${from} ${to}`] !== undefined && { why: jobWords[`${from} ${to}`] }) })),
  )
  return [...beginnings.job, ...moved, { from: 'DELETING', to: '[*]', why: 'executions erased' }] as Edge[]
}

/** One arrow between two states: the first reason is told, for whoever may force may also ask. */
function draw(edges: readonly Edge[]): string {
  const drawn = new Map<string, Edge>()
  for (const edge of edges) {
    const key = `${edge.from} ${edge.to}`
    if (!drawn.has(key)) drawn.set(key, edge)
  }
  const lines = [...drawn.values()].map(
    ({ from, to, why }) => `  ${from} --> ${to}${why === undefined ? '' : `: ${why}`}`,
  )
  return ['```mermaid', 'stateDiagram-v2', ...lines, '```'].join('\n')
}

const diagrams = { executions: executionEdges, jobs: jobEdges }

/**
 * The text with its diagrams as the tables have them now. They stand between `<!-- diagram: name -->` and
 * `<!-- end -->`.
 */
export function withDiagrams(text: string): string {
  return Object.entries(diagrams).reduce((result, [name, edges]) => {
    const [before, rest] = result.split(`<!-- diagram: ${name} -->\n`)
    const end = rest?.indexOf('<!-- end -->') ?? -1
    if (before === undefined || rest === undefined || end < 0)
      throw new Error(`${file} has no place for the diagram ${name}`)
    return `${before}<!-- diagram: ${name} -->\n${draw(edges())}\n${rest.slice(end)}`
  }, text)
}

/** What is wrong with the diagrams: not what the tables say, or words for a move that there is not. */
export function findDiagrams(text: string = readFileSync(join(root, file), 'utf8')): string[] {
  const moved = Object.entries(jobMoves).flatMap(([from, tos]) => tos.map((to) => `${from} ${to}`))
  return [
    ...(withDiagrams(text) === text
      ? []
      : [`${file} draws other states than src/core/job/states.ts has: npm run diagrams`]),
    ...difference(Object.keys(jobWords), moved).map(
      (move) => `scripts/diagrams.ts has words for ${move}, a move that no job makes`,
    ),
  ]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(root, file), withDiagrams(readFileSync(join(root, file), 'utf8')))
}
