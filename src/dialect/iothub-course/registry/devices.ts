import type { Device } from '../../../core/device/model.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { Context } from '../../dialect.ts'
import { clientViews, forgetClients } from '../mqtt/clients.ts'
import { forgetDeletion, rememberDeletion } from './deleted.ts'
import { deviceExtra, find, statusTags, type Extra } from './device-record.ts'
import { addressOf, DIALECT, shortId } from '../wire/names.ts'
import { forgetProgress } from '../ota/progress.ts'
import { shadowOf } from '../twin/shadow.ts'
import { tagsOf } from './tags.ts'

/** Registers a device under a fresh name, unless it brings its own. ALREADY_EXISTS. */
export function register(
  ctx: Context,
  { product, device, secret }: { product: string; device?: string; secret?: string },
): Device {
  let name = device ?? shortId(ctx.ids)
  while (device === undefined && find(ctx, { product, device: name }) !== undefined) name = shortId(ctx.ids)
  const extra: Extra = { secret: secret ?? shortId(ctx.ids), tagsVersion: 1, toldTags: [] }
  forgetDeletion(ctx, { product, device: name })
  return ctx.engine.devices.create(ctx.turn, {
    dialect: DIALECT,
    name: `${product}/${name}`,
    type: product,
    extra: { ...extra },
  })
}

/** The device as the API shows it [iothub 7 GET /devices/{P}]. */
export function describeDevice(ctx: Context, device: Device): JsonObject {
  const { product, device: name } = addressOf(device)
  return {
    product_name: product,
    device_name: name,
    secret: deviceExtra(device).secret ?? '',
    device_status: statusTags(device),
    tags: tagsOf(device),
    shadow: shadowOf(ctx, device),
  }
}

/** The same with its connections, latest and former [iothub 7 GET /devices/{P}/{D}]. */
export const describeFully = (ctx: Context, device: Device): JsonObject => ({
  ...describeDevice(ctx, device),
  connections: clientViews(ctx, device.key),
})

/** The device has been deleted, by whomever: what it had goes with it. The engine sees to what it had to do. */
export function removed(ctx: Context, device: Device): void {
  rememberDeletion(ctx, device)
  for (const connection of ctx.connections.ofDevice(device.key)) {
    ctx.act(
      { type: 'disconnect', connection: connection.id, reason: 'SERVER_INITIATED', note: 'the device was deleted' },
      '[iothub 7] DELETE device',
    )
  }
  if (ctx.engine.twins.get(device.key) !== undefined) ctx.engine.twins.delete(ctx.turn, device.key, undefined)
  forgetClients(ctx, device.key)
  forgetProgress(ctx, device.key)
}

/** Suspended means: out, now, and no way back in [iothub 2]. */
export function suspended(ctx: Context, device: Device): void {
  for (const connection of ctx.connections.ofDevice(device.key)) {
    ctx.act(
      { type: 'disconnect', connection: connection.id, reason: 'FORBIDDEN', note: 'the device is suspended' },
      '[iothub 2] suspended',
    )
  }
}
