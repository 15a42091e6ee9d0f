import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createHub } from '../../src/hub/create-hub.ts'
import { explainFolder } from '../../src/hub/data-folder.ts'
import { defaultOptions } from '../../src/shared/options.ts'

test('a data folder that cannot be one is named, with what to change', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-folder-'))
  const data = join(folder, 'file')
  await writeFile(data, '')
  for (const memory of [true, false]) {
    const hub = createHub({ ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, memory, data })
    await assert.rejects(hub.start(), {
      name: 'HubError',
      code: 'INVALID',
      message: new RegExp(
        `the data folder ${data} cannot be used, a file is in the way .*: mend that, or choose another with --data`,
      ),
    })
  }
  await rm(folder, { recursive: true })
})

test('a list of hubs that cannot be written is not blamed on the data folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-folder-'))
  const list = join(folder, 'list')
  await writeFile(list, '')
  const hub = createHub(
    { ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, memory: true, data: join(folder, 'data') },
    { list },
  )
  await assert.rejects(hub.start(), ({ name, message }: Error) => name === 'Error' && message.includes(list))
  await rm(folder, { recursive: true })
})

test('a full disk and missing rights are told in words; what has nothing to do with the folder stays as it is', () => {
  const failure = (code: string, syscall: string): Error =>
    Object.assign(new Error(`${code}: ${syscall}`), { code, syscall })
  const told = (error: unknown): string => (error instanceof Error ? error.message : '')
  assert.match(
    told(explainFolder(failure('ENOSPC', 'write'), '/d')),
    /\/d cannot be used, there is no room left \(ENOSPC: write\)/,
  )
  assert.match(told(explainFolder(failure('EROFS', 'open'), '/d')), /it can only be read/)
  for (const other of [failure('EACCES', 'listen'), failure('ECONNRESET', 'read'), new Error('else')])
    assert.equal(explainFolder(other, '/d'), other)
})
