import { keyOf, type DeviceKey } from '../../../core/ids.ts'
import type { Job } from '../../../core/job/model.ts'
import type { Package } from '../../../core/ota/model.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { Context } from '../../dialect.ts'
import { DIALECT, deviceKey, objectId, tagKey } from '../wire/names.ts'
import { progressOf } from './progress.ts'
import { FIRMWARE } from '../jobs/document.ts'

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

/** An OTA instruction is a job. Returns the request id, which is the job's name. */
export function startUpgrade(ctx: Context, target: OtaTarget, document: OtaDocument): string {
  const requestId = objectId(ctx.ids)
  ctx.engine.jobs.create(ctx.turn, {
    key: keyOf(DIALECT, requestId),
    description: `${document.type ?? 'OTA'} ${document.version}`,
    targets: [
      'tag' in target
        ? { type: 'group', group: tagKey(target.product, target.tag) }
        : { type: 'device', device: deviceKey(target) },
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
 * The job upgrades something. Firmware is in when the device says that it runs it (`statusTold`); of anything else
 * nothing but the download is ever heard [iothub 8]. A device is told of every upgrade, however many it has.
 */
export function plan(ctx: Context, job: Job, content: Package): void {
  ctx.engine.upgrades.plan(job, content, { success: content.module === FIRMWARE ? 'VERSION' : 'PROGRESS' })
}

/** The device says how far it has come. Negative: it failed [iothub 8]. */
export function progressMade(ctx: Context, device: DeviceKey, progress: JsonObject): void {
  const { upgrades } = ctx.engine
  const { progress: reached, version, type } = progress
  if (typeof reached !== 'number' || (type !== undefined && typeof type !== 'string')) return
  const execution = upgrades.pending(device, type).find(({ job }) => upgrades.get(job)?.package.version === version)
  if (execution === undefined) return
  const { ts: _, ...details } = progress
  upgrades.report(ctx.turn, execution, { progress: reached < 0 ? 'FAILED' : reached, details })
}

/** The device says what it runs: upgrades to that version are done [iothub 8]. */
export function statusTold(ctx: Context, device: DeviceKey, { firmware_ver }: JsonObject): void {
  if (typeof firmware_ver !== 'string') return
  ctx.engine.upgrades.runs(ctx.turn, device, FIRMWARE, firmware_ver, { firmware_ver })
}

/**
 * The progress of the devices with a tag, of one version [iothub 8.1]: of the tag's latest upgrade unless it is named.
 */
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
  for (const job of ctx.engine.jobs.ofDialect(DIALECT)) {
    const broadcast = broadcastOf(job)
    if (broadcast?.product !== product || broadcast.tag !== tag) continue
    version = ctx.engine.upgrades.get(job.key)?.package.version
  }
  return version
}
