import type { Device } from '../../../../src/core/device/model.ts'
import { invalid } from '../../../../src/core/errors.ts'
import { keyOf } from '../../../../src/core/ids.ts'
import type { HttpRequest, HttpResponse } from '../../../../src/core/seam/http.ts'
import type { Fulfilled } from '../../../../src/core/seam/needs.ts'
import { own } from '../../../../src/core/twin/json.ts'
import type { Context, Route } from '../../../../src/dialect/dialect.ts'
import { jsonObject } from '../wire/payload.ts'

/** A call of an action: what it is about, and what it was given. */
export interface Call {
  ctx: Context
  request: HttpRequest
  /** A text that must be there. INVALID if it is not. */
  text(name: string): string
  /** A whole number from 0, or that one. INVALID for anything else. */
  count(name: string, absent: number): number
  /** What the hub has fetched for it. */
  fulfilled: Fulfilled
  /** The toy that `Name` names. NOT_FOUND. */
  device(): Device
}

/** An operation, by its name: `POST /?Action={operation}`, its parameters in the query or as JSON in the body. */
export const action = (operation: string, perform: (call: Call) => HttpResponse | 'later'): Route => ({
  operation,
  method: 'POST',
  path: '/',
  named: true,
  handle: (ctx, request, _, fulfilled) => perform(callOf(ctx, request, fulfilled)),
})

/** INVALID for a body that is no JSON object. */
export function callOf(ctx: Context, request: HttpRequest, fulfilled: Fulfilled = []): Call {
  const body = request.body.length === 0 ? {} : jsonObject(request.body)
  if (body === undefined) throw invalid('body', request.body.toString(), 'must be a JSON object')
  const given = (name: string): unknown => own(body, name) ?? request.query.get(name) ?? undefined
  const text = (name: string): string => {
    const value = given(name)
    if (typeof value !== 'string' || value === '') throw invalid(name, value, 'must be a text')
    return value
  }
  return {
    ctx,
    request,
    fulfilled,
    text,
    count: (name, absent) => {
      const value = Number(given(name) ?? absent)
      if (!Number.isSafeInteger(value) || value < 0) throw invalid(name, given(name), 'must be a whole number from 0')
      return value
    },
    device: () => ctx.engine.devices.require(keyOf('toy', text('Name'))),
  }
}
