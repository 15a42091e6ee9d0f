import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { addDevice } from '../../src/cli/add-device.ts'
import { Output } from '../../src/cli/output.ts'
import { createHub } from '../../src/hub/create-hub.ts'
import type { Hub } from '../../src/hub/hub.ts'
import { noticeLine } from '../../src/shared/notice-line.ts'
import { defaultOptions } from '../../src/shared/options.ts'
import { withoutPrivilege } from '../builders/rights.ts'
import { within } from '../builders/within.ts'

let regain: () => void
let folder: string
let hub: Hub | undefined

before(() => {
  regain = withoutPrivilege()
})
after(() => regain())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-hub-rights-'))
})
afterEach(async () => {
  for (const path of [data(), state()]) await chmod(path, 0o700).catch(() => {})
  await hub?.stop().catch(() => {})
  hub = undefined
  await rm(folder, { recursive: true, force: true })
})

const data = (): string => join(folder, 'data')
const state = (): string => join(data(), 'state')

async function start(): Promise<Hub> {
  hub = createHub({ ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, data: data() })
  await within(hub.start(), 'the hub to start', 15_000)
  return hub
}

const add = async (name: string): Promise<void> => void (await hub!.api.addDevice('iothub-course', `p/${name}`))
const devices = async (): Promise<string[]> =>
  (await hub!.api.devices()).items.map(({ name }) => name.replace('p/', '')).sort()

/** A notice of the hub, once there is one that says this. */
async function said(what: RegExp): Promise<string> {
  for (;;) {
    const changed = new Promise<void>((resolve) => hub!.events.on(() => resolve()))
    const lines = (await hub!.api.notices()).map(noticeLine)
    const found = lines.find((line) => what.test(line))
    if (found !== undefined) return found
    await within(changed, `the hub to say ${String(what)}`)
  }
}

test('where nothing new can be put into the folder, all that is acknowledged is kept, and the end says so', async () => {
  await start()
  await add('before')
  await chmod(state(), 0o500)
  await chmod(data(), 0o500)
  await add('meanwhile')
  const running = hub!
  await within(running.stop(), 'the hub to stop', 15_000)
  assert.ok(
    (await readdir(state())).some((name) => name.startsWith('hub.lock')),
    'the lock could be removed',
  )
  await chmod(data(), 0o700)
  await chmod(state(), 0o700)
  await start()
  assert.deepEqual(await devices(), ['before', 'meanwhile'])
})

test('a folder that cannot be entered takes no more changes, in words that name it and what to do, until it can', async () => {
  await start()
  await add('before')
  await chmod(data(), 0)
  const text = await said(/at present/)
  assert.ok(text.includes(`${state()} at present: its rights do not allow that (EACCES`), text)
  assert.match(text, /No more are taken until that is mended/)
  await assert.rejects(add('refused'), { code: 'UNAVAILABLE' })
  await chmod(data(), 0o700)
  await said(/changes are stored in .* again/)
  await add('after')
  await within(hub!.stop(), 'the hub to stop', 15_000)
  await start()
  assert.deepEqual(await devices(), ['after', 'before'])
})

test('a hub that ends while its folder cannot be entered says that it has not ended well', async () => {
  await start()
  await add('before')
  await chmod(data(), 0)
  await said(/at present/)
  await assert.rejects(hub!.stop(), /its rights do not allow that/)
  await chmod(data(), 0o700)
  await start()
  assert.deepEqual(await devices(), ['before'])
})

test('a folder for keys that takes none is found out before the device is added', async () => {
  await start()
  await chmod(folder, 0o500)
  const output = new Output({
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    env: {},
    json: false,
    quiet: true,
    verbose: false,
  })
  const out = join(folder, 'keys')
  await assert.rejects(addDevice(hub!.api, 'aws', 'lamp', out, output), (error: Error) => {
    assert.ok(error.message.startsWith(`nothing can be written into ${out}, its rights do not allow that (EACCES`))
    return /no device was added/.test(error.message)
  })
  await chmod(folder, 0o700)
  assert.deepEqual(await devices(), [])
})
