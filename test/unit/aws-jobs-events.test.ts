import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventConfigurationRoutes } from '../../src/dialect/aws/registry/event-configurations.ts'
import { groupArn, AwsJobsFixture, only, thingArn, type Sent } from '../builders/aws-jobs-fixture.ts'

const NOON = Date.UTC(2026, 0, 1, 12) + 500
const createFixture = (): AwsJobsFixture => {
  const jobs = new AwsJobsFixture({ now: NOON })
  jobs.things(['t1', 't2'], 'g')
  return jobs
}
const events = (sent: Sent[]): string[] =>
  sent.map(({ topic }) => topic).filter((topic) => topic.startsWith('$aws/events/'))

test('the end of an execution and of its job are events, the former with its details, the latter with its counts', () => {
  const jobs = createFixture()
  jobs.create('j1', { description: 'd' })
  assert.deepEqual(events(jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS' })), [])
  const sent = jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED', statusDetails: { key: 'value' } })
  const { eventId, ...execution } = only(sent, '$aws/events/jobExecution/j1/succeeded').json
  assert.match(String(eventId), /^[0-9a-f-]{36}$/)
  assert.deepEqual(execution, {
    eventType: 'JOB_EXECUTION',
    timestamp: Math.floor(NOON / 1000),
    operation: 'succeeded',
    jobId: 'j1',
    thingArn: thingArn('t1'),
    status: 'SUCCEEDED',
    statusDetails: { key: 'value' },
  })
  const { eventId: _, ...job } = only(sent, '$aws/events/job/j1/completed').json
  assert.deepEqual(job, {
    eventType: 'JOB',
    timestamp: Math.floor(NOON / 1000),
    operation: 'completed',
    jobId: 'j1',
    status: 'COMPLETED',
    targetSelection: 'SNAPSHOT',
    targets: [thingArn('t1')],
    description: 'd',
    completedAt: NOON,
    createdAt: NOON,
    lastUpdatedAt: NOON,
    jobProcessDetails: {
      numberOfCanceledThings: 0,
      numberOfRejectedThings: 0,
      numberOfFailedThings: 0,
      numberOfRemovedThings: 0,
      numberOfSucceededThings: 1,
    },
  })
})

test('cancelling and deleting a job have two phases', () => {
  const jobs = createFixture()
  jobs.create('j1')
  const cancelled = jobs.call('PUT', '/jobs/j1/cancel', { comment: 'why' }).sent
  assert.deepEqual(events(cancelled), [
    '$aws/events/job/j1/cancellation_in_progress',
    '$aws/events/jobExecution/j1/canceled',
    '$aws/events/job/j1/canceled',
  ])
  const [first, last] = ['cancellation_in_progress', 'canceled'].map((name) => only(cancelled, `/job/j1/${name}`).json)
  assert.deepEqual(
    [first?.['status'], first?.['comment'], last?.['status'], last?.['comment'], last?.['completedAt']],
    ['CANCELLATION_IN_PROGRESS', 'why', 'CANCELED', undefined, undefined],
  )
  const deleted = jobs.call('DELETE', '/jobs/j1').sent
  assert.deepEqual(events(deleted), [
    '$aws/events/job/j1/deletion_in_progress',
    '$aws/events/jobExecution/j1/deleted',
    '$aws/events/job/j1/deleted',
  ])
  assert.deepEqual(
    [only(deleted, '/job/j1/deletion_in_progress').json['status'], only(deleted, '/job/j1/deleted').json['status']],
    ['DELETION_IN_PROGRESS', 'DELETED'],
  )
})

test('each way an execution ends has its topic', () => {
  const jobs = createFixture()
  for (const status of ['SUCCEEDED', 'FAILED', 'REJECTED']) {
    jobs.create(status)
    assert.ok(
      events(jobs.publish('t1', `${status}/update`, { status })).includes(
        `$aws/events/jobExecution/${status}/${status.toLowerCase()}`,
      ),
    )
  }
  jobs.create('cont', { targetSelection: 'CONTINUOUS' }, [groupArn('g')])
  assert.deepEqual(events(jobs.leave('t1', 'g')), ['$aws/events/jobExecution/cont/removed'])
  assert.deepEqual(events(jobs.call('PUT', '/things/t2/jobs/cont/cancel').sent), [
    '$aws/events/jobExecution/cont/canceled',
  ])
})

test('events that are switched off stay away', () => {
  const jobs = createFixture()
  const route = eventConfigurationRoutes.find(({ operation }) => operation === 'UpdateEventConfigurations')
  const body = Buffer.from(
    JSON.stringify({ eventConfigurations: { JOB: { Enabled: false }, JOB_EXECUTION: { Enabled: false } } }),
  )
  const request = {
    id: '1',
    method: 'PATCH',
    path: '/event-configurations',
    query: new URLSearchParams(),
    headers: {},
    body,
    secure: false,
    local: true,
    remoteAddress: '',
  }
  jobs.bench.turn((ctx) => route?.handle(ctx, request, {}, []))
  jobs.create('j1')
  const sent = jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  assert.deepEqual([events(sent), sent.length], [[], 3])
})
