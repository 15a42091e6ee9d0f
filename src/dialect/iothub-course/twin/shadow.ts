import type { Device } from '../../../core/device/model.ts'
import type { DomainEvent } from '../../../core/events.ts'
import type { TwinRequest } from '../../../core/twin/edit.ts'
import { isObject, put } from '../../../core/twin/json.ts'
import type { JsonObject, Section, Twin } from '../../../core/twin/model.ts'
import type { Context, TwinFront } from '../../dialect.ts'
import { tellDevice } from '../mqtt/downlink.ts'
import { addressOf } from '../wire/names.ts'
import { jsonObject } from '../wire/payload.ts'
import type { Words } from '../../../core/said.ts'

const SECTIONS: readonly Section[] = ['desired', 'reported']

const EMPTY: JsonObject = { state: {}, metadata: {}, version: 0 }

/** Shadows as people see and edit them: the document that GET answers with, or the body of a PUT [iothub 6]. */
export const twins: TwinFront = {
  word: 'shadow',
  desiredAt: ['state', 'desired'],
  show: documentOf,
  empty: EMPTY,
  request,
}

/** `{ desired, version }`, which takes the place of what is wanted key by key. */
function request(document: JsonObject): TwinRequest | undefined {
  const { desired, version, ...others } = document
  if (!isObject(desired) || Object.keys(others).length > 0) return undefined
  // The version of a PUT is the next one, which people need not know; it is not the one that they have seen.
  return version === undefined || typeof version === 'number' ? { desired, mode: 'assign' } : undefined
}

export function shadowOf(ctx: Context, { key }: Pick<Device, 'key'>): JsonObject {
  const twin = ctx.engine.twins.get(key)
  return twin === undefined ? EMPTY : documentOf(twin)
}

/** The shadow document [iothub 6]; times in Unix seconds. */
function documentOf(twin: Twin): JsonObject {
  const state: JsonObject = {}
  const metadata: JsonObject = {}
  for (const section of SECTIONS) {
    const value = twin[section]
    if (value === undefined) continue
    state[section] = value
    metadata[section] = stampsOf(twin, section)
  }
  return { state, metadata, version: twin.version, timestamp: seconds(twin.updatedAt) }
}

/** Every top-level key of the section with the time of its last change. */
function stampsOf(twin: Twin, section: Section): JsonObject {
  const stamps: JsonObject = {}
  for (const [key, { at }] of Object.entries(twin.metadata[section]?.of ?? {}))
    put(stamps, key, { timestamp: seconds(at) })
  return stamps
}

/** Takes what is wanted of the device [iothub 6 PUT]. False: `version` is not newer than the shadow's. */
export function setDesired(ctx: Context, { key }: Device, desired: JsonObject, version: number): boolean {
  if (version <= (ctx.engine.twins.get(key)?.version ?? 0)) return false
  // Null is a wish like any other here: that the key be deleted, once the device agrees.
  ctx.engine.twins.update(ctx.turn, key, undefined, { desired, mode: 'assign', nulls: 'keep', setVersion: version })
  return true
}

/**
 * The device has done all that was wanted: it becomes what is reported [iothub 6 $shadow_updated]. Returns why not, if
 * not.
 */
export function desiredFulfilled(ctx: Context, device: Device, payload: Buffer): Words | undefined {
  const twin = ctx.engine.twins.get(device.key)
  const request = jsonObject(payload)
  const state = request?.['state']
  if (!isObject(state) || state['desired'] !== null) return 'state.desired is not null'
  return carryOut(ctx, device, request?.['version'], {
    ...(twin?.desired !== undefined && { reported: twin.desired }),
    desired: null,
  })
}

/** The device says how it is [iothub 6 $shadow_reported]. Returns why it is not heard, if it is not. */
export function stateReported(ctx: Context, device: Device, payload: Buffer): Words | undefined {
  const request = jsonObject(payload)
  const state = request?.['state']
  const reported = isObject(state) ? state['reported'] : undefined
  if (!isObject(reported)) return 'state.reported is not an object'
  return carryOut(ctx, device, request?.['version'], { reported })
}

/** The whole document; lost while the device is away, which asks for it when it connects [iothub 5]. */
export function sendShadow(ctx: Context, device: Device): void {
  tellDevice(
    ctx,
    addressOf(device),
    { command: '$update_shadow', data: JSON.stringify(shadowOf(ctx, device)), qos: 0 },
    '[iothub 5] $update_shadow',
  )
}

/** Tells the device that something else is wanted, whoever wants it. */
export function shadowEvent(ctx: Context, event: DomainEvent): void {
  if (event.type !== 'twin.updated' || !isObject(event.patch.desired)) return
  const device = ctx.engine.devices.get(event.twin.device)
  if (device !== undefined) sendShadow(ctx, device)
}

/**
 * A device that does not speak of the present version is told what is. One that is ahead of the hub, which has
 * forgotten since, would pass over that: the hub counts on from where the device is.
 */
function carryOut(
  ctx: Context,
  device: Device,
  version: unknown,
  change: { reported?: JsonObject; desired?: null },
): undefined {
  const is = ctx.engine.twins.get(device.key)?.version ?? 0
  if (Number(version) !== is) {
    const ahead = Number(version) > is && Number.isSafeInteger(Number(version) + 1)
    if (ahead) ctx.engine.twins.update(ctx.turn, device.key, undefined, { setVersion: Number(version) + 1 })
    return void sendShadow(ctx, device)
  }
  const twin = ctx.engine.twins.update(ctx.turn, device.key, undefined, { ...change, mode: 'assign' })
  const reply = { status: 'success', timestamp: seconds(ctx.now), version: twin.version }
  tellDevice(
    ctx,
    addressOf(device),
    { command: '$shadow_reply', data: JSON.stringify(reply), qos: 0 },
    '[iothub 5] $shadow_reply',
  )
}

const seconds = (at: number): number => Math.floor(at / 1000)
