import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsJobsFixture, notices, only, thingArn } from '../builders/aws-jobs-fixture.ts'

const createFixture = (): AwsJobsFixture => {
  const made = new AwsJobsFixture()
  made.things(['t1', 't2'])
  return made
}
const NOW = Math.floor(Date.UTC(2026, 0, 1, 12) / 1000)

test('an answer goes to the requesting connection only, in the QoS it has subscribed with', () => {
  const jobs = createFixture()
  jobs.create('j1')
  const sent = jobs.publish('t1', 'get', { clientToken: 'c1' })
  assert.equal(sent.length, 1)
  assert.deepEqual(
    [sent[0]?.topic, sent[0]?.to, sent[0]?.qos],
    ['$aws/things/t1/jobs/get/accepted', 't1', 'as-subscribed'],
  )
})

test('without a connection the answer goes to all subscribers', () => {
  const [answer, ...others] = createFixture().publish('t1', 'get', {}, null)
  assert.deepEqual([answer?.to, answer?.qos, others], [undefined, 1, []])
})

test('get lists what is in progress and what is queued, both also when empty, and takes an empty payload', () => {
  const jobs = createFixture()
  assert.deepEqual(jobs.publish('t1', 'get', '')[0]?.json, { timestamp: NOW, inProgressJobs: [], queuedJobs: [] })
  jobs.create('j1')
  jobs.create('j2')
  jobs.advance(1500)
  jobs.publish('t1', 'j2/update', { status: 'IN_PROGRESS' })
  assert.deepEqual(jobs.publish('t1', 'get', { clientToken: '' })[0]?.json, {
    clientToken: '',
    timestamp: NOW + 1,
    inProgressJobs: [
      { jobId: 'j2', queuedAt: NOW, lastUpdatedAt: NOW + 1, startedAt: NOW + 1, executionNumber: 1, versionNumber: 2 },
    ],
    queuedJobs: [{ jobId: 'j1', queuedAt: NOW, lastUpdatedAt: NOW, executionNumber: 1, versionNumber: 1 }],
  })
})

test('start-next starts the front silently, returns it unchanged the second time, and answers without an execution when nothing is left', () => {
  const jobs = createFixture()
  assert.deepEqual(jobs.publish('t1', 'start-next', { clientToken: 'c' })[0]?.json, {
    clientToken: 'c',
    timestamp: NOW,
  })
  jobs.create('j1')
  const started = jobs.publish('t1', 'start-next', { statusDetails: { step: 'a' }, stepTimeoutInMinutes: 2 })
  assert.deepEqual(
    started.map(({ json }) => json),
    [
      {
        timestamp: NOW,
        execution: {
          jobId: 'j1',
          status: 'IN_PROGRESS',
          statusDetails: { step: 'a' },
          queuedAt: NOW,
          startedAt: NOW,
          lastUpdatedAt: NOW,
          versionNumber: 2,
          executionNumber: 1,
          approximateSecondsBeforeTimedOut: 120,
          jobDocument: { operation: 'j1' },
        },
      },
    ],
  )
  const again = jobs.publish('t1', 'start-next', { statusDetails: { step: 'b' } })[0]?.json['execution'] as Record<
    string,
    unknown
  >
  assert.deepEqual([again['versionNumber'], again['statusDetails']], [2, { step: 'a' }])
})

test('describe gives the document unless told not to, $next keeps its name in the topic, and nothing pending is no execution', () => {
  const jobs = createFixture()
  const nothing = jobs.publish('t1', '$next/get')[0]
  assert.deepEqual([nothing?.topic, nothing?.json], ['$aws/things/t1/jobs/$next/get/accepted', { timestamp: NOW }])
  jobs.create('j1')
  const next = jobs.publish('t1', '$next/get')[0]?.json['execution'] as Record<string, unknown>
  assert.deepEqual([next['jobId'], next['status'], next['jobDocument']], ['j1', 'QUEUED', { operation: 'j1' }])
  const bare = jobs.publish('t1', 'j1/get', { includeJobDocument: false })[0]?.json['execution'] as Record<
    string,
    unknown
  >
  assert.equal('jobDocument' in bare, false)
})

test('update answers a token and a time, and more where asked', () => {
  const jobs = createFixture()
  jobs.create('j1')
  assert.equal(
    jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS', clientToken: 'a' })[0]?.payload,
    `{"clientToken":"a","timestamp":${NOW}}`,
  )
  const full = {
    status: 'IN_PROGRESS',
    statusDetails: { progress: '50%' },
    includeJobExecutionState: true,
    includeJobDocument: true,
  }
  assert.deepEqual(jobs.publish('t1', 'j1/update', full)[0]?.json, {
    timestamp: NOW,
    executionState: { status: 'IN_PROGRESS', statusDetails: { progress: '50%' }, versionNumber: 3 },
    jobDocument: { operation: 'j1' },
  })
})

test('a job document reaches the device exactly as it was written', () => {
  const jobs = createFixture()
  const document = '[ {"operation":"install",\n  "id": 12345678901234567890, "ratio": 1.0, "text": "\\u00e9" } ]'
  jobs.create('j1', { document })
  for (const rest of ['$next/get', 'j1/get', 'start-next'])
    assert.ok(jobs.publish('t1', rest)[0]?.payload.includes(`"jobDocument":${document}}`), rest)
  assert.ok(
    jobs
      .publish('t1', 'j1/update', { status: 'IN_PROGRESS', includeJobDocument: true })[0]
      ?.payload.includes(`"jobDocument":${document}}`),
  )
})

test('statusDetails stay when omitted, are replaced whole when given, and come back with blanks untouched', () => {
  const jobs = createFixture()
  jobs.create('j1')
  jobs.publish('t1', 'j1/update', {
    status: 'IN_PROGRESS',
    statusDetails: { self_test: 'ready', updatedBy: '  v0.9.1' },
  })
  jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS' })
  assert.deepEqual(jobs.execution('j1').details, { self_test: 'ready', updatedBy: '  v0.9.1' })
  jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS', statusDetails: { reason: 'accepted  v0.9.2' } })
  assert.deepEqual(jobs.execution('j1').details, { reason: 'accepted  v0.9.2' })
  jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS', statusDetails: {} })
  const described = jobs.publish('t1', 'j1/get')[0]?.json['execution'] as Record<string, unknown>
  assert.deepEqual(described['statusDetails'], {}, 'the device has said that there are none')
  jobs.create('j2')
  assert.equal('statusDetails' in (jobs.publish('t1', 'j2/get')[0]?.json['execution'] as object), false)
})

test('what ends with the first report has begun with it, unless it was rejected', () => {
  for (const status of ['SUCCEEDED', 'FAILED', 'REJECTED']) {
    const jobs = createFixture()
    jobs.create('j1')
    jobs.advance(2000)
    jobs.publish('t1', 'j1/update', { status })
    const { execution } = jobs.call('GET', '/things/t1/jobs/j1').body as { execution: Record<string, unknown> }
    assert.equal(execution['startedAt'], status === 'REJECTED' ? undefined : execution['lastUpdatedAt'])
  }
})

test('more than ten pairs of statusDetails are kept, and people are told', () => {
  const jobs = createFixture()
  jobs.create('j1')
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 'v']))
  assert.equal(
    jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS', statusDetails: many })[0]?.topic,
    '$aws/things/t1/jobs/j1/update/accepted',
  )
  assert.deepEqual(
    jobs.bench.warnings.map(({ about }) => about),
    ['aws/t1'],
  )
})

for (const [what, expectedVersion, outcome] of [
  ['the number', 1, 'accepted'],
  ['the number as FreeRTOS writes it', '1', 'accepted'],
  ['the tutorial’s empty string', '', 'accepted'],
  ['null', null, 'accepted'],
  ['another number', 2, 'rejected'],
  ['another numeric string', '0', 'rejected'],
  ['no number at all', 'one', 'rejected'],
] as const) {
  test(`expectedVersion may be ${what}: ${outcome}`, () => {
    const jobs = createFixture()
    jobs.create('j1')
    const [answer] = jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS', expectedVersion, clientToken: '' })
    assert.deepEqual([answer?.topic, answer?.json['clientToken']], [`$aws/things/t1/jobs/j1/update/${outcome}`, ''])
  })
}

test('states × reports: only QUEUED and IN_PROGRESS take one, and startedAt is set only by IN_PROGRESS', () => {
  const ends = ['SUCCEEDED', 'FAILED', 'REJECTED'] as const
  for (const from of ['QUEUED', 'IN_PROGRESS', ...ends, 'CANCELED', 'TIMED_OUT', 'REMOVED'] as const) {
    for (const to of ['IN_PROGRESS', ...ends] as const) {
      const jobs = new AwsJobsFixture()
      jobs.things(['t1'], 'g')
      jobs.create('j1', { timeoutConfig: { inProgressTimeoutInMinutes: 1 }, targetSelection: 'CONTINUOUS' }, [
        'arn:aws:iot:us-east-1:123456789012:thinggroup/g',
      ])
      if (from === 'CANCELED') jobs.call('PUT', '/jobs/j1/cancel')
      else if (from === 'REMOVED') jobs.leave('t1', 'g')
      else if (from !== 'QUEUED')
        jobs.publish('t1', 'j1/update', { status: from === 'TIMED_OUT' ? 'IN_PROGRESS' : from })
      if (from === 'TIMED_OUT') jobs.advance(60_000)
      const before = jobs.execution('j1')
      assert.equal(before.status, from)
      const [answer] = jobs.publish('t1', 'j1/update', { status: to })
      if (from === 'QUEUED' || from === 'IN_PROGRESS') {
        assert.equal(answer?.topic, '$aws/things/t1/jobs/j1/update/accepted', `${from} → ${to}`)
        assert.equal(jobs.execution('j1').version, before.version + 1)
        assert.equal(jobs.execution('j1').startedAt !== undefined, from === 'IN_PROGRESS' || to === 'IN_PROGRESS')
      } else {
        assert.deepEqual(
          [answer?.json['code'], answer?.json['executionState']],
          ['InvalidStateTransition', { status: from, versionNumber: before.version }],
          `${from} → ${to}`,
        )
        assert.deepEqual(jobs.execution('j1'), before)
      }
    }
  }
})

test('an update of a terminal state is accepted first, then told on notify and notify-next', () => {
  const jobs = createFixture()
  jobs.create('j1')
  const sent = jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  assert.deepEqual(
    sent.map(({ topic }) => topic).filter((topic) => !topic.startsWith('$aws/events/')),
    ['$aws/things/t1/jobs/j1/update/accepted', '$aws/things/t1/jobs/notify', '$aws/things/t1/jobs/notify-next'],
  )
  assert.deepEqual(notices(sent), [
    { topic: 'notify', json: { timestamp: NOW, jobs: {} } },
    { topic: 'notify-next', json: { timestamp: NOW } },
  ])
})

test('notify lists ten executions at most', () => {
  const jobs = createFixture()
  for (let index = 0; index < 11; index += 1) jobs.create(`j${index}`)
  const { json } = only(jobs.create('last').sent, '/notify')
  assert.deepEqual(
    (json['jobs'] as Record<string, { jobId: string }[]>)['QUEUED']?.map(({ jobId }) => jobId),
    Array.from({ length: 10 }, (_, index) => `j${index}`),
  )
})

test('a thing that nobody has registered has nothing pending and no execution', () => {
  const jobs = createFixture()
  const stranger = jobs.bench.connect('stranger')
  assert.deepEqual(jobs.publish('ghost', 'get', {}, stranger)[0]?.json, {
    timestamp: NOW,
    inProgressJobs: [],
    queuedJobs: [],
  })
  assert.deepEqual(jobs.publish('ghost', 'start-next', {}, stranger)[0]?.json, { timestamp: NOW })
  assert.equal(jobs.publish('ghost', 'j1/get', {}, stranger)[0]?.json['code'], 'ResourceNotFound')
  assert.equal(jobs.bench.engine.devices.get('aws/ghost'), undefined)
})

test('members nobody knows are counted, or refused before anything happens where that is wanted', () => {
  const jobs = createFixture()
  jobs.create('j1')
  jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS', statusDetail: {} })
  assert.deepEqual(jobs.bench.ignored, ['UpdateJobExecution.statusDetail'])
  const strict = new AwsJobsFixture({ settings: { refuseIgnored: true } })
  strict.things(['t1'])
  strict.create('j1', {}, [thingArn('t1')])
  assert.equal(
    strict.publish('t1', 'j1/update', { status: 'IN_PROGRESS', statusDetail: {} })[0]?.json['code'],
    'InvalidRequest',
  )
  assert.equal(strict.execution('j1').status, 'QUEUED')
})
