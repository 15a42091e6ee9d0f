import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaProblems } from '../../src/hub/api/schema-problems.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { jobDraftSchema } from '../../src/shared/job-draft-schema.ts'

const document = (value: unknown) => schemaProblems(aws.jobs.kinds[0].documentSchema, value, 'document')
/** Without what the rules were made of. */
const rules = async (value: unknown) => (await document(value)).map(({ says: _, ...problem }) => problem)
const draft = (more: object) =>
  schemaProblems(jobDraftSchema, { dialect: 'aws', name: 'j', targets: [{ device: 'd' }], document: {}, ...more })

test('what the schema allows has no problems', async () => {
  assert.deepEqual(await document({ operation: 'anything', own: [1] }), [])
  assert.deepEqual(await document([{ operation: 'reboot' }]), [])
  for (const template of aws.jobs.kinds[0].templates)
    assert.deepEqual(await document(template.document), [], template.id)
})

test('a problem says where it is, what is there, and the rule', async () => {
  assert.deepEqual(await rules({ steps: [{ action: { name: 'n', type: 'fly', input: {} } }, {}] }), [
    { field: 'document/steps/0/action/type', value: 'fly', rule: 'must be one of "runHandler", "runCommand"' },
    { field: 'document/steps/1/action', value: undefined, rule: 'is required' },
  ])
  assert.deepEqual(await rules([{ files: [{ fileName: 7 }] }]), [
    { field: 'document/0/files/0/fileName', value: 7, rule: 'must be string' },
  ])
})

test('where one of several forms was meant, all that were possible are named', async () => {
  assert.deepEqual(await rules(7), [{ field: 'document', value: 7, rule: 'must be object, or must be array' }])
  assert.deepEqual(
    (await document({ autoStart: 'maybe' })).map(({ field, rule }) => [field, rule]),
    [['document/autoStart', 'must be boolean, or must be one of "true", "false"']],
  )
})

for (const [more, field, rule] of [
  [{ name: '' }, 'name', /^must not be empty$/],
  [{ targets: [] }, 'targets', /^must not be empty$/],
  [{ targets: [{ device: 'd', group: 'g' }] }, 'targets/0', /^must have one member only$/],
  [{ targets: [{ thing: 'd' }] }, 'targets/0/thing', /is not known here/],
  [{ selection: 'ALL' }, 'selection', /must be one of "SNAPSHOT", "CONTINUOUS"/],
  [{ rollout: { perMinute: 1.5 } }, 'rollout/perMinute', /must be integer/],
  [{ rollout: { exponential: { base: 1, factor: 2 } } }, 'rollout/exponential/every', /is required/],
  [{ abort: [{ on: 'ANY', percent: 101, minimum: 1 }] }, 'abort/0/percent', /must be <= 100/],
  [{ timeoutMinutes: 0 }, 'timeoutMinutes', /must be > 0/],
  [{ retry: [{ on: 'REJECTED', times: 1 }] }, 'retry/0/on', /must be one of/],
  [{ schedule: { startAt: '2027-01-31 18:30' } }, 'schedule/startAt', /must be ISO 8601/],
  [{ schedule: { windows: [{ cron: '* * * * *', minutes: 0 }] } }, 'schedule/windows/0/minutes', /must be >= 1/],
  [{ timeout: 5 }, 'timeout', /is not known here/],
] satisfies [object, string, RegExp][]) {
  test(`a draft with ${JSON.stringify(more)} is wrong at ${field}`, async () => {
    const problems = await draft(more)
    assert.deepEqual(
      problems.map((problem) => problem.field),
      [field],
    )
    assert.match(problems[0]!.rule, rule)
  })
}

test('a draft that is none, and one that lacks everything', async () => {
  assert.deepEqual(
    (await schemaProblems(jobDraftSchema, null)).map(({ field, rule }) => [field, rule]),
    [['', 'must be object']],
  )
  assert.deepEqual(
    (await schemaProblems(jobDraftSchema, {})).map(({ field }) => field),
    ['dialect', 'name', 'targets', 'document'],
  )
})
