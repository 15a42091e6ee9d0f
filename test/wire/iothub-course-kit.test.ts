import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ConnectionKitView } from '../../src/shared/api.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { eventually } from '../builders/within.ts'

const root = join(import.meta.dirname, '../..')

/** The hub is in this very process: whoever asks it again and again must let it hear of others, too. */
async function afterwards<T>(ask: () => Promise<T>): Promise<T> {
  await new Promise(setImmediate)
  return ask()
}

describe('the connection kit of the course’s IotHub', () => {
  let hub: TestHub
  let kit: ConnectionKitView
  let folder: string
  let device: ChildProcess

  before(async () => {
    hub = await startHub({ mode: 'strict' })
    kit = await hub.hub.api.addDevice('iothub-course', 'Washer/w1')
    folder = await mkdtemp(join(tmpdir(), 'iot-hub-kit-'))
    await mkdir(join(folder, 'samples'))
    await mkdir(join(folder, 'sdk'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    await copyFile(join(import.meta.dirname, '../builders/course-sdk.cjs'), join(folder, 'sdk/iot_device.js'))
    for (const { name, content } of kit.files) await writeFile(join(folder, 'samples', name), content)
    await writeFile(join(folder, 'samples', 'device.js'), kit.snippets.find(({ id }) => id === 'sdk')!.code)
    device = spawn(process.execPath, ['device.js'], {
      cwd: join(folder, 'samples'),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await eventually(
      'the device',
      () => afterwards(() => hub.hub.api.status()),
      ({ online }) => online === 1,
      20_000,
    )
  })
  after(async () => {
    device.kill('SIGKILL')
    await once(device, 'close')
    await rm(folder, { recursive: true, force: true })
    await hub.stop()
  })

  const call = async (method: string, path: string, body: object): Promise<string> => {
    const url = `http://127.0.0.1:${hub.endpoints.http}${path}`
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    assert.equal(response.status, 200)
    return response.text()
  }

  test('its program for the course’s SDK, as pasted, brings an upgrade of the firmware to its end', async () => {
    await call('POST', '/ota/Washer/w1', {
      url: 'http://test/1.1.pkg',
      version: '1.1',
      size: 1,
      md5: 'abcd',
      type: 'firmware',
    })
    const [job] = await eventually(
      'the upgrade',
      () => afterwards(() => hub.hub.api.jobs()),
      ([view]) => view?.status === 'COMPLETED',
    )
    assert.deepEqual(job?.counts, { SUCCEEDED: 1 })
  })

  test('it answers commands, and fulfils what is desired of it', async () => {
    const answer = await call('POST', '/devices/Washer/w1/command', { command: 'wash', data: 'now', use_rpc: 'true' })
    assert.equal(answer, JSON.stringify({ response: Buffer.from('done').toString('base64') }))
    await call('PUT', '/devices/Washer/w1/shadow', { desired: { mode: 23 }, version: 1 })
    const twin = () => afterwards(() => hub.hub.api.twin('iothub-course/Washer/w1'))
    await eventually('the shadow', twin, (view) => JSON.stringify(view).includes('"reported":{"mode":23}'))
  })
})
