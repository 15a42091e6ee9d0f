import type { DeviceKey } from '../../../core/ids.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { Context } from '../../dialect.ts'

/** The last `update_ota_status` of a device, whatever version it was about, with its time [iothub 8]. */
export type Progress = JsonObject

export const progressOf = (ctx: Context, device: DeviceKey): Progress | undefined =>
  ctx.own<Progress>('otaProgress').get(device)
export const keepProgress = (ctx: Context, device: DeviceKey, progress: Progress): void =>
  void ctx.own<Progress>('otaProgress').set(device, progress)
export const forgetProgress = (ctx: Context, device: DeviceKey): void =>
  void ctx.own<Progress>('otaProgress').delete(device)
