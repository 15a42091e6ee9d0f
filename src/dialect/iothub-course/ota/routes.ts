import type { HttpRequest, HttpResponse } from '../../../core/seam/http.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { readBody } from '../http/body.ts'
import { find } from '../registry/device-record.ts'
import { deviceKey } from '../wire/names.ts'
import { startUpgrade, tagProgress, type OtaDocument, type OtaTarget } from './ota.ts'
import { progressOf } from './progress.ts'
import { addressIn, route, tagIn } from '../http/params.ts'
import { jsonResponse, text } from '../http/responses.ts'

/** Upgrades of one device [iothub 7, 8], and of all with a tag [iothub 8.1]. */
export const otaRoutes: Route[] = [
  route('POST', '/ota/:product/:device', (ctx, request, params) => {
    const address = addressIn(params)
    return find(ctx, address) === undefined ? text('device not found', 400) : start(ctx, request, address)
  }),
  route('GET', '/ota/:product/:device', (ctx, _request, params) =>
    jsonResponse(progressOf(ctx, deviceKey(addressIn(params))) ?? {}),
  ),
  route('POST', '/ota/:product/tags/:tag', (ctx, request, params) => startByTag(ctx, request, params)),
  route('POST', '/tags/:product/:tag/ota', (ctx, request, params) => startByTag(ctx, request, params)),
  route('GET', '/ota/:product/tags/:tag', (ctx, { query }, params) => {
    const { product, tag } = tagIn(params)
    return jsonResponse(tagProgress(ctx, product, tag, query.get('version') ?? undefined))
  }),
]

/** A tag that nobody has is no error: a broadcast knows no listeners [iothub 8.1]. */
const startByTag = (ctx: Context, request: HttpRequest, params: Params): HttpResponse =>
  start(ctx, request, tagIn(params))

const start = (ctx: Context, request: HttpRequest, target: OtaTarget): HttpResponse =>
  text('ok', 200, { 'x-request-id': startUpgrade(ctx, target, readUpgrade(ctx, request)) })

/** A form's `size` becomes a number [iothub 7]. */
function readUpgrade(ctx: Context, request: HttpRequest): OtaDocument {
  const body = readBody(ctx, request, 'ota', ['url', 'version', 'size', 'md5', 'type'])
  const [size, md5, type] = [body.integer('size', 0), body.text('md5'), body.text('type')]
  return {
    url: body.required('url'),
    version: body.required('version'),
    ...(size !== undefined && { size }),
    ...(md5 !== undefined && { md5 }),
    ...(type !== undefined && { type }),
  }
}
