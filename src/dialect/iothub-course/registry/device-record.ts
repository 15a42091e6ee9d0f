import type { Device } from '../../../core/device/model.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { Context } from '../../dialect.ts'
import { deviceKey, type Address } from '../wire/names.ts'

/** What IotHub keeps with a device. */
export interface Extra {
  /** Absent if something else than this dialect registered it: open mode then learns it from the device. */
  secret?: string
  /** 1 at first [iothub 5 $set_tags]. */
  tagsVersion: number
  /** The tags of that version. */
  toldTags: string[]
  /** Milliseconds; never twice the same. */
  lastStatusUpdate?: number
}

/** The dialect's own members of a device, whoever registered it. */
export const deviceExtra = ({ extra }: Pick<Device, 'extra'>): Extra => ({
  tagsVersion: 1,
  toldTags: [],
  ...(extra as Partial<Extra>),
})

/** Changes some of them, and with them perhaps the facts that queries see. */
export function setExtra(
  ctx: Context,
  device: Device,
  change: Partial<Extra>,
  also: { tags?: Device['tags'] } = {},
): Device {
  return ctx.engine.devices.update(ctx.turn, device.key, { ...also, extra: { ...device.extra, ...change } })
}

/** The last `update_status`, which queries find under `tags.status`. */
export const statusTags = ({ tags }: Pick<Device, 'tags'>): JsonObject =>
  (tags['status'] as JsonObject | undefined) ?? {}

/** The registered device of that address. */
export const find = (ctx: Context, address: Address): Device | undefined => ctx.engine.devices.get(deviceKey(address))
