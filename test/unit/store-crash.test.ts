import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { copyAsAfterCrash, probedFiles, temporaryDirectory, type Thing } from './store-kit.ts'
import { textOf } from '../../src/core/said.ts'

test('a crash before or after any step of a snapshot loses nothing that was acknowledged', async (t) => {
  const directory = temporaryDirectory(t)
  const live = join(directory, 'live')
  const acknowledged = new Map<string, number>()
  const steps: { step: string; copy: string; acknowledged: Map<string, number>; present: Map<string, number> }[] = []
  let watching = false
  let changes = 0
  // While a step is taken, records that the snapshot has and has not yet reached change, come, go and come back.
  const change = (): void => {
    changes += 1
    const table = store.table<Thing>('things')
    table.set(`k${(changes * 131) % 700}`, { v: changes })
    table.delete(`k${(changes * 137) % 700}`)
    table.set(`new${changes}`, { v: changes })
    const now = new Map([...table.entries()].map(([key, { v }]) => [key, v]))
    void store.commit().then(() => {
      acknowledged.clear()
      for (const [key, v] of now) acknowledged.set(key, v)
    })
  }
  const files = probedFiles((call, name, when) => {
    if (!watching || call === 'writeSync') return
    const step = `${when} ${call} ${name}`
    const present = new Map([...store.table<Thing>('things').entries()].map(([key, { v }]) => [key, v]))
    steps.push({
      step,
      copy: copyAsAfterCrash(live, join(directory, String(steps.length))),
      acknowledged: new Map(acknowledged),
      present,
    })
    change()
  })
  const store = await openStore({ directory: live, files })
  for (let v = 0; v < 700; v += 1) store.table<Thing>('things').set(`k${v}`, { v: -v })
  change()
  await store.commit()
  watching = true
  await store.snapshot()
  watching = false

  const seen = new Set(steps.map(({ step }) => step))
  const file = 'hub.jsonl.tmp'
  for (const step of [
    'write journal-2.jsonl',
    `write ${file}`,
    `sync ${file}`,
    `rename ${file}`,
    'syncDirectory live',
    'remove journal-1.jsonl',
  ]) {
    assert.ok(seen.has(`before ${step}`) && seen.has(`after ${step}`), step)
  }
  for (const { step, copy, acknowledged, present } of steps) {
    const recovered = await openStore({ directory: copy })
    if (!/journal-2/.test(step)) assert.deepEqual(recovered.warnings, [], step)
    for (const warning of recovered.warnings) assert.match(textOf(warning), /journal-2\.jsonl has no header/)
    const things = recovered.table<Thing>('things')
    for (const key of new Set([
      ...acknowledged.keys(),
      ...present.keys(),
      ...[...things.entries()].map(([key]) => key),
    ])) {
      const v = things.get(key)?.v
      assert.ok(
        v === acknowledged.get(key) || v === present.get(key),
        `${step}: ${key} is ${v}, acknowledged ${acknowledged.get(key)}`,
      )
    }
    await recovered.close()
  }
  await store.close()
})

test('kill -9 in the middle of commits and snapshots loses nothing that was acknowledged', async (t) => {
  const directory = temporaryDirectory(t)
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'store-child.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const acknowledged = new Map<string, number>()
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [key = '', v] = line.split(' ')
    acknowledged.set(key, Number(v))
    lines += 1
    // However slow the disk is: not before there has been a snapshot.
    if (lines >= 5000 && lines % 500 === 0 && existsSync(join(directory, 'hub.jsonl'))) child.kill('SIGKILL')
  }
  assert.deepEqual(await exited, [null, 'SIGKILL'])
  assert.ok(lines >= 5000)
  const store = await openStore({ directory })
  const things = store.table<Thing>('things')
  for (const [key, v] of acknowledged) {
    const stored = things.get(key)?.v ?? 0
    // Further on is right: acknowledgements that were still in a buffer died with the child.
    assert.ok(stored >= v, `${key} is ${stored}, acknowledged ${v}`)
  }
  assert.equal(acknowledged.size, 50)
  await store.close()
})
