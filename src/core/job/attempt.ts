import type { DeviceKey } from '../ids.ts'
import type { Turn } from '../turn.ts'
import type { ExecutionIndex } from './execution-index.ts'
import type { Execution, Job } from './model.ts'

/** Queues the next attempt of a device at a job; `retried` tells what led to it, if it is a retry. */
export function queueAttempt(
  turn: Turn,
  index: ExecutionIndex,
  job: Job,
  device: DeviceKey,
  retried?: NonNullable<Execution['retried']>,
): void {
  const execution: Execution = {
    job: job.key,
    device,
    number: index.nextNumber(job.key, device),
    ...(job.lane === undefined ? {} : { lane: job.lane }),
    order: index.nextOrder(),
    status: 'QUEUED',
    version: 1,
    queuedAt: turn.now,
    updatedAt: turn.now,
    ...(retried === undefined ? {} : { retried }),
  }
  index.put(execution)
  turn.emit({ type: 'execution.queued', execution })
}
