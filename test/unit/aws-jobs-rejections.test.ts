import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsJobsFixture } from '../builders/aws-jobs-fixture.ts'

interface Case {
  what: string
  rest?: string
  payload: object | string | Buffer
  code: string
  /** Absent: the token is echoed. */
  token?: false
  state?: object
}

const token = { clientToken: 'tok' }
const queued = { status: 'QUEUED', versionNumber: 1 }
const bad = (what: string, members: object, rest = 'j1/update'): Case => ({
  what,
  rest,
  payload: { ...token, status: 'IN_PROGRESS', ...members },
  code: 'InvalidRequest',
})

const cases: Case[] = [
  { what: 'a topic of no operation', rest: 'j1/delete', payload: token, code: 'InvalidTopic' },
  {
    what: 'a topic of no operation with nonsense in it',
    rest: 'notify',
    payload: 'nonsense',
    code: 'InvalidTopic',
    token: false,
  },
  { what: 'no JSON', payload: '{"status":', code: 'InvalidJson', token: false },
  { what: 'an empty update', payload: '', code: 'InvalidJson', token: false },
  {
    what: 'no UTF-8',
    payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    code: 'InvalidJson',
    token: false,
  },
  { what: 'a JSON array', payload: '[{"clientToken":"tok"}]', code: 'InvalidJson', token: false },
  { what: 'JSON null', payload: 'null', code: 'InvalidJson', token: false },
  {
    what: 'a token that is a list',
    payload: { status: 'IN_PROGRESS', clientToken: [7] },
    code: 'InvalidRequest',
    token: false,
  },
  bad('no status', { status: undefined }),
  bad('an unknown status', { status: 'DONE' }),
  bad('a status in lower case', { status: 'succeeded' }),
  bad('statusDetails that is no map', { statusDetails: ['a'] }),
  bad('null in statusDetails', { statusDetails: { progress: null } }),
  bad('an object in statusDetails', { statusDetails: { progress: {} } }),
  bad('a bad key in statusDetails', { statusDetails: { 'a b': 'c' } }),
  bad('an empty value in statusDetails', { statusDetails: { a: '' } }),
  bad('a value of 1025 characters in statusDetails', { statusDetails: { a: 'x'.repeat(1025) } }),
  bad('a fractional expectedVersion', { expectedVersion: 1.5 }),
  bad('an expectedVersion that is no number', { expectedVersion: '1x' }),
  bad('a fractional expectedVersion as a text', { expectedVersion: '1.5' }),
  bad('an executionNumber in hexadecimal', { executionNumber: '0x1' }),
  bad('an executionNumber that is a flag', { executionNumber: true }),
  bad('a flag that is a number', { includeJobDocument: 1 }),
  bad('a flag that is another text', { includeJobExecutionState: 'yes' }),
  bad('a step timeout of 0', { stepTimeoutInMinutes: 0 }),
  bad('a step timeout of -2', { stepTimeoutInMinutes: -2 }),
  bad('a step timeout beyond a week', { stepTimeoutInMinutes: 10_081 }),
  bad('a step timeout beyond a week as a text', { stepTimeoutInMinutes: '10081' }),
  bad('a zero byte in the middle', { statusDetails: { 'a\0': 'b' } }),
  bad('start-next with a step timeout of -1', { stepTimeoutInMinutes: -1 }, 'start-next'),
  {
    what: 'a status nested 50,000 levels deep',
    payload: `{"clientToken":"tok","status":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    code: 'InvalidRequest',
  },
  bad('describe with a fractional executionNumber', { executionNumber: 0.5 }, 'j1/get'),
  {
    what: 'an update of an unknown job',
    rest: 'nope/update',
    payload: { ...token, status: 'IN_PROGRESS' },
    code: 'ResourceNotFound',
  },
  {
    what: 'an update of another attempt',
    payload: { ...token, status: 'IN_PROGRESS', executionNumber: 2 },
    code: 'ResourceNotFound',
  },
  { what: 'a look at an unknown job', rest: 'nope/get', payload: token, code: 'ResourceNotFound' },
  {
    what: 'a look at another attempt',
    rest: 'j1/get',
    payload: { ...token, executionNumber: 2 },
    code: 'ResourceNotFound',
  },
  {
    what: 'a look at another attempt of $next',
    rest: '$next/get',
    payload: { ...token, executionNumber: 2 },
    code: 'ResourceNotFound',
  },
  {
    what: 'another version',
    payload: { ...token, status: 'IN_PROGRESS', expectedVersion: 99 },
    code: 'VersionMismatch',
    state: queued,
  },
  { what: 'QUEUED', payload: { ...token, status: 'QUEUED' }, code: 'InvalidStateTransition' },
  { what: 'CANCELED', payload: { ...token, status: 'CANCELED' }, code: 'InvalidStateTransition' },
  { what: 'TIMED_OUT', payload: { ...token, status: 'TIMED_OUT' }, code: 'InvalidStateTransition' },
  { what: 'REMOVED', payload: { ...token, status: 'REMOVED' }, code: 'InvalidStateTransition' },
  {
    what: 'an update after the end',
    rest: 'over/update',
    payload: { ...token, status: 'FAILED' },
    code: 'InvalidStateTransition',
    state: { status: 'SUCCEEDED', versionNumber: 2 },
  },
  { what: 'a look after the end', rest: 'over/get', payload: token, code: 'TerminalStateReached' },
]

for (const { what, rest = 'j1/update', payload, code, token: echoed, state } of cases) {
  test(`${what} is rejected with ${code}, and changes nothing`, () => {
    const jobs = new AwsJobsFixture()
    jobs.things(['t1'])
    jobs.create('j1')
    jobs.create('over')
    jobs.publish('t1', 'over/update', { status: 'SUCCEEDED' })
    const before = [jobs.execution('j1'), jobs.execution('over')]
    const [answer, ...others] = jobs.publish('t1', rest, payload)
    assert.deepEqual([answer?.topic, answer?.to, others], [`$aws/things/t1/jobs/${rest}/rejected`, 't1', []])
    assert.equal(answer?.json['code'], code)
    assert.equal(typeof answer?.json['message'], 'string')
    assert.equal(answer?.json['timestamp'], Math.floor(jobs.bench.now / 1000))
    assert.equal(answer?.json['clientToken'], echoed === false ? undefined : 'tok')
    assert.deepEqual(answer?.json['executionState'], state)
    assert.deepEqual([jobs.execution('j1'), jobs.execution('over')], before)
  })
}

test('checks come in the order fields, status, existence, version, state', () => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  jobs.create('over')
  jobs.publish('t1', 'over/update', { status: 'SUCCEEDED' })
  const codeOf = (rest: string, payload: object): unknown => jobs.publish('t1', rest, payload)[0]?.json['code']
  assert.equal(codeOf('nope/update', { status: 'WRONG', expectedVersion: 9 }), 'InvalidRequest')
  assert.equal(codeOf('nope/update', { status: 'FAILED', expectedVersion: 9 }), 'ResourceNotFound')
  assert.equal(codeOf('over/update', { status: 'FAILED', expectedVersion: 9 }), 'VersionMismatch')
  assert.equal(codeOf('over/update', { status: 'QUEUED', expectedVersion: 9 }), 'InvalidStateTransition')
  assert.equal(codeOf('nope/update', { status: 'TIMED_OUT' }), 'InvalidStateTransition')
  assert.equal(codeOf('over/update', { status: 'FAILED', expectedVersion: 2 }), 'InvalidStateTransition')
})

test('messages name field, value and rule, and the versions as AWS words them', () => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  jobs.create('j1')
  const messageOf = (payload: object | string): unknown => jobs.publish('t1', 'j1/update', payload)[0]?.json['message']
  assert.equal(messageOf({ status: 'FAILED', expectedVersion: 99 }), 'Expected version 99 but found version 1')
  assert.match(String(messageOf({ status: 'DONE' })), /^status: "DONE" must be one of QUEUED, IN_PROGRESS/)
  assert.match(
    String(messageOf({ status: 'FAILED', statusDetails: { a: [5] } })),
    /^statusDetails\.a: \[5\] must be a string$/,
  )
  assert.equal(messageOf({ status: 'CANCELED' }), 'The status of job execution cannot be changed to be CANCELED')
  const noJson = 'The contents of the request could not be interpreted as valid UTF-8-encoded JSON'
  for (const payload of ['{', '[]', 'null']) assert.equal(messageOf(payload), noJson)
  assert.equal(messageOf({ status: 'FAILED', executionNumber: 9 }), 'Job j1 not found for t1')
  jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  assert.equal(messageOf({ status: 'FAILED' }), 'Job j1 for t1 has already finished with status SUCCEEDED')
  assert.equal(
    jobs.publish('t1', 'j1/get')[0]?.json['message'],
    'Job Execution has reached terminal state. It is neither IN_PROGRESS nor QUEUED',
  )
})
