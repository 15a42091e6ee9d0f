import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatJobsTopic,
  formatReplyTopic,
  isJobsTopic,
  parseJobsTopic,
  type JobsRequest,
} from '../../src/dialect/aws/jobs/topics.ts'

const table: [string, JobsRequest][] = [
  ['$aws/things/t/jobs/get', { thing: 't', operation: 'get-pending' }],
  ['$aws/things/t/jobs/start-next', { thing: 't', operation: 'start-next' }],
  ['$aws/things/a:b_c-1/jobs/job_1-x/get', { thing: 'a:b_c-1', operation: 'describe', job: 'job_1-x' }],
  ['$aws/things/t/jobs/$next/get', { thing: 't', operation: 'describe', job: '$next' }],
  ['$aws/things/t/jobs/job1/update', { thing: 't', operation: 'update', job: 'job1' }],
  ['$aws/things/t/jobs/get/get', { thing: 't', operation: 'describe', job: 'get' }],
  [
    '$aws/things/t/jobs/j/namespace-aws-gg-deployment/get',
    { thing: 't', operation: 'describe', job: 'j', namespace: 'aws-gg-deployment' },
  ],
  ['$aws/things/t/jobs/$next/namespace-n_1/get', { thing: 't', operation: 'describe', job: '$next', namespace: 'n_1' }],
  ['$aws/things/t/jobs/j/namespace-n/update', { thing: 't', operation: 'update', job: 'j', namespace: 'n' }],
  ['$aws/things/t/jobs/start-next/update', { thing: 't', operation: 'update', job: 'start-next' }],
]

for (const [topic, request] of table) {
  test(`${topic} is read and written the same`, () => {
    assert.deepEqual(parseJobsTopic(topic), request)
    assert.equal(formatJobsTopic(request), topic)
    assert.equal(formatReplyTopic(request, 'accepted'), `${topic}/accepted`)
    assert.equal(formatReplyTopic(request, 'rejected'), `${topic}/rejected`)
  })
}

const strays = [
  '$aws/things/t/jobs/notify',
  '$aws/things/t/jobs/notify-next',
  '$aws/things/t/jobs/get/accepted',
  '$aws/things/t/jobs/$next/update',
  '$aws/things/t/jobs/$next/get/accepted',
  '$aws/things/t/jobs/job1/delete',
  '$aws/things/t/jobs/$next/namespace-n/update',
  '$aws/things/t/jobs/j/namespace-/get',
  '$aws/things/t/jobs/j/namespace-a.b/get',
  '$aws/things/t/jobs/j/namespace-n/delete',
  '$aws/things/t/jobs/notify-namespace-n',
  '$aws/things/t/jobs/job.1/get',
  `$aws/things/t/jobs/${'j'.repeat(65)}/get`,
  '$aws/things/t/jobs/',
  '$aws/things/t x/jobs/get',
]

for (const topic of strays) {
  test(`${topic.slice(0, 60)} belongs to the job service but is no request`, () => {
    assert.equal(parseJobsTopic(topic), undefined)
    assert.equal(isJobsTopic(topic), true)
  })
}

test('topics of others are not the job service’s', () => {
  for (const topic of [
    '$aws/things/t/jobs',
    '$aws/things/t/shadow/get',
    'things/t/jobs/get',
    '$aws/events/job/j/completed',
  ]) {
    assert.equal(isJobsTopic(topic), false)
    assert.equal(parseJobsTopic(topic), undefined)
  }
})
