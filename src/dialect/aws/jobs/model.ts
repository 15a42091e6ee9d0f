import type { Pattern, Shape } from '../wire/constraints.ts'

/** What AWS's service model says of the requests of jobs [aws 3.12], members in the order in which AWS names them. */

const text = (rules: Omit<Shape & { type: 'text' }, 'type'> = {}): Shape => ({ type: 'text', ...rules })
const oneOf = (...values: string[]): Shape => ({ type: 'text', values })
const count = (min: number, max?: number): Shape => ({ type: 'count', min, ...(max !== undefined && { max }) })
const double = (rules: { min?: number; max?: number }): Shape => ({ type: 'double', ...rules })
const listOf = (of: Shape, rules: { min?: number; max?: number } = {}): Shape => ({ type: 'list', of, ...rules })
const structure = (members: Record<string, Shape>, ...required: string[]): Shape & { type: 'structure' } => ({
  type: 'structure',
  members,
  required,
})

const WORD: Pattern = { source: '[a-zA-Z0-9_-]+', matches: /^[a-zA-Z0-9_-]+$/ }
const PROSE: Pattern = { source: String.raw`[^\p{C}]+`, matches: /^\P{C}+$/u }
const THING: Pattern = { source: '[a-zA-Z0-9:_-]+', matches: /^[a-zA-Z0-9:_-]+$/ }
const GROUP_ID: Pattern = { source: String.raw`[a-zA-Z0-9\-]+`, matches: /^[a-zA-Z0-9-]+$/ }
const ARN: Pattern = { source: '^arn:[!-~]+$', matches: /^arn:[!-~]+$/ }
const REASON: Pattern = { source: String.raw`[\p{Upper}\p{Digit}_]+`, matches: /^[A-Z0-9_]+$/ }

const prose = (max: number): Shape => text({ max, pattern: PROSE })
const name = (max: number, min = 1): Shape => text({ min, max, pattern: WORD })
const thing = text({ min: 1, max: 128, pattern: THING })
const arn = text({ min: 1, max: 1600, pattern: ARN })
const namespaceId = text({ pattern: WORD })
const jobId = name(64)

const rollout = structure({
  maximumPerMinute: count(1, 1000),
  exponentialRate: structure(
    {
      baseRatePerMinute: count(1, 1000),
      incrementFactor: double({ min: 1.1, max: 5 }),
      rateIncreaseCriteria: structure({ numberOfNotifiedThings: count(1), numberOfSucceededThings: count(1) }),
    },
    'baseRatePerMinute',
    'incrementFactor',
    'rateIncreaseCriteria',
  ),
})

const retry = structure(
  {
    criteriaList: listOf(
      {
        ...structure(
          { numberOfRetries: count(0, 10), failureType: oneOf('ALL', 'TIMED_OUT', 'FAILED') },
          'numberOfRetries',
          'failureType',
        ),
        name: 'RetryCriteria',
      },
      { min: 1, max: 2 },
    ),
  },
  'criteriaList',
)

const abortCriteria = structure(
  {
    minNumberOfExecutedThings: count(1),
    failureType: oneOf('ALL', 'TIMED_OUT', 'FAILED', 'REJECTED'),
    action: oneOf('CANCEL'),
    thresholdPercentage: double({ max: 100 }),
  },
  'minNumberOfExecutedThings',
  'failureType',
  'action',
  'thresholdPercentage',
)

/** The blocks that CreateJob, UpdateJob and CreateJobTemplate have in common. */
const settings = {
  jobExecutionsRolloutConfig: rollout,
  description: prose(2028),
  presignedUrlConfig: structure({ expiresInSec: count(60, 3600), roleArn: text({ max: 2048 }) }),
  jobExecutionsRetryConfig: retry,
  abortConfig: structure({ criteriaList: listOf(abortCriteria, { min: 1 }) }, 'criteriaList'),
}

const window = { startTime: text({ min: 1, max: 256 }), durationInMinutes: count(1, 1430) }
const windows = listOf(structure(window, 'startTime', 'durationInMinutes'))

const work = {
  document: text({ max: 32_768 }),
  documentSource: text({ min: 1, max: 1350 }),
  destinationPackageVersions: listOf(arn),
}

export const CREATE_JOB: Shape = structure(
  {
    jobId,
    targets: listOf(text({ max: 2048 }), { min: 1 }),
    ...settings,
    ...work,
    targetSelection: oneOf('CONTINUOUS', 'SNAPSHOT'),
    namespaceId,
    jobTemplateArn: arn,
    documentParameters: { type: 'map', key: name(128), value: text({ min: 1, max: 30_720, pattern: PROSE }) },
    schedulingConfig: structure({
      startTime: text({ min: 1, max: 64 }),
      endTime: text({ min: 1, max: 64 }),
      endBehavior: oneOf('STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL'),
      maintenanceWindows: windows,
    }),
  },
  'jobId',
  'targets',
)

export const UPDATE_JOB: Shape = structure({ jobId, ...settings, namespaceId }, 'jobId')

export const CREATE_JOB_TEMPLATE: Shape = structure(
  { jobTemplateId: name(64), ...settings, ...work, maintenanceWindows: windows },
  'jobTemplateId',
  'description',
)

export const JOB_TEMPLATE: Shape = structure({ jobTemplateId: name(64) }, 'jobTemplateId')

/** What operations about one job, or one execution, say in path and query. */
export const ONE_JOB: Shape = structure({ jobId, thingName: thing, namespaceId })

export const CANCEL_JOB: Shape = structure({
  reasonCode: text({ max: 128, pattern: REASON }),
  comment: prose(2028),
})

export const ASSOCIATE_TARGETS: Shape = structure(
  { targets: listOf(text({ max: 2048 }), { min: 1 }), comment: prose(2028) },
  'targets',
)

const page = { maxResults: count(1, 250) }

/** In the order in which AWS shows it. */
const EXECUTION_STATUS = oneOf(
  ...['REMOVED', 'SUCCEEDED', 'TIMED_OUT', 'IN_PROGRESS', 'QUEUED', 'CANCELED', 'FAILED', 'REJECTED'],
)

export const LIST_JOBS: Shape = structure({
  status: oneOf('IN_PROGRESS', 'CANCELED', 'COMPLETED', 'DELETION_IN_PROGRESS', 'SCHEDULED'),
  targetSelection: oneOf('CONTINUOUS', 'SNAPSHOT'),
  thingGroupName: thing,
  thingGroupId: text({ min: 1, max: 128, pattern: GROUP_ID }),
  namespaceId,
  ...page,
})

export const LIST_EXECUTIONS: Shape = structure({
  jobId,
  thingName: thing,
  status: EXECUTION_STATUS,
  namespaceId,
  ...page,
})

export const LIST_MANAGED: Shape = structure({ templateName: text({ min: 1, max: 64 }), ...page })
