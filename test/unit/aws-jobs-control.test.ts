import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupArn, JobsLab, notices, only, thingArn } from '../builders/jobs-lab.ts'

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

test('DescribeJob echoes what was asked for, counts things by state, and gives times in seconds with a fraction', () => {
  const jobs = lab()
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

test('unknown jobs, executions, templates are not found', () => {
  const jobs = lab()
  jobs.create('j1')
  for (const [method, path, body] of [
    ['GET', '/jobs/nope'],
    ['GET', '/jobs/nope/job-document'],
    ['PATCH', '/jobs/nope', {}],
    ['PUT', '/jobs/nope/cancel'],
    ['DELETE', '/jobs/nope'],
    ['POST', '/jobs/nope/targets', { targets: [groupArn('jobdemo')] }],
    ['GET', '/jobs/nope/things'],
    ['GET', '/things/t1/jobs/nope'],
    ['GET', '/things/t1/jobs/j1?executionNumber=2'],
    ['PUT', '/things/t2/jobs/j1/cancel'],
    ['DELETE', '/things/t1/jobs/j1/executionNumber/2'],
    ['GET', '/job-templates/nope'],
    ['DELETE', '/job-templates/nope'],
    ['GET', '/managed-job-templates/AWS-Reboot'],
    ['GET', '/jobs/j1?namespaceId=other'],
  ] as const) {
    const { status, type } = jobs.call(method, path, body)
    assert.deepEqual([status, type], [404, 'ResourceNotFoundException'], `${method} ${path}`)
  }
})

test('CancelJob cancels what is queued, leaves what is in progress to finish, and is refused the second time', () => {
  const jobs = lab()
  jobs.create('j1', { description: 'd' }, [groupArn('jobdemo')])
  jobs.publish('t1', 'start-next')
  const answer = jobs.call('PUT', '/jobs/j1/cancel', { reasonCode: 'TOO_LATE', comment: 'never mind' })
  assert.deepEqual(answer.body, { jobArn: 'arn:aws:iot:us-east-1:123456789012:job/j1', jobId: 'j1', description: 'd' })
  assert.deepEqual(notices(answer.sent).map(({ topic }) => topic), ['notify', 'notify-next'])
  const job = jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>
  assert.deepEqual([job['status'], job['reasonCode'], job['comment'], job['forceCanceled']], ['CANCELED', 'TOO_LATE', 'never mind', undefined])
  assert.deepEqual([jobs.execution('j1', 't1').status, jobs.execution('j1', 't2').status], ['IN_PROGRESS', 'CANCELED'])
  jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  assert.equal(jobs.execution('j1', 't1').status, 'SUCCEEDED')
  assert.deepEqual([jobs.call('PUT', '/jobs/j1/cancel').type, jobs.call('PATCH', '/jobs/j1', {}).type], ['InvalidRequestException', 'InvalidRequestException'])
})

test('CancelJob with force also cancels what is in progress, and says so of job and execution', () => {
  const jobs = lab()
  jobs.create('j1')
  jobs.publish('t1', 'start-next')
  jobs.call('PUT', '/jobs/j1/cancel?force=true')
  assert.equal((jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>)['forceCanceled'], true)
  const execution = jobs.call('GET', '/things/t1/jobs/j1').body['execution'] as Record<string, unknown>
  assert.deepEqual([execution['status'], execution['forceCanceled'], execution['statusDetails']], ['CANCELED', true, { detailsMap: {} }])
})

for (const [body, query] of [[{ reasonCode: 'too late' }, ''], [{ reasonCode: 'X'.repeat(129) }, ''], [{ comment: 'a\tb' }, ''], [{}, '?force=yes']] as const) {
  test(`CancelJob refuses ${JSON.stringify(body).slice(0, 40)} ${query}`, () => {
    const jobs = lab()
    jobs.create('j1')
    assert.equal(jobs.call('PUT', `/jobs/j1/cancel${query}`, body).type, 'InvalidRequestException')
    assert.equal(jobs.job('j1').status, 'IN_PROGRESS')
  })
}

test('DeleteJob needs an end or force, and at most ten jobs are being deleted', () => {
  const jobs = lab()
  jobs.create('j1')
  const refused = jobs.call('DELETE', '/jobs/j1')
  assert.deepEqual([refused.status, refused.type], [409, 'InvalidStateTransitionException'])
  const deleted = jobs.call('DELETE', '/jobs/j1?force=true')
  assert.deepEqual([deleted.status, deleted.body, jobs.bench.engine.jobs.get('aws/j1')], [200, {}, undefined])
  assert.deepEqual(only(deleted.sent, '/notify').json['jobs'], {})

  jobs.things(Array.from({ length: 101 }, (_, index) => `n${index}`), 'many')
  for (let index = 0; index <= 10; index += 1) {
    jobs.create(`d${index}`, {}, [groupArn('many')])
    jobs.advance(1)
  }
  for (let index = 0; index < 10; index += 1) assert.equal(jobs.call('DELETE', `/jobs/d${index}?force=true`).status, 200)
  assert.equal((jobs.call('GET', '/jobs/d0').body['job'] as Record<string, unknown>)['status'], 'DELETION_IN_PROGRESS')
  const eleventh = jobs.call('DELETE', '/jobs/d10?force=true')
  assert.deepEqual([eleventh.status, eleventh.type], [410, 'LimitExceededException'])
})

test('CancelJobExecution: what is queued freely, what is in progress by force, by version where one is given', () => {
  const jobs = lab()
  jobs.create('j1', {}, [groupArn('jobdemo')])
  jobs.publish('t1', 'start-next')
  const cancel = (thing: string, query = '', body: object = {}) => jobs.call('PUT', `/things/${thing}/jobs/j1/cancel${query}`, body)
  const unforced = cancel('t1')
  assert.deepEqual([unforced.status, unforced.type], [409, 'InvalidStateTransitionException'])
  const stale = cancel('t1', '?force=true', { expectedVersion: 1 })
  assert.deepEqual([stale.status, stale.type, stale.body['message']], [409, 'VersionConflictException', 'Expected version 1 but found version 2'])
  assert.deepEqual(cancel('t1', '?force=true', { expectedVersion: 2, statusDetails: { why: 'tired' } }).body, {})
  assert.deepEqual([jobs.execution('j1', 't1').status, jobs.execution('j1', 't1').details], ['CANCELED', { why: 'tired' }])
  assert.equal(cancel('t1', '?force=true').type, 'InvalidStateTransitionException')
  assert.deepEqual(notices(cancel('t2').sent).map(({ topic }) => topic), ['notify', 'notify-next'])
})

test('DeleteJobExecution: what is in progress by force only; the device hears of it', () => {
  const jobs = lab()
  jobs.create('j1')
  jobs.publish('t1', 'start-next')
  assert.equal(jobs.call('DELETE', '/things/t1/jobs/j1/executionNumber/1').type, 'InvalidStateTransitionException')
  assert.equal(jobs.call('DELETE', '/things/t1/jobs/j1/executionNumber/one').type, 'InvalidRequestException')
  const { body, sent } = jobs.call('DELETE', '/things/t1/jobs/j1/executionNumber/1?force=true')
  assert.deepEqual([body, notices(sent).map(({ json }) => json['jobs'] ?? json['execution'])], [{}, [{}, undefined]])
})

test('AssociateTargetsWithJob takes groups into a continuous job under way, and nothing else', () => {
  const jobs = lab()
  jobs.things(['t3'], 'more')
  jobs.create('snapshot')
  jobs.create('cont', { targetSelection: 'CONTINUOUS' }, [groupArn('jobdemo')])
  const associate = (job: string, targets: string[]) => jobs.call('POST', `/jobs/${job}/targets`, { targets })
  assert.equal(associate('snapshot', [groupArn('more')]).type, 'InvalidRequestException')
  assert.equal(associate('cont', [thingArn('t3')]).type, 'InvalidRequestException')
  const answer = associate('cont', [groupArn('more'), groupArn('jobdemo')])
  assert.deepEqual(answer.body, { jobArn: 'arn:aws:iot:us-east-1:123456789012:job/cont', jobId: 'cont' })
  assert.equal(jobs.execution('cont', 't3').status, 'QUEUED')
  assert.deepEqual((jobs.call('GET', '/jobs/cont').body['job'] as { targets: string[] }).targets, [groupArn('jobdemo'), groupArn('more')])
})

test('UpdateJob changes what is shown, refuses more retries, and leaves everything else', () => {
  const jobs = lab()
  jobs.create('j1', { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 3 }] } })
  const off = { criteriaList: [{ failureType: 'ALL', numberOfRetries: 0 }] }
  assert.equal(jobs.call('PATCH', '/jobs/j1', { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 2 }] } }).type, 'InvalidRequestException')
  assert.deepEqual(jobs.call('PATCH', '/jobs/j1', { description: 'new', presignedUrlConfig: { expiresInSec: 90 }, jobExecutionsRetryConfig: off }).body, {})
  const job = jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>
  assert.deepEqual([job['description'], job['presignedUrlConfig'], job['jobExecutionsRetryConfig'], job['targets']], ['new', { expiresInSec: 90 }, off, [thingArn('t1')]])
  jobs.publish('t1', 'j1/update', { status: 'FAILED' })
  assert.equal(jobs.job('j1').status, 'COMPLETED')
})

test('executions outlive their thing: they can still be listed and cancelled', () => {
  const jobs = lab()
  jobs.create('j1')
  jobs.bench.turn(({ engine, turn }) => engine.devices.delete(turn, 'aws/t1'))
  assert.equal((jobs.call('GET', '/things/t1/jobs').body['executionSummaries'] as object[]).length, 1)
  assert.equal(jobs.call('PUT', '/things/t1/jobs/j1/cancel').status, 200)
})

test('an empty group completes its snapshot at once', () => {
  const jobs = lab()
  jobs.things([], 'nobody')
  jobs.create('j1', {}, [groupArn('nobody')])
  assert.equal(jobs.job('j1').status, 'COMPLETED')
})
