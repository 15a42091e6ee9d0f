import { invalid } from '../../../core/errors.ts'
import type { HttpResponse } from '../../../core/seam/http.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { readBody } from '../http/body.ts'
import { find } from './device-record.ts'
import { describeDevice, describeFully, register } from './devices.ts'
import { signToken } from '../auth/jwt.ts'
import { messagesOf } from '../mqtt/messages.ts'
import { DIALECT, isName, shortId } from '../wire/names.ts'
import { addressIn, checkSegment, deviceRoute, route } from '../http/params.ts'
import { NO_DEVICE, NOT_FOUND, OK, jsonResponse, text } from '../http/responses.ts'
import { setDesired } from '../twin/shadow.ts'
import { setDeviceTags } from './tags.ts'
import { tokenKey } from '../auth/token-key.ts'

/** How long a token of POST /tokens lets in; seconds [iothub 7]. */
const TOKEN_LIFE = 10

/** Devices with their tags and shadows, their messages, and tokens for applications [iothub 7]. */
export const deviceRoutes: Route[] = [
  route('POST', '/devices', (ctx, request) => {
    const product = readBody(ctx, request, 'devices', ['product_name']).required('product_name')
    if (!isName(product)) throw invalid('product_name', product, 'must be 1 to 64 characters without blanks and / + #')
    const { product_name, device_name, secret } = describeDevice(ctx, register(ctx, { product }))
    return jsonResponse({ product_name, device_name, secret })
  }),
  route('GET', '/devices/:product', (ctx, _request, { product }) =>
    jsonResponse(
      [...ctx.engine.devices.ofDialect(DIALECT)]
        .filter(({ name }) => name.startsWith(`${product}/`))
        .map((device) => describeDevice(ctx, device)),
    ),
  ),
  deviceRoute('GET', '/devices/:product/:device', NOT_FOUND, (ctx, _request, device) =>
    jsonResponse(describeFully(ctx, device)),
  ),
  deviceRoute('DELETE', '/devices/:product/:device', NOT_FOUND, (ctx, _request, device) => {
    ctx.engine.devices.delete(ctx.turn, device.key)
    return OK
  }),
  // The course says ok to both for devices that do not exist, too.
  route('PUT', '/devices/:product/:device/suspend', (ctx, _request, params) => enable(ctx, params, false)),
  route('PUT', '/devices/:product/:device/resume', (ctx, _request, params) => enable(ctx, params, true)),
  deviceRoute('PUT', '/devices/:product/:device/tags', NO_DEVICE, (ctx, request, device) => {
    const tags = readBody(ctx, request, 'tags', ['tags']).get('tags')
    const list: unknown[] | undefined = Array.isArray(tags)
      ? tags
      : typeof tags === 'string'
        ? tags.split(',')
        : undefined
    if (list === undefined) throw invalid('tags', tags ?? null, 'must be a text: the tags, with commas between')
    setDeviceTags(ctx, device, list.filter((tag) => tag !== '').map(checkTag))
    return OK
  }),
  deviceRoute('PUT', '/devices/:product/:device/shadow', NO_DEVICE, (ctx, request, device) => {
    const body = readBody(ctx, request, 'shadow', ['desired', 'version'])
    const version = body.integer('version', 0)
    if (version === undefined) throw invalid('version', null, 'must be given')
    return setDesired(ctx, device, body.object('desired'), version) ? OK : text('version out of date', 409)
  }),
  route('GET', '/messages/:product', (ctx, { query }, { product = '' }) =>
    jsonResponse({
      messages: messagesOf(ctx, product, {
        id: query.get('message_id') ?? undefined,
        device: query.get('device_name') ?? undefined,
      }),
    }),
  ),
  route('POST', '/tokens', (ctx) => {
    const username = shortId(ctx.ids)
    const issuedAt = Math.floor(ctx.now / 1000)
    return jsonResponse({ username, password: signToken(tokenKey(ctx), username, issuedAt + TOKEN_LIFE, issuedAt) })
  }),
  route('POST', '/emqx_web_hook', () =>
    jsonResponse({ error: 'Not Found: the hub is its own broker and takes no events from another' }, 404),
  ),
]

function checkTag(tag: unknown): string {
  if (typeof tag !== 'string') throw invalid('tags', tag, 'must be a text')
  if (tag.includes(',')) throw invalid('tags', tag, 'must not contain a comma')
  return checkSegment('tags', tag)
}

function enable(ctx: Context, params: Params, enabled: boolean): HttpResponse {
  const device = find(ctx, addressIn(params))
  if (device !== undefined && device.enabled !== enabled) ctx.engine.devices.update(ctx.turn, device.key, { enabled })
  return OK
}
