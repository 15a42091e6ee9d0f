import type {
  DeviceView,
  ExecutionView,
  HubStatus,
  JobView,
  NoticeView,
  OperatorKeyView,
  ServiceKitView,
} from '../shared/api.ts'
import { listenerUrl } from './addresses.ts'
import { messages } from './messages.ts'
import { noticeLine } from '../shared/notice-line.ts'
import { printable } from '../shared/printable.ts'
import type { Output } from './output.ts'
import { quote } from './quote.ts'
import { percentOf, progressText } from './progress.ts'

const { calls } = messages

export const deviceTable = (devices: readonly DeviceView[]): string =>
  devices.length === 0
    ? calls.none.devices
    : aligned([
        calls.columns.device,
        ...devices.map(({ key, state, pending, groups }) => [key, state, String(pending), groups.join(', ')]),
      ])

export const jobTable = (jobs: readonly JobView[]): string =>
  jobs.length === 0
    ? calls.none.jobs
    : aligned([calls.columns.job, ...jobs.map((job) => [job.key, job.status, String(job.planned), doneOf(job)])])

/** What sort of work a job is, where its cloud has several. */
export const kindLines = ({ kind }: Pick<JobView, 'kind'>): string[] => (kind === undefined ? [] : [calls.kind(kind)])

/** What a job upgrades, if it does. */
export const upgradeLines = ({ upgrade }: Pick<JobView, 'upgrade'>): string[] =>
  upgrade === undefined ? [] : [calls.upgrade(printable(`${upgrade.module} ${upgrade.version}`.trim()), upgrade.bytes)]

/** The first of a job's executions, and how many there are besides; what devices run, where that is known of one. */
export function executionTable(executions: readonly ExecutionView[], total: number): string {
  const { execution, runs } = calls.columns
  const running = executions.some((one) => one.runs !== undefined)
  const head = running ? [...execution, runs] : execution
  const rows = executions.map((one) => {
    const cells = [one.device, one.status, String(one.number), one.progress === undefined ? '' : `${one.progress} %`]
    return running ? [...cells, one.runs?.version ?? ''] : cells
  })
  const more = total - executions.length
  return [aligned([head, ...rows]), ...(more > 0 ? [calls.more(more)] : [])].join('\n')
}

export function statusText({ endpoints, mode, clock, now, devices, online, jobs }: HubStatus, output: Output): string {
  const { labels } = calls
  const row = (label: string, text: string): string => `${output.style('dim', label.padEnd(14))} ${text}`
  return [
    row(labels.mqtt, listenerUrl('mqtt', endpoints)),
    row(labels.mqtts, listenerUrl('mqtts', endpoints)),
    row(labels.url, listenerUrl('http', endpoints)),
    row(labels.https, listenerUrl('https', endpoints)),
    ...(endpoints.aliases === undefined ? [] : [row(labels.aliases, endpoints.aliases.join(', '))]),
    ...(endpoints.lan === undefined ? [] : [row(labels.lan, messages.ready.lan(endpoints.lan))]),
    ...(endpoints.exposed === true ? [row(labels.elsewhere, messages.ready.letsIn)] : []),
    row(labels.mode, mode),
    row(labels.clock, `${clock}, ${new Date(now).toISOString()}`),
    row(labels.devices, calls.online(devices, online)),
    row(labels.jobs, String(jobs)),
  ].join('\n')
}

/** Each with its id, its count, and what to do about it. */
export function noticeList(notices: readonly NoticeView[]): string {
  if (notices.length === 0) return calls.nothing
  return notices
    .flatMap(({ id, kind, cure, count, ...notice }) => [
      `${id}  ${messages.notice[kind]}: ${printable(noticeLine(notice))}${calls.times(count)}`,
      ...(cure === undefined ? [] : [messages.cure(printable(cure))]),
    ])
    .join('\n')
}

/** Lines that a shell takes for its environment. */
export const keyLines = (keys: readonly OperatorKeyView[]): string =>
  keys
    .flatMap(({ dialect, name, value, about }) => [`# ${dialect}: ${about}`, `export ${name}=${quote(value)}`])
    .join('\n')

/** The same for a back end; what its environment cannot tell is in comments, but for secrets. */
export const serviceLines = ({ title, facts, environment }: ServiceKitView): string =>
  [
    `# ${title}`,
    ...facts.filter(({ secret }) => secret !== true).map(({ label, value }) => `# ${label}: ${value}`),
    ...environment.map(({ name, value }) => `export ${name}=${quote(value)}`),
  ].join('\n')

/** Per cent and counts, without who is online. */
const doneOf = (job: JobView): string =>
  job.planned === 0 ? '' : progressText(job, 0).split(' · ').slice(0, -1).join(' · ').trim() || `${percentOf(job)} %`

/** Columns as wide as their widest cell. */
function aligned(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(printable))
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
