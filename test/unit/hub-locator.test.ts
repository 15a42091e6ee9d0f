import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { prepareFolder } from '../../src/hub/data-folder.ts'
import { announce, findHub } from '../../src/hub/locator.ts'
import { isOnThisMachine } from '../../src/hub/network.ts'

describe('what the data folder says of a running hub', () => {
  let folder: string
  let data: string
  let server: Server
  /** What was asked, with the token that was shown. */
  let asked: string[]
  let url: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'iot-hub-locator-'))
    server = createServer(({ url = '', headers }, response) => {
      asked.push(`${url} ${headers.authorization}`)
      if (url === '/elsewhere/hub/status') response.writeHead(302, { location: 'http://127.0.0.1:1/' })
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  beforeEach(async () => {
    data = join(await mkdtemp(join(folder, 'case-')), '.iot-hub')
    await mkdir(data)
    await writeFile(join(data, 'token'), 'a-token-of-this-hub\n')
    asked = []
  })
  after(async () => {
    server.close()
    await rm(folder, { recursive: true })
  })

  /** A locator that a hub would write, but for the change. */
  async function locate(change: object = {}, endpoints: object = {}): Promise<void> {
    const all = { token: join(data, 'token'), ca: '', ...endpoints }
    const locator = {
      pid: process.pid,
      host: 'x',
      boot: 'another',
      startedAt: 1,
      version: '1',
      data,
      url,
      endpoints: all,
      ...change,
    }
    await writeFile(join(data, 'hub.json'), JSON.stringify(locator))
  }

  async function doubt(uid?: number): Promise<string> {
    let why = ''
    const found = await findHub(data, { onDoubt: (text) => (why = text), ...(uid !== undefined && { uid }) })
    assert.equal(found, undefined)
    assert.deepEqual(asked, [], 'nobody was shown the token')
    return why
  }

  test('is believed where it is what a hub of this user writes', async () => {
    await locate()
    assert.equal((await findHub(data))?.token, 'a-token-of-this-hub')
    assert.deepEqual(asked, ['/hub/status Bearer a-token-of-this-hub'])
  })

  for (const elsewhere of [
    'http://elsewhere.example:8880',
    'http://127.0.0.1.elsewhere.example',
    'http://127.0.0.1@elsewhere.example',
    'http://user:secret@127.0.0.1:8880',
    'https://127.0.0.1:8880',
    'http://127.0.0.1:8880/elsewhere',
    'http://127.0.0.1:8880?to=elsewhere',
    'http://127.0.0.1:8880#x',
    'http://192.0.2.1:8880',
    'file:///etc/passwd',
    '//elsewhere.example',
    '',
  ]) {
    test(`is not believed if it leads to ${elsewhere === '' ? 'nowhere' : elsewhere}`, async () => {
      await locate({ url: elsewhere })
      assert.match(await doubt(), /hub\.json leads to .*, which is not on this machine/)
    })
  }

  test('is not believed with a token outside of the folder, however the way there is written', async () => {
    await writeFile(join(data, '../secret'), 'a-secret-of-the-user')
    for (const token of [join(data, '../secret'), `${data}/../secret`, '/etc/hostname']) {
      await locate({}, { token })
      assert.match(await doubt(), /does not lie in/)
    }
    await rm(join(data, 'token'))
    await symlink(join(data, '../secret'), join(data, 'token'))
    await locate()
    assert.match(await doubt(), /token is a link/)
    await symlink('..', join(data, 'up'))
    await locate({}, { token: join(data, 'up/secret') })
    assert.match(await doubt(), /does not lie in/)
  })

  test('is not believed if it is a link, a folder, or larger than a hub would write', async () => {
    await writeFile(join(data, '../other.json'), '{}')
    await symlink(join(data, '../other.json'), join(data, 'hub.json'))
    assert.match(await doubt(), /hub\.json is a link/)
    await rm(join(data, 'hub.json'))
    await mkdir(join(data, 'hub.json'))
    assert.match(await doubt(), /no ordinary file/)
    await rm(join(data, 'hub.json'), { recursive: true })
    await writeFile(join(data, 'hub.json'), ' '.repeat(100_000))
    assert.match(await doubt(), /larger than anything/)
  })

  if (process.getuid !== undefined) {
    test('is not believed if it belongs to another user', async () => {
      await locate()
      assert.match(await doubt(process.getuid!() + 1), /hub\.json belongs to another user/)
    })
  }

  test('says nothing if it is not what a hub writes', async () => {
    for (const change of [
      { pid: -1 },
      { pid: '1' },
      { host: 1 },
      { url: 1 },
      { data: null },
      { endpoints: null },
      { endpoints: {} },
      { startedAt: '' },
    ]) {
      await locate(change)
      assert.equal(await doubt(), '')
    }
  })

  test('a hub in another container is not judged by its pid, one of this place is', async () => {
    await locate({ pid: 2 ** 22 - 1 })
    assert.notEqual(await findHub(data), undefined)
    asked = []
    const announcement = await announce({
      version: '1',
      startedAt: 2,
      data,
      url,
      endpoints: { token: join(data, 'token'), ca: '' } as never,
    })
    assert.equal(announcement.behind?.startedAt, 1)
    const own = JSON.parse(await readFile(join(data, 'hub.json'), 'utf8')) as object
    assert.equal((own as { startedAt: number }).startedAt, 1)
  })

  test('who comes second is found once the first has gone, and takes back nothing but its own', async () => {
    const about = (startedAt: number) => ({
      version: '1',
      startedAt,
      data,
      url,
      endpoints: { token: join(data, 'token'), ca: '' } as never,
    })
    const [first, second] = [await announce(about(1)), await announce(about(2))]
    assert.deepEqual([first.behind, second.behind?.startedAt], [undefined, 1])
    await second.renew()
    assert.equal((await findHub(data))?.startedAt, 1)
    await first.withdraw()
    assert.equal(await findHub(data), undefined)
    await second.renew()
    assert.equal((await findHub(data))?.startedAt, 2)
    await first.withdraw()
    assert.equal((await findHub(data))?.startedAt, 2)
    // As `git clean -fdx` does.
    await rm(join(data, 'hub.json'))
    await second.renew()
    assert.equal((await findHub(data))?.startedAt, 2)
    await second.withdraw()
    assert.equal(await findHub(data), undefined)
  })
})

test('an address of this machine is on this machine, bare and over HTTP', () => {
  const own = Object.values(networkInterfaces()).flatMap((all) => all?.filter(({ family }) => family === 'IPv4') ?? [])
  for (const { address } of own) assert.equal(isOnThisMachine(`http://${address}:1`), true)
  for (const url of ['http://127.0.0.1:8880', 'http://[::1]:8880/', 'http://localhost:1', 'http://127.8.9.1'])
    assert.equal(isOnThisMachine(url), true)
  for (const url of [
    'http://1.1.1.1',
    'http://0.0.0.0:1@1.1.1.1',
    'http://[::2]',
    'ws://127.0.0.1',
    'http://localhost.example',
  ])
    assert.equal(isOnThisMachine(url), false)
})

describe('the data folder', () => {
  let data: string
  beforeEach(async () => {
    data = join(await mkdtemp(join(tmpdir(), 'iot-hub-folder-')), '.iot-hub')
  })

  test('ignores itself in git, but never a folder that holds something else', async () => {
    await prepareFolder(data)
    assert.equal(await readFile(join(data, '.gitignore'), 'utf8'), '*\n')
    await prepareFolder(data)
    const project = join(data, '..', 'project')
    await mkdir(project)
    await writeFile(join(project, 'main.c'), '')
    await prepareFolder(project)
    assert.deepEqual(await readdir(project), ['main.c'])
    await rm(join(data, '..'), { recursive: true })
  })

  test('is refused, by name, if what a hub keeps there leads out of it: nothing is written there', async () => {
    for (const name of ['state', 'certificates', 'token', 'hub.json']) {
      await mkdir(data, { recursive: true })
      const elsewhere = join(data, '../elsewhere')
      await mkdir(elsewhere, { recursive: true })
      await symlink(elsewhere, join(data, name))
      await assert.rejects(prepareFolder(data), {
        code: 'INVALID',
        message: new RegExp(`data folder .* cannot be used: .*${name} is a link`),
      })
      assert.deepEqual(await readdir(elsewhere), [])
      await rm(join(data, name))
    }
    await rm(join(data, '..'), { recursive: true })
  })
})
