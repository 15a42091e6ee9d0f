import type { Device } from '../../../../src/core/device/model.ts'
import { invalid } from '../../../../src/core/errors.ts'
import { keyOf, type DeviceKey } from '../../../../src/core/ids.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'
import { DEVICE_NAMES, isName } from '../wire/names.ts'

/** What Toyland keeps with a device. */
interface Extra {
  token?: string
}

/** What is known of a new toy: its token; of a part, whose it is and what sort of one. */
interface Newcomer {
  token?: string
  parent?: DeviceKey
  kind?: string
}

/** Makes a toy, or a part of one; without a token nobody can come as it yet. INVALID for a name. */
export function register(ctx: Context, name: string, { token, ...part }: Newcomer = {}): Device {
  if (!isName(name)) throw invalid('name', name, DEVICE_NAMES.rule)
  const extra = token === undefined ? {} : { token }
  return ctx.engine.devices.create(ctx.turn, { dialect: 'toy', name, extra, ...part })
}

/** The toy of that name, made if it is new. INVALID for a name. */
export const deviceOf = (ctx: Context, name: string): Device =>
  ctx.engine.devices.get(keyOf('toy', name)) ?? register(ctx, name)

export const tokenOf = (device: Device): string | undefined => (device.extra as Extra).token

/** Gives it another token. */
export function setToken(ctx: Context, device: Device): string {
  const token = ctx.ids.uuid()
  ctx.engine.devices.update(ctx.turn, device.key, { extra: { ...device.extra, token } })
  return token
}

/** The toy has been deleted, by whomever: its parts, what was wished of it and what waits in its session go with it. */
export function removed(ctx: Context, device: Device): void {
  for (const part of [...ctx.engine.devices.parts(device.key)]) ctx.engine.devices.delete(ctx.turn, part)
  for (const { id } of ctx.connections.ofDevice(device.key))
    ctx.act({ type: 'disconnect', connection: id, reason: 'SERVER_INITIATED', note: 'deleted' }, 'toy deleted')
  ctx.act({ type: 'withdraw', device: device.key }, 'toy deleted')
  if (ctx.engine.twins.get(device.key) !== undefined) ctx.engine.twins.delete(ctx.turn, device.key, undefined)
}
