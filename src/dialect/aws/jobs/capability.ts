import type { Capability } from '../../capability.ts'

type Row = [item: string, state: Capability['state'], note?: string]

const rows = (area: string, list: Row[]): Capability[] =>
  list.map(([item, state, note]) => ({ area, item, state, ...(note !== undefined && { note }) }))

const device = rows('Jobs: device side', [
  ['GetPendingJobExecutions (jobs/get)', 'modelled', 'lists everything pending; the page limit of AWS is not known'],
  ['StartNextPendingJobExecution (jobs/start-next)', 'modelled'],
  ['DescribeJobExecution (jobs/{jobId}/get, jobs/$next/get)', 'modelled', 'nothing pending: no execution'],
  ['UpdateJobExecution (jobs/{jobId}/update)', 'modelled'],
  [
    'Answers to the requesting connection only, subscribed or not',
    'modelled',
    'in the QoS of a matching subscription, else QoS 0; to all subscribers when asked by HTTP Publish',
  ],
  ['status', 'modelled', 'QUEUED, CANCELED, TIMED_OUT and REMOVED are refused with InvalidStateTransition'],
  [
    'statusDetails',
    'modelled',
    'replaces the whole map; control characters are taken, numbers and booleans as their texts; more than 10 pairs are kept with a warning',
  ],
  ['Numbers and booleans of a request', 'modelled', 'also as texts; an empty one counts as absent'],
  ['Zero bytes behind a request', 'modelled', 'taken, as programs in C send them'],
  ['expectedVersion', 'modelled'],
  ['executionNumber', 'modelled'],
  ['includeJobExecutionState, includeJobDocument', 'modelled'],
  ['stepTimeoutInMinutes', 'modelled', 'whole minutes; expires on the second, where AWS may be up to 60 s late'],
  ['clientToken', 'modelled', 'echoed by every answer, also an empty one; a number as its text'],
  ['Members of a request that AWS does not know', 'ignored', 'as AWS does'],
  [
    'Rejections InvalidTopic, InvalidJson, InvalidRequest, InvalidStateTransition, ResourceNotFound, VersionMismatch, ' +
      'TerminalStateReached',
    'modelled',
  ],
  ['Rejections RequestThrottled, InternalError', 'ignored', 'no request is throttled'],
  ['jobs/notify', 'modelled', 'up to 10 executions'],
  ['jobs/notify-next', 'modelled'],
  [
    'Namespaced topics: jobs/notify-namespace-{ns}, notify-next-namespace-{ns}, {jobId}/namespace-{ns}/get, …/update',
    'modelled',
    'a queue of its own for each namespace, as Greengrass uses them',
  ],
  ['$aws/events/job/{jobId}/…', 'modelled', 'DEVIATION: on unless switched off'],
  ['$aws/events/jobExecution/{jobId}/…', 'modelled', 'DEVIATION: on unless switched off'],
  [
    'Presigned URL placeholders: s3-presigned-url, -v1, -v2, -upload',
    'modelled',
    'DEVIATION: one URL on the hub per execution, the same until it expires. An upload without bucket or key gets ' +
      'uploads/{jobId}/{thing}/{number}; with --aws-presigned long as long as where a role signs it',
  ],
  [
    'Placeholders of parameters',
    'modelled',
    'in managed templates; DEVIATION: in other documents with a warning, in open mode only',
  ],
  ['Placeholders of packages', 'refused', 'there is no catalogue of software packages'],
  ['Other placeholders ${aws:iot:…}', 'ignored', 'handed on as they are, and counted'],
  ['Presigned URL versionId', 'ignored', 'the local folder has one version of each object'],
])

const data = rows('Jobs: data plane (HTTPS)', [
  ['GetPendingJobExecutions', 'modelled'],
  ['StartNextPendingJobExecution', 'modelled'],
  ['DescribeJobExecution', 'modelled'],
  ['UpdateJobExecution', 'modelled', 'a version mismatch is InvalidRequestException'],
  ['StartCommandExecution', 'refused', 'remote commands are not modelled'],
])

const control = rows('Jobs: control plane', [
  ['CreateJob', 'modelled', 'the same request again answers the same; another one for the same id is refused'],
  ['DescribeJob', 'modelled', 'scheduledJobRollouts in the form of startTime: how AWS writes them is not known'],
  ['GetJobDocument', 'modelled'],
  [
    'ListJobs',
    'modelled',
    'DEVIATION: a list by thing group has SCHEDULED jobs too; newest first, 100 to a page unless asked otherwise',
  ],
  ['Bounds of the service model', 'modelled', 'all that break one are named in one message, in AWS’s words'],
  ['UpdateJob', 'modelled', 'retries can only be set to 0'],
  [
    'CancelJob',
    'modelled',
    'once per job: what a gentle cancel left in progress is cancelled by CancelJobExecution with force',
  ],
  ['DeleteJob', 'modelled', 'at most 10 at a time'],
  ['AssociateTargetsWithJob', 'modelled', 'thing groups only'],
  ['ListJobExecutionsForJob', 'modelled', 'all attempts, also those that were retried'],
  ['ListJobExecutionsForThing', 'modelled', 'all attempts, also those that were retried'],
  ['DescribeJobExecution', 'modelled'],
  ['CancelJobExecution', 'modelled'],
  ['DeleteJobExecution', 'modelled'],
  ['CreateJobTemplate, DescribeJobTemplate, DeleteJobTemplate, ListJobTemplates', 'modelled', 'newest first'],
  ['ListManagedJobTemplates, DescribeManagedJobTemplate', 'modelled', 'all eight; their descriptions are in our words'],
])

const fields = rows('Jobs: CreateJob fields', [
  ['targets', 'modelled', 'things and groups of any region and account; in strict mode the caller’s only'],
  ['document', 'modelled', 'handed on as written'],
  [
    'documentSource',
    'modelled',
    'read from the local bucket folder when the job is made; also s3://, file: and bucket/key',
  ],
  ['documentSource versionId', 'ignored', 'the local folder has one version of each object'],
  ['jobTemplateArn', 'modelled', 'own templates and AWS-managed ones'],
  [
    'documentParameters',
    'modelled',
    'DEVIATION: elsewhere than in managed templates with a warning, in open mode only',
  ],
  ['description', 'modelled'],
  [
    'targetSelection',
    'modelled',
    'what is in progress when its thing leaves a continuous job may end; who comes back, or into another target group, gets the next execution',
  ],
  [
    'jobExecutionsRolloutConfig',
    'modelled',
    'DEVIATION: without one, open mode rolls out at once; strict mode at 1000 a minute, as AWS does',
  ],
  [
    'abortConfig',
    'modelled',
    'attempts that are retried count, each for itself; those that people had run again do not',
  ],
  ['timeoutConfig', 'modelled', 'expires on the second, where AWS may be up to 60 s late'],
  ['jobExecutionsRetryConfig', 'modelled', 'ALL excludes other criteria'],
  [
    'schedulingConfig startTime, endTime, endBehavior',
    'modelled',
    'DEVIATION: the 30-minute minima bind in strict mode only; open mode warns',
  ],
  [
    'schedulingConfig maintenanceWindows',
    'modelled',
    'refused if none opens within the schedule. DEVIATION: between windows the job stays IN_PROGRESS, where AWS says ' +
      'SCHEDULED',
  ],
  [
    'presignedUrlConfig',
    'modelled',
    'roleArn is asked for and shown, and grants nothing: there are no roles. DEVIATION: jobs that people make in the ' +
      'editor need none',
  ],
  ['tags', 'modelled', 'stored with the job'],
  ['namespaceId', 'modelled', 'over HTTPS devices see jobs without a namespace only'],
  ['destinationPackageVersions', 'ignored', 'stored and shown; the $package shadow is not written'],
])

/** What the hub makes of AWS IoT Jobs [aws 2, 3]. */
export const jobsCapability: Capability[] = [...device, ...data, ...control, ...fields]
