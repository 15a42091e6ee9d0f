import type { JobView } from '../../src/shared/api.ts'
import type { JobDeed } from '../../src/shared/progress-messages.ts'
import { countOf, isRetriable } from '../../src/shared/states.ts'

/** What can be done with a job as it is; the hub has the last word. */
export function possible({
  status,
  counts,
}: Pick<JobView, 'status' | 'counts'>): Record<Exclude<JobDeed, 'startHub'>, boolean> {
  const active = status === 'IN_PROGRESS' || status === 'SCHEDULED'
  return {
    cancel: active,
    forceCancel: active && (counts['IN_PROGRESS'] ?? 0) > 0,
    retryFailed:
      (status === 'IN_PROGRESS' || status === 'COMPLETED' || status === 'FAILED') && countOf(counts, isRetriable) > 0,
    delete: status !== 'DELETING',
    openDocument: true,
  }
}
