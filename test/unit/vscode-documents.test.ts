import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { HubApi, TwinEditRequest, TwinView } from '../../src/shared/api.ts'
import { isAffectedBy, parsePath, pathOf, type Subject } from '../../src/vscode/documents/paths.ts'
import { over, saveTwin, type Base } from '../../src/vscode/documents/twin-edit.ts'

describe('paths of documents', () => {
  const subjects: [Subject, string][] = [
    [{ type: 'twin', word: 'shadow', device: 'aws/lamp' }, '/devices/aws/lamp/shadow.json'],
    [{ type: 'twin', word: 'twin', device: 'aws/lamp', name: 'config' }, '/devices/aws/lamp/twin.config.json'],
    [{ type: 'desired', device: 'aws/lamp' }, '/devices/aws/lamp/desired.json'],
    [{ type: 'reported', device: 'aws/lamp', name: 'reported.json' }, '/devices/aws/lamp/reported.reported.json.json'],
    [{ type: 'current', device: 'x/product/device' }, '/devices/x/product%2Fdevice/current.json'],
    [{ type: 'jobDocument', job: 'aws/job-1' }, '/jobs/aws/job-1/document.json'],
    [{ type: 'jobDetails', job: 'aws/executions' }, '/jobs/aws/executions/details.json'],
    [{ type: 'execution', job: 'x/a/b', device: 'x/c/d' }, '/jobs/x/a%2Fb/executions/x/c%2Fd.json'],
    [
      { type: 'twin', word: 'twin', device: 'aws/ü 100%?#', name: 'a b/ü' },
      '/devices/aws/%C3%BC%20100%25%3F%23/twin.a%20b%2F%C3%BC.json',
    ],
  ]
  for (const [subject, path] of subjects) {
    it(`${path} there and back`, () => {
      assert.equal(pathOf(subject), path)
      assert.deepEqual(parsePath(path), subject)
    })
  }

  for (const path of [
    '/',
    '/devices/aws/lamp',
    '/devices/aws/lamp/else.json',
    '/devices/aws/a/b/twin.json',
    '/jobs/aws/j/executions/aws.json',
    '/devices/aws/%E0%A4%A/twin.json',
  ]) {
    it(`${path} names nothing`, () => assert.equal(parsePath(path), undefined))
  }

  it('a change is about the documents of its device, job or execution only', () => {
    const change = { type: 'execution', job: 'x/j', device: 'x/d' } as const
    assert.equal(isAffectedBy({ type: 'execution', job: 'x/j', device: 'x/d' }, change), true)
    assert.equal(isAffectedBy({ type: 'execution', job: 'x/j', device: 'x/other' }, change), false)
    assert.equal(isAffectedBy({ type: 'jobDetails', job: 'x/j' }, change), true)
    assert.equal(isAffectedBy({ type: 'twin', word: 'twin', device: 'x/d' }, change), false)
    assert.equal(isAffectedBy({ type: 'reported', device: 'x/d' }, { type: 'device', key: 'x/d' }), true)
  })
})

describe('saving an edited twin', () => {
  const document = { state: { desired: { on: true }, reported: {} }, version: 7 }
  const twin: TwinView = {
    device: 'x/d',
    word: 'shadow',
    document,
    desiredAt: ['state', 'desired'],
    desired: { on: true },
    reported: {},
    delta: {},
    version: 7,
    updatedAt: 0,
  }
  const base: Base = { document, desiredAt: ['state', 'desired'], desired: { on: true }, version: 7 }

  /** A hub with that twin, which answers an edit so. */
  function hub(answer: () => TwinView = () => ({ ...twin, version: 8 })) {
    const edits: TwinEditRequest[] = []
    const api: Pick<HubApi, 'twin' | 'editTwin'> = {
      twin: async () => twin,
      editTwin: async (_device, _name, edit) => {
        edits.push(edit)
        return answer()
      },
    }
    return { edits, api: api as HubApi }
  }
  const refuse = (code: string, field: string) => () => {
    throw Object.assign(new Error(code), { code, data: { field } })
  }

  it('hands on what was written with what was shown; from then on that is what is shown', async () => {
    const { api, edits } = hub()
    const edited = { state: { desired: { on: false }, reported: {} }, version: 7 }
    const saved = await saveTwin(api, 'x/d', undefined, JSON.stringify(edited), base)
    assert.deepEqual(saved, { type: 'saved', twin: { ...twin, version: 8 }, edited })
    assert.deepEqual(edits, [{ edited, shown: document, over: { on: true } }])
  })

  it('on top of a desired state that was seen since, the rest is still what the text was shown with', async () => {
    const { api, edits } = hub()
    await saveTwin(
      api,
      'x/d',
      undefined,
      '{}',
      over(base, { ...twin, document: {}, desired: { on: 'dimmed' }, version: 9 }),
    )
    assert.deepEqual(edits, [{ edited: {}, shown: document, over: { on: 'dimmed' } }])
  })

  it('is a conflict where somebody else has changed the desired state, told with what the hub found then', async () => {
    const current = { ...twin, version: 9 }
    const conflict = Object.assign(new Error('changed meanwhile'), { code: 'VERSION_MISMATCH', data: { current } })
    const { api } = hub(() => {
      throw conflict
    })
    api.twin = () => assert.fail('nothing is asked for')
    assert.deepEqual(await saveTwin(api, 'x/d', undefined, '{}', base), { type: 'conflict', current })
  })

  it('asks an older hub for what has been changed', async () => {
    const { api } = hub(refuse('VERSION_MISMATCH', 'version'))
    assert.deepEqual(await saveTwin(api, 'x/d', undefined, '{}', base), { type: 'conflict', current: twin })
  })

  for (const [code, field, type] of [
    ['FORBIDDEN', 'state.reported', 'readOnly'],
    ['INVALID', 'on', 'misplaced'],
  ] as const) {
    it(`says of ${field} that it is ${type}`, async () => {
      assert.deepEqual(await saveTwin(hub(refuse(code, field)).api, 'x/d', undefined, '{}', base), { type, field })
    })
  }

  it('hands on what the cloud refuses of the desired state', async () => {
    await assert.rejects(saveTwin(hub(refuse('INVALID', 'desired')).api, 'x/d', undefined, '{}', base), {
      code: 'INVALID',
    })
  })

  for (const [text, type] of [
    ['{', 'notJson'],
    ['[]', 'notObject'],
    ['null', 'notObject'],
    ['"x"', 'notObject'],
  ] as const) {
    it(`refuses ${text} before it asks the hub`, async () => {
      const { api, edits } = hub()
      assert.equal((await saveTwin(api, 'x/d', undefined, text, base)).type, type)
      assert.deepEqual(edits, [])
    })
  }
})
