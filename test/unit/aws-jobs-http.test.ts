import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsJobsFixture, notices } from '../builders/aws-jobs-fixture.ts'

const NOW = Math.floor(Date.UTC(2026, 0, 1, 12) / 1000)
const createFixture = (): AwsJobsFixture => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  return jobs
}
const data = (jobs: AwsJobsFixture, method: string, path: string, body?: unknown) =>
  jobs.call(method, path, body, 'jobs-data')

test('the data plane answers on the paths that the control plane has too', () => {
  const jobs = createFixture()
  jobs.create('j1')
  assert.deepEqual(Object.keys(data(jobs, 'GET', '/things/t1/jobs').body), ['inProgressJobs', 'queuedJobs'])
  assert.deepEqual(Object.keys(jobs.call('GET', '/things/t1/jobs').body), ['executionSummaries'])
  assert.equal('jobDocument' in (data(jobs, 'GET', '/things/t1/jobs/j1').body['execution'] as object), true)
  assert.equal('thingArn' in (jobs.call('GET', '/things/t1/jobs/j1').body['execution'] as object), true)
})

test('executions have whole seconds, the thing’s name, and their document as a string', () => {
  const jobs = createFixture()
  assert.deepEqual(data(jobs, 'PUT', '/things/t1/jobs/$next').body, {})
  assert.deepEqual(data(jobs, 'GET', '/things/t1/jobs/%24next').body, {})
  const document = '{ "n": 12345678901234567890 }'
  jobs.create('j1', { document })
  const { body, sent } = data(jobs, 'PUT', '/things/t1/jobs/$next', {
    statusDetails: { a: 'b' },
    stepTimeoutInMinutes: 1,
  })
  assert.deepEqual(body, {
    execution: {
      thingName: 't1',
      jobId: 'j1',
      status: 'IN_PROGRESS',
      statusDetails: { a: 'b' },
      queuedAt: NOW,
      startedAt: NOW,
      lastUpdatedAt: NOW,
      versionNumber: 2,
      executionNumber: 1,
      approximateSecondsBeforeTimedOut: 60,
      jobDocument: document,
    },
  })
  assert.deepEqual(notices(sent), [])
  const bare = data(jobs, 'GET', '/things/t1/jobs/j1?executionNumber=1&includeJobDocument=false').body[
    'execution'
  ] as object
  assert.equal('jobDocument' in bare, false)
})

test('an update over HTTP is told over MQTT like any other, and answers only what was asked', () => {
  const jobs = createFixture()
  jobs.create('j1')
  assert.deepEqual(data(jobs, 'POST', '/things/t1/jobs/j1', { status: 'IN_PROGRESS' }).body, {})
  const full = data(jobs, 'POST', '/things/t1/jobs/j1', {
    status: 'SUCCEEDED',
    expectedVersion: 2,
    includeJobExecutionState: true,
    includeJobDocument: true,
  })
  assert.deepEqual(full.body, {
    executionState: { status: 'SUCCEEDED', versionNumber: 3 },
    jobDocument: '{"operation":"j1"}',
  })
  assert.deepEqual(
    notices(full.sent).map(({ topic }) => topic),
    ['notify', 'notify-next'],
  )
})

const refusals: [what: string, method: string, path: string, body: unknown, status: number, type: string][] = [
  ['a body that is no JSON', 'POST', '/things/t1/jobs/j1', '{', 400, 'InvalidRequestException'],
  [
    'a status that is not for devices',
    'POST',
    '/things/t1/jobs/j1',
    { status: 'CANCELED' },
    409,
    'InvalidStateTransitionException',
  ],
  ['a status that nobody knows', 'POST', '/things/t1/jobs/j1', { status: 'DONE' }, 400, 'InvalidRequestException'],
  ['a bad step timeout', 'PUT', '/things/t1/jobs/$next', { stepTimeoutInMinutes: 0 }, 400, 'InvalidRequestException'],
  [
    'a flag that is none',
    'GET',
    '/things/t1/jobs/j1?includeJobDocument=maybe',
    undefined,
    400,
    'InvalidRequestException',
  ],
  ['an unknown job', 'GET', '/things/t1/jobs/nope', undefined, 404, 'ResourceNotFoundException'],
  [
    'another version',
    'POST',
    '/things/t1/jobs/j1',
    { status: 'FAILED', expectedVersion: 9 },
    400,
    'InvalidRequestException',
  ],
  [
    'an update after the end',
    'POST',
    '/things/t1/jobs/over',
    { status: 'FAILED' },
    409,
    'InvalidStateTransitionException',
  ],
  ['a look after the end', 'GET', '/things/t1/jobs/over', undefined, 410, 'TerminalStateException'],
  ['a command', 'POST', '/command-executions', {}, 400, 'InvalidRequestException'],
]
for (const [what, method, path, body, status, type] of refusals) {
  test(`${what} is answered with ${status} ${type}`, () => {
    const jobs = createFixture()
    jobs.create('j1')
    jobs.create('over')
    jobs.publish('t1', 'over/update', { status: 'SUCCEEDED' })
    const before = jobs.execution('j1')
    const answer = data(jobs, method, path, body)
    assert.deepEqual([answer.status, answer.type, answer.sent], [status, type, []])
    assert.deepEqual(jobs.execution('j1'), before)
  })
}
