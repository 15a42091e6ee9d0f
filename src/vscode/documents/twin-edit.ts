import { isDeepStrictEqual } from 'node:util'
import type { HubApi, TwinView } from '../../shared/api.ts'

/** A twin's desired state as somebody has it before them. */
export interface Base {
  desired: object
  version: number
}

export type Saved =
  | { type: 'saved'; twin: TwinView }
  /** Somebody else has changed the desired state since; nothing was published. */
  | { type: 'conflict'; current: TwinView }
  | { type: 'notObject' }
  | { type: 'notJson'; reason: string }

/** Each report of the device is a new version too; so often do we try to get in between. */
const tries = 5

/**
 * Publishes an edited desired state. What the device reports meanwhile makes no conflict, as it is not what was edited;
 * another desired state than the one that was read does.
 */
export async function saveDesired(api: HubApi, device: string, name: string | undefined, text: string, base: Base): Promise<Saved> {
  let desired: unknown
  try {
    desired = JSON.parse(text)
  } catch (error) {
    return { type: 'notJson', reason: error instanceof Error ? error.message : String(error) }
  }
  if (typeof desired !== 'object' || desired === null || Array.isArray(desired)) return { type: 'notObject' }
  for (let attempt = 1; ; attempt += 1) {
    const current = await api.twin(device, name)
    if (!isDeepStrictEqual(current.desired, base.desired)) return { type: 'conflict', current }
    try {
      return { type: 'saved', twin: await api.setDesired(device, name, desired, current.version) }
    } catch (error) {
      if (attempt === tries || (error as { code?: unknown }).code !== 'VERSION_MISMATCH') throw error
    }
  }
}
