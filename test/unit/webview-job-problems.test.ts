import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyForm } from '../../webview/job-editor/form/form.ts'
import { controlOf, mergeProblems, sentence } from '../../webview/job-editor/form/problems.ts'
import { toHex } from '../../webview/job-editor/monaco/colors.ts'
import { viewOf, type State } from '../../webview/job-editor/state.ts'

const problem = (field: string, value: unknown = 0, rule = 'is wrong') => ({ field, value, rule })
const controls = [
  'name',
  'targets',
  'targets/device',
  'targets/query',
  'document',
  'rollout',
  'rollout/perMinute',
  'abort/0/on',
  'abort/0/percent',
]

test('a problem is shown at the control that edits its field', () => {
  const at = (field: string) => controlOf(problem(field), controls)
  assert.equal(at('rollout/perMinute'), 'rollout/perMinute')
  assert.equal(at('targets/3/device'), 'targets/device')
  assert.equal(at('targets/0/query'), 'targets/query')
  assert.equal(at('document/steps/0/action'), 'document')
  assert.equal(at('rollout/exponential'), 'rollout')
  assert.equal(at('abort/0'), 'abort/0/on')
  assert.equal(at('abort'), 'abort/0/on')
  assert.equal(at(''), undefined)
})

test('of one field the form’s own word counts, of others the hub’s', () => {
  const merged = mergeProblems(
    [problem('name', '', 'is required')],
    [problem('name', '', 'must not be empty'), problem('document/a', 1, 'is odd')],
  )
  assert.deepEqual(
    merged.map(({ rule }) => rule),
    ['is required', 'is odd'],
  )
})

test('a problem reads as value and rule', () => {
  assert.equal(sentence(problem('abort/0/percent', 0, 'must be at least 1')), '0 must be at least 1')
  assert.equal(sentence(problem('name', 'a b', 'must be a word')), '“a b” must be a word')
  assert.equal(sentence(problem('targets', [], 'must have one')), 'must have one')
  assert.equal(sentence(problem('name', 'x'.repeat(200), 'is long')), `“${'x'.repeat(79)}… is long`)
})

const state: State = {
  mode: 'new',
  form: { ...emptyForm, dialect: 'cloud', name: 'update', devices: ['a'] },
  hub: { up: true, dialects: [], groups: [] },
  touched: new Set(),
  insisted: false,
  hubProblems: [],
  markers: [],
  matches: { counting: false },
  submitting: false,
  created: undefined,
  restored: false,
  unreadable: undefined,
}

test('a job can be created only when nothing is wrong, the hub runs and none is being created', () => {
  assert.equal(viewOf(state).blocked, undefined)
  assert.equal(viewOf({ ...state, hub: { ...state.hub, up: false } }).blocked, 'The hub is not running')
  assert.equal(viewOf({ ...state, submitting: true }).blocked, 'The job is being created')
  assert.equal(viewOf({ ...state, hubProblems: [problem('name')] }).blocked, '1 problem is in the way')
  assert.equal(viewOf({ ...state, form: emptyForm }).blocked, '3 problems are in the way')
})

const advice = (field: string, rule = 'is odd') => ({ ...problem(field, 1, rule), severity: 'warning' as const })

test('refusals come before all advice, and who is refused is not advised on the same', () => {
  const merged = mergeProblems(
    [advice('document', 'looks odd')],
    [advice('document/a'), advice('description'), problem('name')],
  )
  assert.deepEqual(
    merged.map(({ field }) => field),
    ['name', 'document', 'description'],
  )
  assert.deepEqual(
    mergeProblems([advice('document')], [problem('document', 40_000, 'is too long')]).map(({ rule }) => rule),
    ['is too long'],
  )
})

test('advice is in nobody’s way', () => {
  const marker = { line: 3, column: 1, message: 'Incorrect type.', severity: 'warning' as const }
  const { problems, blocked } = viewOf({ ...state, markers: [marker], hubProblems: [advice('document/a')] })
  assert.deepEqual(problems, [
    { field: 'document', value: undefined, rule: 'line 3: Incorrect type.', severity: 'warning' },
  ])
  assert.equal(blocked, undefined)
})

test('every piece of advice on the document is told, but of errors the first: others follow from it', () => {
  const rules = (...severities: ('warning' | undefined)[]) =>
    viewOf({
      ...state,
      markers: severities.map((severity, at) => ({ line: at, column: 1, message: 'x', ...(severity && { severity }) })),
    }).problems.map(({ rule }) => rule)
  assert.deepEqual(rules('warning', 'warning'), ['line 0: x', 'line 1: x'])
  assert.deepEqual(rules(undefined, undefined, 'warning'), ['line 0: x'])
  const marker = { line: 1, column: 1, message: 'x', severity: 'warning' as const }
  const { problems } = viewOf({ ...state, markers: [marker, { ...marker, message: 'y' }, { ...marker, column: 9 }] })
  assert.deepEqual(
    problems.map(({ rule }) => rule),
    ['line 1: x', 'line 1: x'],
    'of one value one thing is told',
  )
})

test('a marker in the document is in the way, and is told with its line', () => {
  const { problems, blocked } = viewOf({ ...state, markers: [{ line: 3, column: 1, message: 'Incorrect type.' }] })
  assert.deepEqual(problems, [{ field: 'document', value: undefined, rule: 'line 3: Incorrect type.' }])
  assert.equal(blocked, '1 problem is in the way')
})

test('a query that the hub cannot read is in the way', () => {
  assert.deepEqual(viewOf({ ...state, matches: { counting: false, problem: 'has no end' } }).problems, [
    { field: 'targets/query', value: undefined, rule: 'has no end' },
  ])
})

test('theme colors reach Monaco in hexadecimal, whatever notation they have', () => {
  assert.equal(toHex('#Ab3'), '#aabb33')
  assert.equal(toHex('#12345678'), '#12345678')
  assert.equal(toHex('rgba(255, 0, 10, 0.5)'), '#ff000a80')
  assert.equal(toHex('rgb(1 2 3 / 50%)'), '#01020380')
  assert.equal(toHex('transparent'), '#00000000')
  assert.equal(toHex('color-mix(in srgb, red, blue)'), undefined)
})
