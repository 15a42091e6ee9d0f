import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../../src/core/seam/mqtt.ts'
import type { ScriptInput } from '../../src/core/seam/device-script.ts'
import { jobFront } from '../../src/dialect/aws/jobs/jobs.ts'
import { AwsJobsFixture, type Sent } from '../builders/aws-jobs-fixture.ts'

const script = jobFront.deviceScript('t1')
const say = (jobs: AwsJobsFixture, [message]: Message[]): Sent[] =>
  jobs.publish('t1', String(message?.topic).replace('$aws/things/t1/jobs/', ''), String(message?.payload))
const heard = (sent: Sent[]): ScriptInput[] =>
  sent.map(({ topic, payload }) => script.read(topic, Buffer.from(payload))).filter((one) => one !== undefined)

test('a simulated thing takes what is waiting, reports, and is handed what comes next', () => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  assert.deepEqual(heard(say(jobs, script.hello())), [{ type: 'idle' }])
  const work = { id: 'j1', document: { operation: 'j1' }, attempt: 1 }
  assert.deepEqual(heard(jobs.create('j1').sent), [{ type: 'offer', work }])
  jobs.create('j2')
  assert.deepEqual(heard(say(jobs, script.hello())), [{ type: 'offer', work }])
  assert.deepEqual(heard(say(jobs, script.report(work, 'IN_PROGRESS', 33.3))), [{ type: 'accepted', work: 'j1' }])
  assert.deepEqual(jobs.execution('j1').details, { progress: '33%' })
  assert.deepEqual(heard(say(jobs, script.report(work, 'SUCCEEDED', 100))), [
    { type: 'accepted', work: 'j1' },
    { type: 'offer', work: { id: 'j2', document: { operation: 'j2' }, attempt: 1 } },
  ])
})

test('work that the hub has taken back is withdrawn, other refusals are told', () => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  jobs.create('j1')
  say(jobs, script.hello())
  jobs.call('PUT', '/jobs/j1/cancel?force=true')
  assert.deepEqual(heard(say(jobs, script.report({ id: 'j1', document: {}, attempt: 1 }, 'IN_PROGRESS', 1))), [
    { type: 'withdrawn', work: 'j1' },
  ])
  jobs.call('DELETE', '/jobs/j1')
  assert.deepEqual(heard(say(jobs, script.report({ id: 'j1', document: {}, attempt: 1 }, 'FAILED', 1))), [
    { type: 'withdrawn', work: 'j1' },
  ])
  const refusal = script.read(
    '$aws/things/t1/jobs/j1/update/rejected',
    Buffer.from('{"code":"InvalidRequest","message":"status: is required"}'),
  )
  assert.deepEqual(refusal, { type: 'refused', work: 'j1', reason: 'InvalidRequest: status: is required' })
})

test('what is not about jobs, or is damaged, means nothing', () => {
  for (const topic of ['t1/echo', '$aws/things/t1/shadow/update/accepted', '$aws/things/t1/jobs/notify'])
    assert.equal(script.read(topic, Buffer.from('{}')), undefined)
  assert.deepEqual(script.read('$aws/things/t1/jobs/notify-next', Buffer.from('{')), { type: 'idle' })
})

test('every template can be sent as a job, and the schema takes arrays as well as objects', () => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  const presignedUrlConfig = { roleArn: 'arn:aws:iam::123456789012:role/presign' }
  for (const { id, document } of jobFront.kinds[0].templates)
    jobs.create(id, { document: JSON.stringify(document), presignedUrlConfig })
  assert.equal(new Set(jobFront.kinds[0].templates.map(({ id }) => id)).size, jobFront.kinds[0].templates.length)
  const { anyOf } = jobFront.kinds[0].documentSchema as { anyOf: { type?: string; $ref?: string }[] }
  assert.deepEqual(
    anyOf.map(({ type, $ref }) => type ?? $ref),
    ['#/definitions/document', 'array'],
  )
})
