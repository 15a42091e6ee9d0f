import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupArn, AwsJobsFixture, notices, only, thingArn } from '../builders/aws-jobs-fixture.ts'

const MINUTE = 60_000
const NOON = Date.UTC(2026, 0, 1, 12)

const started = (inProgressTimeoutInMinutes?: number): AwsJobsFixture => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['t1'])
  jobs.create('j1', inProgressTimeoutInMinutes === undefined ? {} : { timeoutConfig: { inProgressTimeoutInMinutes } })
  jobs.publish('t1', 'start-next')
  return jobs
}
const step = (jobs: AwsJobsFixture, stepTimeoutInMinutes?: number): void => {
  jobs.publish('t1', 'j1/update', {
    status: 'IN_PROGRESS',
    ...(stepTimeoutInMinutes !== undefined && { stepTimeoutInMinutes }),
  })
}
const secondsLeft = (jobs: AwsJobsFixture): unknown =>
  (jobs.publish('t1', 'j1/get')[0]?.json['execution'] as Record<string, unknown>)['approximateSecondsBeforeTimedOut']

test('the worked case: a step timer is replaced by each new one and capped by the in-progress timer', () => {
  const jobs = started(20)
  assert.equal(secondsLeft(jobs), 1200)
  jobs.advance(5 * MINUTE)
  step(jobs, 7)
  assert.equal(secondsLeft(jobs), 420)
  jobs.advance(5 * MINUTE)
  step(jobs, 5)
  assert.equal(secondsLeft(jobs), 300)
  jobs.advance(3 * MINUTE)
  step(jobs, 9)
  assert.equal(secondsLeft(jobs), 420)
  jobs.advance(7 * MINUTE - 1)
  assert.equal(jobs.execution('j1').status, 'IN_PROGRESS')
  jobs.advance(1)
  assert.equal(jobs.execution('j1').status, 'TIMED_OUT')
})

test('running out of time raises the version, and is told to the device and to whoever listens for events', () => {
  const jobs = started(1)
  const sent = jobs.advance(MINUTE)
  assert.equal(jobs.execution('j1').version, 3)
  assert.deepEqual(
    notices(sent).map(({ topic, json }) => [topic, json['jobs'] ?? json['execution']]),
    [
      ['notify', {}],
      ['notify-next', undefined],
    ],
  )
  assert.equal(only(sent, '$aws/events/jobExecution/j1/timed_out').json['status'], 'TIMED_OUT')
})

test('an update without a step timeout keeps the step timer, -1 ends it, and there is no timer before the start', () => {
  const jobs = started()
  assert.equal(secondsLeft(jobs), undefined)
  step(jobs, 2)
  jobs.advance(MINUTE)
  step(jobs)
  assert.equal(secondsLeft(jobs), 60)
  step(jobs, -1)
  assert.equal(secondsLeft(jobs), undefined)
  jobs.advance(10_080 * MINUTE)
  assert.equal(jobs.execution('j1').status, 'IN_PROGRESS')
})

test('a new in-progress timeout counts for executions that start later only', () => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['t1', 't2'])
  jobs.create('j1', { timeoutConfig: { inProgressTimeoutInMinutes: 10 } }, [thingArn('t1'), thingArn('t2')])
  jobs.publish('t1', 'start-next')
  assert.equal(jobs.call('PATCH', '/jobs/j1', { timeoutConfig: { inProgressTimeoutInMinutes: 1 } }).status, 200)
  jobs.publish('t2', 'start-next')
  jobs.advance(MINUTE)
  assert.deepEqual([jobs.execution('j1', 't1').status, jobs.execution('j1', 't2').status], ['IN_PROGRESS', 'TIMED_OUT'])
})

test('a constant rollout queues its rate each minute, in the order of the targets and then of the group', () => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['b', 'a', 'c'], 'g')
  jobs.things(['z'])
  jobs.create('j1', { jobExecutionsRolloutConfig: { maximumPerMinute: 2 } }, [thingArn('z'), groupArn('g')])
  const queued = (): string[] => [...jobs.bench.engine.executions.ofJob('aws/j1').keys()].map((key) => key.slice(4))
  assert.deepEqual(queued(), ['z', 'b'])
  const { job } = jobs.call('GET', '/jobs/j1').body as {
    job: { isConcurrent: boolean; jobProcessDetails: Record<string, unknown> }
  }
  assert.deepEqual(
    [job.isConcurrent, job.jobProcessDetails['processingTargets'], job.jobProcessDetails['numberOfQueuedThings']],
    [true, [thingArn('z'), groupArn('g')], 2],
  )
  jobs.advance(MINUTE)
  assert.deepEqual(queued(), ['z', 'b', 'a', 'c'])
  assert.equal((jobs.call('GET', '/jobs/j1').body['job'] as { isConcurrent: boolean }).isConcurrent, false)
})

test('without a rollout configuration open mode rolls out at once, and strict mode at 1000 a minute', () => {
  const names = Array.from({ length: 1100 }, (_, index) => `n${index}`)
  for (const [mode, queued] of [
    ['open', 1100],
    ['strict', 1000],
  ] as const) {
    const jobs = new AwsJobsFixture({ now: NOON, settings: { mode } })
    jobs.things(names, 'g')
    jobs.create('j1', {}, [groupArn('g')])
    jobs.advance(1)
    assert.equal(jobs.bench.engine.executions.counts('aws/j1').QUEUED, queued)
  }
})

test('an exponential rollout multiplies its rate at each multiple of the criterion, up to the ceiling', () => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(
    Array.from({ length: 60 }, (_, index) => `n${index}`),
    'g',
  )
  const exponentialRate = {
    baseRatePerMinute: 5,
    incrementFactor: 2,
    rateIncreaseCriteria: { numberOfNotifiedThings: 10 },
  }
  jobs.create('j1', { jobExecutionsRolloutConfig: { maximumPerMinute: 18, exponentialRate } }, [groupArn('g')])
  const seen = [jobs.bench.engine.executions.counts('aws/j1').QUEUED]
  for (let minute = 0; minute < 3; minute += 1) {
    jobs.advance(MINUTE)
    seen.push(jobs.bench.engine.executions.counts('aws/j1').QUEUED)
  }
  // Five a minute until ten are notified, ten until twenty are, and then eighteen instead of twenty.
  assert.deepEqual(seen, [5, 10, 20, 38])
})

test('abort criteria count ended executions, leave what is in progress, and give their reason', () => {
  const jobs = new AwsJobsFixture({ now: NOON })
  const names = ['a', 'b', 'c', 'd']
  jobs.things(names)
  const criteria = { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 50, minNumberOfExecutedThings: 2 }
  jobs.create('j1', { abortConfig: { criteriaList: [criteria] } }, names.map(thingArn))
  jobs.publish('c', 'start-next')
  jobs.publish('a', 'j1/update', { status: 'FAILED' })
  assert.equal(jobs.job('j1').status, 'IN_PROGRESS')
  jobs.publish('b', 'j1/update', { status: 'SUCCEEDED' })
  const { job } = jobs.call('GET', '/jobs/j1').body as { job: Record<string, unknown> }
  const comment =
    'Abort criteria for failure type FAILED with threshold 50.00% met. Total completed executions: 2, total FAILED executions: 1'
  assert.deepEqual([job['status'], job['reasonCode'], job['comment']], ['CANCELED', 'ABORT_CANCEL', comment])
  assert.deepEqual(
    names.map((name) => jobs.execution('j1', name).status),
    ['FAILED', 'SUCCEEDED', 'IN_PROGRESS', 'CANCELED'],
  )
})

test('a retry is a new execution that the device is told of, until there are no more; rejections are not retried', () => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['t1', 't2'])
  const jobExecutionsRetryConfig = { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 1 }] }
  jobs.create('j1', { jobExecutionsRetryConfig }, [thingArn('t1'), thingArn('t2')])
  const sent = jobs.publish('t1', 'j1/update', { status: 'FAILED' })
  assert.deepEqual(
    notices(sent).map(({ topic }) => topic),
    ['notify', 'notify-next'],
  )
  const next = only(sent, '/notify-next').json['execution'] as Record<string, unknown>
  assert.deepEqual([next['executionNumber'], next['versionNumber'], next['status']], [2, 1, 'QUEUED'])
  jobs.publish('t1', 'j1/update', { status: 'FAILED' })
  jobs.publish('t2', 'j1/update', { status: 'REJECTED' })
  assert.equal(jobs.job('j1').status, 'COMPLETED')
  const listed = jobs.call('GET', '/things/t1/jobs').body['executionSummaries'] as {
    jobExecutionSummary: Record<string, unknown>
  }[]
  assert.deepEqual(
    listed.map(({ jobExecutionSummary: { executionNumber, retryAttempt, status } }) => [
      executionNumber,
      retryAttempt,
      status,
    ]),
    [
      [2, 1, 'FAILED'],
      [1, 0, 'FAILED'],
    ],
  )
})

test('a retry behind another execution does not change what is next', () => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['t1'])
  jobs.create('j1')
  jobs.create('j2', { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 1 }] } })
  assert.deepEqual(
    notices(jobs.publish('t1', 'j2/update', { status: 'FAILED' })).map(({ topic }) => topic),
    ['notify'],
  )
})

test('leaving the group of a continuous job removes, and coming back starts the retries anew', () => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['t1'], 'g')
  const retry = { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 1 }] } }
  jobs.create('j1', { targetSelection: 'CONTINUOUS', ...retry }, [groupArn('g')])
  jobs.publish('t1', 'j1/update', { status: 'FAILED' })
  assert.deepEqual(
    notices(jobs.leave('t1', 'g')).map(({ topic }) => topic),
    ['notify', 'notify-next'],
  )
  assert.equal(jobs.execution('j1').status, 'REMOVED')
  const back = only(jobs.join('t1', 'g'), '/notify-next').json['execution'] as Record<string, unknown>
  assert.equal(back['executionNumber'], 3)
  jobs.publish('t1', 'j1/update', { status: 'FAILED' })
  assert.deepEqual([jobs.execution('j1').number, jobs.execution('j1').status], [4, 'QUEUED'])
})

for (const [endBehavior, first, second, job] of [
  ['STOP_ROLLOUT', 'IN_PROGRESS', 'QUEUED', 'IN_PROGRESS'],
  ['CANCEL', 'IN_PROGRESS', 'CANCELED', 'CANCELED'],
  ['FORCE_CANCEL', 'CANCELED', 'CANCELED', 'CANCELED'],
] as const) {
  test(`at the end of the schedule ${endBehavior} leaves the started execution ${first}, the queued one ${second}`, () => {
    const jobs = new AwsJobsFixture({ now: NOON })
    jobs.things(['a', 'b', 'c'])
    const schedulingConfig = { startTime: '2026-01-01T13:00', endTime: '2026-01-01T14:00', endBehavior }
    jobs.create(
      'j1',
      { schedulingConfig, jobExecutionsRolloutConfig: { maximumPerMinute: 2 } },
      ['a', 'b', 'c'].map(thingArn),
    )
    assert.equal((jobs.call('GET', '/jobs/j1').body['job'] as { status: string }).status, 'SCHEDULED')
    jobs.advance(60 * MINUTE)
    jobs.publish('a', 'start-next')
    jobs.advance(30_000)
    assert.equal(jobs.bench.engine.executions.get('aws/j1', 'aws/c'), undefined)
    jobs.advance(59 * MINUTE + 30_000)
    assert.deepEqual(
      [jobs.execution('j1', 'a').status, jobs.execution('j1', 'b').status, jobs.job('j1').status],
      [first, second, job],
    )
  })
}

test('maintenance windows hold the rollout back, and the next seven are shown', () => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['t1'])
  const maintenanceWindows = [{ startTime: 'cron(0 18 ? * MON *)', durationInMinutes: 60 }]
  const schedulingConfig = { startTime: '2026-01-01T13:00', maintenanceWindows }
  jobs.create('j1', { targetSelection: 'CONTINUOUS', schedulingConfig })
  assert.equal(jobs.bench.engine.executions.get('aws/j1', 'aws/t1'), undefined)
  const job = jobs.call('GET', '/jobs/j1').body['job'] as { scheduledJobRollouts: { startTime: string }[] }
  assert.deepEqual([job.scheduledJobRollouts.length, job.scheduledJobRollouts[0]?.startTime], [7, '2026-01-05T18:00'])
  jobs.advance(Date.UTC(2026, 0, 5, 18) - NOON)
  assert.equal(jobs.execution('j1').status, 'QUEUED')
})
