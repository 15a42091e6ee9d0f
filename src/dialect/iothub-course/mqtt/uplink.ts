import { rememberId, seenBefore, type DeduplicationWindow, type SeenRecord } from '../../../core/command/seen.ts'
import type { Device } from '../../../core/device/model.ts'
import type { Connection, PublishVerdict } from '../../../core/seam/mqtt.ts'
import { HubError } from '../../../core/errors.ts'
import type { Context } from '../../dialect.ts'
import { commandAnswered } from '../jobs/delivery.ts'
import { deviceExtra, find, setExtra } from '../registry/device-record.ts'
import { tellDevice } from './downlink.ts'
import { isSecondSdk } from '../auth/generation.ts'
import { keepMessage } from './messages.ts'
import { progressMade, statusTold } from '../ota/ota.ts'
import { keepProgress } from '../ota/progress.ts'
import { addressOf } from '../wire/names.ts'
import { jsonObject } from '../wire/payload.ts'
import { desiredFulfilled, sendShadow, stateReported } from '../twin/shadow.ts'
import { tagsAsked } from '../registry/tags.ts'
import type { Uplink } from '../wire/topics.ts'
import { say, type Words } from '../../../core/said.ts'

/** First seen wins, for six hours [iothub 4]; beyond so many, the oldest are forgotten sooner. */
const MESSAGE_IDS: DeduplicationWindow = { forMs: 6 * 3_600_000, most: 100_000 }

/**
 * Hears what a device says. It is passed on to applications that have subscribed to the topic, which stands in for the
 * course's RabbitMQ; what had been heard before is not, and what makes no sense changes nothing.
 */
export function heard(ctx: Context, connection: Connection, topic: Uplink, payload: Buffer): PublishVerdict {
  const device = find(ctx, topic)
  if (device === undefined) return { route: 'drop', reason: say`there is no device ${topic.product}/${topic.device}` }
  const seen = ctx.own<SeenRecord>('messageIds')
  const first = seenBefore(seen, MESSAGE_IDS, topic.messageId, ctx.now)
  if (first !== undefined) {
    const taken = say`message id ${topic.messageId} was taken by ${first.by} before: ids must be unique over all devices`
    if (first.by !== device.key) ctx.warn(device.key, taken)
    return { route: 'consume' }
  }
  let fault: Words | undefined
  try {
    fault = understand(ctx, device, connection, topic, payload)
  } catch (error) {
    // What cannot be kept is not acknowledged: the device sends it again.
    if (!(error instanceof HubError) || error.code === 'UNAVAILABLE') throw error
    fault = error.words
  }
  if (fault !== undefined) return { route: 'drop', reason: fault }
  rememberId(seen, MESSAGE_IDS, topic.messageId, { at: ctx.now, by: device.key })
  return { route: 'forward', retain: false }
}

/** Carries out what the message asks for, or returns what is wrong with it. */
function understand(
  ctx: Context,
  device: Device,
  connection: Connection,
  topic: Uplink,
  payload: Buffer,
): Words | undefined {
  switch (topic.kind) {
    case 'upload_data':
      return dataUploaded(ctx, device, topic, payload)
    case 'update_status':
      return statusUpdated(ctx, device, payload)
    case 'update_ota_status':
      return otaReported(ctx, device, connection, payload)
    case 'cmd_resp':
      return commandAnswered(ctx, device.key, topic.requestId, payload)
    case 'rpc_resp':
      // Late ones are normal.
      return void ctx.engine.commands.answer(ctx.turn, device.key, topic.requestId, { payload })
    case 'get':
      return resourceAsked(ctx, device, topic.resource, payload)
  }
}

function dataUploaded(
  ctx: Context,
  device: Device,
  topic: Uplink & { kind: 'upload_data' },
  payload: Buffer,
): Words | undefined {
  const { product, device: name, dataType, messageId } = topic
  if (dataType === '$shadow_updated') return desiredFulfilled(ctx, device, payload)
  if (dataType === '$shadow_reported') return stateReported(ctx, device, payload)
  // DEVIATION: the course takes any other of these for a shadow report [iothub 6].
  if (dataType.startsWith('$')) return say`there is no system data type ${dataType}`
  keepMessage(ctx, {
    product_name: product,
    device_name: name,
    data_type: dataType,
    message_id: messageId,
    payload: payload.toString('base64'),
  })
  ctx.engine.telemetry.record(ctx.turn, device.key, dataType, payload)
  return undefined
}

/**
 * The newest status wins, and here that is the last to arrive: the hub's own time moves on with every one [iothub 4].
 */
function statusUpdated(ctx: Context, device: Device, payload: Buffer): Words | undefined {
  const status = jsonObject(payload)
  if (status === undefined) return 'the status is no JSON object'
  const lastStatusUpdate = Math.max(ctx.now, (deviceExtra(device).lastStatusUpdate ?? 0) + 1)
  setExtra(ctx, device, { lastStatusUpdate }, { tags: { ...device.tags, status } })
  statusTold(ctx, device.key, status)
  return undefined
}

/** The hub stamps it, in the unit of the SDK that speaks [iothub 4]. */
function otaReported(ctx: Context, device: Device, { request }: Connection, payload: Buffer): Words | undefined {
  const said = jsonObject(payload)
  if (said === undefined) return 'the progress is no JSON object'
  const progress = { ...said, ts: isSecondSdk(device.key, request.clientId) ? ctx.now : Math.floor(ctx.now / 1000) }
  keepProgress(ctx, device.key, progress)
  progressMade(ctx, device.key, progress)
  return undefined
}

/** Other resources are for applications to answer [iothub 3.1]. */
function resourceAsked(ctx: Context, device: Device, resource: string, payload: Buffer): Words | undefined {
  const request = jsonObject(payload)
  if (resource === '$shadow') sendShadow(ctx, device)
  else if (resource === '$tags') tagsAsked(ctx, device, request)
  else if (resource === '$ntp') {
    if (request === undefined) return 'the time request is no JSON object'
    const times = { device_time: request['device_time'], iothub_recv: ctx.now, iothub_send: ctx.now }
    tellDevice(ctx, addressOf(device), { command: '$set_ntp', data: JSON.stringify(times) }, '[iothub 5] $set_ntp')
  }
  return undefined
}
