import type { Device } from '../../../core/device/model.ts'
import { nameOf, type DeviceKey } from '../../../core/ids.ts'
import type { Execution, Job } from '../../../core/job/model.ts'
import type { Connection } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { canReceive, heardBefore, withdraw } from '../mqtt/clients.ts'
import { tellConnection, tellDevice, tellTag, type Instruction } from '../mqtt/downlink.ts'
import { addressOf } from '../wire/names.ts'
import { broadcastOf, plan } from '../ota/ota.ts'
import { formatTopic } from '../wire/topics.ts'
import { isFault, readDocument, requestIdOf, workOf } from './document.ts'

const OTA = '$ota_upgrade'

/** An upgrade of all with a tag goes out once, to everybody who listens to the tag [iothub 8 sendOTA]. */
export function jobCreated(ctx: Context, job: Job): void {
  const work = readDocument(job.document)
  if (isFault(work) || work.type !== 'ota') return
  plan(ctx, job, work.package)
  const broadcast = broadcastOf(job)
  if (broadcast === undefined) return
  const instruction = { command: OTA, data: work.payload, requestId: requestIdOf({ job: job.key, number: 1 }) }
  tellTag(ctx, broadcast.product, broadcast.tag, instruction, '[iothub 8.1] OTA by tag')
}

/** A device has something to do: a command at once, an upgrade when the engine says so (`workDue`). */
export function executionQueued(ctx: Context, execution: Execution): void {
  if (ctx.engine.upgrades.get(execution.job) === undefined) workDue(ctx, execution)
}

/**
 * SENT, once it is on its way: the device is there, or has a session that keeps it. Else it stays QUEUED until the
 * device comes (`deviceCame`).
 */
export function workDue(ctx: Context, { job: jobKey, device: key, number }: Execution): void {
  const job = ctx.engine.jobs.get(jobKey)
  const device = ctx.engine.devices.get(key)
  const execution = ctx.engine.executions.get(jobKey, key)
  if (job === undefined || device === undefined || execution?.status !== 'QUEUED' || execution.number !== number) return
  if (number === 1 && hasHeard(ctx, job, key)) ctx.engine.executions.send(ctx.turn, jobKey, key)
  else if (canReceive(ctx, key)) handOver(ctx, device, execution)
}

/**
 * The device has connected. What waited for it goes out. With a new session, what was on its way to the old one may be
 * lost, so what it has not begun is sent again, unless another client of the device has it.
 */
export function deviceCame(ctx: Context, device: Device, connection: Connection, resumed: boolean): void {
  const again = !resumed && !canReceive(ctx, device.key, connection.request.clientId)
  for (const execution of [...ctx.engine.executions.pending(device.key)]) {
    if (execution.status === 'QUEUED') handOver(ctx, device, execution)
    else if (execution.status === 'SENT' && again) {
      const instruction = instructionOf(ctx, execution)
      if (typeof instruction === 'object')
        tellConnection(ctx, connection.id, addressOf(device), instruction, '[iothub 8] sent again: new session')
    }
  }
}

/** The work was called off, or given up: what has not reached the device yet does not go out to it any more. */
export function executionWithdrawn(ctx: Context, execution: Execution): void {
  const { job: key, device } = execution
  const requestId = requestIdOf(execution)
  withdraw(ctx, device, `cmd/${nameOf(device)}/+/+/${requestId}/#`, 'called off')
  const job = ctx.engine.jobs.get(key)
  const broadcast = job === undefined ? undefined : broadcastOf(job)
  if (broadcast !== undefined)
    withdraw(ctx, device, `tags/${broadcast.product}/${broadcast.tag}/cmd/+/+/${requestId}/#`, 'called off')
}

/** Takes a `cmd_resp` for the command of a job: it has been carried out. */
export function commandAnswered(ctx: Context, device: DeviceKey, requestId: string, payload: Buffer): undefined {
  for (const execution of ctx.engine.executions.pending(device)) {
    const work = workOf(ctx, execution)
    if (isFault(work) || work.type !== 'command' || requestIdOf(execution) !== requestId) continue
    ctx.engine.executions.report(ctx.turn, execution.job, device, {
      status: 'SUCCEEDED',
      progress: 100,
      details: { response: payload.toString() },
    })
    return
  }
}

/** The broadcast of the job has reached the device, or waits in its session. */
function hasHeard(ctx: Context, job: Job, device: DeviceKey): boolean {
  const broadcast = broadcastOf(job)
  if (broadcast === undefined) return false
  const topic = formatTopic({
    kind: 'tags',
    ...broadcast,
    command: OTA,
    encoding: 'plain',
    requestId: requestIdOf({ job: job.key, number: 1 }),
  })
  return heardBefore(ctx, device, topic, job.createdAt)
}

function handOver(ctx: Context, device: Device, execution: Execution): void {
  const instruction = instructionOf(ctx, execution)
  const { job } = execution
  if (instruction === 'expired') ctx.engine.executions.move(ctx.turn, execution, 'TIME_OUT')
  else if (typeof instruction === 'string') {
    ctx.engine.executions.report(ctx.turn, job, device.key, { status: 'REJECTED', details: { reason: instruction } })
  } else {
    tellDevice(ctx, addressOf(device), instruction, '[iothub 8] job')
    ctx.engine.executions.send(ctx.turn, job, device.key)
  }
}

/** What the device is told, or in words why it is told nothing. A command's time to live began when it was queued. */
function instructionOf(ctx: Context, execution: Execution): Instruction | string {
  const work = workOf(ctx, execution)
  if (isFault(work)) return work.text
  const requestId = requestIdOf(execution)
  if (work.type === 'ota') return { command: OTA, data: work.payload, requestId }
  const { command, data, encoding, ttl } = work
  if (ttl === undefined) return { command, data, encoding, requestId }
  const left = ttl - Math.floor((ctx.now - execution.queuedAt) / 1000)
  return left > 0 ? { command, data, encoding, requestId, ttl: left } : 'expired'
}
