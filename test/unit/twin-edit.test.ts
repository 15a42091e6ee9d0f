import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { at, readEdit as read, refuseNested, withAt, type TwinForm } from '../../src/core/twin/edit.ts'
import type { JsonObject, Twin } from '../../src/core/twin/model.ts'
import { dialects } from '../../src/dialect/registry.ts'

const front = (name: string) => dialects.find((dialect) => dialect.name === name)!.twins

const refuses = (deed: () => unknown, code: string, field?: string): void =>
  assert.throws(deed, (error: { code?: string; data?: { field?: string } }) => {
    assert.deepEqual([error.code, error.data?.field], [code, field ?? error.data?.field])
    return true
  })

const readEdit = (form: TwinForm, edited: JsonObject, shown: JsonObject) =>
  read(form, { edited, shown, over: at(shown, form.desiredAt) as JsonObject })

const twin: Twin = {
  device: 'x/d',
  desired: { on: true, colour: { red: 1, green: 2 } },
  reported: { on: false },
  metadata: {
    desired: { at: 1000, version: 1, of: { on: { at: 1000, version: 1 } } },
    reported: { at: 1000, version: 1, of: { on: { at: 1000, version: 1 } } },
  },
  version: 7,
  versions: { desired: 1, reported: 1 },
  updatedAt: 2000,
}

describe('the document of a twin, given back edited', () => {
  for (const { name, twins } of dialects) {
    const shown = twins.show(twin)
    const write = (desired: unknown): JsonObject => withAt(shown, twins.desiredAt, desired)

    it(`${name}: shows the same twin alike at any time, what is desired where it says`, () => {
      assert.deepEqual(twins.show(twin), shown)
      assert.deepEqual(readEdit(twins, shown, shown), { desired: twin.desired })
    })

    it(`${name}: what is written as desired is all that is desired`, () => {
      assert.deepEqual(readEdit(twins, write({ on: false }), shown), { desired: { on: false } })
      assert.deepEqual(readEdit(twins, write({}), shown), { desired: {} })
      assert.deepEqual(readEdit(twins, write(null), shown), { desired: {} })
    })

    it(`${name}: of one that is not there yet, too`, () => {
      const empty = withAt(twins.empty, twins.desiredAt, {})
      assert.deepEqual(readEdit(twins, withAt(empty, twins.desiredAt, { on: true }), empty), { desired: { on: true } })
    })

    it(`${name}: whatever else is changed or left out is named and refused`, () => {
      refuses(() => readEdit(twins, { ...shown, version: 8 }, shown), 'FORBIDDEN', 'version')
      refuses(
        () => readEdit(twins, withAt(shown, ['state', 'reported', 'on'], true), shown),
        'FORBIDDEN',
        'state.reported.on',
      )
      const { metadata: _, ...without } = shown
      refuses(() => readEdit(twins, without, shown), 'FORBIDDEN', 'metadata')
    })

    it(`${name}: a desired state that stands where the document should has no place there`, () => {
      refuses(() => readEdit(twins, { on: false }, shown), 'INVALID', 'on')
      refuses(() => readEdit(twins, { ...shown, on: false }, shown), 'INVALID', 'on')
    })

    it(`${name}: a document that holds a desired state is not taken for one, unless it was there`, () => {
      for (const nested of [{ state: { desired: { on: true } } }, { desired: { on: true } }, shown]) {
        refuses(() => readEdit(twins, write(nested), shown), 'INVALID', 'state.desired')
        refuses(() => refuseNested(twins, nested, {}), 'INVALID', 'state.desired')
        refuseNested(twins, nested, nested)
      }
      refuseNested(twins, { state: 'on', desired: 5 }, {})
    })

    it(`${name}: what is desired must be an object`, () => {
      for (const wrong of [5, [1], 'on'])
        refuses(() => readEdit(twins, write(wrong), shown), 'INVALID', 'state.desired')
    })
  }
})

describe('a request of its cloud in place of the document', () => {
  const aws = front('aws').show(twin)

  it('AWS: is merged at every depth, null deletes, and its version counts', () => {
    const asked = (request: JsonObject) => readEdit(front('aws'), request, aws)
    assert.deepEqual(asked({ state: { desired: { colour: { red: 5 } } } }).desired, {
      on: true,
      colour: { red: 5, green: 2 },
    })
    assert.deepEqual(asked({ state: { desired: { on: null } }, clientToken: 't' }), {
      desired: { colour: { red: 1, green: 2 } },
    })
    assert.deepEqual(asked({ state: { desired: null }, version: 7 }), { desired: {}, version: 7 })
  })

  it('AWS: one that says what the device reports is none of people’s', () => {
    refuses(() => readEdit(front('aws'), { state: { desired: {}, reported: { on: true } } }, aws), 'FORBIDDEN')
    refuses(() => readEdit(front('aws'), { state: { reported: { on: true } } }, aws), 'FORBIDDEN')
  })

  it('IotHub: the body of a PUT replaces what it names', () => {
    const iothub = front('iothub-course')
    const asked = readEdit(iothub, { desired: { colour: { red: 5 } }, version: 8 }, iothub.show(twin))
    assert.deepEqual(asked, { desired: { on: true, colour: { red: 5 } } })
  })
})
