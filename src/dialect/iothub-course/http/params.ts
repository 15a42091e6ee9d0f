import type { Device } from '../../../core/device/model.ts'
import { invalid } from '../../../core/errors.ts'
import type { HttpRequest, HttpResponse } from '../../../core/seam/http.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { find } from '../registry/device-record.ts'
import { isSegment, type Address } from '../wire/names.ts'

/** The device of a path `…/:product/:device…`, registered or not. */
export const addressIn = (params: Params): Address => ({
  product: params['product'] ?? '',
  device: params['device'] ?? '',
})

/** The tag of a path `…/:product/…/:tag…`. INVALID if a topic could not hold it [iothub 12]. */
export function tagIn(params: Params): { product: string; tag: string } {
  const { product = '', tag = '' } = params
  if (!isSegment(product)) throw invalid('product', product, 'must not contain / + #')
  return { product, tag: checkSegment('tag', tag) }
}

/** The value, unless a topic could not hold it: INVALID. */
export function checkSegment(field: string, value: string): string {
  if (!isSegment(value)) throw invalid(field, value, 'must be 1 to 128 characters without / + #')
  return value
}

/** A route. */
export const route = (method: string, path: string, handle: Route['handle']): Route => ({
  operation: `${method} ${path.replace(/:(\w)(\w*)/g, (_, first: string, rest: string) => `{${first}${rest}}`)}`,
  method,
  path,
  handle,
})

/** A route about one registered device; the answer is `missing` if there is none. */
export const deviceRoute = (
  method: string,
  path: string,
  missing: HttpResponse,
  handle: (ctx: Context, request: HttpRequest, device: Device) => HttpResponse | 'later',
): Route =>
  route(method, path, (ctx, request, params) => {
    const device = find(ctx, addressIn(params))
    return device === undefined ? missing : handle(ctx, request, device)
  })
