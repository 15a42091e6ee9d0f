import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupArn, AwsJobsFixture, thingArn } from '../builders/aws-jobs-fixture.ts'

const NOON = Date.UTC(2026, 0, 1, 12) + 345
const createFixture = (mode: 'open' | 'strict' = 'open'): AwsJobsFixture => {
  const jobs = new AwsJobsFixture({ now: NOON, settings: { mode } })
  jobs.things(['t1', 't2'], 'jobdemo')
  return jobs
}
const create = { targets: [thingArn('t1')], document: '{}' }

test('the tutorial’s create-job line works: legacy S3 URL, array document, ARN of another region', () => {
  const jobs = createFixture()
  const document = '[{"operation":"install"}]'
  jobs.objects.set('BUCKET/jobtest.json', document)
  const body = {
    targets: ['arn:aws:iot:us-west-2:123456789012:thinggroup/jobdemo'],
    documentSource: 'https://s3-us-west-2.amazonaws.com/BUCKET/jobtest.json',
  }
  const answer = jobs.call('PUT', '/jobs/020', body, 'control', 'us-west-2')
  assert.deepEqual(
    [answer.status, answer.body],
    [200, { jobArn: 'arn:aws:iot:us-west-2:123456789012:job/020', jobId: '020' }],
  )
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
    const jobs = createFixture()
    jobs.objects.set('b/dir/k.json', '{"a":1}')
    assert.equal(jobs.call('PUT', '/jobs/j1', { targets: create.targets, documentSource: url }).status, 200)
    assert.equal(jobs.job('j1').document, '{"a":1}')
  })
}

const S3 = 'https://s3.amazonaws.com/b'
const rate = { baseRatePerMinute: 5, incrementFactor: 1.25, rateIncreaseCriteria: { numberOfNotifiedThings: 10 } }
const retries = (...list: [string, number][]): Record<string, unknown> => ({
  jobExecutionsRetryConfig: {
    criteriaList: list.map(([failureType, numberOfRetries]) => ({ failureType, numberOfRetries })),
  },
})

/** What is refused beyond the service model: `aws-jobs-constraints.test.ts` has that. */
for (const [members, message] of [
  [{ targets: Array.from({ length: 101 }, () => thingArn('t1')) }, /^targets: /],
  [{ targets: ['t1'] }, /^targets\[0\]: /],
  [{ targets: [7] }, /^targets\[0\]: /],
  [{ targets: ['arn:aws:iot:us-east-1:123456789012:policy/p'] }, /^targets\[0\]: /],
  [{ document: undefined }, 'Neither job document nor job document source is specified.'],
  [{ document: '' }, 'Neither job document nor job document source is specified.'],
  [{ document: { operation: 'reboot' } }, /^document: /],
  [{ document: '{"a":' }, 'Job document located at request input is an invalid JSON document.'],
  [{ document: '[NaN]' }, 'Job document located at request input is an invalid JSON document.'],
  [
    { document: '['.repeat(1001) + ']'.repeat(1001) },
    /^Job document located at request input is an invalid JSON document\./,
  ],
  [{ documentSource: `${S3}/k` }, 'Job document and job document source cannot be specified at the same time.'],
  [
    { document: undefined, documentSource: 'https://example.com/b/k' },
    'Job document source https://example.com/b/k is invalid.',
  ],
  [{ document: undefined, documentSource: S3 }, `Provided S3 url is not valid: ${S3}. Error: Key cannot be null`],
  [
    { document: undefined, documentSource: 's3://b/' },
    'Provided S3 url is not valid: s3://b/. Error: Key cannot be null',
  ],
  [{ documentParameters: { a: { b: 'c' } } }, /^documentParameters\.a: /],
  [
    { jobTemplateArn: 'arn:aws:iot:us-east-1:123456789012:job/j' },
    'Resource type should be jobtemplate but found invalid resource type job',
  ],
  [{ jobExecutionsRolloutConfig: { maximumPerMinute: 1.5 } }, /^jobExecutionsRolloutConfig\.maximumPerMinute: /],
  [{ jobExecutionsRolloutConfig: { maximumPerMinute: '5' } }, /^jobExecutionsRolloutConfig\.maximumPerMinute: /],
  [
    { jobExecutionsRolloutConfig: { maximumPerMinute: 9, exponentialRate: rate } },
    /incrementFactor: 1\.25 must have one decimal/,
  ],
  [retries(['FAILED', 6], ['TIMED_OUT', 5]), /^jobExecutionsRetryConfig\.criteriaList: /],
  [retries(['FAILED', 1], ['FAILED', 2]), /^jobExecutionsRetryConfig\.criteriaList: /],
  [retries(['ALL', 1], ['FAILED', 1]), 'A retryCriteria with failure type ALL must be used by itself.'],
] as const) {
  test(`CreateJob refuses ${JSON.stringify(members).slice(0, 110)}`, () => {
    const jobs = createFixture()
    const { status, type, body } = jobs.call('PUT', '/jobs/j1', { ...create, ...members })
    assert.deepEqual([status, type], [400, 'InvalidRequestException'])
    if (typeof message === 'string') assert.equal(body['message'], message)
    else assert.match(String(body['message']), message)
    assert.equal(jobs.bench.engine.jobs.get('aws/j1'), undefined)
  })
}

test('CreateJob refuses a job id that breaks its pattern, and a body that is no JSON object', () => {
  for (const [path, body] of [
    ['/jobs/a.b', create],
    [`/jobs/${'j'.repeat(65)}`, create],
    ['/jobs/j1', '[]'],
    ['/jobs/j1', '{"targets"'],
  ] as const) {
    const { status, type } = createFixture().call('PUT', path, body)
    assert.deepEqual([status, type], [400, 'InvalidRequestException'])
  }
})

test('a documentSource that is missing, too large, not UTF-8 or not JSON is refused in AWS’s words', () => {
  const jobs = createFixture()
  jobs.objects.set('b/large', `"${'x'.repeat(32_767)}"`)
  jobs.objects.set('b/latin1', Buffer.from([0x22, 0xe9, 0x22]))
  jobs.objects.set('b/text', 'hello')
  jobs.objects.set('b/empty', '')
  for (const [key, status, type, message] of [
    ['gone', 400, 'InvalidRequestException', 'Job document located at % is not found.'],
    ['large', 410, 'LimitExceededException', 'Job document from % exceeds size limit 32768 bytes.'],
    ['latin1', 400, 'InvalidRequestException', 'Job document located at % is an invalid JSON document.'],
    ['text', 400, 'InvalidRequestException', 'Job document located at % is an invalid JSON document.'],
    ['empty', 400, 'InvalidRequestException', 'Job document located at % is an invalid JSON document.'],
  ] as const) {
    const answer = jobs.call('PUT', '/jobs/j1', { targets: create.targets, documentSource: `${S3}/${key}` })
    assert.deepEqual(
      [answer.status, answer.type, answer.body['message']],
      [status, type, message.replace('%', `${S3}/${key}`)],
    )
  }
})

test('unknown targets are not found; region and account matter in strict mode only', () => {
  for (const [target, message] of [
    [thingArn('nobody'), 'Thing nobody cannot be found.'],
    [groupArn('nobody'), 'Thing Group nobody cannot be found.'],
  ] as const) {
    const { status, type, body } = createFixture().call('PUT', '/jobs/j1', { ...create, targets: [target] })
    assert.deepEqual([status, type, body['message']], [404, 'ResourceNotFoundException', message])
  }
  const foreign = { ...create, targets: ['arn:aws:iot:eu-central-1:999999999999:thing/t1'] }
  assert.equal(createFixture().call('PUT', '/jobs/j1', foreign).status, 200)
  assert.equal(createFixture('strict').call('PUT', '/jobs/j1', foreign).status, 404)
})

test('a thing that is meant twice gets one execution, and groups mean their child groups too', () => {
  const jobs = createFixture()
  jobs.bench.turn(({ engine, turn }) => {
    engine.groups.create(turn, { dialect: 'aws', name: 'child', parent: 'aws/jobdemo' })
    engine.devices.ensure(turn, 'aws', 'deep')
    engine.devices.join(turn, 'aws/deep', 'aws/child')
  })
  jobs.create('j1', {}, [thingArn('t1'), groupArn('jobdemo'), thingArn('t1')])
  assert.deepEqual([...jobs.bench.engine.executions.ofJob('aws/j1').keys()], ['aws/t1', 'aws/t2', 'aws/deep'])
  assert.deepEqual((jobs.call('GET', '/jobs/j1').body['job'] as { targets: string[] }).targets, [
    thingArn('t1'),
    groupArn('jobdemo'),
  ])
})

test('the same request again answers the same, whatever the order of its members, and makes nothing', () => {
  const jobs = createFixture()
  const first = { ...create, description: 'd', timeoutConfig: { inProgressTimeoutInMinutes: 5 } }
  const made = jobs.call('PUT', '/jobs/j1', first)
  jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  const again = jobs.call('PUT', '/jobs/j1', Object.fromEntries(Object.entries(first).reverse()))
  assert.deepEqual([again.status, again.body, again.sent], [200, made.body, []])
  assert.equal(jobs.job('j1').status, 'COMPLETED')
})

test('another request for the same id is refused, and the exception names the resource', () => {
  const jobs = createFixture()
  jobs.create('j1')
  const { status, type, body } = jobs.call('PUT', '/jobs/j1', create)
  assert.deepEqual(
    [status, type, body['resourceId'], body['resourceArn']],
    [409, 'ResourceAlreadyExistsException', 'j1', 'arn:aws:iot:us-east-1:123456789012:job/j1'],
  )
})

test('an empty group completes its snapshot at once', () => {
  const jobs = createFixture()
  jobs.things([], 'nobody')
  jobs.create('j1', {}, [groupArn('nobody')])
  assert.equal(jobs.job('j1').status, 'COMPLETED')
})
