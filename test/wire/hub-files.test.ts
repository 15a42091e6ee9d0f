import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request as requestHttp } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import type { Fulfilled } from '../../src/core/seam/needs.ts'
import type { Context, Dialect, HttpFront, MqttFront, Route } from '../../src/dialect/dialect.ts'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { ChangeFeed } from '../../src/hub/change-feed.ts'
import { startHub, type Running } from '../../src/hub/running.ts'
import { defaultOptions } from '../../src/shared/options.ts'
import { ask } from '../builders/http-server.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { within } from '../builders/within.ts'
import { noticeLine } from '../../src/shared/notice-line.ts'

const FIRMWARE = { bucket: 'fw', key: 'v2.bin' }
const LOG = { bucket: 'logs', key: 'device/today.log' }

/** What was decided, in order: `<session> <topic> <payload>`. */
let decided: string[]

/**
 * `read` answers with bytes of the firmware, `{ offset, length }`; `read/never` with bytes of what is not there; `bad`
 * fails once it has them; `twice` asks a second time. `write/<offset>` stores its payload in a log and answers with its
 * size. Everything else is consumed.
 */
const reader: Pick<MqttFront, 'onPublish' | 'onFulfilled'> = {
  onPublish: (_ctx, { session }, { topic, payload }) => {
    decided.push(`${session} ${topic} ${payload.toString()}`)
    if (topic === 'read' || topic === 'twice')
      return {
        route: 'fetch',
        needs: [
          {
            type: 'object',
            ref: FIRMWARE,
            range: JSON.parse(payload.toString()) as { offset: number; length: number },
          },
        ],
      }
    if (topic === 'read/never' || topic === 'bad')
      return {
        route: 'fetch',
        needs: [{ type: 'object', ref: { bucket: 'fw', key: 'none' }, range: { offset: 0, length: 1 } }],
      }
    const [verb, offset] = topic.split('/')
    if (verb === 'write')
      return { route: 'fetch', needs: [{ type: 'store', ref: LOG, bytes: payload, offset: Number(offset) }] }
    return { route: 'consume' }
  },
  onFulfilled: (ctx, { id, session }, { topic, payload }, [found]) => {
    decided.push(`${session} ${topic} answered${ctx.connections.get(id) === undefined ? ' to nobody' : ''}`)
    if (topic === 'bad') throw new Error('what a bad file')
    if (topic === 'twice' && (JSON.parse(payload.toString()) as { offset: number }).offset === 0) {
      payload.write('1', payload.indexOf('0'))
      return { route: 'fetch', needs: [{ type: 'object', ref: FIRMWARE, range: { offset: 1, length: 3 } }] }
    }
    ctx.send(id, { topic: 'answer', payload: wordsOf(ctx, found), qos: 0 }, 'file')
    return { route: 'consume' }
  },
}

function wordsOf(ctx: Context, found: Fulfilled[number]): string {
  ctx.own<{ at: number }>('asked').set('last', { at: ctx.now })
  if (found === undefined) return 'none'
  if (found instanceof Error) return found.message
  return 'size' in found ? `${found.size}: ${found.content?.toString()}` : 'a certificate'
}

/** A file of up to 20 MB under the name in the path, from who has the key. */
const put: Route = {
  operation: 'PutFile',
  method: 'PUT',
  path: '/files/*name',
  authorize: (_ctx, { headers }) => {
    if (headers['key'] !== 'right') throw new HubError('FORBIDDEN', 'not you')
  },
  upload: (_ctx, _request, { name = '' }) => ({ ref: { bucket: 'uploads', key: name }, maxBytes: 20 * 1024 * 1024 }),
  handle: (ctx, _request, _params, [stored]) => {
    decided.push('put')
    return {
      status: 201,
      body: wordsOf(ctx, stored),
      headers: stored !== undefined && 'etag' in stored ? { ETag: stored.etag } : {},
    }
  },
}

let hub: Running
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-hub-files-'))
  await mkdir(join(folder, 'bucket', 'fw'), { recursive: true })
  await writeFile(join(folder, 'bucket', 'fw', 'v2.bin'), '0123456789')
  const mqtt: MqttFront = {
    ...reader,
    recognize: () => 'marker',
    wanted: () => 'anything',
    credential: () => ({ given: false, why: 'nobody has any' }),
    authenticate: () => ({ accept: true, identity: { principal: 'anybody' } }),
    authorizeSubscribe: (_ctx, _connection, _filter, qos) => ({ grant: qos === 0 ? 0 : 1 }),
  }
  const http: HttpFront = {
    ...iothubCourse.http,
    claim: ({ path }) => (path.startsWith('/files/') ? 'marker' : 'no'),
    routes: [put],
    failure: (error) =>
      error instanceof HubError
        ? { status: error.code === 'TOO_LARGE' ? 413 : 400, body: `${error.code}: ${error.message}` }
        : { status: 500, body: 'the hub failed' },
  }
  const dialect: Dialect = { ...iothubCourse, ports: [], mqtt, http, limits: { sessionMs: 0, payloadBytes: 1000 } }
  const options = {
    ...defaultOptions,
    mqtt: 0,
    mqtts: 0,
    http: 0,
    https: 0,
    memory: true,
    data: join(folder, 'data'),
    bucket: join(folder, 'bucket'),
  }
  hub = await startHub(options, { onStopAsked: () => {} }, [dialect], new ChangeFeed())
})

after(async () => {
  await hub.stop()
  await rm(folder, { recursive: true, force: true })
})

const client = (name: string) => connectMqtt({ endpoints: hub.endpoints, ca: '', folder }, name)

test('a message is answered with bytes of a file: as many as were asked for, or as there are', async () => {
  decided = []
  const device = await client('device')
  const heard = async (): Promise<string> =>
    (await device.inbox.take('an answer', ({ topic }) => topic === 'answer')).text
  await device.publish('read', { offset: 2, length: 3 })
  assert.equal(await heard(), '10: 234')
  await device.publish('read', { offset: 8, length: 50 })
  assert.equal(await heard(), '10: 89')
  await device.publish('read', { offset: 10, length: 5 })
  assert.equal(await heard(), '10: ')
  await device.publish('read', { offset: -1, length: 5 })
  assert.match(await heard(), /offset: -1 must be/)
  await device.publish('read/never', '')
  assert.equal(await heard(), 'none')
  await device.publish('twice', '{"offset":0,"length":1}')
  assert.equal(await heard(), '10: 123')
  await device.end()
})

test('a device stores a file piece by piece: each is on the disk when it is acknowledged, none is acknowledged that leaves a hole', async () => {
  decided = []
  const device = await client('uploader')
  const onDisk = () => readFile(join(folder, 'bucket', LOG.key), 'utf8')
  const heard = async (): Promise<string> =>
    (await device.inbox.take('an answer', ({ topic }) => topic === 'answer')).text
  await device.publish('write/0', 'one ')
  assert.equal(await onDisk(), 'one ')
  await Promise.all([device.publish('write/4', 'two '), device.publish('write/8', 'three')])
  assert.equal(await onDisk(), 'one two three')
  assert.deepEqual([await heard(), await heard(), await heard()], ['4: undefined', '8: undefined', '13: undefined'])
  await device.publish('write/99', 'four')
  assert.match(await heard(), /it has 13 bytes/)
  assert.equal(await onDisk(), 'one two three')
  await device.end()
})

test('it is acknowledged once that is decided, and what the client says meanwhile is decided after it', async () => {
  decided = []
  const device = await client('orderly')
  const order: string[] = []
  const sent: unknown[] = []
  const acknowledged: unknown[] = []
  device.mqtt.on('packetsend', ({ cmd, messageId }) => cmd === 'publish' && sent.push(messageId))
  device.mqtt.on('packetreceive', ({ cmd, messageId }) => {
    order.push(cmd)
    if (cmd === 'puback') acknowledged.push(messageId)
  })
  const all = [
    device.publish('read', '{"offset":0,"length":1}'),
    device.publish('later', '1'),
    device.publish('read', '{"offset":1,"length":1}'),
    device.publish('later', '2'),
  ]
  await Promise.all(all)
  await device.publish('last', '')
  assert.deepEqual(
    decided.map((line) => line.replace('orderly ', '')),
    [
      'read {"offset":0,"length":1}',
      'read answered',
      'later 1',
      'read {"offset":1,"length":1}',
      'read answered',
      'later 2',
      'last ',
    ],
  )
  assert.deepEqual(acknowledged, sent)
  assert.ok(
    order.indexOf('puback') < order.indexOf('publish'),
    `the acknowledgement before the answer: ${order.join(', ')}`,
  )
  await device.end()
})

test('a decision that fails on what was fetched is not acknowledged; what was said after it does not count', async () => {
  decided = []
  const device = await client('unlucky')
  const lost = [device.publish('bad', ''), device.publish('later', '')].map((one) => assert.rejects(one))
  await within(device.closed, 'the connection to be closed')
  await Promise.all(lost)
  assert.ok((await hub.api.notices()).some((notice) => /unlucky.*what a bad file/.test(noticeLine(notice))))
  assert.ok(!decided.includes('unlucky later '))
  const next = await client('lucky')
  await next.publish('later', 'hello')
  assert.ok(decided.includes('lucky later hello'))
  await next.end()
})

test('who says goodbye while the hub still fetches has said what it said', async () => {
  decided = []
  const device = await client('hasty')
  device.mqtt.publish('read', '{"offset":0,"length":1}', { qos: 0 })
  device.mqtt.publish('later', 'bye', { qos: 0 })
  await device.end()
  const other = await client('other')
  for (let n = 0; !decided.includes('hasty later bye'); n += 1) await other.publish('wait', String(n))
  assert.ok(decided.findIndex((line) => line.startsWith('hasty read answered')) < decided.indexOf('hasty later bye'))
  await other.end()
})

test('many who fetch at once are all answered', async () => {
  decided = []
  const devices = await Promise.all(Array.from({ length: 40 }, (_, n) => client(`crowd-${n}`)))
  await Promise.all(
    devices.flatMap((device) => [0, 1, 2].map((offset) => device.publish('read', { offset, length: 2 }))),
  )
  for (const device of devices) {
    for (const text of ['10: 01', '10: 12', '10: 23'])
      assert.equal((await device.inbox.take('an answer', ({ topic }) => topic === 'answer')).text, text)
    await device.end()
  }
})

const uploaded = (name: string): string => join(folder, 'bucket', name)
const bring = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  ask(hub.endpoints.http, { method: 'PUT', path, body, headers: { key: 'right', ...headers } })
/** Names in the bucket's folder, and what is still arriving. */
const inBucket = async (): Promise<string[]> =>
  [...(await readdir(join(folder, 'bucket'))), ...(await readdir(join(folder, 'bucket', '.incoming')))].sort()

test('a file comes over HTTP, larger than any body the hub would hold in memory, and is in its place when that is answered', async () => {
  decided = []
  const content = randomBytes(12 * 1024 * 1024)
  const { status, headers } = await bring('/files/dev%2Fbig.bin', content)
  assert.deepEqual([status, headers.etag], [201, createHash('md5').update(content).digest('hex')])
  assert.ok((await readFile(uploaded('dev/big.bin'))).equals(content))
  assert.equal((await bring('/files/dev/big.bin', '', { 'Transfer-Encoding': 'chunked' })).status, 201)
  assert.equal((await readFile(uploaded('dev/big.bin'))).length, 0)
})

test('who may not, brings too much, or names a place outside, is answered as by the cloud, and nothing is left', async () => {
  decided = []
  const before = await inBucket()
  const much = Buffer.alloc(21 * 1024 * 1024)
  assert.equal((await bring('/files/x', much, { key: 'wrong' })).body, 'FORBIDDEN: not you')
  assert.match((await bring('/files/x', much)).body, /^TOO_LARGE: a file may have 20971520/)
  assert.equal((await bring('/files/x', much, { 'Transfer-Encoding': 'chunked' })).status, 413)
  for (const path of ['/files/..%2Fx', '/files/../../x', '/files/a//b', '/files/.incoming/x'])
    assert.match((await bring(path, 'x')).body, /^INVALID: key/, path)
  assert.deepEqual(decided, [])
  assert.deepEqual(await inBucket(), before)
  assert.equal((await bring('/files/after', 'x')).status, 201)
})

test('a client that waits to be told to go on is told so only if its file is wanted', async () => {
  decided = []
  const attempt = async (key: string): Promise<unknown[]> => {
    const req = requestHttp({
      host: '127.0.0.1',
      port: hub.endpoints.http,
      method: 'PUT',
      path: '/files/polite',
      headers: { key, expect: '100-continue', 'content-length': 9_000_000 },
    })
    let told = false
    req.once('continue', () => {
      told = true
      req.end(Buffer.alloc(9_000_000))
    })
    req.flushHeaders()
    const [res] = (await within(once(req, 'response'), 'an answer')) as [{ statusCode: number; resume(): void }]
    res.resume()
    req.destroy()
    return [told, res.statusCode]
  }
  assert.deepEqual(await attempt('right'), [true, 201])
  assert.deepEqual(await attempt('wrong'), [false, 400])
})

test('an upload that breaks off is none: nothing is decided, nothing is left, nobody is told of a failure', async () => {
  decided = []
  await bring('/files/broken', 'old')
  const [before, notices] = [await inBucket(), await hub.api.notices()]
  for (const headers of [{ 'content-length': 100_000 }, { 'transfer-encoding': 'chunked' }]) {
    const req = requestHttp({
      host: '127.0.0.1',
      port: hub.endpoints.http,
      method: 'PUT',
      path: '/files/broken',
      headers: { key: 'right', ...headers },
    })
    req.on('error', () => {})
    await new Promise((resolve) => req.write('new', resolve))
    while ((await inBucket()).length === before.length) await new Promise((resolve) => setImmediate(resolve))
    req.destroy()
    while ((await inBucket()).length > before.length) await new Promise((resolve) => setImmediate(resolve))
  }
  await hub.api.notices()
  assert.deepEqual(decided, ['put'])
  assert.equal(await readFile(uploaded('broken'), 'utf8'), 'old')
  assert.deepEqual(await hub.api.notices(), notices)
})

test('a hub that stops while a file arrives leaves nothing of it', async () => {
  const before = await inBucket()
  const req = requestHttp({
    host: '127.0.0.1',
    port: hub.endpoints.http,
    method: 'PUT',
    path: '/files/late',
    headers: { key: 'right', 'content-length': 100_000 },
  })
  const ended = new Promise((resolve) => req.once('error', resolve))
  await new Promise((resolve) => req.write('new', resolve))
  while ((await inBucket()).length === before.length) await new Promise((resolve) => setImmediate(resolve))
  await within(hub.stop(), 'the hub to stop')
  assert.deepEqual(await inBucket(), before)
  await within(ended, 'the upload to be cut off')
})
