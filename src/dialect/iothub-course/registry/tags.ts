import type { Device } from '../../../core/device/model.ts'
import { nameOf, type GroupKey } from '../../../core/ids.ts'
import { equal } from '../../../core/twin/json.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { Context } from '../../dialect.ts'
import { deviceExtra, setExtra } from './device-record.ts'
import { tellDevice } from '../mqtt/downlink.ts'
import { addressOf, DIALECT, tagKey } from '../wire/names.ts'

/** The tags of a device, in the order in which they were given. A tag is a group, so that jobs can be for one. */
export function tagsOf(device: Pick<Device, 'name' | 'groups'>): string[] {
  const prefix = `${addressOf(device).product}/`
  return device.groups.map(nameOf).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
}

/**
 * Gives the device these tags and no others, and tells it, also if they are what they were [iothub 7 PUT
 * /devices/{P}/{D}/tags].
 */
export function setDeviceTags(ctx: Context, device: Device, tags: string[]): void {
  const { product } = addressOf(device)
  const wanted = [...new Set(tags)].map((tag) => tagKey(product, tag))
  const same = wanted.findIndex((group, i) => device.groups[i] !== group)
  const kept = same < 0 ? wanted.length : same
  for (const group of device.groups.slice(kept)) ctx.engine.devices.leave(ctx.turn, device.key, group)
  for (const group of wanted.slice(kept)) {
    if (ctx.engine.groups.get(group) === undefined)
      ctx.engine.groups.create(ctx.turn, { dialect: DIALECT, name: nameOf(group) })
    ctx.engine.devices.join(ctx.turn, device.key, group)
  }
  announce(ctx, ctx.engine.devices.require(device.key))
}

/**
 * Somebody else may have changed the device's groups: it is told once per turn. A tag that nobody has any more is gone.
 */
export function membershipChanged(ctx: Context, group: GroupKey, device: Device | undefined): void {
  if (device !== undefined && tagsOf(device).join(',') !== deviceExtra(device).toldTags.join(',')) announce(ctx, device)
  if (
    ctx.engine.groups.get(group) !== undefined &&
    ctx.engine.groups.direct(group).size === 0 &&
    ctx.engine.groups.children(group).size === 0
  ) {
    ctx.engine.groups.delete(ctx.turn, group)
  }
}

/** Lost while the device is away: QoS 0. It asks for its tags whenever it connects [iothub 12]. */
function sendTags(ctx: Context, device: Device): void {
  const content = { tags: tagsOf(device), tags_version: deviceExtra(device).tagsVersion }
  tellDevice(
    ctx,
    addressOf(device),
    { command: '$set_tags', data: JSON.stringify(content), qos: 0 },
    '[iothub 5] $set_tags',
  )
}

/**
 * The device has asked, and says which tags of which version it has; without a version it has none. One that is ahead
 * of the hub, which has forgotten since, would pass over all that is older: the hub counts on from there.
 */
export function tagsAsked(ctx: Context, device: Device, request: JsonObject | undefined): void {
  const has = Number(request?.['tags_version'] ?? 0) || 0
  const { tagsVersion } = deviceExtra(device)
  if (has < tagsVersion) return sendTags(ctx, device)
  if (has === tagsVersion || !Number.isSafeInteger(has + 1)) return
  const tags = tagsOf(device)
  const same = equal(request?.['tags'], tags)
  const caughtUp = setExtra(ctx, device, { tagsVersion: same ? has : has + 1, toldTags: tags })
  if (!same) sendTags(ctx, caughtUp)
}

function announce(ctx: Context, device: Device): void {
  sendTags(ctx, setExtra(ctx, device, { tagsVersion: deviceExtra(device).tagsVersion + 1, toldTags: tagsOf(device) }))
}
