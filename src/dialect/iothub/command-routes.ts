import { invalid } from '../../core/errors.ts'
import type { HttpRequest } from '../../core/seam/http.ts'
import type { Route } from '../dialect.ts'
import { Body } from './body.ts'
import { tellDevice, tellTag, type Instruction } from './downlink.ts'
import { addressOf } from './names.ts'
import { checkSegment, deviceRoute, route, tagIn } from './params.ts'
import { NO_DEVICE, json } from './responses.ts'
import { callDevice } from './rpc.ts'
import { isEncoding } from './topics.ts'

/** Commands to one device and to a tag [iothub 7]. */
export const commandRoutes: Route[] = [
  deviceRoute('POST', '/devices/:product/:device/command', NO_DEVICE, (ctx, request, device) => {
    const { waits, ...instruction } = readInstruction(request)
    if (!waits) return json({ request_id: tellDevice(ctx, addressOf(device), instruction, '[iothub 7] command') })
    callDevice(ctx, device, instruction, request.id)
    return 'later'
  }),
  route('POST', '/tags/:product/:tag/command', (ctx, request, params) => {
    const { product, tag } = tagIn(params)
    return json({ request_id: tellTag(ctx, product, tag, readInstruction(request), '[iothub 7] command by tag') })
  }),
]

/** `waits`: the caller wants the answer itself, not a request id. Only the text `true` says so, or the JSON value [iothub 7]. */
function readInstruction(request: HttpRequest): Instruction & { waits: boolean } {
  const body = new Body(request)
  const encoding = body.text('encoding') || 'plain'
  if (!isEncoding(encoding)) throw invalid('encoding', encoding, 'must be plain or base64')
  const ttl = body.integer('ttl', 1)
  return {
    command: checkSegment('command', body.required('command')),
    data: body.text('data') ?? '',
    encoding,
    ...(ttl !== undefined && { ttl }),
    waits: body.text('use_rpc') === 'true',
  }
}
