import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsJobsFixture, type Sent } from '../builders/aws-jobs-fixture.ts'

const NS = 'aws-gg-deployment'

function createFixture(): AwsJobsFixture {
  const jobs = new AwsJobsFixture({ settings: { refuseIgnored: true } })
  jobs.things(['core'])
  return jobs
}
const deploy = (jobs: AwsJobsFixture, id: string): Sent[] =>
  jobs.create(id, { namespaceId: NS }, ['arn:aws:iot:us-east-1:123456789012:thing/core']).sent
const create = (jobs: AwsJobsFixture, id: string): Sent[] =>
  jobs.create(id, {}, ['arn:aws:iot:us-east-1:123456789012:thing/core']).sent
const topics = (sent: Sent[]): string[] =>
  sent
    .map(({ topic }) => topic)
    .filter((topic) => topic.startsWith('$aws/things/'))
    .map((topic) => topic.slice('$aws/things/core/jobs/'.length))
const jobIds = (sent: Sent[], end: string): unknown => {
  const { jobs = {} } = sent.find(({ topic }) => topic.endsWith(end))?.json as {
    jobs?: Record<string, { jobId: string }[]>
  }
  return Object.fromEntries(Object.entries(jobs).map(([status, list]) => [status, list.map(({ jobId }) => jobId)]))
}

test('a namespace has a queue and topics of its own', () => {
  const jobs = createFixture()
  assert.deepEqual(topics(create(jobs, 'plain')), ['notify', 'notify-next'])
  const first = deploy(jobs, 'd1')
  assert.deepEqual(topics(first), [`notify-namespace-${NS}`, `notify-next-namespace-${NS}`])
  assert.deepEqual(jobIds(first, NS), { QUEUED: ['d1'] })
  assert.deepEqual(topics(deploy(jobs, 'd2')), [`notify-namespace-${NS}`])

  const pending = jobs.publish('core', 'get')[0]?.json as { queuedJobs: { jobId: string }[] }
  assert.deepEqual(
    pending.queuedJobs.map(({ jobId }) => jobId),
    ['plain'],
  )
  const next = (rest: string): unknown =>
    (jobs.publish('core', rest)[0]?.json['execution'] as { jobId: string } | undefined)?.jobId
  assert.deepEqual(
    [next('$next/get'), next(`$next/namespace-${NS}/get`), next('$next/namespace-other/get')],
    ['plain', 'd1', undefined],
  )
  assert.equal(next('start-next'), 'plain')
  assert.equal(
    (jobs.call('GET', '/things/core/jobs/$next', undefined, 'jobs-data').body['execution'] as { jobId: string }).jobId,
    'plain',
  )
})

test('a job of a namespace is looked at and updated in that namespace only', () => {
  const jobs = createFixture()
  create(jobs, 'plain')
  deploy(jobs, 'd1')
  const codeOf = (rest: string, payload: object = {}): unknown => jobs.publish('core', rest, payload)[0]?.json['code']
  for (const rest of ['d1/get', 'd1/namespace-other/get', `plain/namespace-${NS}/get`]) {
    assert.equal(codeOf(rest), 'ResourceNotFound', rest)
  }
  assert.equal(codeOf('d1/update', { status: 'SUCCEEDED' }), 'ResourceNotFound')
  assert.equal(jobs.call('POST', '/things/core/jobs/d1', { status: 'SUCCEEDED' }, 'jobs-data').status, 404)
  const payload = { status: 'IN_PROGRESS', expectedVersion: 1, statusDetails: { step: 'download' }, clientToken: 'c' }
  const [accepted] = jobs.publish('core', `d1/namespace-${NS}/update`, payload)
  assert.deepEqual(
    [accepted?.topic, accepted?.to],
    [`$aws/things/core/jobs/d1/namespace-${NS}/update/accepted`, 'core'],
  )
  const described = jobs.publish('core', `d1/namespace-${NS}/get`, { executionNumber: 1 })[0]?.json['execution']
  assert.equal((described as { versionNumber: number }).versionNumber, 2)
  const [stale] = jobs.publish('core', `d1/namespace-${NS}/update`, payload)
  assert.deepEqual([stale?.topic.split('/').at(-1), stale?.json['code']], ['rejected', 'VersionMismatch'])
})

test('a deployment goes as Greengrass drives it, and its cancellation is an empty list in the namespace', () => {
  const jobs = createFixture()
  deploy(jobs, 'd1')
  const ask = { jobId: '$next', thingName: 'core', includeJobDocument: true, clientToken: 'c' }
  const next = (): Record<string, unknown> => jobs.publish('core', `$next/namespace-${NS}/get`, ask)[0]?.json ?? {}
  assert.deepEqual((next()['execution'] as { jobDocument: object }).jobDocument, { operation: 'd1' })
  jobs.publish('core', `d1/namespace-${NS}/update`, { status: 'IN_PROGRESS', expectedVersion: '1' })
  const { sent } = jobs.call('PUT', '/jobs/d1/cancel?force=true')
  assert.deepEqual(topics(sent), [`notify-namespace-${NS}`, `notify-next-namespace-${NS}`])
  assert.deepEqual(jobIds(sent, `notify-namespace-${NS}`), {})
  assert.deepEqual(Object.keys(next()), ['clientToken', 'timestamp'])
})

test('lists are filtered by namespace; without one they have all', () => {
  const jobs = createFixture()
  create(jobs, 'plain')
  deploy(jobs, 'd1')
  const ids = (path: string, member: string): unknown[] =>
    (jobs.call('GET', path).body[member] as { jobId: string }[]).map(({ jobId }) => jobId)
  assert.deepEqual(ids('/jobs', 'jobs'), ['d1', 'plain'])
  assert.deepEqual(ids(`/jobs?namespaceId=${NS}`, 'jobs'), ['d1'])
  assert.deepEqual(ids('/things/core/jobs', 'executionSummaries'), ['d1', 'plain'])
  assert.deepEqual(ids(`/things/core/jobs?namespaceId=${NS}`, 'executionSummaries'), ['d1'])
})
