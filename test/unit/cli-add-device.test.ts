import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { addDevice } from '../../src/cli/add-device.ts'
import { Output } from '../../src/cli/output.ts'
import type { HubApi } from '../../src/shared/api.ts'
import { isFileName } from '../../src/shared/file-name.ts'

const output = new Output({
  stdout: { write: () => {} },
  stderr: { write: () => {} },
  env: {},
  json: false,
  quiet: true,
  verbose: false,
})

for (const name of [
  '../../x',
  '/etc/x',
  'a/b',
  '..',
  '.',
  '',
  'a\\b',
  'C:x',
  'x\u0000',
  'a\nb',
  'nul',
  'COM1.txt',
  'x ',
  'x.',
  'y'.repeat(256),
]) {
  test(`a hub that names a file ${JSON.stringify(name.slice(0, 20))} gets nothing written, no other file either`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'iot-hub-add-'))
    const files = [
      { name: 'good.pem', content: 'x' },
      { name, content: 'y' },
    ]
    const api = {
      addDevice: () => Promise.resolve({ device: 'd', title: 't', facts: [], files, snippets: [] }),
    } as unknown as HubApi
    await assert.rejects(
      addDevice(api, 'iothub-course', 'p/d', join(root, 'deep/out'), output),
      /is no plain name: nothing was written/,
    )
    assert.deepEqual(await readdir(root), [])
    await rm(root, { recursive: true })
  })
}

test('the names that kits use are plain names', () => {
  for (const name of ['device.pem.crt', 'AmazonRootCA1.pem', 'main.c', '.env', '设备.txt', 'a b.txt'])
    assert.equal(isFileName(name), true, name)
})
