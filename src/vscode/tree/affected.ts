import type { Change } from '../../shared/api.ts'
import { dialectOf } from '../../shared/keys.ts'

/** Stable ids of the trees' items. */
export const idOf = {
  cloud: (dialect: string) => `cloud/${dialect}`,
  device: (key: string) => `device/${key}`,
  job: (key: string) => `job/${key}`,
} as const

/** The item of the Devices view that a change is about. */
export function deviceItemOf(change: Change): string | undefined {
  switch (change.type) {
    case 'device':
      return idOf.device(change.key)
    case 'execution':
      return idOf.device(change.device)
    default:
      return undefined
  }
}

/** The item of the Jobs view that a change is about. */
export function jobItemOf(change: Change): string | undefined {
  switch (change.type) {
    case 'job':
      return idOf.job(change.key)
    case 'execution':
      return idOf.job(change.job)
    default:
      return undefined
  }
}

/** Under which item a device's item hangs. */
export const cloudItemOf = (deviceItem: string): string => idOf.cloud(dialectOf(deviceItem.slice('device/'.length)))

/** More than these items of one parent are drawn anew with their parent: one question to the hub instead of many. */
const many = 8

/**
 * What to draw anew when these items have changed: the items themselves; their parent where there are many;
 * `undefined`, the whole tree, where neither an item nor its parent is shown yet. An item that its shown parent does
 * not show is the parent's to judge: it may lie beyond the first page.
 */
export function whatToDraw(
  changed: Iterable<string>,
  shown: (id: string) => boolean,
  parentOf: (id: string) => string | undefined,
): Set<string | undefined> {
  const byParent = new Map<string | undefined, string[]>()
  const draw = new Set<string | undefined>()
  for (const id of changed) {
    const parent = parentOf(id)
    if (shown(id)) byParent.set(parent, [...(byParent.get(parent) ?? []), id])
    else if (parent === undefined || !shown(parent)) draw.add(undefined)
  }
  for (const [parent, ids] of byParent) {
    if (ids.length > many) draw.add(parent)
    else if (!draw.has(parent)) ids.forEach((id) => draw.add(id))
  }
  return draw.has(undefined) ? new Set([undefined]) : draw
}
