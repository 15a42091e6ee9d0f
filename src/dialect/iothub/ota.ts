import type { Device } from '../../core/device/model.ts'
import { keyOf, type DeviceKey } from '../../core/ids.ts'
import { parseJson } from '../../core/json-text.ts'
import type { Execution, Job, Report } from '../../core/job/model.ts'
import type { JsonObject } from '../../core/twin/model.ts'
import type { Context } from '../dialect.ts'
import { deviceKey, objectId, tagKey } from './names.ts'
import { progressOf } from './ota-progress.ts'
import { isFault, workOf, type Work } from './work.ts'

/** What an upgrade is for: one device, or all with a tag. */
export type OtaTarget = { product: string; device: string } | { product: string; tag: string }

/** Members of the command in the order in which the course sends them [iothub 8]. */
export interface OtaDocument {
  url: string
  version: string
  size?: number
  md5?: string
  type?: string
}

/** An OTA instruction is a job, so that its progress can be watched like any other's. Returns the request id, which is the job's name. */
export function startUpgrade(ctx: Context, target: OtaTarget, document: OtaDocument): string {
  const requestId = objectId(ctx.ids)
  ctx.engine.jobs.create(ctx.turn, {
    key: keyOf('iothub', requestId),
    description: `${document.type ?? 'OTA'} ${document.version}`,
    targets: [
      'tag' in target ? { type: 'group', group: tagKey(target.product, target.tag) } : { type: 'device', device: deviceKey(target) },
    ],
    selection: 'SNAPSHOT',
    document: JSON.stringify(document),
    ...('tag' in target && { extra: { product: target.product, tag: target.tag } }),
  })
  return requestId
}

/** The tag a job was made for with one broadcast; `undefined` for any other job [iothub 8.1]. */
export function broadcastOf({ extra }: Job): { product: string; tag: string } | undefined {
  const { product, tag } = extra ?? {}
  return typeof product === 'string' && typeof tag === 'string' ? { product, tag } : undefined
}

/**
 * The device says how far it has come. Negative: it failed. 100 is the end of the download, not of the upgrade: firmware
 * is in when the device says that it runs it (`firmwareRuns`); for anything else 100 is all that is ever heard [iothub 8].
 */
export function progressMade(ctx: Context, device: DeviceKey, progress: JsonObject): void {
  const { progress: reached, version, type } = progress
  if (typeof reached !== 'number') return
  const [execution] = underWay(ctx, device, (work) => work.version === version && (type === undefined || (work.module ?? type) === type))
  if (execution === undefined) return
  const status = reached < 0 ? 'FAILED' : reached >= 100 && !isFirmware(workOf(ctx, execution)) ? 'SUCCEEDED' : 'IN_PROGRESS'
  const { ts: _, ...details } = progress
  const report: Report = { status, details, ...(reached >= 0 && { progress: Math.min(reached, 100) }) }
  ctx.engine.executions.report(ctx.turn, execution.job, device, report)
}

/** The device says what it runs: upgrades to that version are done [iothub 8]. */
export function firmwareRuns(ctx: Context, { key }: Device, status: JsonObject): void {
  const { firmware_ver: version } = status
  for (const execution of underWay(ctx, key, (work) => isFirmware(work) && work.version === version)) {
    const details = { ...execution.details, firmware_ver: version }
    ctx.engine.executions.report(ctx.turn, execution.job, key, { status: 'SUCCEEDED', progress: 100, details })
  }
}

/** The progress of the devices with a tag, of one version [iothub 8.1]: of the tag's latest upgrade unless it is named. */
export function tagProgress(ctx: Context, product: string, tag: string, wanted: string | undefined): JsonObject {
  const version = wanted ?? latestVersion(ctx, product, tag)
  const devices: JsonObject[] = []
  for (const key of ctx.engine.groups.direct(tagKey(product, tag))) {
    const last = progressOf(ctx, key)
    if (last === undefined || last['version'] !== version) continue
    const { progress, desc, ts } = last
    devices.push({ device_name: key.slice(deviceKey({ product, device: '' }).length), progress, desc, ts })
  }
  return { tag, version: version ?? null, devices }
}

function latestVersion(ctx: Context, product: string, tag: string): string | undefined {
  let version: string | undefined
  for (const job of ctx.engine.jobs.ofDialect('iothub')) {
    const broadcast = broadcastOf(job)
    if (broadcast?.product !== product || broadcast.tag !== tag) continue
    version = (parseJson(job.document) as OtaDocument).version
  }
  return version
}

/** The device's pending upgrades that fit, in the order of its queue. */
const underWay = (ctx: Context, device: DeviceKey, fits: (work: Work & { type: 'ota' }) => boolean): Execution[] =>
  ctx.engine.executions.pending(device).filter((execution) => {
    const work = workOf(ctx, execution)
    return !isFault(work) && work.type === 'ota' && fits(work)
  })

const isFirmware = (work: ReturnType<typeof workOf>): boolean =>
  !isFault(work) && work.type === 'ota' && (work.module ?? 'firmware') === 'firmware'
