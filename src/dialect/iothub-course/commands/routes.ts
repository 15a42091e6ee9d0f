import { invalid } from '../../../core/errors.ts'
import type { HttpRequest } from '../../../core/seam/http.ts'
import type { Context, Route } from '../../dialect.ts'
import { readBody } from '../http/body.ts'
import { canReceive } from '../mqtt/clients.ts'
import { tellDevice, tellTag, type Instruction } from '../mqtt/downlink.ts'
import { addressOf } from '../wire/names.ts'
import { checkSegment, deviceRoute, route, tagIn } from '../http/params.ts'
import { NO_DEVICE, jsonResponse } from '../http/responses.ts'
import { callDevice } from './rpc.ts'
import { isEncoding } from '../wire/topics.ts'
import { asSaid, say } from '../../../core/said.ts'

const UNHEARD = 'no client of the device is connected, and none has left a session to keep it'

/** Commands to one device and to a tag [iothub 7]. */
export const commandRoutes: Route[] = [
  deviceRoute('POST', '/devices/:product/:device/command', NO_DEVICE, (ctx, request, device) => {
    const { waits, ...instruction } = readInstruction(ctx, request)
    if (waits && instruction.ttl !== undefined) ctx.ignored('command.ttl with use_rpc: it is five seconds')
    if (!waits) {
      // The course says nothing of it either.
      if (!canReceive(ctx, device.key))
        ctx.warn(device.key, say`the command ${instruction.command} went to nobody: ${asSaid(UNHEARD)}`)
      return jsonResponse({ request_id: tellDevice(ctx, addressOf(device), instruction, '[iothub 7] command') })
    }
    callDevice(ctx, device, instruction, request.id)
    return 'later'
  }),
  route('POST', '/tags/:product/:tag/command', (ctx, request, params) => {
    const { product, tag } = tagIn(params)
    const { waits, ...instruction } = readInstruction(ctx, request)
    if (waits) ctx.ignored('command.use_rpc for a tag')
    return jsonResponse({ request_id: tellTag(ctx, product, tag, instruction, '[iothub 7] command by tag') })
  }),
]

/**
 * `waits`: the caller wants the answer itself, not a request id. Only the text `true` says so, or the JSON value
 * [iothub 7].
 */
function readInstruction(ctx: Context, request: HttpRequest): Instruction & { waits: boolean } {
  const body = readBody(ctx, request, 'command', ['command', 'data', 'encoding', 'ttl', 'use_rpc'])
  const useRpc = body.text('use_rpc') ?? ''
  if (!['', 'true', 'false'].includes(useRpc)) ctx.ignored('command.use_rpc that is neither true nor false')
  const encoding = body.text('encoding') || 'plain'
  if (!isEncoding(encoding)) throw invalid('encoding', encoding, 'must be plain or base64')
  const ttl = body.integer('ttl', 1)
  return {
    command: checkSegment('command', body.required('command')),
    data: body.text('data') ?? '',
    encoding,
    ...(ttl !== undefined && { ttl }),
    waits: useRpc === 'true',
  }
}
