import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { temporaryDirectory } from './store-kit.ts'

const locksIn = (directory: string): string[] => readdirSync(directory).filter((name) => name.startsWith('hub.lock.'))

test('a second hub on one directory is refused, naming the process and the directory, until the first closes', async (t) => {
  const directory = temporaryDirectory(t)
  const first = await openStore({ directory })
  await assert.rejects(openStore({ directory }), (error: Error) => {
    assert.equal((error as { code?: string }).code, 'LOCKED')
    return error.message.includes(`process ${process.pid}`) && error.message.includes(directory)
  })
  await first.close()
  assert.deepEqual(locksIn(directory), [])
  await (await openStore({ directory })).close()
})

test('the lock of another live process holds', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, `hub.lock.${process.ppid}-1`), '')
  await assert.rejects(openStore({ directory }), { code: 'LOCKED', message: new RegExp(`process ${process.ppid};.*hub\\.lock\\.${process.ppid}-1`) })
  assert.deepEqual(readdirSync(directory), [`hub.lock.${process.ppid}-1`])
})

test("a process that is somebody else's is alive", async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'hub.lock.4711-1'), '')
  t.mock.method(process, 'kill', () => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
  })
  await assert.rejects(openStore({ directory }), { code: 'LOCKED' })
})

test('locks of dead processes, also of one that had our pid, are removed', async (t) => {
  const directory = temporaryDirectory(t)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(join(directory, `hub.lock.${pid}-1`), '')
  writeFileSync(join(directory, `hub.lock.${process.pid}-1`), '')
  const store = await openStore({ directory })
  assert.equal(locksIn(directory).length, 1)
  await store.close()
})

test('a store that cannot be opened gives the directory free', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'hub.jsonl'), '{"format":"local-iot-hub","file":"snapshot","version":99,"generation":1}\n')
  await assert.rejects(openStore({ directory }), { code: 'NEWER_VERSION' })
  assert.deepEqual(readdirSync(directory), ['hub.jsonl'])
})
