import type { DeviceKey } from '../../../../src/core/ids.ts'
import { nameOf } from '../../../../src/core/ids.ts'
import { isObject } from '../../../../src/core/twin/json.ts'
import type { JsonObject, Twin } from '../../../../src/core/twin/model.ts'
import type { Context, TwinFront } from '../../../../src/dialect/dialect.ts'
import { tell } from '../mqtt/tell.ts'
import { jsonObject } from '../wire/payload.ts'

/** What a toy shall be (`wish`) and what it is (`state`). */
export const twins: TwinFront = {
  word: 'twin',
  desiredAt: ['wish'],
  empty: { wish: {}, state: {}, version: 0 },
  show,
  request: ({ wish, ...others }) =>
    isObject(wish) && Object.keys(others).length === 0 ? { desired: wish, mode: 'merge' } : undefined,
}

function show({ desired = {}, reported = {}, version }: Twin): JsonObject {
  return { wish: desired, state: reported, version }
}

/** The toy says how it is. Returns why that is not heard, if it is not. */
export function stateReported(ctx: Context, device: DeviceKey, payload: Buffer): string | undefined {
  const reported = jsonObject(payload)
  if (reported === undefined) return 'the state is no JSON object'
  ctx.engine.twins.update(ctx.turn, device, undefined, { reported })
  return undefined
}

/** All that is wished of the toy, if anything is. */
export function tellWish(ctx: Context, device: DeviceKey): undefined {
  const wish = ctx.engine.twins.get(device)?.desired
  if (wish !== undefined) tell(ctx, device, { device: nameOf(device), verb: 'wish' }, JSON.stringify(wish))
}
