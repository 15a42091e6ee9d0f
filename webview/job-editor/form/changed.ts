import type { JobDraft } from '../../../src/shared/job-draft.ts'
import type { DraftInWork } from '../../../src/shared/messages.ts'

/**
 * The members in which two drafts of the same form differ. A document that cannot be read is no change: it is still
 * being written.
 */
export function changedMembers(before: DraftInWork, after: DraftInWork): (keyof JobDraft)[] {
  const members = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof JobDraft)[])
  return [...members].filter(
    (name) =>
      !(name === 'document' && after.document === undefined) &&
      JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
}
