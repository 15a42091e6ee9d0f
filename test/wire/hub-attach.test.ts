import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { attachHub } from '../../src/hub/attach.ts'
import { createHub } from '../../src/hub/create-hub.ts'
import type { Hub, HubExtras } from '../../src/hub/hub.ts'
import { findHub, findHubs, type HubLocator } from '../../src/hub/locator.ts'
import type { Change } from '../../src/shared/api.ts'
import { defaultOptions, type HubOptions } from '../../src/shared/options.ts'
import { Mailbox } from '../builders/mailbox.ts'
import { within } from '../builders/within.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-hub-attach-'))
})
after(() => rm(folder, { recursive: true, force: true }))

async function run(
  data: string,
  options: Partial<HubOptions> = {},
  extras: HubExtras = {},
): Promise<{ hub: Hub; data: string }> {
  const where = join(folder, data)
  const hub = createHub({ ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, data: where, ...options }, extras)
  await hub.start()
  return { hub, data: where }
}

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'accepted',
    (error: unknown) => (error instanceof HubError ? error.code : error),
  )

test('a hub says where it is as long as it runs, to its owner only', async () => {
  const list = join(folder, 'list')
  const { hub, data } = await run('located', {}, { list })
  const file = join(data, 'hub.json')
  const written = JSON.parse(await readFile(file, 'utf8')) as HubLocator
  if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600)
  const found = await findHub(data)
  assert.deepEqual(found, { ...written, token: (await readFile(join(data, 'token'), 'utf8')).trim() })
  assert.deepEqual(
    [found?.pid, found?.data, found?.endpoints.http],
    [process.pid, data, Number(new URL(found!.url).port)],
  )
  assert.deepEqual(
    (await findHubs(list)).map((one) => one.data),
    [data],
  )
  await hub.stop()
  assert.ok(!existsSync(file))
  assert.deepEqual([await findHub(data), await findHubs(list)], [undefined, []])
})

test('what a dead hub, another program or nobody has left there is not taken for a hub', async () => {
  const { hub, data } = await run('stale')
  const locator = JSON.parse(await readFile(join(data, 'hub.json'), 'utf8')) as HubLocator
  const found = async (change: object): Promise<unknown> => {
    await writeFile(join(data, 'hub.json'), JSON.stringify({ ...locator, ...change }))
    return findHub(data)
  }
  assert.notEqual(await found({}), undefined)
  assert.equal(await found({ pid: 2 ** 30 }), undefined, 'no such process')
  assert.equal(await found({ url: `http://127.0.0.1:${locator.endpoints.mqtt}` }), undefined, 'no HTTP there')
  assert.equal(
    await found({ endpoints: { ...locator.endpoints, token: locator.endpoints.ca } }),
    undefined,
    'another token',
  )
  assert.equal(await found({ pid: 'x' }), undefined, 'no locator')
  await writeFile(join(data, 'hub.json'), '{')
  assert.equal(await findHub(data), undefined, 'half a file')
  assert.equal(await findHub(join(folder, 'nowhere')), undefined)
  await hub.stop()
})

test('a second hub on the same data is told where the first one is', async () => {
  const { hub, data } = await run('shared')
  const { url } = (await findHub(data))!
  const second = createHub({ ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, data })
  await assert.rejects(
    second.start(),
    (error) =>
      error instanceof Error &&
      error.message.includes(url) &&
      error.message.includes(String(process.pid)) &&
      error.message.includes(data),
  )
  assert.notEqual(await findHub(data), undefined, 'the first one goes on')
  await hub.stop()
})

test('a hub in memory does not take the place of the one that runs on the folder: that one stays found, and this one says where it is', async () => {
  const { hub, data } = await run('with-guest')
  const { url } = (await findHub(data))!
  const { hub: guest } = await run('with-guest', { memory: true })
  assert.equal((await findHub(data))?.url, url)
  const [notice] = (await guest.api.notices()).filter(({ text }) => text.includes('another hub is found on'))
  assert.match(notice!.text, /--url http:\/\/127\.0\.0\.1:\d+ --token .*token/)
  await guest.stop()
  assert.equal((await findHub(data))?.url, url)
  await hub.stop()
})

test('a hub in memory is found as long as it is alone, and a folder is free for one on disk all the same', async () => {
  const { hub: guest, data } = await run('guest-first', { memory: true })
  const { url } = (await findHub(data))!
  const { hub } = await run('guest-first')
  assert.equal((await findHub(data))?.url, url)
  await guest.stop()
  await within(
    (async () => {
      while ((await findHub(data)) === undefined) await new Promise((resolve) => setTimeout(resolve, 50))
    })(),
    'the other to be found',
  )
  assert.equal((await findHub(data))?.endpoints.http, (await hub.api.status()).endpoints.http)
  await hub.stop()
})

test('who attaches hears of changes, may leave again, and the hub goes on', async () => {
  const { hub, data } = await run('guests', { clock: 'virtual' })
  const guest = await attachHub((await findHub(data))!)
  const changes = new Mailbox<Change>()
  guest.events.on((change) => changes.put(change))
  let lost = false
  guest.onLost(() => (lost = true))
  assert.equal(guest.endpoints.http, (await hub.api.status()).endpoints.http)
  await hub.api.addDevice('iothub-course', 'p/d')
  assert.deepEqual(await changes.take('the new device'), { type: 'device', key: 'iothub-course/p/d' })
  const before = (await guest.api.status()).now
  assert.equal((await guest.api.advance(60_000)).now, before + 60_000)
  assert.deepEqual(await changes.take('the clock'), { type: 'clock' })
  await guest.detach()
  await guest.gone
  assert.equal(lost, false)
  assert.equal((await hub.api.status()).devices, 1)
  await hub.stop()
})

test('the hub can be stopped from outside: it writes everything down, and all who are attached hear of it', async () => {
  const { hub, data } = await run('stopped')
  const remote = (await findHub(data))!
  const [one, other] = [await attachHub(remote), await attachHub(remote)]
  await one.api.addDevice('iothub-course', 'p/kept')
  const lost = new Promise<void>((resolve) => other.onLost(resolve))
  await within(one.stop(), 'the hub to stop')
  await within(Promise.all([lost, other.gone, hub.stopped]), 'everybody to hear of it')
  assert.equal(await codeOf(other.api.status()), 'NOT_ONLINE')
  assert.ok(!existsSync(join(data, 'hub.json')))
  await hub.stop()
  await hub.start()
  assert.equal((await hub.api.status()).devices, 1)
  let ended = false
  void hub.stopped.then(() => (ended = true))
  await hub.api.status()
  assert.equal(ended, false, 'this run goes on')
  await hub.stop()
  await within(hub.stopped, 'the end of this run')
})

test('a hub that ends by itself is lost to who is attached, at once', async () => {
  const { hub, data } = await run('ends')
  const guest = await attachHub((await findHub(data))!)
  const lost = new Promise<void>((resolve) => guest.onLost(resolve))
  const from = performance.now()
  await hub.stop()
  await within(lost, 'the loss')
  assert.ok(performance.now() - from < 2000, 'an open event stream does not hold up the stop')
})

test('without the token, or without a hub, nobody attaches', async () => {
  const { hub, data } = await run('closed', { memory: true })
  const { url } = (await findHub(data))!
  assert.equal(await codeOf(attachHub({ url, token: 'x'.repeat(40) })), 'UNAUTHORIZED')
  assert.equal((await fetch(`${url}/hub/events`)).status, 401)
  assert.equal((await fetch(`${url}/hub/stop`, { method: 'POST' })).status, 401)
  await hub.stop()
  assert.equal(await codeOf(attachHub({ url, token: 'x' })), 'NOT_ONLINE')
  assert.equal(dirname(data), folder)
})
