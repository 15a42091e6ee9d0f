import type { Instant } from '../../../core/clock.ts'
import { nameOf } from '../../../core/ids.ts'
import type { Execution } from '../../../core/job/model.ts'
import { retries } from '../../../core/job/retry.ts'
import { timesOutAt } from '../../../core/job/timeout.ts'

/** Device planes count in whole seconds [aws 0.3 row 5]. */
export const wholeSeconds = (instant: Instant): number => Math.floor(instant / 1000)

/** The control plane counts in seconds with a fraction [aws 3.1]. */
export const floatSeconds = (instant: Instant): number => instant / 1000

/**
 * The text of a JSON object whose members are JSON texts already; undefined ones are left out. So a job document
 * travels as it was written: parsing it would round its large numbers.
 */
export function objectText(members: Record<string, string | undefined>): string {
  let inside = ''
  for (const name in members) {
    const text = members[name]
    if (text !== undefined) inside += `${inside === '' ? '' : ','}${JSON.stringify(name)}:${text}`
  }
  return `{${inside}}`
}

/** `object`'s text with one more member, whose value is JSON text. */
export const withMember = (object: object, name: string, text: string | undefined): string =>
  text === undefined
    ? JSON.stringify(object)
    : `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:${text}}`

/** JobExecutionSummary of the device planes [aws 2.2]. */
export const summaryOf = (execution: Execution): object => ({
  jobId: nameOf(execution.job),
  queuedAt: wholeSeconds(execution.queuedAt),
  lastUpdatedAt: wholeSeconds(execution.updatedAt),
  ...started(execution, wholeSeconds),
  executionNumber: execution.number,
  versionNumber: execution.version,
})

/** JobExecution of the device planes, without its document [aws 2.2]. */
export const executionOf = (execution: Execution, now: Instant): object => ({
  jobId: nameOf(execution.job),
  status: execution.status,
  ...statusDetails(execution),
  queuedAt: wholeSeconds(execution.queuedAt),
  ...started(execution, wholeSeconds),
  lastUpdatedAt: wholeSeconds(execution.updatedAt),
  versionNumber: execution.version,
  executionNumber: execution.number,
  ...secondsLeft(execution, now),
})

/** JobExecutionState of the device planes [aws 2.6]. */
export const stateOf = (execution: Execution): object => ({
  status: execution.status,
  ...statusDetails(execution),
  versionNumber: execution.version,
})

/** JobExecution of the control plane, with its nested `detailsMap` [aws 3.3]. */
export const controlExecution = (execution: Execution, thingArn: string, now: Instant): object => ({
  jobId: nameOf(execution.job),
  status: execution.status,
  ...(execution.forceCanceled === true && { forceCanceled: true }),
  statusDetails: execution.details === undefined ? {} : { detailsMap: execution.details },
  thingArn,
  queuedAt: floatSeconds(execution.queuedAt),
  ...started(execution, floatSeconds),
  lastUpdatedAt: floatSeconds(execution.updatedAt),
  executionNumber: execution.number,
  versionNumber: execution.version,
  ...secondsLeft(execution, now),
})

/** JobExecutionSummary of the control plane [aws 3.3]. */
export const controlSummary = (execution: Execution): object => ({
  status: execution.status,
  queuedAt: floatSeconds(execution.queuedAt),
  ...started(execution, floatSeconds),
  lastUpdatedAt: floatSeconds(execution.updatedAt),
  executionNumber: execution.number,
  retryAttempt: retries(execution),
})

/** Once the device has said some, even none [aws 2.2]. */
const statusDetails = ({ details }: Execution): object => (details === undefined ? {} : { statusDetails: details })

/** When it was first heard of; what ends at the first report has begun with it, unless it was rejected. */
function startedAt({ startedAt: at, status, updatedAt }: Execution): Instant | undefined {
  return at ?? (status === 'SUCCEEDED' || status === 'FAILED' ? updatedAt : undefined)
}

/** `startedAt` in the seconds of a plane, once there is one. */
function started(execution: Execution, seconds: (at: Instant) => number): { startedAt?: number } {
  const at = startedAt(execution)
  return at === undefined ? {} : { startedAt: seconds(at) }
}

/** Only while a timer runs: the earlier of both [aws 2.2]. */
function secondsLeft(execution: Execution, now: Instant): object {
  const at = timesOutAt(execution)
  return at === undefined ? {} : { approximateSecondsBeforeTimedOut: Math.max(0, Math.ceil((at - now) / 1000)) }
}
