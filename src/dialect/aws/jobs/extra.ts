import { nameOf } from '../../../core/ids.ts'
import type { Job, Target } from '../../../core/job/model.ts'
import { arn, LOCAL_CALLER, type Caller } from '../wire/arns.ts'

export interface PresignedUrlConfig {
  roleArn?: string
  expiresInSec?: number
}

export interface SchedulingConfig {
  startTime?: string
  endTime?: string
  endBehavior?: string
  maintenanceWindows?: MaintenanceWindow[]
}

export interface MaintenanceWindow {
  startTime: string
  durationInMinutes: number
}

/** What AWS knows of a job and the engine does not; absent for a job that was not made through the control plane. */
export interface JobExtra {
  /** Region and account of whoever made the job: what its ARNs show wherever there is no request to tell. */
  caller?: Caller
  /** Tells the request that made the job from others. */
  asked?: string
  /** As given, each target once. */
  targets?: string[]
  documentSource?: string
  jobTemplateArn?: string
  documentParameters?: Record<string, string>
  presignedUrlConfig?: PresignedUrlConfig
  schedulingConfig?: SchedulingConfig
  namespaceId?: string
  tags?: { Key: string; Value?: string }[]
  destinationPackageVersions?: string[]
}

export const jobExtra = (job: Job): JobExtra => job.extra ?? {}

export const callerOfJob = (job: Job): Caller => jobExtra(job).caller ?? LOCAL_CALLER

/** The targets as ARNs, as they were given. */
export const targetArns = (job: Job): string[] =>
  jobExtra(job).targets ?? job.targets.map((target) => arnOfTarget(callerOfJob(job), target))

/** A dynamic selection has no ARN in AWS: its query stands for it. */
function arnOfTarget(caller: Caller, target: Target): string {
  if (target.type === 'device') return arn.thing(caller, nameOf(target.device))
  return target.type === 'group' ? arn.thingGroup(caller, nameOf(target.group)) : target.text
}

/** Why the job was canceled; in AWS's words, where that was by itself. */
export function reasonOf({ reasonCode, comment, aborted }: Job): { reasonCode?: string; comment?: string } {
  if (aborted === undefined)
    return { ...(reasonCode !== undefined && { reasonCode }), ...(comment !== undefined && { comment }) }
  const kind = aborted.on === 'ANY' ? 'ALL' : aborted.on
  const met = `Abort criteria for failure type ${kind} with threshold ${aborted.percent.toFixed(2)}% met.`
  const counts = `Total completed executions: ${aborted.ended}, total ${kind} executions: ${aborted.failed}`
  return { reasonCode: 'ABORT_CANCEL', comment: `${met} ${counts}` }
}

/** The job's status in AWS's words. */
export const wireStatus = ({ status }: Pick<Job, 'status'>): string =>
  status === 'DELETING' ? 'DELETION_IN_PROGRESS' : status
