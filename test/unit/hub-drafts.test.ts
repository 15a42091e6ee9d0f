import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { draftField, draftOf, jobFrom, valueAt } from '../../src/hub/api/drafts.ts'
import type { JobKinds } from '../../src/dialect/job-kinds.ts'
import type { JobDraft } from '../../src/shared/job-draft.ts'
import { JsonText } from '../../src/shared/json-text.ts'
import { EngineFixture } from '../builders/engine-fixture.ts'

const language = {
  title: 'Names',
  example: 'd*',
  parse: (text: string) => {
    if (text === '') throw new HubError('INVALID', 'it is empty')
    return { op: 'prefix' as const, path: 'name', value: text }
  },
}

const kinds: JobKinds = [
  { id: 'call', title: 'Call', documentSchema: {}, templates: [] },
  {
    id: 'upgrade',
    title: 'Upgrade',
    documentSchema: {},
    templates: [],
    file: { title: 'Firmware', required: true },
    options: [{ name: 'signed', title: 'Signed', about: 'It is.', type: 'flag', default: true }],
  },
]
const one = { jobs: { kinds: [kinds[0]] as const } }
const several = { jobs: { kinds } }

const full: JobDraft = {
  dialect: 'x',
  name: 'update',
  description: 'all of it',
  targets: [{ device: 'd1' }, { group: 'g/1' }, { query: 'd' }],
  selection: 'CONTINUOUS',
  document: new JsonText('{ "size": 12345678901234567890, "files":[1.0, null] }'),
  rollout: { perMinute: 50, exponential: { base: 5, factor: 2, every: { of: 'NOTIFIED', count: 10 } } },
  abort: [{ on: 'ANY', percent: 20, minimum: 5 }],
  timeoutMinutes: 1.5,
  retry: [
    { on: 'FAILED', times: 2 },
    { on: 'TIMED_OUT', times: 1, afterMinutes: 10 },
  ],
  schedule: {
    startAt: '2027-01-31T18:30:00+01:00',
    endAt: '2027-02-01T00:00:00.000Z',
    endBehavior: 'CANCEL',
    windows: [{ cron: '0 18 * * 1', minutes: 90 }],
  },
}

test('a draft becomes a job in the engine’s units, and the job a draft again', () => {
  const job = jobFrom(full, { query: language, ...one })
  assert.deepEqual(job.targets, [
    { type: 'device', device: 'x/d1' },
    { type: 'group', group: 'x/g/1' },
    { type: 'query', where: { op: 'prefix', path: 'name', value: 'd' }, text: 'd' },
  ])
  assert.deepEqual([job.key, job.document, job.timeout], ['x/update', full.document.text, { inProgressMs: 90_000 }])
  assert.deepEqual(job.retry, [
    { on: 'FAILED', times: 2 },
    { on: 'TIMED_OUT', times: 1, afterMs: 600_000 },
  ])
  assert.deepEqual(job.schedule, {
    startAt: Date.UTC(2027, 0, 31, 17, 30),
    endAt: Date.UTC(2027, 1, 1),
    endBehavior: 'CANCEL',
    windows: [{ cron: '0 18 * * 1', durationMs: 5_400_000 }],
  })
  const fixture = new EngineFixture()
  const made = fixture.turn((turn, engine) =>
    engine.jobs.create(turn, { ...job, targets: job.targets.filter(({ type }) => type !== 'group') }),
  )
  assert.deepEqual(draftOf(made), {
    ...full,
    targets: [{ device: 'd1' }, { query: 'd' }],
    schedule: { ...full.schedule, startAt: '2027-01-31T17:30:00.000Z' },
  })
})

test('what a draft leaves out, or leaves empty, the job has not', () => {
  const job = jobFrom(
    {
      dialect: 'x',
      name: 'j',
      targets: [{ device: 'd' }],
      document: new JsonText('7'),
      description: '',
      abort: [],
      retry: [],
      schedule: {},
    },
    one,
  )
  assert.deepEqual(job, {
    key: 'x/j',
    targets: [{ type: 'device', device: 'x/d' }],
    selection: 'SNAPSHOT',
    document: '7',
  })
})

test('a job of a cloud with several kinds says of which it is, and has what that offers as it was chosen or by default', () => {
  const draft: JobDraft = { dialect: 'x', name: 'j', targets: [{ device: 'd' }], document: new JsonText('7') }
  assert.equal(jobFrom({ ...draft, kind: 'call' }, one).kind, undefined)
  assert.equal(jobFrom(draft, several).kind, 'call')
  const upgrade = { ...draft, kind: 'upgrade', file: 'files/a.bin' }
  const { kind, file, options } = jobFrom(upgrade, several)
  assert.deepEqual([kind, file, options], ['upgrade', 'files/a.bin', { signed: true }])
  const fixture = new EngineFixture()
  const made = fixture.turn((turn, engine) =>
    engine.jobs.create(turn, {
      ...jobFrom(upgrade, several),
      targets: [{ type: 'query', where: { op: 'all' }, text: '*' }],
    }),
  )
  assert.deepEqual(draftOf(made), {
    ...upgrade,
    targets: [{ query: '*' }],
    selection: 'SNAPSHOT',
    options: { signed: true },
  })
})

test('a query needs a cloud that has queries', () => {
  assert.throws(() => jobFrom({ ...full, targets: [{ query: 'd' }] }, one), {
    code: 'INVALID',
    message: /this cloud has none/,
  })
})

for (const [engine, draft] of [
  ['key', 'name'],
  ['rollout.perMinute', 'rollout/perMinute'],
  ['abort[1].percent', 'abort/1/percent'],
  ['timeout.inProgressMs', 'timeoutMinutes'],
  ['schedule.windows[0].durationMs', 'schedule/windows/0/minutes'],
  ['schedule.windows[0].cron', 'schedule/windows/0/cron'],
] as const) {
  test(`what the engine calls ${engine} is ${draft} in a draft`, () => assert.equal(draftField(engine), draft))
}

test('a value is found by its field, and what is not there is undefined', () => {
  assert.equal(valueAt(full, 'rollout/exponential/every/count'), 10)
  assert.deepEqual(valueAt(full, 'targets/0'), { device: 'd1' })
  for (const field of ['nope', 'rollout/nope/nope', 'name/length', 'constructor'])
    assert.equal(valueAt(full, field), undefined)
})
