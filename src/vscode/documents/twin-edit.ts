import type { HubApi, TwinView } from '../../shared/api.ts'

/** A twin as somebody has it before them. */
export interface Base {
  /** Its document as it was shown, and where in that the desired state stands. */
  document: object
  desiredAt: readonly string[]
  /** The desired state that an edit takes the place of. */
  desired: object
  version: number
}

export type Saved =
  /** `edited`: what was written, which from now on is what is shown. */
  | { type: 'saved'; twin: TwinView; edited: object }
  /** Somebody else has changed the desired state since; nothing was published. */
  | { type: 'conflict'; current: TwinView }
  | { type: 'notObject' }
  | { type: 'notJson'; reason: string }
  /** Something else than the desired state was changed. */
  | { type: 'readOnly'; field: string }
  /** Something was written where it means nothing. */
  | { type: 'misplaced'; field: string }

export const baseOf = ({ document, desiredAt, desired, version }: TwinView): Base => ({
  document,
  desiredAt,
  desired,
  version,
})

/** The same text, on top of a desired state that has been seen since. */
export const over = (base: Base, { desired, version }: TwinView): Base => ({ ...base, desired, version })

/**
 * Publishes the desired state of an edited document. What the device reports meanwhile makes no conflict, as it is not
 * what was edited; another desired state than the one that was read does. Rejects with what else the hub or its cloud
 * refuses.
 */
export async function saveTwin(
  api: HubApi,
  device: string,
  name: string | undefined,
  text: string,
  base: Base,
): Promise<Saved> {
  let edited: unknown
  try {
    edited = JSON.parse(text)
  } catch (error) {
    return { type: 'notJson', reason: error instanceof Error ? error.message : String(error) }
  }
  if (typeof edited !== 'object' || edited === null || Array.isArray(edited)) return { type: 'notObject' }
  try {
    return {
      type: 'saved',
      edited,
      twin: await api.editTwin(device, name, { edited, shown: base.document, over: base.desired }),
    }
  } catch (error) {
    const { code, data } = error as { code?: unknown; data?: { field?: unknown; current?: TwinView } }
    // A hub of an earlier version refuses without it.
    if (code === 'VERSION_MISMATCH')
      return { type: 'conflict', current: data?.current ?? (await api.twin(device, name)) }
    const field = data?.field
    if (typeof field === 'string' && code === 'FORBIDDEN') return { type: 'readOnly', field }
    if (typeof field === 'string' && code === 'INVALID' && field !== 'desired') return { type: 'misplaced', field }
    throw error
  }
}
