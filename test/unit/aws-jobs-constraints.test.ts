import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsJobsFixture, thingArn, type Answer } from '../builders/aws-jobs-fixture.ts'

type Members = Record<string, unknown>

const criterion = { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 50, minNumberOfExecutedThings: 1 }
const rate = { baseRatePerMinute: 5, incrementFactor: 2, rateIncreaseCriteria: { numberOfNotifiedThings: 10 } }
const less = (limit: number, what = 'value'): string => `have ${what} less than or equal to ${limit}`
const greater = (limit: number, what = 'value'): string => `have ${what} greater than or equal to ${limit}`
const oneOf = (...values: string[]): string => `satisfy enum value set: [${values.join(', ')}]`
const fits = (pattern: string): string => `satisfy regular expression pattern: ${pattern}`
const missing = 'not be null'

const abort = (more: Members): Members => ({ abortConfig: { criteriaList: [{ ...criterion, ...more }] } })
const retry = (more: Members): Members => ({
  jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 0, ...more }] },
})
const rollout = (more: Members): Members => ({ jobExecutionsRolloutConfig: { maximumPerMinute: 20, ...more } })
const growth = (more: Members): Members => rollout({ exponentialRate: { ...rate, ...more } })
const windows = (more: Members): Members => ({
  maintenanceWindows: [{ startTime: 'cron(0 2 ? * MON *)', durationInMinutes: 60, ...more }],
})

/** Facts of the service model: what breaks one of its rules, where, how that is shown, and the rule. */
type Fact = [members: Members, path: string, shown: string | null, rule: string]

const EXPONENTIAL = 'jobExecutionsRolloutConfig.exponentialRate'
const ABORT = 'abortConfig.criteriaList.1.member'
const RETRY = 'jobExecutionsRetryConfig.criteriaList.1.member'

const settings: Fact[] = [
  [{ description: 'x'.repeat(2029) }, 'description', 'x'.repeat(2029), less(2028, 'length')],
  [{ description: 'a\u0001b' }, 'description', 'a\u0001b', fits(String.raw`[^\p{C}]+`)],
  [{ presignedUrlConfig: { expiresInSec: 59 } }, 'presignedUrlConfig.expiresInSec', '59', greater(60)],
  [{ presignedUrlConfig: { expiresInSec: 3601 } }, 'presignedUrlConfig.expiresInSec', '3601', less(3600)],
  [rollout({ maximumPerMinute: 0 }), 'jobExecutionsRolloutConfig.maximumPerMinute', '0', greater(1)],
  [rollout({ maximumPerMinute: 1001 }), 'jobExecutionsRolloutConfig.maximumPerMinute', '1001', less(1000)],
  [growth({ baseRatePerMinute: 0 }), `${EXPONENTIAL}.baseRatePerMinute`, '0', greater(1)],
  [growth({ baseRatePerMinute: 1001 }), `${EXPONENTIAL}.baseRatePerMinute`, '1001', less(1000)],
  [growth({ baseRatePerMinute: null }), `${EXPONENTIAL}.baseRatePerMinute`, null, missing],
  [growth({ incrementFactor: 1 }), `${EXPONENTIAL}.incrementFactor`, '1.0', greater(1.1)],
  [growth({ incrementFactor: 5.1 }), `${EXPONENTIAL}.incrementFactor`, '5.1', less(5)],
  [growth({ incrementFactor: undefined }), `${EXPONENTIAL}.incrementFactor`, null, missing],
  [growth({ rateIncreaseCriteria: undefined }), `${EXPONENTIAL}.rateIncreaseCriteria`, null, missing],
  ...['numberOfNotifiedThings', 'numberOfSucceededThings'].map((name): Fact => {
    return [
      growth({ rateIncreaseCriteria: { [name]: 0 } }),
      `${EXPONENTIAL}.rateIncreaseCriteria.${name}`,
      '0',
      greater(1),
    ]
  }),
  [{ abortConfig: {} }, 'abortConfig.criteriaList', null, missing],
  [{ abortConfig: { criteriaList: [] } }, 'abortConfig.criteriaList', '[]', greater(1, 'length')],
  [abort({ failureType: 'ANY' }), `${ABORT}.failureType`, 'ANY', oneOf('ALL', 'TIMED_OUT', 'FAILED', 'REJECTED')],
  [abort({ failureType: undefined }), `${ABORT}.failureType`, null, missing],
  [abort({ action: 'STOP' }), `${ABORT}.action`, 'STOP', oneOf('CANCEL')],
  [abort({ action: undefined }), `${ABORT}.action`, null, missing],
  [abort({ thresholdPercentage: 101 }), `${ABORT}.thresholdPercentage`, '101.0', less(100)],
  [abort({ thresholdPercentage: undefined }), `${ABORT}.thresholdPercentage`, null, missing],
  [abort({ minNumberOfExecutedThings: 0 }), `${ABORT}.minNumberOfExecutedThings`, '0', greater(1)],
  [abort({ minNumberOfExecutedThings: undefined }), `${ABORT}.minNumberOfExecutedThings`, null, missing],
  [{ jobExecutionsRetryConfig: {} }, 'jobExecutionsRetryConfig.criteriaList', null, missing],
  [
    { jobExecutionsRetryConfig: { criteriaList: [] } },
    'jobExecutionsRetryConfig.criteriaList',
    '[]',
    greater(1, 'length'),
  ],
  [
    {
      jobExecutionsRetryConfig: {
        criteriaList: ['FAILED', 'TIMED_OUT', 'ALL'].map((failureType) => ({ failureType, numberOfRetries: 1 })),
      },
    },
    'jobExecutionsRetryConfig.criteriaList',
    `[${['FAILED', 'TIMED_OUT', 'ALL'].map((type) => `RetryCriteria(failureType=${type}, numberOfRetries=1)`).join(', ')}]`,
    less(2, 'length'),
  ],
  [retry({ failureType: 'REJECTED' }), `${RETRY}.failureType`, 'REJECTED', oneOf('ALL', 'TIMED_OUT', 'FAILED')],
  [retry({ failureType: undefined }), `${RETRY}.failureType`, null, missing],
  [retry({ numberOfRetries: 11 }), `${RETRY}.numberOfRetries`, '11', less(10)],
  [retry({ numberOfRetries: -1 }), `${RETRY}.numberOfRetries`, '-1', greater(0)],
  [retry({ numberOfRetries: undefined }), `${RETRY}.numberOfRetries`, null, missing],
]

const large = JSON.stringify('x'.repeat(32_768))
const long = `https://s3.amazonaws.com/b/${'k'.repeat(1350)}`
const arnRules =
  '[Member must have length less than or equal to 1600, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ^arn:[!-~]+$]'
const work: Fact[] = [
  [{ document: large }, 'document', `${large.slice(0, 4096)}…`, less(32_768, 'length')],
  [{ document: undefined, documentSource: long }, 'documentSource', long, less(1350, 'length')],
  [{ destinationPackageVersions: ['pkg'] }, 'destinationPackageVersions', '[pkg]', `satisfy constraint: ${arnRules}`],
]

const windowFacts = (at: string): Fact[] => [
  [windows({ startTime: '' }), `${at}.startTime`, '', greater(1, 'length')],
  [windows({ startTime: undefined }), `${at}.startTime`, null, missing],
  [windows({ durationInMinutes: 0 }), `${at}.durationInMinutes`, '0', greater(1)],
  [windows({ durationInMinutes: 1431 }), `${at}.durationInMinutes`, '1431', less(1430)],
  [windows({ durationInMinutes: undefined }), `${at}.durationInMinutes`, null, missing],
]

const target = 'arn:aws:iot:us-east-1:123456789012:thing/'.padEnd(2049, 'x')
const create: Fact[] = [
  [{ targets: undefined }, 'targets', null, missing],
  [{ targets: [] }, 'targets', '[]', greater(1, 'length')],
  [
    { targets: [target] },
    'targets',
    `[${target}]`,
    'satisfy constraint: [Member must have length less than or equal to 2048]',
  ],
  [{ targetSelection: 'snapshot' }, 'targetSelection', 'snapshot', oneOf('CONTINUOUS', 'SNAPSHOT')],
  [{ targetSelection: '' }, 'targetSelection', '', oneOf('CONTINUOUS', 'SNAPSHOT')],
  [{ namespaceId: 'a b' }, 'namespaceId', 'a b', fits('[a-zA-Z0-9_-]+')],
  [{ jobTemplateArn: 'tpl' }, 'jobTemplateArn', 'tpl', fits('^arn:[!-~]+$')],
  [
    { schedulingConfig: { startTime: 'x'.repeat(65) } },
    'schedulingConfig.startTime',
    'x'.repeat(65),
    less(64, 'length'),
  ],
  [
    { schedulingConfig: { endBehavior: 'STOP' } },
    'schedulingConfig.endBehavior',
    'STOP',
    oneOf('STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL'),
  ],
  ...windowFacts('schedulingConfig.maintenanceWindows.1.member').map(([schedulingConfig, ...rest]): Fact => [
    { schedulingConfig },
    ...rest,
  ]),
]

const template: Fact[] = [
  [{ description: undefined }, 'description', null, missing],
  ...windowFacts('maintenanceWindows.1.member'),
]

const operations = {
  CreateJob: {
    method: 'PUT',
    path: '/jobs/j2',
    sound: { targets: [thingArn('t1')], document: '{}' },
    facts: [...settings, ...work, ...create],
  },
  UpdateJob: { method: 'PATCH', path: '/jobs/j1', sound: {}, facts: settings },
  CreateJobTemplate: {
    method: 'PUT',
    path: '/job-templates/tpl',
    sound: { description: 'd', document: '{}' },
    facts: [...settings, ...work, ...template],
  },
}

function call(method: string, path: string, members: Members): { answer: Answer; before: unknown; after: unknown } {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  jobs.create('j1')
  const stored = (): unknown =>
    ['jobs', 'executions', 'aws.jobTemplates'].map((table) => [...jobs.bench.tables.table(table).entries()])
  const before = stored()
  const answer = jobs.call(method, path, members)
  return { answer, before, after: stored() }
}

for (const [operation, { method, path, sound, facts }] of Object.entries(operations)) {
  for (const [members, member, shown, rule] of facts) {
    test(`${operation} refuses ${JSON.stringify(members).slice(0, 90)} in AWS’s words, and nothing changes`, () => {
      const { answer, before, after } = call(method, path, { ...sound, ...members })
      const value = shown === null ? 'null' : `'${shown}'`
      const message = `1 validation error detected: Value ${value} at '${member}' failed to satisfy constraint: Member must ${rule}`
      assert.deepEqual([answer.status, answer.type, answer.body['message']], [400, 'InvalidRequestException', message])
      assert.deepEqual(after, before)
    })
  }
}

const zero = (member: string): string => `Provide valid timeout value, inProgressTimeoutInMinutes cannot be ${member}.`
const both = { numberOfNotifiedThings: 1, numberOfSucceededThings: 1 }
const which = 'NumberOfNotifiedThings or NumberOfSucceededThings when RateIncreaseCriteria is defined'
const kinds = (...list: Members[]): Members => ({
  abortConfig: { criteriaList: list.map((each) => ({ ...criterion, ...each })) },
})

/** Rules beyond the service model, by which AWS goes after it, in this order. */
for (const [members, message] of [
  [{ timeoutConfig: {} }, zero('null')],
  [{ timeoutConfig: { inProgressTimeoutInMinutes: 0 } }, zero('0')],
  [{ timeoutConfig: { inProgressTimeoutInMinutes: 10_081 }, ...abort({ thresholdPercentage: 0 }) }, zero('10081')],
  [abort({ thresholdPercentage: 0 }), 'ThresholdPercentage value 0.0 for AbortCriteria must have value greater than 0'],
  [
    abort({ thresholdPercentage: -0.001 }),
    'ThresholdPercentage value -0.001 for AbortCriteria must have value greater than 0',
  ],
  [abort({ thresholdPercentage: 10.999 }), 'Abort thresholdPercentage must have two or less decimal digits'],
  [kinds({}, { thresholdPercentage: 0 }), 'Multiple AbortCriteria cannot have the same failure type'],
  [kinds({ thresholdPercentage: 10.999 }, {}), 'Abort thresholdPercentage must have two or less decimal digits'],
  [
    { jobExecutionsRolloutConfig: {} },
    'Provide MaximumPerMinute value or provide ExponentialRate and MaximumPerMinute',
  ],
  [
    { jobExecutionsRolloutConfig: { exponentialRate: rate } },
    'Provide MaximumPerMinute value when ExponentialRate is defined',
  ],
  [growth({ rateIncreaseCriteria: {} }), `Provide either ${which}`],
  [growth({ rateIncreaseCriteria: both }), `Provide only one of ${which}`],
  [growth({ baseRatePerMinute: 50 }), 'Exponential rollout baseRatePerMinute should be less than maximumPerMinute.'],
  [{ presignedUrlConfig: { roleArn: 'short' } }, 'Given role short is invalid.'],
] as [Members, string][]) {
  for (const [operation, { method, path, sound }] of Object.entries(operations)) {
    test(`${operation} refuses ${JSON.stringify(members).slice(0, 90)}: ${message.slice(0, 40)} …`, () => {
      const { answer, before, after } = call(method, path, { ...sound, ...members })
      assert.deepEqual([answer.status, answer.type, answer.body['message']], [400, 'InvalidRequestException', message])
      assert.deepEqual(after, before)
    })
  }
}

test('all that breaks the service model is told at once, in AWS’s order, whatever the order in the request', () => {
  const members = {
    ...abort({ failureType: 'BAD', action: 'BAD', thresholdPercentage: 101, minNumberOfExecutedThings: 0 }),
    presignedUrlConfig: { expiresInSec: 59 },
    ...retry({ numberOfRetries: 11 }),
    description: 'a\u0001b',
    ...rollout({ maximumPerMinute: 0 }),
  }
  const message = String(call('PATCH', '/jobs/bad.id', members).answer.body['message'])
  const [head, ...clauses] = message.split(/: (?=Value)|; (?=Value)/)
  assert.equal(head, '9 validation errors detected')
  assert.deepEqual(
    clauses.map((clause) => /at '(?:.*\.)?([^.']+)'/.exec(clause)?.[1]),
    [
      ...['jobId', 'maximumPerMinute', 'description', 'expiresInSec', 'numberOfRetries'],
      ...['minNumberOfExecutedThings', 'failureType', 'action', 'thresholdPercentage'],
    ],
  )
})

test('UpdateJob looks at the request before it looks for the job, and answers success with an empty body', () => {
  const message = (path: string, members: Members): unknown => call('PATCH', path, members).answer.body['message']
  assert.equal(message('/jobs/j1', {}), 'Update Job request for job j1 cannot be empty.')
  assert.equal(message('/jobs/nope', {}), 'Update Job request for job nope cannot be empty.')
  assert.equal(message('/jobs/nope', { timeoutConfig: {} }), zero('null'))
  assert.equal(message('/jobs/nope', { description: 'x' }), 'Job nope cannot be found.')
  const { raw } = call('PATCH', '/jobs/j1', { description: 'x' }).answer
  assert.deepEqual([raw.status, raw.body], [200, ''])
})

test('UpdateJob takes retries back only, of the kinds there are, and only while the job is under way', () => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  const config = (...list: [string, number][]): Members => ({
    jobExecutionsRetryConfig: {
      criteriaList: list.map(([failureType, numberOfRetries]) => ({ failureType, numberOfRetries })),
    },
  })
  jobs.create('plain')
  jobs.create('one', config(['FAILED', 2]))
  jobs.create('two', config(['FAILED', 2], ['TIMED_OUT', 3]))
  const none = 'The number of retries cannot be updated to any number other than 0.'
  const kind = 'FailureTypes must match existing FailureTypes defined in RetryConfig.'
  for (const [job, members, message] of [
    ['plain', config(['FAILED', 2]), none],
    [
      'plain',
      config(['FAILED', 0]),
      'RetryConfig cannot be updated if the job has no RetryConfig defined during creation.',
    ],
    ['two', config(['FAILED', 1]), none],
    ['one', config(['TIMED_OUT', 0]), kind],
    ['one', config(['FAILED', 0], ['TIMED_OUT', 0]), kind],
    ['two', config(['FAILED', 0]), kind],
    ['two', config(['FAILED', 0], ['ALL', 0]), 'A retryCriteria with failure type ALL must be used by itself.'],
  ] as const) {
    assert.equal(jobs.call('PATCH', `/jobs/${job}`, members).body['message'], message)
  }
  assert.equal(jobs.call('PATCH', '/jobs/two', config(['TIMED_OUT', 0], ['FAILED', 0])).status, 200)
  jobs.call('PUT', '/jobs/one/cancel')
  const late = jobs.call('PATCH', '/jobs/one', { description: 'late' })
  assert.deepEqual([late.status, late.body['message']], [400, 'Job one in status CANCELED cannot be updated.'])
})
