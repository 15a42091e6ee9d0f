import type { TwinRequest } from '../../../core/twin/edit.ts'
import { isObject } from '../../../core/twin/json.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { TwinFront } from '../../dialect.ts'
import { wholeShadow } from './documents.ts'
import { shadowFault } from './requests.ts'

/**
 * Shadows as people see and edit them: the document of GetThingShadow, or a request as UpdateThingShadow takes it [aws
 * 5.2].
 */
export const twins: TwinFront = {
  word: 'shadow',
  desiredAt: ['state', 'desired'],
  show: (twin) => wholeShadow(twin, twin.updatedAt, undefined),
  empty: { state: {}, metadata: {}, version: 0 },
  request,
  fault: shadowFault,
}

const MEMBERS: readonly string[] = ['state', 'version', 'clientToken']

/**
 * The whole document has `metadata` besides. What a device reports is not people's to say: that is no request of
 * theirs.
 */
function request(document: JsonObject): TwinRequest | undefined {
  if (!Object.keys(document).every((member) => MEMBERS.includes(member))) return undefined
  const { state, version } = document
  if (!isObject(state) || Object.keys(state).join() !== 'desired') return undefined
  const { desired } = state
  if (desired !== null && !isObject(desired)) return undefined
  return { desired, mode: 'merge', ...(typeof version === 'number' && { version }) }
}
