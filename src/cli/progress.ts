import type { JobView } from '../shared/api.ts'
import { messages } from './messages.ts'
import type { Output, Style } from './output.ts'

/** The part of a job that its progress is drawn from. */
export type JobProgress = Pick<JobView, 'counts' | 'planned'>

interface Look {
  style: Style
  /** The cell of the bar; without color the cells must tell the states apart alone. */
  cell: string
  ended: boolean
}

/** How each state looks, in the order of the bar and of the table. */
const looks: Record<keyof typeof messages.progress.states, Look> = {
  SUCCEEDED: { style: 'green', cell: '█', ended: true },
  FAILED: { style: 'red', cell: 'x', ended: true },
  REJECTED: { style: 'red', cell: 'x', ended: true },
  TIMED_OUT: { style: 'red', cell: 'x', ended: true },
  CANCELED: { style: 'red', cell: 'x', ended: true },
  REMOVED: { style: 'red', cell: 'x', ended: true },
  IN_PROGRESS: { style: 'yellow', cell: '▒', ended: false },
  SENT: { style: 'cyan', cell: '░', ended: false },
  QUEUED: { style: 'cyan', cell: '░', ended: false },
}
const states = Object.keys(looks) as (keyof typeof looks)[]
const BAR = { widest: 40, narrowest: 10 }

/** Devices that have ended, one way or another. */
export const endedOf = ({ counts }: JobProgress): number =>
  states.reduce((sum, state) => sum + (looks[state].ended ? (counts[state] ?? 0) : 0), 0)

/** Whole per cent of the planned devices that have ended; 100 only when all have. */
export const percentOf = (job: JobProgress): number =>
  job.planned === 0 ? 100 : Math.floor((endedOf(job) * 100) / job.planned)

/** One line: a bar stacked from the states, the percentage, and the count of each state; no wider than the terminal. */
export function progressLine(job: JobProgress, online: number, output: Output): string {
  const parts = [...countTexts(job).map(([, text]) => text), messages.progress.online(online)]
  const tail = (shown: string[]): string => ` ${String(percentOf(job)).padStart(3)} % · ${shown.join(' · ')}`
  let room = output.columns - tail(parts).length - 1
  // A narrow terminal loses the last counts, never the bar: a wrapped line could not be redrawn.
  while (room < BAR.narrowest && parts.length > 1) {
    parts.pop()
    room = output.columns - tail(parts).length - 1
  }
  return bar(job, Math.max(1, Math.min(BAR.widest, room)), output) + tail(parts)
}

/** The same without a bar, for logs. */
export const progressText = (job: JobProgress, online: number): string =>
  `${String(percentOf(job)).padStart(3)} % · ${[...countTexts(job).map(([, text]) => text), messages.progress.online(online)].join(' · ')}`

/** The final count of each state, one line each. */
export function resultLines(job: JobProgress, output: Output): string[] {
  const width = String(job.planned).length
  return states
    .filter((state) => (job.counts[state] ?? 0) > 0)
    .map(
      (state) =>
        `  ${output.style(looks[state].style, messages.progress.states[state].padEnd(12))} ${String(job.counts[state]).padStart(width)}`,
    )
}

function countTexts(job: JobProgress): [state: string, text: string][] {
  const texts = states
    .filter((state) => (job.counts[state] ?? 0) > 0)
    .map((state): [string, string] => [state, `${job.counts[state]} ${messages.progress.states[state]}`])
  const waiting = job.planned - states.reduce((sum, state) => sum + (job.counts[state] ?? 0), 0)
  return waiting > 0 ? [...texts, ['', `${waiting} ${messages.progress.waiting}`]] : texts
}

/** Cells are shared out by running totals, so that they always fill the width exactly. */
function bar({ counts, planned }: JobProgress, width: number, output: Output): string {
  let devices = 0
  let cells = 0
  let drawn = ''
  for (const state of states) {
    devices += counts[state] ?? 0
    const until = planned === 0 ? 0 : Math.min(width, Math.round((devices * width) / planned))
    if (until > cells) drawn += output.style(looks[state].style, looks[state].cell.repeat(until - cells))
    cells = Math.max(cells, until)
  }
  return drawn + '·'.repeat(width - cells)
}
