import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsJobsFixture } from '../builders/aws-jobs-fixture.ts'

const createFixture = (): AwsJobsFixture => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  jobs.create('j1')
  return jobs
}
const json = (value: unknown): string => JSON.stringify(value)

/** An update and the same one over HTTPS; what each answers, less its time. */
function answers(update: string): Record<string, unknown>[] {
  const { timestamp: _, ...overMqtt } = createFixture().publish('t1', 'j1/update', update)[0]?.json ?? {}
  const { body } = createFixture().call('POST', '/things/t1/jobs/j1', update, 'jobs-data')
  return [overMqtt, body]
}

const state = { status: 'IN_PROGRESS', versionNumber: 2 }
const text = '{"operation":"j1"}'

for (const [what, members, expected] of [
  ['expectedVersion', { expectedVersion: '1' }, {}],
  ['executionNumber', { executionNumber: '1' }, {}],
  ['includeJobExecutionState', { includeJobExecutionState: 'true' }, { executionState: state }],
  ['includeJobExecutionState in Python’s words', { includeJobExecutionState: 'True' }, { executionState: state }],
  ['includeJobExecutionState, denied', { includeJobExecutionState: 'False' }, {}],
  ['includeJobDocument', { includeJobDocument: 'true' }, { jobDocument: text }],
  ['an empty flag', { includeJobDocument: '' }, {}],
] as const) {
  test(`an update may have its scalars as texts, over MQTT and HTTPS: ${what}`, () => {
    const [overMqtt, overHttps] = answers(json({ status: 'IN_PROGRESS', ...members }))
    assert.deepEqual(overHttps, expected)
    assert.deepEqual(overMqtt, 'jobDocument' in expected ? { jobDocument: JSON.parse(text) } : expected)
  })
}

test('a step timeout may be a text, in update and start-next; "-1" ends it', () => {
  const jobs = createFixture()
  jobs.publish('t1', 'start-next', { stepTimeoutInMinutes: '2' })
  assert.equal(jobs.execution('j1').stepTimeoutAt, jobs.bench.now + 120_000)
  jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS', stepTimeoutInMinutes: ' 3 ' })
  assert.equal(jobs.execution('j1').stepTimeoutAt, jobs.bench.now + 180_000)
  jobs.publish('t1', 'j1/update', { status: 'IN_PROGRESS', stepTimeoutInMinutes: '-1' })
  assert.equal(jobs.execution('j1').stepTimeoutAt, undefined)
  jobs.call('PUT', '/things/t1/jobs/$next', { stepTimeoutInMinutes: '2' }, 'jobs-data')
  assert.equal(jobs.execution('j1').stepTimeoutAt, undefined, 'what is in progress is returned as it is')
})

test('a look at an execution may have its scalars as texts', () => {
  const look = createFixture().publish('t1', 'j1/get', { executionNumber: '1', includeJobDocument: 'false' })[0]?.json[
    'execution'
  ]
  assert.deepEqual(Object.keys(look as object).includes('jobDocument'), false)
  assert.equal(
    createFixture().publish('t1', '$next/get', { executionNumber: '2' })[0]?.json['code'],
    'ResourceNotFound',
  )
})

test('a client token that is a number or a boolean is echoed as its text, in rejections too', () => {
  for (const [token, echoed] of [
    [7, '7'],
    [true, 'true'],
  ] as const) {
    for (const rest of ['get', 'start-next', '$next/get', 'j1/get', 'nope/get']) {
      assert.equal(createFixture().publish('t1', rest, { clientToken: token })[0]?.json['clientToken'], echoed, rest)
    }
  }
})

test('numbers and booleans in statusDetails are kept as the texts that they were written as', () => {
  const details = '{"a":1.10,"b":12345678901234567890,"c":-2e-3,"d":true,"e":false,"f":"x \\" 5 \\u0041","g":0}'
  const kept = { a: '1.10', b: '12345678901234567890', c: '-2e-3', d: 'true', e: 'false', f: 'x " 5 A', g: '0' }
  const update = `{"status":"IN_PROGRESS","expectedVersion":1,"statusDetails":${details},"includeJobExecutionState":true}`
  for (const answer of answers(update)) assert.deepEqual(answer['executionState'], { ...state, statusDetails: kept })
  const started = createFixture().publish('t1', 'start-next', `{"statusDetails":${details}}`)[0]?.json['execution']
  assert.deepEqual((started as { statusDetails: object }).statusDetails, kept)
})

test('statusDetails may hold line breaks, tabs and other control characters, and come back as they are', () => {
  const stderr = 'ls: cannot access\r\n\t\u001b[31mfoo\u001b[0m \0 end\n'
  const update = json({ status: 'FAILED', statusDetails: { stderr }, includeJobExecutionState: true })
  for (const answer of answers(update)) {
    assert.deepEqual(answer['executionState'], { status: 'FAILED', statusDetails: { stderr }, versionNumber: 2 })
  }
  const canceled = createFixture()
  canceled.call('PUT', '/things/t1/jobs/j1/cancel', { statusDetails: { why: 'a\nb', code: 5 } })
  assert.deepEqual(canceled.execution('j1').details, { why: 'a\nb', code: '5' })
})

test('zero bytes at the end of a request are those of a program in C, and nothing else', () => {
  const zeros = (payload: string): Buffer => Buffer.from(`${payload}\0\0`)
  for (const rest of ['get', 'start-next', '$next/get', 'j1/get']) {
    for (const payload of ['', '{}']) {
      assert.equal(
        createFixture().publish('t1', rest, zeros(payload))[0]?.topic,
        `$aws/things/t1/jobs/${rest}/accepted`,
      )
    }
  }
  const answered = createFixture().publish('t1', 'j1/update', zeros('{"status":"SUCCEEDED","clientToken":"c"}'))[0]
  assert.deepEqual([answered?.topic.split('/').at(-1), answered?.json['clientToken']], ['accepted', 'c'])
  assert.deepEqual(answers('{"status":"SUCCEEDED"}\0')[1], {})
  assert.equal(createFixture().publish('t1', 'j1/update', Buffer.from('\0'))[0]?.json['code'], 'InvalidJson')
  assert.equal(
    createFixture().publish('t1', 'j1/update', Buffer.from('{"status":\0"FAILED"}'))[0]?.json['code'],
    'InvalidJson',
  )
  assert.equal(createFixture().publish('t1', 'j1/delete', zeros('{"clientToken":"c"}'))[0]?.json['clientToken'], 'c')
})

test('what SDKs always name in their requests is neither counted nor refused', () => {
  const jobs = new AwsJobsFixture({ settings: { refuseIgnored: true } })
  jobs.things(['t1'])
  jobs.create('j1')
  const names = { thingName: 't1', jobId: 'j1', clientToken: 'c' }
  const requests: [string, object][] = [
    ['get', { thingName: 't1', clientToken: 'c' }],
    ['start-next', { thingName: 't1', clientToken: 'c' }],
    ['$next/get', { ...names, jobId: '$next' }],
    ['j1/get', names],
    ['j1/update', { ...names, status: 'SUCCEEDED' }],
  ]
  for (const [rest, payload] of requests) {
    assert.equal(jobs.publish('t1', rest, payload)[0]?.topic, `$aws/things/t1/jobs/${rest}/accepted`)
  }
  assert.deepEqual(jobs.bench.ignored, [])
})
