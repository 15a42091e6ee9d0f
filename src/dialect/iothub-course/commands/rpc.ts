import { dialectOf } from '../../../core/ids.ts'
import type { DomainEvent } from '../../../core/events.ts'
import type { Device } from '../../../core/device/model.ts'
import type { HttpResponse } from '../../../core/seam/http.ts'
import type { Context } from '../../dialect.ts'
import { expiryOf, type Instruction } from '../mqtt/downlink.ts'
import { addressOf, DIALECT, objectId } from '../wire/names.ts'
import { jsonResponse } from '../http/responses.ts'
import { formatTopic, type Encoding } from '../wire/topics.ts'

/** How long an RPC may take, question and answer; seconds [iothub 3.2]. */
const TTL = 5

/** Asks the device; the HTTP request of that id is answered once it has answered, or after five seconds. */
export function callDevice(
  ctx: Context,
  device: Device,
  { command, data, encoding = 'plain' }: Instruction,
  request: string,
): void {
  ctx.engine.commands.call(ctx.turn, {
    device: device.key,
    id: objectId(ctx.ids),
    name: command,
    payload: data,
    asker: request,
    answerMs: TTL * 1000,
    // The broker keeps the question for a device that is away: one that comes back in time answers it all the same.
    reachable: true,
    extra: { encoding },
  })
}

/** Puts a question to its device, and its answer to who asked. */
export function rpcEvent(ctx: Context, event: DomainEvent): void {
  if (event.type === 'command.due') {
    const { device: key, id, name, payload, extra } = event.command
    const device = ctx.engine.devices.get(key)
    if (device === undefined) return
    const encoding = extra?.['encoding'] as Encoding
    const topic = formatTopic({
      kind: 'rpc',
      ...addressOf(device),
      command: name,
      encoding,
      requestId: id,
      expiresAt: expiryOf(ctx.now, TTL),
    })
    ctx.publish({ topic, payload, qos: 1 }, '[iothub 3.2] rpc')
  } else if (event.type === 'command.ended') {
    ctx.act({ type: 'respond', request: event.command.asker, response: answerOf(event) }, '[iothub 7] use_rpc')
  }
}

/** After a start nobody waits any more: those who did were connected to the hub that was. */
export function forgetCallers(ctx: Context): void {
  for (const { device, id } of [...ctx.engine.commands.all()])
    if (dialectOf(device) === DIALECT) ctx.engine.commands.withdraw(device, id)
}

const answerOf = ({ outcome }: DomainEvent & { type: 'command.ended' }): HttpResponse =>
  jsonResponse(
    outcome.type === 'ANSWERED'
      ? { response: Buffer.from(outcome.answer.payload).toString('base64') }
      : { error: 'device timeout' },
  )
