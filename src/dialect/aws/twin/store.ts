import { HubError } from '../../../core/errors.ts'
import { keyOf } from '../../../core/ids.ts'
import type { ConnectionId } from '../../../core/seam/mqtt.ts'
import { jsonSize } from '../../../core/twin/limits.ts'
import type { Twin } from '../../../core/twin/model.ts'
import type { Context } from '../../dialect.ts'
import { MAX_SHADOW_BYTES, ShadowError, TOO_LARGE, type ShadowUpdate } from './requests.ts'
import type { ShadowName } from './topics.ts'
import { say } from '../../../core/said.ts'

/** A shadow made again within 48 hours of its deletion counts on from there [aws 5.2 Version]. */
const KEEP_COUNTER_MS = 48 * 3_600_000

/** The device a shadow belongs to; no such thing needs to exist [aws 0.3 row 10]. */
export const deviceOf = ({ thing }: ShadowName): string => keyOf('aws', thing)

/** The shadow, or a ShadowError 404. */
export function getShadow(ctx: Context, name: ShadowName, clientToken: string | undefined): Twin {
  const twin = ctx.engine.twins.get(deviceOf(name), name.shadow)
  if (twin === undefined) throw noShadow(name, clientToken)
  return twin
}

/**
 * Applies an update, making the shadow if there is none; a ShadowError 400, 409 or 413 refuses it. People are told
 * of what the update loses, about `sender` if a connection sent it.
 */
export function updateShadow(ctx: Context, name: ShadowName, update: ShadowUpdate, sender?: ConnectionId): Twin {
  const { desired, reported, whole, version, clientToken, unknown, inexact } = update
  const device = deviceOf(name)
  const check = (next: Twin): void => {
    if (jsonSize({ desired: next.desired, reported: next.reported }) <= MAX_SHADOW_BYTES) return
    throw new ShadowError(413, TOO_LARGE, clientToken)
  }
  try {
    for (const field of unknown) ctx.ignored(say`shadow update: ${field.slice(0, 64)}`)
    const twin = ctx.engine.twins.update(ctx.turn, device, name.shadow, {
      ...(desired !== undefined && { desired }),
      ...(reported !== undefined && { reported }),
      ...(whole && { mode: 'replace' }),
      ...(version !== undefined && { expectedVersion: version }),
      ...(clientToken !== undefined && { correlation: clientToken }),
      check,
    })
    if (inexact !== undefined)
      ctx.warn(sender ?? device, say`shadow update: the integer at ${inexact} is beyond 2^53 and was rounded`)
    return twin
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    if (error.code === 'VERSION_MISMATCH') throw new ShadowError(409, 'Version conflict', clientToken)
    if (isUnkept(error)) throw new ShadowError(500, error.message, clientToken)
    // The hub's own refusals, such as an ignored field under `--strict`, have no code in AWS's list.
    throw new ShadowError(400, error.message, clientToken)
  }
}

/** Deletes the shadow and returns it as it was, or throws a ShadowError 404. */
export function deleteShadow(ctx: Context, name: ShadowName, clientToken: string | undefined): Twin {
  const device = deviceOf(name)
  if (ctx.engine.twins.get(device, name.shadow) === undefined) throw noShadow(name, clientToken)
  try {
    return ctx.engine.twins.delete(ctx.turn, device, name.shadow, {
      keepCounterMs: KEEP_COUNTER_MS,
      ...(clientToken !== undefined && { correlation: clientToken }),
    })
  } catch (error) {
    throw isUnkept(error) ? new ShadowError(500, (error as HubError).message, clientToken) : error
  }
}

/** Nothing that would change can be stored at present [aws 5.2 Internal service failure]. */
const isUnkept = (error: unknown): boolean => error instanceof HubError && error.code === 'UNAVAILABLE'

/** The classic shadow is called by the thing's name, a named one by its own. */
const noShadow = ({ thing, shadow }: ShadowName, clientToken: string | undefined): ShadowError =>
  new ShadowError(404, `No shadow exists with name: '${shadow ?? thing}'`, clientToken)
