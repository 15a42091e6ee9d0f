import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupArn, JobsLab, thingArn } from '../builders/jobs-lab.ts'

const NOON = Date.UTC(2026, 0, 1, 12) + 345
const lab = (mode: 'open' | 'strict' = 'open'): JobsLab => {
  const jobs = new JobsLab({ now: NOON, settings: { mode } })
  jobs.things(['t1', 't2'], 'jobdemo')
  return jobs
}
const create = { targets: [thingArn('t1')], document: '{}' }

test('the tutorial’s create-job line works: legacy S3 URL, array document, ARN of another region', () => {
  const jobs = lab()
  const document = '[{"operation":"install"}]'
  jobs.objects.set('BUCKET/jobtest.json', document)
  const body = {
    targets: ['arn:aws:iot:us-west-2:123456789012:thinggroup/jobdemo'],
    documentSource: 'https://s3-us-west-2.amazonaws.com/BUCKET/jobtest.json',
  }
  const answer = jobs.call('PUT', '/jobs/020', body, 'control', 'us-west-2')
  assert.deepEqual([answer.status, answer.body], [200, { jobArn: 'arn:aws:iot:us-west-2:123456789012:job/020', jobId: '020' }])
  jobs.objects.delete('BUCKET/jobtest.json')
  assert.deepEqual(jobs.call('GET', '/jobs/020/job-document').body, { document })
  const described = jobs.call('GET', '/jobs/020').body
  assert.equal(described['documentSource'], body.documentSource)
  assert.deepEqual((described['job'] as { targets: string[] }).targets, body.targets)
  assert.equal(jobs.execution('020', 't2').status, 'QUEUED')
})

for (const url of [
  'https://s3.amazonaws.com/b/dir/k.json',
  'https://s3-eu-west-1.amazonaws.com/b/dir/k.json',
  'https://s3.eu-west-1.amazonaws.com/b/dir/k.json',
  'https://b.s3.amazonaws.com/dir/k.json',
  'https://b.s3.eu-west-1.amazonaws.com/dir/k.json',
  'https://b.s3-eu-west-1.amazonaws.com/dir%2Fk.json',
  's3://b/dir/k.json',
  'file:///b/dir/k.json',
  'file:b/dir/k.json',
  'b/dir/k.json',
  './b/dir/k.json',
]) {
  test(`documentSource ${url} names key dir/k.json in bucket b`, () => {
    const jobs = lab()
    jobs.objects.set('b/dir/k.json', '{"a":1}')
    assert.equal(jobs.call('PUT', '/jobs/j1', { targets: create.targets, documentSource: url }).status, 200)
    assert.equal(jobs.job('j1').document, '{"a":1}')
  })
}

const criteria = { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 10, minNumberOfExecutedThings: 1 }
const rate = { baseRatePerMinute: 50, incrementFactor: 2, rateIncreaseCriteria: { numberOfNotifiedThings: 10 } }
const bad: [field: string, members: Record<string, unknown>][] = [
  ['targets', { targets: undefined }],
  ['targets', { targets: [] }],
  ['targets', { targets: Array.from({ length: 101 }, () => thingArn('t1')) }],
  ['targets[0]', { targets: ['t1'] }],
  ['targets[0]', { targets: [7] }],
  ['targets[0]', { targets: ['arn:aws:iot:us-east-1:123456789012:policy/p'] }],
  ['document', { document: undefined }],
  ['document', { document: '' }],
  ['document', { document: { operation: 'reboot' } }],
  ['document', { document: '{"a":' }],
  ['document', { document: JSON.stringify('x'.repeat(32_767)) }],
  ['document', { document: '{"u":"${aws:iot:s3-presigned-url:https://example.com/b/k}"}' }],
  ['document, documentSource', { documentSource: 'https://s3.amazonaws.com/b/k' }],
  ['documentSource', { document: undefined, documentSource: `https://s3.amazonaws.com/b/${'k'.repeat(1350)}` }],
  ['documentSource', { document: undefined, documentSource: 'https://example.com/b/k' }],
  ['documentParameters', { documentParameters: { a: 'b' } }],
  ['jobTemplateArn', { document: undefined, jobTemplateArn: 'template' }],
  ['description', { description: 'x'.repeat(2029) }],
  ['description', { description: 'a\nb' }],
  ['targetSelection', { targetSelection: 'snapshot' }],
  ['jobExecutionsRolloutConfig.maximumPerMinute', { jobExecutionsRolloutConfig: { maximumPerMinute: 0 } }],
  ['jobExecutionsRolloutConfig.maximumPerMinute', { jobExecutionsRolloutConfig: { maximumPerMinute: 1001 } }],
  ['jobExecutionsRolloutConfig.maximumPerMinute', { jobExecutionsRolloutConfig: { maximumPerMinute: 1.5 } }],
  ['jobExecutionsRolloutConfig.exponentialRate.baseRatePerMinute', { jobExecutionsRolloutConfig: { exponentialRate: { ...rate, baseRatePerMinute: 0 } } }],
  ['jobExecutionsRolloutConfig.exponentialRate.incrementFactor', { jobExecutionsRolloutConfig: { exponentialRate: { ...rate, incrementFactor: 1 } } }],
  ['jobExecutionsRolloutConfig.exponentialRate.incrementFactor', { jobExecutionsRolloutConfig: { exponentialRate: { ...rate, incrementFactor: 5.1 } } }],
  ['jobExecutionsRolloutConfig.exponentialRate.incrementFactor', { jobExecutionsRolloutConfig: { exponentialRate: { ...rate, incrementFactor: 1.25 } } }],
  ['jobExecutionsRolloutConfig.exponentialRate.rateIncreaseCriteria', { jobExecutionsRolloutConfig: { exponentialRate: { ...rate, rateIncreaseCriteria: {} } } }],
  [
    'jobExecutionsRolloutConfig.exponentialRate.rateIncreaseCriteria',
    { jobExecutionsRolloutConfig: { exponentialRate: { ...rate, rateIncreaseCriteria: { numberOfNotifiedThings: 1, numberOfSucceededThings: 1 } } } },
  ],
  ['abortConfig.criteriaList', { abortConfig: {} }],
  ['abortConfig.criteriaList', { abortConfig: { criteriaList: [] } }],
  ['abortConfig.criteriaList[0].failureType', { abortConfig: { criteriaList: [{ ...criteria, failureType: 'ANY' }] } }],
  ['abortConfig.criteriaList[0].action', { abortConfig: { criteriaList: [{ ...criteria, action: 'STOP' }] } }],
  ['abortConfig.criteriaList[0].thresholdPercentage', { abortConfig: { criteriaList: [{ ...criteria, thresholdPercentage: 100.5 }] } }],
  ['abortConfig.criteriaList[0].thresholdPercentage', { abortConfig: { criteriaList: [{ ...criteria, thresholdPercentage: 0.001 }] } }],
  ['abortConfig.criteriaList[0].minNumberOfExecutedThings', { abortConfig: { criteriaList: [{ ...criteria, minNumberOfExecutedThings: 0 }] } }],
  ['timeoutConfig.inProgressTimeoutInMinutes', { timeoutConfig: { inProgressTimeoutInMinutes: 0 } }],
  ['timeoutConfig.inProgressTimeoutInMinutes', { timeoutConfig: { inProgressTimeoutInMinutes: 10_081 } }],
  ['jobExecutionsRetryConfig.criteriaList', { jobExecutionsRetryConfig: { criteriaList: [] } }],
  ['jobExecutionsRetryConfig.criteriaList[0].numberOfRetries', { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 11 }] } }],
  ['jobExecutionsRetryConfig.criteriaList[0].failureType', { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'REJECTED', numberOfRetries: 1 }] } }],
  ...[
    [{ failureType: 'FAILED', numberOfRetries: 6 }, { failureType: 'TIMED_OUT', numberOfRetries: 5 }],
    [{ failureType: 'ALL', numberOfRetries: 1 }, { failureType: 'FAILED', numberOfRetries: 1 }],
    [{ failureType: 'FAILED', numberOfRetries: 1 }, { failureType: 'FAILED', numberOfRetries: 2 }],
  ].map((criteriaList): [string, Record<string, unknown>] => ['jobExecutionsRetryConfig.criteriaList', { jobExecutionsRetryConfig: { criteriaList } }]),
  ['presignedUrlConfig.roleArn', { presignedUrlConfig: { roleArn: 'arn' } }],
  ['presignedUrlConfig.expiresInSec', { presignedUrlConfig: { expiresInSec: 59 } }],
  ['presignedUrlConfig.expiresInSec', { presignedUrlConfig: { expiresInSec: 3601 } }],
  ['namespaceId', { namespaceId: 'a b' }],
]
for (const [field, members] of bad) {
  test(`CreateJob refuses ${JSON.stringify(members).slice(0, 110)} and names ${field}`, () => {
    const jobs = lab()
    const { status, type, body } = jobs.call('PUT', '/jobs/j1', { ...create, ...members })
    assert.deepEqual([status, type], [400, 'InvalidRequestException'])
    assert.ok(String(body['message']).startsWith(`${field}: `), String(body['message']))
    assert.equal(jobs.bench.engine.jobs.get('aws/j1'), undefined)
  })
}

test('CreateJob refuses a job id that breaks its pattern, and a body that is no JSON object', () => {
  for (const [path, body] of [['/jobs/a.b', create], [`/jobs/${'j'.repeat(65)}`, create], ['/jobs/j1', '[]'], ['/jobs/j1', '{"targets"']] as const) {
    const { status, type } = lab().call('PUT', path, body)
    assert.deepEqual([status, type], [400, 'InvalidRequestException'])
  }
})

test('a documentSource that is missing, too large, not UTF-8 or not JSON is refused with bucket and key', () => {
  const jobs = lab()
  jobs.objects.set('b/large', `"${'x'.repeat(32_767)}"`)
  jobs.objects.set('b/latin1', Buffer.from([0x22, 0xe9, 0x22]))
  jobs.objects.set('b/text', 'hello')
  for (const [key, rule] of [['gone', /no object gone in bucket b/], ['large', /object large in bucket b has 32769 bytes/], ['latin1', /object latin1 in bucket b is not UTF-8/], ['text', /must be JSON/]] as const) {
    const { status, type, body } = jobs.call('PUT', '/jobs/j1', { targets: create.targets, documentSource: `https://s3.amazonaws.com/b/${key}` })
    assert.deepEqual([status, type], [400, 'InvalidRequestException'])
    assert.match(String(body['message']), rule)
  }
})

test('unknown targets are not found; region and account matter in strict mode only', () => {
  for (const target of [thingArn('nobody'), groupArn('nobody')]) {
    const { status, type } = lab().call('PUT', '/jobs/j1', { ...create, targets: [target] })
    assert.deepEqual([status, type], [404, 'ResourceNotFoundException'])
  }
  const foreign = { ...create, targets: ['arn:aws:iot:eu-central-1:999999999999:thing/t1'] }
  assert.equal(lab().call('PUT', '/jobs/j1', foreign).status, 200)
  assert.equal(lab('strict').call('PUT', '/jobs/j1', foreign).status, 404)
})

test('a thing that is meant twice gets one execution, and groups mean their child groups too', () => {
  const jobs = lab()
  jobs.bench.turn(({ engine, turn }) => {
    engine.groups.create(turn, { dialect: 'aws', name: 'child', parent: 'aws/jobdemo' })
    engine.devices.ensure(turn, 'aws', 'deep')
    engine.devices.join(turn, 'aws/deep', 'aws/child')
  })
  jobs.create('j1', {}, [thingArn('t1'), groupArn('jobdemo'), thingArn('t1')])
  assert.deepEqual([...jobs.bench.engine.executions.ofJob('aws/j1').keys()], ['aws/t1', 'aws/t2', 'aws/deep'])
  assert.deepEqual((jobs.call('GET', '/jobs/j1').body['job'] as { targets: string[] }).targets, [thingArn('t1'), groupArn('jobdemo')])
})

test('the same id again is refused, and the exception names the resource', () => {
  const jobs = lab()
  jobs.create('j1')
  const { status, type, body } = jobs.call('PUT', '/jobs/j1', create)
  assert.deepEqual([status, type, body['resourceId'], body['resourceArn']], [409, 'ResourceAlreadyExistsException', 'j1', 'arn:aws:iot:us-east-1:123456789012:job/j1'])
})

test('an empty group completes its snapshot at once', () => {
  const jobs = lab()
  jobs.things([], 'nobody')
  jobs.create('j1', {}, [groupArn('nobody')])
  assert.equal(jobs.job('j1').status, 'COMPLETED')
})
