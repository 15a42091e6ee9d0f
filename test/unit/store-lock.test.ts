import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
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

// Other systems do not tell a zombie from a live process.
if (process.platform === 'linux') {
  test('a process that was killed, but that nobody has waited for, holds no lock', async (t) => {
    const directory = temporaryDirectory(t)
    // The shell becomes `sleep`, which knows nothing of its child.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'])
    t.after(() => parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line)
    writeFileSync(join(directory, `hub.lock.${pid}-1`), '')
    await assert.rejects(openStore({ directory }), { code: 'LOCKED' })
    process.kill(pid, 'SIGKILL')
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((resolve) => setImmediate(resolve))
    await (await openStore({ directory })).close()
    assert.deepEqual(locksIn(directory), [])
  })
}

test('a store that cannot be opened gives the directory free', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'hub.jsonl'), '{"format":"local-iot-hub","file":"snapshot","version":99,"generation":1}\n')
  await assert.rejects(openStore({ directory }), { code: 'NEWER_VERSION' })
  assert.deepEqual(readdirSync(directory), ['hub.jsonl'])
})
