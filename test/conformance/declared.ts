import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import type { NameRule } from '../../src/dialect/dialect.ts'
import { jsonTextOf } from '../../src/shared/json-text.ts'
import { putObject } from '../builders/hub.ts'
import type { Checks } from './dialect.suite.ts'
import type { HubFixture } from './hub-fixture.ts'

const badNames = ['', ' ', 'a b', 'a/b/c/d', 'x'.repeat(2000), 'a#', '+', 'a\nb', 'ключ?', '../..']

/** What a dialect says of itself. */
export const declared: Checks = {
  capability: async ({ strict: { dialect } }) => {
    const rows = new Set<string>()
    for (const { area, item, state, note } of dialect.capability) {
      const row = `${area}: ${item}`
      assert.ok(area.trim() !== '' && item.trim() !== '', `the row “${row}” has no name`)
      assert.ok(!rows.has(row), `${row} is listed twice`)
      assert.ok(state === 'modelled' || (note ?? '').trim() !== '', `${row} is ${state} without a reason`)
      rows.add(row)
    }
    const items = new Set(dialect.capability.flatMap(({ item }) => [item, ...item.split(', ')]))
    assert.deepEqual(
      dialect.http.routes.map(({ operation }) => operation).filter((operation) => !items.has(operation)),
      [],
      'operations without a row',
    )
  },

  templates: async ({ strict }) => {
    const { kinds, names } = strict.dialect.jobs
    const device = await strict.enrol()
    assert.equal(new Set(kinds.map(({ id }) => id)).size, kinds.length, 'ids of kinds are unique')
    const file = await anyFile(strict)
    for (const kind of kinds) {
      const { templates } = kind
      const validate = new Ajv({ strict: false }).compile(kind.documentSchema)
      assert.ok(templates.length > 0)
      assert.equal(new Set(templates.map(({ id }) => id)).size, templates.length, 'ids are unique')
      for (const { id, title, document } of templates) {
        assert.ok(title.trim() !== '' && validate(document), `${id}: ${JSON.stringify(validate.errors)}`)
        const problems = await strict.api.checkJob({
          dialect: strict.dialect.name,
          name: `${names.example}0`,
          targets: [{ device: device.name }],
          kind: kind.id,
          document: jsonTextOf(document),
          ...(kind.file !== undefined && { file }),
        })
        assert.deepEqual(problems, [], id)
      }
    }
  },

  deviceNames: async ({ strict }) => {
    const { names } = strict.dialect.enrolment
    for (const name of refusedBy(names)) {
      await assert.rejects(
        strict.api.addDevice(strict.dialect.name, name),
        ({ code, data }) => code === 'INVALID' && data.field === 'name',
        JSON.stringify(name),
      )
    }
    const { name, key } = await strict.enrol()
    await assert.rejects(strict.api.addDevice(strict.dialect.name, name), { code: 'ALREADY_EXISTS' })
    assert.equal((await strict.api.device(key)).name, name)
  },

  jobNames: async ({ strict }) => {
    const { names, kinds } = strict.dialect.jobs
    const device = await strict.enrol()
    const draft = {
      dialect: strict.dialect.name,
      targets: [{ device: device.name }],
      document: jsonTextOf(kinds[0].templates[0]!.document),
    }
    for (const name of refusedBy(names)) {
      const problems = await strict.api.checkJob({ ...draft, name })
      assert.ok(
        problems.some(({ field }) => field === 'name'),
        `${JSON.stringify(name)}: ${JSON.stringify(problems)}`,
      )
      await assert.rejects(strict.api.createJob({ ...draft, name }), { code: 'INVALID' })
    }
    const { name } = await strict.api.job(await strict.createJob([device]))
    await assert.rejects(strict.api.createJob({ ...draft, name }), { code: 'ALREADY_EXISTS' })
  },

  connectionKit: async ({ strict }) => {
    const { kit, key } = await strict.enrol()
    const { session, facts, files, snippets, device } = kit
    assert.equal(device, key)
    assert.ok(session.clientId !== '' && facts.length > 0 && snippets.length > 0)
    assert.deepEqual(
      files.map(({ name }) => name).filter((name) => !/^[\w.][\w.-]*$/.test(name)),
      [],
      'names of files',
    )
    for (const list of [facts.map(({ label }) => label), files.map(({ name }) => name), snippets.map(({ id }) => id)])
      assert.equal(new Set(list).size, list.length)
    assert.ok(
      files.some(({ content }) => content.includes('BEGIN CERTIFICATE')),
      'the certificate to trust',
    )
    const secrets = [session.password, session.certificate?.key].filter((secret) => secret !== undefined)
    const shown = [
      ...facts.filter(({ secret }) => secret !== true).map(({ value }) => value),
      ...files.filter(({ secret }) => secret !== true).map(({ content }) => content),
    ]
    assert.deepEqual(
      shown.filter((text) => secrets.some((secret) => text.includes(secret))),
      [],
      'secrets that are not marked',
    )
    assert.deepEqual(
      [...shown, ...snippets.map(({ code }) => code)].filter((text) =>
        /\[object |\bNaN\b|['"=:/]undefined\b/.test(text),
      ),
      [],
    )
    assert.equal((await strict.api.connectionKit(key)).device, key)
  },

  kitOffer: async ({ strict }) => {
    const { dialect, api } = strict
    const { key } = await api.registerDevice(dialect.name, strict.freshName())
    const before = await api.credentials(key)
    const offer = await api.kitOffer(key)
    assert.deepEqual(await api.credentials(key), before)
    const kit = await api.connectionKit(key)
    const secret = kit.facts.filter((fact) => fact.secret === true).map(({ value }) => value)
    assert.deepEqual(
      offer.files,
      kit.files.map(({ content: _, ...file }) => file),
    )
    assert.deepEqual(
      offer.snippets,
      kit.snippets.map(({ code: _, ...snippet }) => snippet),
    )
    for (const { label, value } of offer.facts)
      if (label !== 'Note') assert.equal(kit.facts.find((fact) => fact.label === label)?.value, value)
    assert.deepEqual(
      offer.secrets.filter((label) => kit.facts.find((fact) => fact.label === label)?.secret !== true),
      [],
    )
    assert.ok(!secret.some((text) => JSON.stringify(offer).includes(text)))
    for (const { code, secret: marked } of kit.snippets)
      assert.equal(
        secret.some((text) => code.includes(text.split('\n')[1] ?? text)),
        marked === true,
      )
    await assert.rejects(api.registerDevice(dialect.name, strict.freshName().replace(/.*/, '\u0000')), {
      code: 'INVALID',
    })
  },

  query: async ({ strict }) => {
    const { name, query } = strict.dialect
    assert.ok(query !== undefined)
    assert.ok((await strict.api.countTargets(name, [{ query: query.example }])) >= 0)
    for (const text of ['((', ''])
      await assert.rejects(strict.api.countTargets(name, [{ query: text }]), { code: 'INVALID' })
  },
}

/** The path of a file in the bucket folder. */
async function anyFile({ place }: HubFixture): Promise<string> {
  await putObject(place, 'files', 'any.bin', 'bytes')
  return 'files/any.bin'
}

/** Names that the rule refuses; the rule itself must let its example pass. */
function refusedBy({ pattern, example, rule }: NameRule): string[] {
  const fits = new RegExp(pattern, 'u')
  assert.ok(rule !== '' && fits.test(example) && fits.test(`${example}123`), `${example} must fit ${pattern}`)
  const refused = badNames.filter((name) => !fits.test(name))
  assert.ok(refused.length >= 3, `${pattern} lets nearly everything pass`)
  return refused
}
