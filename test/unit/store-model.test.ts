import assert from 'node:assert/strict'
import fc from 'fast-check'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { copyAsAfterCrash, probedFiles, temporaryDirectory } from './store-kit.ts'

type Model = Map<string, Map<string, object>>

const name = fc.constantFrom('devices', 'executions', '__proto__')
const key = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '1', '0', '', '__proto__', '"\n\\'),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const record = fc.record({ v: fc.jsonValue({ maxDepth: 2 }) })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('put' as const), name, key, record }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), name, key }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom('commit', 'commit', 'snapshot', 'settle', 'reopen', 'crash') }),
  },
)

const copyOf = (model: Model): Model => new Map([...model].map(([name, records]) => [name, new Map(records)]))
// JSON has no minus zero, and a record is compared as it is stored.
const listed = (tables: { entries(): Iterable<[string, object]> }): [string, unknown][] =>
  [...tables.entries()].map(([key, value]) => [key, JSON.parse(JSON.stringify(value)) as unknown])

test('whatever is put, deleted, committed, snapshot, reopened and crashed, the store is the model, in its order', async (t) => {
  const root = temporaryDirectory(t)
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.boolean(), async (steps, fsync) => {
      const base = join(root, String((runs += 1)))
      let crashes = 0
      let directory = join(base, '0')
      // A crash happens between file-system calls: new ones wait, and the copy is made once none is under way.
      let underWay = 0
      let freeze: Promise<void> | undefined
      let idle = (): void => {}
      const files = probedFiles(async (call, _name, when) => {
        if (call === 'writeSync') return
        if (when === 'after') {
          underWay -= 1
          if (underWay === 0) idle()
          return
        }
        while (freeze !== undefined) await freeze
        underWay += 1
      })
      const open = (): ReturnType<typeof openStore> => openStore({ directory, files, fsync, journalLimit: 300 })
      let store = await open()
      const live: Model = new Map()
      const recordsOf = (name: string): Map<string, object> =>
        live.get(name) ?? live.set(name, new Map()).get(name) ?? new Map<string, object>()
      const check = (): void => {
        for (const name of ['devices', 'executions', '__proto__'])
          assert.deepEqual(listed(store.table(name)), listed(recordsOf(name)))
        assert.deepEqual(store.warnings, [])
      }
      for (const step of steps) {
        if (step.type === 'put') {
          store.table(step.name).set(step.key, step.record)
          recordsOf(step.name).set(step.key, step.record)
        } else if (step.type === 'delete') {
          assert.equal(store.table(step.name).delete(step.key), recordsOf(step.name).delete(step.key))
        } else if (step.type === 'commit') {
          await store.commit()
        } else if (step.type === 'snapshot') {
          void store.snapshot()
        } else if (step.type === 'settle') {
          await store.snapshot()
        } else if (step.type === 'reopen') {
          await store.close()
          store = await open()
          check()
        } else {
          await store.commit()
          const expected = copyOf(live)
          let thaw = (): void => {}
          freeze = new Promise((resolve) => (thaw = resolve))
          if (underWay > 0) await new Promise<void>((resolve) => (idle = resolve))
          const left = copyAsAfterCrash(directory, join(base, String((crashes += 1))))
          freeze = undefined
          thaw()
          await store.close()
          directory = left
          store = await open()
          for (const [name, records] of expected) live.set(name, records)
          check()
        }
      }
      await store.close()
      store = await open()
      check()
      await store.close()
      rmSync(base, { recursive: true, force: true })
    }),
    { numRuns: 60 },
  )
})
