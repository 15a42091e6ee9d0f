import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Fulfilled } from '../../src/core/seam/http.ts'
import type { Context, Dialect, MqttFront } from '../../src/dialect/dialect.ts'
import { iothub } from '../../src/dialect/iothub/index.ts'
import { Changes } from '../../src/hub/changes.ts'
import { startHub, type Running } from '../../src/hub/running.ts'
import { defaultOptions } from '../../src/shared/options.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { within } from '../builders/within.ts'

const FIRMWARE = { bucket: 'fw', key: 'v2.bin' }
const LOG = { bucket: 'logs', key: 'device/today.log' }

/** What was decided, in order: `<session> <topic> <payload>`. */
let decided: string[]

/**
 * `read` answers with bytes of the firmware, `{ offset, length }`; `read/never` with bytes of what is not there; `bad` fails once
 * it has them; `twice` asks a second time. `write/<offset>` stores its payload in a log and answers with its size. Everything else is consumed.
 */
const reader: Pick<MqttFront, 'onPublish' | 'onFulfilled'> = {
  onPublish: (_ctx, { session }, { topic, payload }) => {
    decided.push(`${session} ${topic} ${payload.toString()}`)
    if (topic === 'read' || topic === 'twice') return { route: 'fetch', needs: [{ type: 'object', ref: FIRMWARE, range: JSON.parse(payload.toString()) as { offset: number; length: number } }] }
    if (topic === 'read/never' || topic === 'bad') return { route: 'fetch', needs: [{ type: 'object', ref: { bucket: 'fw', key: 'none' }, range: { offset: 0, length: 1 } }] }
    const [verb, offset] = topic.split('/')
    if (verb === 'write') return { route: 'fetch', needs: [{ type: 'store', ref: LOG, bytes: payload, offset: Number(offset) }] }
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

let hub: Running
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-hub-files-'))
  await mkdir(join(folder, 'bucket', 'fw'), { recursive: true })
  await writeFile(join(folder, 'bucket', 'fw', 'v2.bin'), '0123456789')
  const mqtt: MqttFront = {
    ...reader,
    recognise: () => 'certain',
    authenticate: () => ({ accept: true, identity: { principal: 'anybody' } }),
    authorizeSubscribe: (_ctx, _connection, _filter, qos) => ({ grant: qos === 0 ? 0 : 1 }),
  }
  const dialect: Dialect = { ...iothub, ports: [], mqtt, limits: { sessionMs: 0, payloadBytes: 1000 } }
  const options = { ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, memory: true, data: join(folder, 'data'), bucket: join(folder, 'bucket') }
  hub = await startHub(options, { onStopAsked: () => {} }, [dialect], new Changes())
})

after(async () => {
  await hub.stop()
  await rm(folder, { recursive: true, force: true })
})

const client = (name: string) => connectMqtt({ endpoints: hub.endpoints, ca: '', folder }, name)

test('a message is answered with bytes of a file: as many as were asked for, or as there are', async () => {
  decided = []
  const device = await client('device')
  const heard = async (): Promise<string> => (await device.inbox.take('an answer', ({ topic }) => topic === 'answer')).text
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
  const heard = async (): Promise<string> => (await device.inbox.take('an answer', ({ topic }) => topic === 'answer')).text
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
    ['read {"offset":0,"length":1}', 'read answered', 'later 1', 'read {"offset":1,"length":1}', 'read answered', 'later 2', 'last '],
  )
  assert.deepEqual(acknowledged, sent)
  assert.ok(order.indexOf('puback') < order.indexOf('publish'), `the acknowledgement before the answer: ${order.join(', ')}`)
  await device.end()
})

test('a decision that fails on what was fetched is not acknowledged; what was said after it does not count', async () => {
  decided = []
  const device = await client('unlucky')
  const lost = [device.publish('bad', ''), device.publish('later', '')].map((one) => assert.rejects(one))
  await within(device.closed, 'the connection to be closed')
  await Promise.all(lost)
  assert.ok((await hub.api.notices()).some(({ text }) => /unlucky.*what a bad file/.test(text)))
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
  await Promise.all(devices.flatMap((device) => [0, 1, 2].map((offset) => device.publish('read', { offset, length: 2 }))))
  for (const device of devices) {
    for (const text of ['10: 01', '10: 12', '10: 23']) assert.equal((await device.inbox.take('an answer', ({ topic }) => topic === 'answer')).text, text)
    await device.end()
  }
})
