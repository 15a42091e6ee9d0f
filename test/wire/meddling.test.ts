import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findHub } from '../../src/hub/locator.ts'
import { attachHub } from '../../src/hub/attach.ts'
import { buildCli, startCli, type BuiltCli, type CliHub } from '../builders/cli-hub.ts'
import { within } from '../builders/within.ts'

let built: BuiltCli
before(async () => {
  built = await buildCli()
})
after(() => built.cleanUp())

/** A hub that knows `p/first`, and all that it says to people. */
async function hubOn(
  name: string,
): Promise<{ hub: CliHub; data: string; said: () => string; add: (device: string) => Promise<unknown> }> {
  const data = join(built.folder, name)
  const hub = await startCli(built, name)
  let text = ''
  hub.child.stderr!.on('data', (chunk) => (text += String(chunk)))
  const { api } = await attachHub((await findHub(data))!)
  await api.addDevice('iothub-course', 'p/first')
  return { hub, data, said: () => text, add: (device) => api.addDevice('iothub-course', `p/${device}`) }
}

async function devicesOn(name: string): Promise<string[]> {
  const hub = await startCli(built, name)
  const { api, detach } = await attachHub((await findHub(join(built.folder, name)))!)
  const { items } = await api.devices()
  await detach()
  assert.equal(await hub.end('SIGTERM'), 0)
  return items.map((device) => device.name)
}

const until = (what: string, holds: () => boolean): Promise<void> =>
  within(
    (async () => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
    })(),
    what,
  )

const meddlings: Record<string, (data: string) => Promise<unknown>> = {
  'deleting the journal': async (data) => {
    for (const name of await readdir(join(data, 'state')))
      if (name.startsWith('journal-')) await rm(join(data, 'state', name))
  },
  'cutting the journal short': async (data) => {
    for (const name of await readdir(join(data, 'state')))
      if (name.startsWith('journal-')) await truncate(join(data, 'state', name), 10)
  },
  'putting copies in the place of all files': async (data) => {
    await cp(join(data, 'state'), join(data, 'copy'), { recursive: true })
    await rename(join(data, 'state'), join(data, 'old'))
    await rename(join(data, 'copy'), join(data, 'state'))
  },
  'rm -rf, as git clean -fdx does it': (data) => rm(data, { recursive: true }),
  'moving the folder away': (data) => rename(data, `${data}-moved`),
}

for (const [index, [what, meddle]] of Object.entries(meddlings).entries()) {
  test(`${what} under a running hub is said, and costs nothing that was acknowledged, though it is killed a second later`, async () => {
    const name = `meddled-${index}`
    const { hub, data, said, add } = await hubOn(name)
    await meddle(data)
    await add('second')
    await until('the hub to say so', () => said().includes('everything has been written anew'))
    await add('third')
    assert.equal(await hub.end('SIGKILL'), 'SIGKILL')
    assert.deepEqual((await devicesOn(name)).sort(), ['p/first', 'p/second', 'p/third'])
  })
}

test('token, certificates and the way to the hub are put back, too: it is found again as before', async () => {
  const { hub, data, said } = await hubOn('put-back')
  const [token, ca] = await Promise.all(
    ['token', 'certificates/ca.pem'].map((name) => readFile(join(data, name), 'utf8')),
  )
  await rm(data, { recursive: true })
  await until('all to be there again', () =>
    ['token', 'hub.json', 'certificates/server-key.pem'].every((name) => existsSync(join(data, name))),
  )
  await until('the hub to say so', () => said().includes('ca-key.pem was deleted while the hub ran'))
  assert.deepEqual(
    await Promise.all(['token', 'certificates/ca.pem'].map((name) => readFile(join(data, name), 'utf8'))),
    [token, ca],
  )
  assert.notEqual(await findHub(data), undefined)
  assert.equal(await hub.end('SIGTERM'), 0)
})

test('a hub whose folder is gone when it is stopped writes everything anew, and only then says that it is kept', async () => {
  const { hub, data } = await hubOn('stopped')
  await rm(data, { recursive: true })
  assert.equal(await hub.end('SIGTERM'), 0)
  assert.deepEqual(await devicesOn('stopped'), ['p/first'])
})

test('a hub that can keep nothing when it is stopped ends with 1 and says so', async () => {
  const { hub, data, said } = await hubOn('nothing-kept')
  await rm(data, { recursive: true })
  // A folder can be made anew; where a file is it cannot.
  await writeFile(data, 'in the way')
  assert.equal(await hub.end('SIGTERM'), 1)
  assert.match(said(), /stopped, but not cleanly/)
  assert.match(said(), /what the hub knew is not kept in /)
  assert.doesNotMatch(said(), /Everything is kept/)
})

test('a hub whose folder another hub has by now ends with words and 1, and the other loses nothing', async () => {
  const { hub, data, said } = await hubOn('taken')
  // Else it would have its folder again before the other has started.
  hub.child.kill('SIGSTOP')
  await rm(data, { recursive: true })
  const second = await startCli(built, 'taken')
  const { api, detach } = await attachHub((await findHub(data))!)
  await api.addDevice('iothub-course', 'p/theirs')
  await detach()
  hub.child.kill('SIGCONT')
  await until('the first to stop', () => hub.child.exitCode !== null)
  assert.equal(hub.child.exitCode, 1)
  assert.match(said(), /was taken from this hub while it ran .*nothing more is stored/)
  assert.equal(await second.end('SIGKILL'), 'SIGKILL')
  assert.deepEqual(await devicesOn('taken'), ['p/theirs'])
})
