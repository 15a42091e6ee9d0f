import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { HubError, invalid } from '../../src/core/errors.ts'
import { asSaid, say, textOf, verbatim, type Words } from '../../src/core/said.ts'
import { dialects } from '../../src/dialect/registry.ts'
import { askOver } from '../../src/hub/remote-api.ts'
import { schemaProblems } from '../../src/hub/api/schema-problems.ts'
import { jsonError } from '../../src/http/json.ts'
import { sayIn } from '../../src/shared/say-in.ts'

const bundle = JSON.parse(readFileSync('l10n/bundle.l10n.zh-cn.json', 'utf8')) as Record<string, string>
/** As an editor in Chinese says it; what the bundle lacks is told. */
const inChinese = (words: Words): string =>
  sayIn((template, ...args) => {
    assert.ok(Object.hasOwn(bundle, template), `the bundle lacks “${template}”`)
    return bundle[template]!.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]))
  }, words)

test('what is said is English, and the template it was made from', () => {
  const said = say`job ${'a/{1}'} is at ${2}`
  assert.deepEqual(said, { text: 'job a/{1} is at 2', template: 'job {0} is at {1}', args: ['a/{1}', 2] })
  assert.equal(textOf(say`no, ${asSaid('a cause')}`), 'no, a cause')
})

test('words within words are translated, data and the words of others are not', () => {
  const refusal = invalid('rollout.perMinute', 0, say`must be at least ${1}`)
  assert.equal(refusal.message, 'rollout.perMinute: 0 must be at least 1')
  assert.equal(inChinese(refusal.words), 'rollout.perMinute：0 不能小于 1')
  assert.equal(inChinese(verbatim('ENOSPC: no room')), 'ENOSPC: no room')
})

test('a refusal comes from another process with the words it was made of', async (t) => {
  const refused = invalid('name', 'x y', 'must be given')
  const { body } = jsonError(400, refused.code, refused.message, { says: refused.words, field: 'name' })
  t.mock.method(globalThis, 'fetch', () => Promise.resolve(new Response(body as string, { status: 400 })))
  const ask = askOver({ url: 'http://127.0.0.1:1', token: 'x' })
  await assert.rejects(ask('GET', '/hub/jobs/x'), (error) => {
    assert.ok(error instanceof HubError)
    assert.equal(error.message, 'name: "x y" must be given')
    assert.equal(inChinese(error.words), 'name："x y" 必须提供')
    assert.equal(inChinese(error.data.rule ?? ''), '必须提供')
    return true
  })
})

test('every title, rule and label of every cloud has a Chinese text, in both modes', () => {
  for (const { jobs, enrolment, query } of dialects) {
    const words = [
      ...jobs.kinds.flatMap(({ title, templates }) => [title, ...templates.map((template) => template.title)]),
      jobs.names.rule,
      enrolment.names.rule,
      query?.title ?? 'Note',
    ]
    const endpoint = { host: 'h', mqtt: 1, mqtts: 2, http: 3, https: 4 }
    for (const mode of ['open', 'strict']) {
      const { facts, secrets, snippets } = enrolment.offer({ settings: { mode, endpoint } } as never, 'a/b')
      words.push(...facts.map(({ label }) => label), ...secrets, ...snippets.map(({ title }) => title))
      words.push(...facts.filter(({ label }) => label === 'Note').map(({ value }) => value))
    }
    for (const text of words) assert.notEqual(inChinese(text), '')
  }
})

test('what a schema finds wrong is said in Chinese, too', async () => {
  const schema = {
    type: 'object',
    required: ['a'],
    properties: { b: { enum: [1, 2] }, c: { type: 'number', minimum: 3 } },
  }
  const found = await schemaProblems(schema, { b: 5, c: 1 })
  const said = Object.fromEntries(found.map(({ field, rule, says }) => [field, inChinese(says ?? rule)]))
  assert.deepEqual(said, { a: '必填', b: '必须是以下之一：1, 2', c: '必须大于或等于 3' })
})
