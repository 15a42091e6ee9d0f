import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupArn, AwsJobsFixture, notices, only, thingArn } from '../builders/aws-jobs-fixture.ts'

const NOON = Date.UTC(2026, 0, 1, 12) + 345
const createFixture = (): AwsJobsFixture => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['t1', 't2'], 'jobdemo')
  return jobs
}

const criteria = { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 10, minNumberOfExecutedThings: 1 }
const rate = { baseRatePerMinute: 50, incrementFactor: 2, rateIncreaseCriteria: { numberOfNotifiedThings: 10 } }

test('DescribeJob echoes what was asked for, counts things by state, and gives times in seconds with a fraction', () => {
  const jobs = createFixture()
  const asked = {
    description: 'A job',
    presignedUrlConfig: { roleArn: 'arn:aws:iam::123456789012:role/r', expiresInSec: 60 },
    jobExecutionsRolloutConfig: { maximumPerMinute: 100, exponentialRate: rate },
    abortConfig: { criteriaList: [{ ...criteria, failureType: 'ALL', thresholdPercentage: 99.5 }] },
    timeoutConfig: { inProgressTimeoutInMinutes: 30 },
    jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 3 }] },
  }
  jobs.create('j1', asked, [groupArn('jobdemo')])
  jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  assert.deepEqual(jobs.call('GET', '/jobs/j1?beforeSubstitution=true').body, {
    job: {
      jobArn: 'arn:aws:iot:us-east-1:123456789012:job/j1',
      jobId: 'j1',
      targetSelection: 'SNAPSHOT',
      status: 'IN_PROGRESS',
      targets: [groupArn('jobdemo')],
      ...asked,
      schedulingConfig: {},
      createdAt: NOON / 1000,
      lastUpdatedAt: NOON / 1000,
      jobProcessDetails: {
        numberOfCanceledThings: 0,
        numberOfSucceededThings: 1,
        numberOfFailedThings: 0,
        numberOfRejectedThings: 0,
        numberOfQueuedThings: 1,
        numberOfInProgressThings: 0,
        numberOfRemovedThings: 0,
        numberOfTimedOutThings: 0,
      },
      isConcurrent: false,
    },
  })
  jobs.publish('t2', 'j1/update', { status: 'REJECTED' })
  const job = jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>
  assert.deepEqual([job['status'], job['completedAt']], ['COMPLETED', NOON / 1000])
})

const noJob = 'Job nope cannot be found.'
const noJobThere = 'Job execution cannot be found as the Job nope does not exist.'
const notThere = (thing: string): string => `Job execution for thing ${thing} cannot be found within job j1.`

for (const [method, path, message, body] of [
  ['GET', '/jobs/nope', noJob],
  ['GET', '/jobs/nope/job-document', noJob],
  ['PATCH', '/jobs/nope', noJob, { description: 'd' }],
  ['PUT', '/jobs/nope/cancel', noJob],
  ['DELETE', '/jobs/nope', noJob],
  ['POST', '/jobs/nope/targets', noJob, { targets: [groupArn('jobdemo')] }],
  ['GET', '/jobs/nope/things', noJob],
  ['GET', '/jobs/j1?namespaceId=other', 'Job j1 cannot be found.'],
  ['GET', '/things/t1/jobs/nope', noJobThere],
  ['PUT', '/things/t1/jobs/nope/cancel', noJobThere],
  ['DELETE', '/things/t1/jobs/nope/executionNumber/1', noJobThere],
  ['GET', '/things/t1/jobs/j1?executionNumber=2', notThere('t1')],
  ['PUT', '/things/t2/jobs/j1/cancel', notThere('t2')],
  ['DELETE', '/things/t1/jobs/j1/executionNumber/2', notThere('t1')],
  ['GET', '/job-templates/nope', 'Job Template nope cannot be found.'],
  ['DELETE', '/job-templates/nope', 'Job Template nope cannot be found.'],
] as [string, string, string, unknown?][]) {
  test(`${method} ${path} finds nothing, and says so as AWS does`, () => {
    const jobs = createFixture()
    jobs.create('j1')
    const answer = jobs.call(method, path, body)
    assert.deepEqual([answer.status, answer.type, answer.body['message']], [404, 'ResourceNotFoundException', message])
  })
}

for (const [method, path, member, value] of [
  ['GET', '/jobs/a%20b', 'jobId', 'a b'],
  ['GET', '/jobs/a%20b/things', 'jobId', 'a b'],
  ['DELETE', '/jobs/a.b', 'jobId', 'a.b'],
  ['GET', '/job-templates/a.b', 'jobTemplateId', 'a.b'],
  ['GET', '/jobs/j1?namespaceId=a.b', 'namespaceId', 'a.b'],
  ['PUT', '/things/t1/jobs/a.b/cancel', 'jobId', 'a.b'],
] as const) {
  test(`${method} ${path} breaks the service model`, () => {
    const message = `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+`
    const answer = createFixture().call(method, path)
    assert.deepEqual([answer.status, answer.type, answer.body['message']], [400, 'InvalidRequestException', message])
  })
}

test('a small job is through with its rollout at once: not concurrent, without processing targets', () => {
  for (const mode of ['open', 'strict'] as const) {
    const jobs = new AwsJobsFixture({ settings: { mode } })
    jobs.things(['t1', 't2'], 'g')
    jobs.create('j1', { jobExecutionsRolloutConfig: { maximumPerMinute: 5 } }, [groupArn('g')])
    const job = jobs.call('GET', '/jobs/j1').body['job'] as { isConcurrent: boolean; jobProcessDetails: object }
    assert.deepEqual([job.isConcurrent, 'processingTargets' in job.jobProcessDetails], [false, false])
  }
})

test('a job without settings shows four of them empty, and leaves the others out', () => {
  const jobs = createFixture()
  jobs.create('j1')
  const job = jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>
  const empty = ['timeoutConfig', 'schedulingConfig', 'presignedUrlConfig', 'jobExecutionsRolloutConfig']
  assert.deepEqual(
    empty.map((name) => job[name]),
    [{}, {}, {}, {}],
  )
  const absent = ['abortConfig', 'jobExecutionsRetryConfig', 'description', 'completedAt', 'reasonCode', 'comment']
  assert.deepEqual(
    absent.filter((name) => name in job),
    [],
  )
})

test('CancelJob cancels what is queued, leaves what is in progress to finish, and is refused the second time', () => {
  const jobs = createFixture()
  jobs.create('j1', { description: 'd' }, [groupArn('jobdemo')])
  jobs.publish('t1', 'start-next')
  const answer = jobs.call('PUT', '/jobs/j1/cancel', { reasonCode: 'TOO_LATE', comment: 'never mind' })
  assert.deepEqual(answer.body, { jobArn: 'arn:aws:iot:us-east-1:123456789012:job/j1', jobId: 'j1', description: 'd' })
  assert.deepEqual(
    notices(answer.sent).map(({ topic }) => topic),
    ['notify', 'notify-next'],
  )
  const job = jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>
  assert.deepEqual(
    [job['status'], job['reasonCode'], job['comment'], job['forceCanceled']],
    ['CANCELED', 'TOO_LATE', 'never mind', undefined],
  )
  assert.deepEqual([jobs.execution('j1', 't1').status, jobs.execution('j1', 't2').status], ['IN_PROGRESS', 'CANCELED'])
  jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  assert.equal(jobs.execution('j1', 't1').status, 'SUCCEEDED')
  assert.deepEqual(
    [jobs.call('PUT', '/jobs/j1/cancel').type, jobs.call('PATCH', '/jobs/j1', { description: 'd' }).type],
    ['InvalidRequestException', 'InvalidRequestException'],
  )
})

test('CancelJob with force also cancels what is in progress, and says so of job and execution', () => {
  const jobs = createFixture()
  jobs.create('j1')
  jobs.publish('t1', 'start-next')
  jobs.call('PUT', '/jobs/j1/cancel?force=true')
  assert.equal((jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>)['forceCanceled'], true)
  const execution = jobs.call('GET', '/things/t1/jobs/j1').body['execution'] as Record<string, unknown>
  assert.deepEqual(
    [execution['status'], execution['forceCanceled'], execution['statusDetails']],
    ['CANCELED', true, {}],
  )
})

test('a job that was cancelled takes no second cancel, not even by force; what is still in progress is cancelled one by one', () => {
  const jobs = createFixture()
  jobs.create('j1', {}, [groupArn('jobdemo')])
  jobs.publish('t1', 'start-next')
  jobs.call('PUT', '/jobs/j1/cancel')
  assert.equal(jobs.call('PUT', '/jobs/j1/cancel?force=true').type, 'InvalidRequestException')
  assert.equal(jobs.execution('j1', 't1').status, 'IN_PROGRESS')
  assert.equal(jobs.call('PUT', '/things/t1/jobs/j1/cancel?force=true').status, 200)
  assert.deepEqual(
    [jobs.execution('j1', 't1').status, jobs.execution('j1', 't1').forceCanceled, jobs.job('j1').forceCanceled],
    ['CANCELED', true, undefined],
  )
  assert.equal(
    only(jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' }), '/rejected').json['code'],
    'InvalidStateTransition',
  )
})

for (const [body, query] of [
  [{ reasonCode: 'too late' }, ''],
  [{ reasonCode: 'X'.repeat(129) }, ''],
  [{ comment: 'a\tb' }, ''],
  [{}, '?force=yes'],
] as const) {
  test(`CancelJob refuses ${JSON.stringify(body).slice(0, 40)} ${query}`, () => {
    const jobs = createFixture()
    jobs.create('j1')
    assert.equal(jobs.call('PUT', `/jobs/j1/cancel${query}`, body).type, 'InvalidRequestException')
    assert.equal(jobs.job('j1').status, 'IN_PROGRESS')
  })
}

test('DeleteJob needs an end or force, and at most ten jobs are being deleted', () => {
  const jobs = createFixture()
  jobs.create('j1')
  const refused = jobs.call('DELETE', '/jobs/j1')
  assert.deepEqual([refused.status, refused.type], [409, 'InvalidStateTransitionException'])
  const deleted = jobs.call('DELETE', '/jobs/j1?force=true')
  assert.deepEqual([deleted.status, deleted.body, jobs.bench.engine.jobs.get('aws/j1')], [200, {}, undefined])
  assert.deepEqual(only(deleted.sent, '/notify').json['jobs'], {})

  jobs.things(
    Array.from({ length: 101 }, (_, index) => `n${index}`),
    'many',
  )
  for (let index = 0; index <= 10; index += 1) {
    jobs.create(`d${index}`, {}, [groupArn('many')])
    jobs.advance(1)
  }
  for (let index = 0; index < 10; index += 1)
    assert.equal(jobs.call('DELETE', `/jobs/d${index}?force=true`).status, 200)
  assert.equal((jobs.call('GET', '/jobs/d0').body['job'] as Record<string, unknown>)['status'], 'DELETION_IN_PROGRESS')
  const eleventh = jobs.call('DELETE', '/jobs/d10?force=true')
  assert.deepEqual([eleventh.status, eleventh.type], [410, 'LimitExceededException'])
})

test('CancelJobExecution: what is queued freely, what is in progress by force, by version where one is given', () => {
  const jobs = createFixture()
  jobs.create('j1', {}, [groupArn('jobdemo')])
  jobs.publish('t1', 'start-next')
  const cancel = (thing: string, query = '', body: object = {}) =>
    jobs.call('PUT', `/things/${thing}/jobs/j1/cancel${query}`, body)
  const unforced = cancel('t1')
  assert.deepEqual([unforced.status, unforced.type], [409, 'InvalidStateTransitionException'])
  const stale = cancel('t1', '?force=true', { expectedVersion: 1 })
  assert.deepEqual(
    [stale.status, stale.type, stale.body['message']],
    [409, 'VersionConflictException', 'Expected version 1 but found version 2'],
  )
  assert.deepEqual(cancel('t1', '?force=true', { expectedVersion: 2, statusDetails: { why: 'tired' } }).body, {})
  assert.deepEqual(
    [jobs.execution('j1', 't1').status, jobs.execution('j1', 't1').details],
    ['CANCELED', { why: 'tired' }],
  )
  assert.equal(cancel('t1', '?force=true').type, 'InvalidStateTransitionException')
  assert.deepEqual(
    notices(cancel('t2').sent).map(({ topic }) => topic),
    ['notify', 'notify-next'],
  )
})

test('DeleteJobExecution: what is in progress by force only; the device hears of it', () => {
  const jobs = createFixture()
  jobs.create('j1')
  jobs.publish('t1', 'start-next')
  assert.equal(jobs.call('DELETE', '/things/t1/jobs/j1/executionNumber/1').type, 'InvalidStateTransitionException')
  assert.equal(jobs.call('DELETE', '/things/t1/jobs/j1/executionNumber/one').type, 'InvalidRequestException')
  const { body, sent } = jobs.call('DELETE', '/things/t1/jobs/j1/executionNumber/1?force=true')
  assert.deepEqual([body, notices(sent).map(({ json }) => json['jobs'] ?? json['execution'])], [{}, [{}, undefined]])
})

test('AssociateTargetsWithJob takes groups into a continuous job under way, and nothing else', () => {
  const jobs = createFixture()
  jobs.things(['t3'], 'more')
  jobs.create('snapshot')
  jobs.create('cont', { targetSelection: 'CONTINUOUS' }, [groupArn('jobdemo')])
  const associate = (job: string, targets: string[]) => jobs.call('POST', `/jobs/${job}/targets`, { targets })
  assert.equal(associate('snapshot', [groupArn('more')]).type, 'InvalidRequestException')
  assert.equal(associate('cont', [thingArn('t3')]).type, 'InvalidRequestException')
  const answer = associate('cont', [groupArn('more'), groupArn('jobdemo')])
  assert.deepEqual(answer.body, { jobArn: 'arn:aws:iot:us-east-1:123456789012:job/cont', jobId: 'cont' })
  assert.equal(jobs.execution('cont', 't3').status, 'QUEUED')
  assert.deepEqual((jobs.call('GET', '/jobs/cont').body['job'] as { targets: string[] }).targets, [
    groupArn('jobdemo'),
    groupArn('more'),
  ])
})

test('UpdateJob changes what is shown, refuses more retries, and leaves everything else', () => {
  const jobs = createFixture()
  jobs.create('j1', { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 3 }] } })
  const off = { criteriaList: [{ failureType: 'ALL', numberOfRetries: 0 }] }
  assert.equal(
    jobs.call('PATCH', '/jobs/j1', {
      jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 2 }] },
    }).type,
    'InvalidRequestException',
  )
  assert.deepEqual(
    jobs.call('PATCH', '/jobs/j1', {
      description: 'new',
      presignedUrlConfig: { expiresInSec: 90 },
      jobExecutionsRetryConfig: off,
    }).raw.body,
    '',
  )
  const job = jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>
  assert.deepEqual(
    [job['description'], job['presignedUrlConfig'], job['jobExecutionsRetryConfig'], job['targets']],
    ['new', { expiresInSec: 90 }, off, [thingArn('t1')]],
  )
  jobs.publish('t1', 'j1/update', { status: 'FAILED' })
  assert.equal(jobs.job('j1').status, 'COMPLETED')
})

test('a thing that is deleted ends its executions as REMOVED; they can still be listed, and its successor has nothing to do', () => {
  const jobs = createFixture()
  jobs.create('j1')
  jobs.create('j2')
  jobs.publish('t1', 'j2/update', { status: 'IN_PROGRESS' })
  jobs.bench.turn(({ engine, turn }) => engine.devices.delete(turn, 'aws/t1'))
  for (const id of ['j1', 'j2']) {
    const job = jobs.call('GET', `/jobs/${id}`).body['job'] as {
      status: string
      jobProcessDetails: Record<string, number>
    }
    assert.deepEqual([job.status, job.jobProcessDetails['numberOfRemovedThings']], ['COMPLETED', 1])
    const [listed] = jobs.call('GET', `/jobs/${id}/things`).body['executionSummaries'] as {
      jobExecutionSummary: { status: string }
    }[]
    assert.equal(listed?.jobExecutionSummary.status, 'REMOVED')
  }
  assert.equal((jobs.call('GET', '/things/t1/jobs').body['executionSummaries'] as object[]).length, 2)
  assert.equal(jobs.call('PUT', '/things/t1/jobs/j1/cancel').type, 'InvalidStateTransitionException')
  jobs.things(['t1'])
  assert.deepEqual(Object.keys(jobs.publish('t1', '$next/get')[0]?.json ?? {}), ['timestamp'])
  assert.equal(jobs.publish('t1', 'j2/update', { status: 'SUCCEEDED' })[0]?.json['code'], 'InvalidStateTransition')
})

test('every execution counts in jobProcessDetails: those that were retried, and those of who has left and come back', () => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1', 't2'], 'g')
  const criteriaList = [{ failureType: 'FAILED', numberOfRetries: 1 }]
  jobs.create('j1', { targetSelection: 'CONTINUOUS', jobExecutionsRetryConfig: { criteriaList } }, [groupArn('g')])
  const counted = (): Record<string, number> => {
    const { jobProcessDetails } = jobs.call('GET', '/jobs/j1').body['job'] as {
      jobProcessDetails: Record<string, number>
    }
    return Object.fromEntries(Object.entries(jobProcessDetails).filter(([, count]) => count > 0))
  }
  assert.deepEqual(counted(), { numberOfQueuedThings: 2 })
  jobs.publish('t1', 'j1/update', { status: 'FAILED' })
  assert.deepEqual(counted(), { numberOfFailedThings: 1, numberOfQueuedThings: 2 })
  jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  jobs.leave('t2', 'g')
  assert.deepEqual(counted(), { numberOfSucceededThings: 1, numberOfFailedThings: 1, numberOfRemovedThings: 1 })
  assert.equal(jobs.execution('j1', 't2').version, 1)
  jobs.join('t2', 'g')
  jobs.leave('t1', 'g')
  assert.equal(jobs.execution('j1', 't2').number, 2)
  const sent = jobs.join('t1', 'g')
  assert.deepEqual(only(sent, '/notify-next').json['execution'], {
    jobId: 'j1',
    status: 'QUEUED',
    queuedAt: Math.floor(jobs.bench.now / 1000),
    lastUpdatedAt: Math.floor(jobs.bench.now / 1000),
    versionNumber: 1,
    executionNumber: 3,
    jobDocument: { operation: 'j1' },
  })
  assert.deepEqual(counted(), {
    numberOfSucceededThings: 1,
    numberOfFailedThings: 1,
    numberOfQueuedThings: 2,
    numberOfRemovedThings: 1,
  })
})
