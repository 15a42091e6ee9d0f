import { HubError } from '../../../../src/core/errors.ts'
import { keyOf, nameOf, type DeviceKey } from '../../../../src/core/ids.ts'
import type { Execution, Job, ReportedStatus } from '../../../../src/core/job/model.ts'
import { own } from '../../../../src/core/twin/json.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'
import { tell } from '../mqtt/tell.ts'
import { jsonObject } from '../wire/payload.ts'

/** What a toy says of its work, and what that is to the engine. */
const STATUSES: Record<string, ReportedStatus> = {
  working: 'IN_PROGRESS',
  done: 'SUCCEEDED',
  failed: 'FAILED',
  refused: 'REJECTED',
}

/** The work of a toy that is there goes out at once; that of one that is away stays QUEUED until it comes. */
export function queued(ctx: Context, execution: Execution): void {
  if (ctx.engine.connections.isOnline(execution.device)) handOver(ctx, execution)
}

/** The toy has come, or has lost what was sent to it: it gets all that is in that state. */
export function handOverAll(ctx: Context, device: DeviceKey, status: 'QUEUED' | 'SENT'): void {
  for (const execution of [...ctx.engine.executions.pending(device)])
    if (execution.status === status) handOver(ctx, execution)
}

/** It was called off: what has not reached the toy yet does not go out any more. */
export function calledOff(ctx: Context, { job, device }: Execution): void {
  ctx.act({ type: 'withdraw', device, filter: `toy/${nameOf(device)}/work/${nameOf(job)}/+` }, 'called off')
}

/** Returns why the report is not heard, if it is not. */
export function reported(
  ctx: Context,
  device: DeviceKey,
  { job, attempt }: { job: string; attempt: number },
  payload: Buffer,
): string | undefined {
  const { status: word, progress } = jsonObject(payload) ?? {}
  const status = typeof word === 'string' ? own(STATUSES, word) : undefined
  if (status === undefined) return `the status of the report is none of ${Object.keys(STATUSES).join(', ')}`
  if (typeof progress !== 'number' || !(progress >= 0 && progress <= 100)) return 'its progress is not from 0 to 100'
  const key = keyOf('toy', job)
  const now = ctx.engine.executions.get(key, device)
  if (now?.status === status && now.progress === progress && now.number === attempt) return undefined
  try {
    ctx.engine.executions.report(ctx.turn, key, device, { status, progress, number: attempt })
    return undefined
  } catch (error) {
    if (error instanceof HubError) return error.message
    throw error
  }
}

function handOver(ctx: Context, { job, device, number, status }: Execution): void {
  const payload = payloadOf(ctx.engine.jobs.require(job))
  tell(ctx, device, { device: nameOf(device), verb: 'work', job: nameOf(job), attempt: number }, payload)
  if (status === 'QUEUED') ctx.engine.executions.send(ctx.turn, job, device)
}

/** The document as it was written; a tune besides with its recording, and how it is to be played. */
function payloadOf({ kind, document, file, options, extra }: Job): string {
  if (kind !== 'tune') return document
  return `{"learn":${document},"recording":${JSON.stringify({ path: file, bytes: extra?.['bytes'] })},"how":${JSON.stringify(options)}}`
}
