import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { HubApi, TwinView } from '../../src/shared/api.ts'
import { isAbout, parsePath, pathOf, type Subject } from '../../src/vscode/documents/paths.ts'
import { saveDesired } from '../../src/vscode/documents/twin-edit.ts'

describe('paths of documents', () => {
  const subjects: [Subject, string][] = [
    [{ type: 'twin', device: 'aws/lamp' }, '/devices/aws/lamp/twin.json'],
    [{ type: 'twin', device: 'aws/lamp', name: 'config' }, '/devices/aws/lamp/twin.config.json'],
    [{ type: 'reported', device: 'aws/lamp', name: 'reported.json' }, '/devices/aws/lamp/reported.reported.json.json'],
    [{ type: 'current', device: 'x/product/device' }, '/devices/x/product%2Fdevice/current.json'],
    [{ type: 'jobDocument', job: 'aws/job-1' }, '/jobs/aws/job-1/document.json'],
    [{ type: 'jobDetails', job: 'aws/executions' }, '/jobs/aws/executions/details.json'],
    [{ type: 'execution', job: 'x/a/b', device: 'x/c/d' }, '/jobs/x/a%2Fb/executions/x/c%2Fd.json'],
    [{ type: 'twin', device: 'aws/ü 100%?#', name: 'a b/ü' }, '/devices/aws/%C3%BC%20100%25%3F%23/twin.a%20b%2F%C3%BC.json'],
  ]
  for (const [subject, path] of subjects) {
    it(`${path} there and back`, () => {
      assert.equal(pathOf(subject), path)
      assert.deepEqual(parsePath(path), subject)
    })
  }

  for (const path of ['/', '/devices/aws/lamp', '/devices/aws/lamp/else.json', '/devices/aws/a/b/twin.json', '/jobs/aws/j/executions/aws.json', '/devices/aws/%E0%A4%A/twin.json']) {
    it(`${path} names nothing`, () => assert.equal(parsePath(path), undefined))
  }

  it('a change is about the documents of its device, job or execution only', () => {
    const change = { type: 'execution', job: 'x/j', device: 'x/d' } as const
    assert.equal(isAbout({ type: 'execution', job: 'x/j', device: 'x/d' }, change), true)
    assert.equal(isAbout({ type: 'execution', job: 'x/j', device: 'x/other' }, change), false)
    assert.equal(isAbout({ type: 'jobDetails', job: 'x/j' }, change), true)
    assert.equal(isAbout({ type: 'twin', device: 'x/d' }, change), false)
    assert.equal(isAbout({ type: 'reported', device: 'x/d' }, { type: 'device', key: 'x/d' }), true)
  })
})

describe('saving an edited twin', () => {
  /** A hub with one twin, in which somebody may meddle before each save. */
  function hub(desired: object, meddle: (twin: TwinView) => void = () => {}) {
    const twin: TwinView = { device: 'x/d', desired, reported: {}, delta: {}, version: 7, updatedAt: 0 }
    const saved: { desired: object; version: number }[] = []
    const api: Pick<HubApi, 'twin' | 'setDesired'> = {
      twin: async () => ({ ...twin }),
      setDesired: async (_device, _name, wanted, version) => {
        meddle(twin)
        if (version !== twin.version) throw Object.assign(new Error(`at version ${twin.version}`), { code: 'VERSION_MISMATCH' })
        saved.push({ desired: wanted, version })
        Object.assign(twin, { desired: wanted, version: version + 1 })
        return { ...twin }
      },
    }
    return { twin, saved, api: api as HubApi }
  }
  const base = { desired: { on: true }, version: 7 }

  it('publishes on top of the version that was read', async () => {
    const { api, saved } = hub({ on: true })
    const result = await saveDesired(api, 'x/d', undefined, '{"on":false}', base)
    assert.equal(result.type, 'saved')
    assert.deepEqual(saved, [{ desired: { on: false }, version: 7 }])
  })

  it('is no conflict where only reports have come in between, even while it saves', async () => {
    let reports = 3
    const { api, saved, twin } = hub({ on: true }, (now) => {
      if (reports-- > 0) now.version += 1
    })
    twin.version = 12
    const result = await saveDesired(api, 'x/d', undefined, '{"on":false}', base)
    assert.equal(result.type, 'saved')
    assert.deepEqual(saved, [{ desired: { on: false }, version: 15 }])
  })

  it('is a conflict where somebody else has changed the desired state', async () => {
    const { api, saved } = hub({ on: 'dimmed' })
    const result = await saveDesired(api, 'x/d', undefined, '{"on":false}', base)
    assert.equal(result.type, 'conflict')
    assert.deepEqual(saved, [])
  })

  it('is a conflict where that happens just while it saves', async () => {
    const { api, saved } = hub({ on: true }, (now) => Object.assign(now, { desired: { on: 'dimmed' }, version: now.version + 1 }))
    assert.equal((await saveDesired(api, 'x/d', undefined, '{"on":false}', base)).type, 'conflict')
    assert.deepEqual(saved, [])
  })

  it('gives up on a device that reports without end, and says so', async () => {
    const { api } = hub({ on: true }, (now) => void (now.version += 1))
    await assert.rejects(saveDesired(api, 'x/d', undefined, '{"on":false}', base), { code: 'VERSION_MISMATCH' })
  })

  for (const [text, type] of [['{', 'notJson'], ['[]', 'notObject'], ['null', 'notObject'], ['"x"', 'notObject']] as const) {
    it(`refuses ${text} before it asks the hub`, async () => {
      const { api, saved } = hub({ on: true })
      assert.equal((await saveDesired(api, 'x/d', undefined, text, base)).type, type)
      assert.deepEqual(saved, [])
    })
  }
})
