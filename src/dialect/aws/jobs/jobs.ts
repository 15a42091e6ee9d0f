import type { DomainEvent } from '../../../core/events.ts'
import { nameOf } from '../../../core/ids.ts'
import { isPending } from '../../../core/job/states.ts'
import type { Context } from '../../dialect.ts'
import { publishJobEvent } from './events.ts'
import { notifyQueue } from './notify.ts'
import { forgetUrls } from './presign.ts'
import { setResourceTags } from '../registry/tags.ts'

export { jobsCapability } from './capability.ts'
export { jobRoutes } from './control.ts'
export { onJobsPublish, rejectTopic } from './device.ts'
export { jobDataRoutes } from './http.ts'
export { presignedRoutes } from './presign.ts'
export { jobFront } from './front.ts'

/** Tells devices and listeners what has become of jobs, executions and queues [aws 2.8, 2.10]. */
export function onJobsEvent(ctx: Context, event: DomainEvent): void {
  if (event.type === 'queue.changed') return notifyQueue(ctx, event)
  publishJobEvent(ctx, event)
  if (event.type === 'job.deleted') setResourceTags(ctx, `job/${nameOf(event.job.key)}`, undefined)
  const isOver =
    event.type === 'execution.deleted' || (event.type === 'execution.changed' && !isPending(event.execution.status))
  if (isOver) forgetUrls(ctx, event.execution)
}
