import { isUtf8 } from 'node:buffer'
import type { Device } from '../../core/device/model.ts'
import type { Engine } from '../../core/engine.ts'
import { nameOf } from '../../core/ids.ts'
import type { Execution } from '../../core/job/model.ts'
import type { Reading } from '../../core/telemetry/telemetry.ts'
import { isPending } from '../../core/job/states.ts'
import type { DeviceDetail, DeviceQuery, DeviceView, HubApi, Page, ReadingView } from '../../shared/api.ts'
import { DeviceIndex } from './device-index.ts'
import { latestView } from './executions.ts'
import { checkedLimit } from './page.ts'
import { dialectNamed, type ApiSources } from './sources.ts'

/** Looking at devices and groups. */
export function deviceApi({
  engine,
  live,
  dialects,
  traffic,
}: ApiSources): Pick<HubApi, 'devices' | 'device' | 'groups' | 'messages' | 'telemetry'> {
  // A part of a device that is gone is shown where that was.
  const devices = new DeviceIndex(engine.devices, ({ parent }) => parent === undefined || !engine.devices.get(parent))
  const all = new DeviceIndex(engine.devices, () => true)
  return {
    devices: async (query = {}) => {
      if (query.parent !== undefined) engine.devices.require(query.parent)
      return devicePage(engine, query.parts === true ? all : devices, query)
    },
    device: async (key) => {
      const device = engine.devices.require(key)
      const executions = [...engine.executions.ofDevice(key)].reverse()
      return {
        ...deviceView(engine, device),
        id: device.id,
        attributes: device.attributes,
        tags: device.tags,
        createdAt: device.createdAt,
        twinWord: dialectNamed({ dialects }, device.dialect).twins.word,
        twins: [...(engine.twins.get(key) === undefined ? [] : ['']), ...engine.twins.names(key)],
        connections: [...live.ofDevice(key)].map(({ id, request, identity }) => ({
          id,
          transport: request.transport,
          remoteAddress: request.remoteAddress,
          principal: identity.principal,
        })),
        modules: [...engine.upgrades.versions.of(key)],
        executions: executions.map((execution) => ({ ...latestView(engine, execution), job: execution.job })),
      } satisfies DeviceDetail
    },
    groups: async (dialect) =>
      dialects
        .filter(({ name }) => dialect === undefined || name === dialect)
        .flatMap(({ name }) => [...engine.groups.ofDialect(name)])
        .map(({ key, dialect: of, name }) => ({ key, dialect: of, name, devices: sizeOfGroup(engine, key) })),
    messages: async (device) => {
      engine.devices.require(device)
      return traffic.of(device)
    },
    telemetry: async (device) => {
      engine.devices.require(device)
      return engine.telemetry.of(device).map(readingView)
    },
  }
}

/** Builds views for the page only, and asks no more about the rest than the query demands. */
function devicePage(
  engine: Engine,
  index: DeviceIndex,
  { dialect, search, online, parent, after, limit }: DeviceQuery,
): Page<DeviceView> {
  const size = checkedLimit(limit)
  const { keys, from, start, to } = parent === undefined ? index.range(dialect, after) : partsIn(engine, parent, after)
  const text = search?.toLowerCase()
  const filtered = (text !== undefined && text !== '') || online !== undefined
  const wanted = (key: string): boolean =>
    (text === undefined || nameOf(key).toLowerCase().includes(text)) &&
    (online === undefined || engine.connections.isOnline(key) === online)
  const items: DeviceView[] = []
  let total = filtered ? 0 : to - from
  let last: string | undefined
  let more = false
  for (let at = filtered ? from : start; at < to; at += 1) {
    const key = keys[at]!
    if (filtered) {
      if (!wanted(key)) continue
      total += 1
      if (at < start) continue
    }
    if (items.length < size) {
      items.push(deviceView(engine, engine.devices.require(key)))
      last = key
      continue
    }
    more = true
    if (!filtered) break
  }
  return { items, total, ...(more && last !== undefined && { next: last }) }
}

/** The parts of a device, as the index has the rest. */
function partsIn(engine: Engine, parent: string, after = ''): ReturnType<DeviceIndex['range']> {
  const keys = [...engine.devices.parts(parent)].sort()
  const start = keys.findIndex((key) => key > after)
  return { keys, from: 0, start: start < 0 ? keys.length : start, to: keys.length }
}

/** Bytes that are no text are told as base64. */
function readingView({ at, name, payload, size }: Reading): ReadingView {
  const bytes = Buffer.from(payload)
  if (isUtf8(bytes)) return { at, name, payload: bytes.toString(), size }
  return { at, name, payload: bytes.toString('base64'), base64: true, size }
}

/** A device as lists show it. */
export function deviceView(engine: Engine, device: Device): DeviceView {
  const connectivity = engine.connections.get(device.key)
  const online = engine.connections.isOnline(device.key)
  const pending = pendingOf(engine, device.key)
  return {
    key: device.key,
    dialect: device.dialect,
    name: device.name,
    online,
    state: stateOf(engine, device.key, online, pending),
    pending: pending.length,
    groups: device.groups.map(nameOf),
    ...(engine.devices.parts(device.key).size > 0 && { parts: engine.devices.parts(device.key).size }),
    ...(device.parent !== undefined && { parent: device.parent }),
    ...(device.kind !== undefined && { kind: device.kind }),
    ...(connectivity !== undefined && { seenAt: connectivity.at }),
  }
}

/** What it has to do, in whatever lane. */
const pendingOf = ({ executions }: Engine, device: string): Execution[] =>
  [...executions.ofDevice(device)].filter(({ status }) => isPending(status))

function stateOf(engine: Engine, device: string, online: boolean, pending: readonly Execution[]): DeviceView['state'] {
  if (pending.some(({ status }) => status === 'IN_PROGRESS')) return 'working'
  let latest: Execution | undefined
  for (const execution of engine.executions.ofDevice(device)) {
    if (isPending(execution.status)) continue
    const later =
      latest === undefined ||
      execution.updatedAt > latest.updatedAt ||
      (execution.updatedAt === latest.updatedAt && execution.order > latest.order)
    if (later) latest = execution
  }
  if (latest !== undefined && BAD.has(latest.status)) return 'failed'
  return online ? 'online' : 'offline'
}

const BAD: ReadonlySet<string> = new Set(['FAILED', 'TIMED_OUT', 'REJECTED'])

const sizeOfGroup = ({ groups }: Engine, key: string): number =>
  groups.children(key).size === 0 ? groups.direct(key).size : groups.members(key).size
