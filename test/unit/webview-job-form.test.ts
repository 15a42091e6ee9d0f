import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DialectView } from '../../src/shared/api.ts'
import type { JobDraft } from '../../src/shared/job-draft.ts'
import { JsonText } from '../../src/shared/json-text.ts'
import { changedMembers } from '../../webview/job-editor/form/changed.ts'
import { emptyForm, type JobForm } from '../../webview/job-editor/form/form.ts'
import { fromDraft, templateText } from '../../webview/job-editor/form/from-draft.ts'
import { isOwnWork } from '../../webview/job-editor/form/own-work.ts'
import { fromLocal, toLocal } from '../../webview/job-editor/form/times.ts'
import { toDraft } from '../../webview/job-editor/form/to-draft.ts'
import { nextTimes } from '../../webview/job-editor/form/windows.ts'

const dialect: DialectView = {
  name: 'cloud',
  title: 'Cloud',
  kinds: [
    {
      id: 'job',
      title: 'Job',
      templates: [{ id: 'reboot', title: 'Reboot', document: { operation: 'reboot' } }],
      documentSchema: {},
      options: [],
    },
  ],
  actions: [],
  services: false,
  deviceName: { pattern: '.+', rule: '' },
  jobName: { pattern: '[a-z-]{1,8}', rule: 'must be 1 to 8 letters' },
}

const full: JobDraft = {
  dialect: 'cloud',
  name: 'update',
  description: 'for all',
  targets: [{ device: 'a' }, { device: 'b' }, { group: 'lab' }, { query: 'x = 1' }, { query: 'x = 2' }],
  selection: 'CONTINUOUS',
  document: new JsonText('{ "size":12345678901234567890,\n"b": 1.0,"a" :1e2 }'),
  rollout: { perMinute: 50, exponential: { base: 5, factor: 1.5, every: { of: 'NOTIFIED', count: 10 } } },
  abort: [{ on: 'ANY', percent: 12.5, minimum: 4 }],
  timeoutMinutes: 0.5,
  retry: [{ on: 'TIMED_OUT', times: 3, afterMinutes: 10 }],
  schedule: {
    startAt: '2027-01-31T18:30:00Z',
    endAt: '2027-02-01T18:30:15Z',
    endBehavior: 'CANCEL',
    windows: [{ cron: '0 3 * * 1', minutes: 90 }],
  },
}

const sound: JobForm = { ...emptyForm, dialect: 'cloud', name: 'update', devices: ['a'] }
const rules = (form: JobForm) => toDraft(form, dialect).problems.map(({ field, rule }) => `${field} ${rule}`)

test('a draft comes out of the form as it went in', () => {
  const { draft, problems } = toDraft(fromDraft(full), dialect)
  assert.deepEqual(problems, [])
  assert.deepEqual(draft, full)
})

const several: DialectView = {
  ...dialect,
  kinds: [
    ...dialect.kinds,
    {
      id: 'upgrade',
      title: 'Upgrade',
      templates: [],
      documentSchema: {},
      options: [
        { name: 'retries', title: 'Retries', about: 'How many.', type: 'number', default: 1, least: 0, most: 5 },
        { name: 'signed', title: 'Signed', about: 'It is.', type: 'flag', default: true },
      ],
      file: { title: 'Firmware', required: true },
    },
  ],
}

test('kind, file and options come out of the form as they went in, also those that there are not', () => {
  for (const [kind, options] of [
    ['upgrade', { retries: 2, signed: false }],
    ['nope', { odd: 'x' }],
  ] as const) {
    const draft: JobDraft = { ...full, kind, file: 'files/app.bin', options }
    assert.deepEqual(toDraft(fromDraft(draft), several), { draft, problems: [] })
  }
})

test('a kind that wants a file says so, and numbers among its options are read as such', () => {
  const form = { ...sound, kind: 'upgrade', options: { retries: '9' } }
  const { draft, problems } = toDraft(form, several)
  assert.deepEqual(
    problems.map(({ field, rule }) => [field, rule]),
    [
      ['file', 'is required'],
      ['options/retries', 'must be at most 5'],
    ],
  )
  assert.equal(draft.options, undefined)
  assert.deepEqual(toDraft({ ...form, file: 'a/b', options: { retries: '3' } }, several).draft.options, { retries: 3 })
})

test('a draft that says what its dialect was called in an earlier release is for the one of now', () => {
  assert.equal(fromDraft({ ...full, dialect: 'iothub' }).dialect, 'iothub-course')
})

test('a draft says nothing of what is as it is by default', () => {
  assert.deepEqual(toDraft(sound, dialect), {
    draft: { dialect: 'cloud', name: 'update', targets: [{ device: 'a' }], document: new JsonText('{}') },
    problems: [],
  })
})

test('a form shows whatever a file holds, of whatever type', () => {
  const odd = {
    name: 7,
    targets: 'all',
    rollout: { perMinute: 'fast' },
    abort: [null, { on: 'FAILED', percent: '10' }],
    schedule: { startAt: 'soon' },
  }
  const form = fromDraft(odd as unknown as Partial<JobDraft>)
  assert.equal(form.name, '7')
  assert.deepEqual(form.devices, [])
  assert.equal(form.rollout.perMinute, 'fast')
  assert.deepEqual(form.abort, [{ on: 'FAILED', percent: '10', minimum: '' }])
  assert.deepEqual(
    toDraft(form, undefined).problems.map(({ field }) => field),
    ['dialect', 'targets', 'rollout/perMinute', 'abort/0/minimum', 'schedule/startAt'],
  )
})

test('what is missing or breaks a rule is named by its field', () => {
  assert.deepEqual(rules(emptyForm), [
    'dialect is required',
    'name is required',
    'targets must have at least one device, group or query',
  ])
  assert.deepEqual(rules({ ...sound, name: 'Not One' }), ['name must be 1 to 8 letters'])
  assert.deepEqual(rules({ ...sound, name: 'update!' }), ['name must be 1 to 8 letters'])
  assert.deepEqual(rules({ ...sound, documentText: '{"a":' }), ['document is not JSON yet'])
  assert.deepEqual(rules({ ...sound, timeoutMinutes: '0' }), ['timeoutMinutes must be greater than 0'])
  assert.deepEqual(rules({ ...sound, abort: [{ on: 'ANY', percent: '101', minimum: '0.5' }] }), [
    'abort/0/percent must be at most 100',
    'abort/0/minimum must be a whole number',
  ])
  assert.deepEqual(rules({ ...sound, startAt: '2027-01-02T00:00', endAt: '2027-01-01T00:00' }), [
    'schedule/endAt must be after the start',
  ])
  assert.deepEqual(rules({ ...sound, windows: [{ cron: 'at night', minutes: '' }] }), [
    'schedule/windows/0/cron must be five cron fields: minute hour day month weekday',
    'schedule/windows/0/minutes is required',
  ])
})

test('a constant rate needs its number, a growing one does without a limit', () => {
  assert.deepEqual(rules({ ...sound, rollout: { ...emptyForm.rollout, mode: 'constant' } }), [
    'rollout/perMinute is required',
  ])
  assert.deepEqual(toDraft({ ...sound, rollout: { ...emptyForm.rollout, mode: 'growing' } }, dialect).draft.rollout, {
    exponential: { base: 10, factor: 2, every: { of: 'SUCCEEDED', count: 10 } },
  })
})

test('a document that means the same is another one where it is written otherwise', () => {
  const written = (documentText: string) => toDraft({ ...sound, documentText }, dialect).draft
  assert.deepEqual(changedMembers(written('{"a":1}'), written('{"a":1.0}\n')), ['document'])
  assert.deepEqual(changedMembers(written('{"a":1}'), written(' {"a":1}\n')), [], 'what surrounds it is the page’s')
})

test('only members that changed are told, and never a document that is half written', () => {
  const { draft } = toDraft(sound, dialect)
  assert.deepEqual(
    changedMembers(draft, toDraft({ ...sound, timeoutMinutes: '5', documentText: '{' }, dialect).draft),
    ['timeoutMinutes'],
  )
  assert.deepEqual(changedMembers(toDraft({ ...sound, timeoutMinutes: '5' }, dialect).draft, draft), ['timeoutMinutes'])
})

test('a document from a template or an empty one is nobody’s own work', () => {
  assert.equal(isOwnWork('{}\n', dialect.kinds[0]), false)
  assert.equal(isOwnWork(templateText({ operation: 'reboot' }), dialect.kinds[0]), false)
  assert.equal(isOwnWork('{"operation":"mine"}', dialect.kinds[0]), true)
})

test('instants survive the way through a local time, and what is none is left as it is', () => {
  for (const instant of ['2027-01-31T18:30:00Z', '2027-07-01T00:00:59Z'])
    assert.equal(fromLocal(toLocal(instant)), instant)
  assert.equal(toLocal('soon'), 'soon')
  assert.equal(fromLocal('soon'), undefined)
})

test('windows are told in UTC, soonest first', () => {
  assert.deepEqual(nextTimes('30 3 * * *', Date.parse('2027-01-01T04:00:00Z'), 2), [
    Date.parse('2027-01-02T03:30:00Z'),
    Date.parse('2027-01-03T03:30:00Z'),
  ])
  assert.equal(nextTimes('nightly', 0, 1), undefined)
})
