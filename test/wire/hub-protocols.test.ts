import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import type { ProtocolFront } from '../../src/dialect/protocol.ts'
import { ChangeFeed } from '../../src/hub/change-feed.ts'
import { startHub, type Running } from '../../src/hub/running.ts'
import { defaultOptions } from '../../src/shared/options.ts'
import { freePort } from '../builders/free-port.ts'
import { putElsewhere } from '../builders/elsewhere.ts'
import { within } from '../builders/within.ts'
import { noticeLine } from '../../src/shared/notice-line.ts'

/**
 * Answers each line with the same in capitals, tells of every device that is made, and hangs up on `bye`; `bad` is too
 * much for it.
 */
const shouting = (port: number, closed: (id: string) => void): ProtocolFront => ({
  name: 'Shouting',
  port,
  because: 'the shouters dial it',
  webSocket: { path: '/mqtt', protocol: 'shout' },
  open: (ctx, { id, secure }) => {
    const say = (text: string): void =>
      ctx.act({ type: 'write', socket: id, bytes: Buffer.from(`${text}\n`) }, 'shouting')
    say(`hello, ${secure ? 'secure' : 'plain'} one`)
    let rest = ''
    let shown = ''
    return {
      credential: () =>
        shown === 'password'
          ? { given: true, who: 'a shouter' }
          : { given: false, why: 'it has not said the password' },
      receive: (now, bytes) => {
        const lines = (rest + bytes.toString()).split('\n')
        rest = lines.pop()!
        for (const line of lines) {
          if (line === 'password') shown = line
          if (line === 'bad') throw new Error('nobody says that')
          const [verb, name] = line.split(' ')
          if (verb === 'make') now.engine.devices.create(now.turn, { dialect: 'iothub-course', name: name! })
          now.act({ type: 'write', socket: id, bytes: Buffer.from(`${line.toUpperCase()}\n`) }, 'shouting')
          if (line === 'bye') now.act({ type: 'end', socket: id }, 'shouting')
        }
      },
      onEvent: (now, event) =>
        event.type === 'device.created' &&
        now.act({ type: 'write', socket: id, bytes: Buffer.from(`new: ${event.device.key}\n`) }, 'shouting'),
      closed: () => closed(id),
    }
  },
})

let hub: Running
let folder: string
let port: number
let ca: string
const closed: string[] = []

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-hub-protocols-'))
  port = await freePort()
  const dialect: Dialect = { ...iothubCourse, ports: [], protocols: [shouting(port, (id) => closed.push(id))] }
  const options = {
    ...defaultOptions,
    mqtt: 0,
    mqtts: 0,
    http: 0,
    https: 0,
    memory: true,
    aliases: true,
    data: join(folder, 'data'),
  }
  hub = await startHub(options, { onStopAsked: () => {} }, [dialect], new ChangeFeed())
  ca = await readFile(hub.endpoints.ca, 'utf8')
})

after(async () => {
  await hub.stop()
  await rm(folder, { recursive: true, force: true })
})

test('a protocol has its own port: what its sessions say arrives, cut as the net likes, until they hang up', async () => {
  const client = await shouter()
  await client.hears('hello, secure one')
  client.say('one\ntw')
  await client.hears('ONE')
  client.say('o\nbye\n')
  await client.hears('TWO')
  await client.hears('BYE')
  await client.ended()
})

test('its sessions hear what happens in their cloud, the answer after what it confirms', async () => {
  const [one, other] = [await shouter(), await shouter()]
  await other.hears('hello, secure one')
  one.say('make toys/robot\n')
  await other.hears('new: iothub-course/toys/robot')
  assert.deepEqual(
    (await hub.api.devices({ search: 'robot' })).items.map(({ key }) => key),
    ['iothub-course/toys/robot'],
  )
  await one.hears('MAKE TOYS/ROBOT')
  for (const client of [one, other]) client.say('bye\n')
  await Promise.all([one.ended(), other.ended()])
})

test('over WebSocket its sub-protocol tells it from MQTT on the same path', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${hub.endpoints.http}/mqtt`, ['shout'])
  const [hello] = (await within(once(socket, 'message'), 'a greeting')) as [Buffer]
  assert.equal(String(hello), 'hello, plain one\n')
  assert.equal(socket.protocol, 'shout')
  socket.send('bye\n')
  await within(once(socket, 'close'), 'the end')
  const mqtt = new WebSocket(`ws://127.0.0.1:${hub.endpoints.http}/mqtt`, ['mqtt'])
  await within(once(mqtt, 'open'), 'MQTT')
  mqtt.terminate()
})

test('a session that fails costs its own socket, is told of, and the hub lives', async () => {
  const before = closed.length
  const client = await shouter()
  client.say('bad\n')
  await client.ended()
  assert.equal(closed.length, before + 1)
  assert.ok((await hub.api.notices()).some((notice) => /Shouting from .*nobody says that/.test(noticeLine(notice))))
  const next = await shouter()
  await next.hears('hello, secure one')
  next.say('bye\n')
  await next.ended()
})

test('what a session says after it has hung up is dropped: what it said before arrives, and nobody is alarmed', async () => {
  const client = await shouter()
  client.say('one\nbye\ntwo\n')
  await client.hears('BYE')
  await client.ended()
  assert.ok(!client.heard().includes('TWO'))
  assert.deepEqual(
    (await hub.api.notices()).filter((notice) => /broke/.test(noticeLine(notice))),
    [],
  )
})

test('a client from elsewhere is answered on its own socket, and nothing else happens before it has shown a credential', async () => {
  putElsewhere(hub.endpoints, port)
  const stranger = await shouter()
  stranger.say('one\n')
  await stranger.hears('ONE')
  stranger.say('make toys/stolen\n')
  await stranger.ended()
  assert.deepEqual((await hub.api.devices({ search: 'stolen' })).items, [])
  assert.ok((await hub.api.notices()).some((notice) => /192\.0\.2\.7.*no credential/.test(noticeLine(notice))))

  const [friend, other] = [await shouter(), await shouter()]
  await other.hears('hello, secure one')
  friend.say('password\nmake toys/given\n')
  await friend.hears('MAKE TOYS/GIVEN')
  assert.equal((await hub.api.devices({ search: 'given' })).items.length, 1)
  await friend.hears('new: iothub-course/toys/given')
  assert.ok(!other.heard().includes('new:'), 'who has shown nothing hears of nothing')
  for (const client of [friend, other]) client.say('bye\n')
  await Promise.all([friend.ended(), other.ended()])
})

test('who leaves a socket open does not keep the hub from stopping, nor does who never comes to speak TLS', async () => {
  const client = await shouter()
  await client.hears('hello, secure one')
  const silent = connectPlain({ host: '127.0.0.1', port })
    .on('error', () => {})
    .resume()
  await within(once(silent, 'connect'), 'TCP')
  const gone = once(silent, 'close')
  await within(hub.stop(), 'the hub to stop')
  await client.ended()
  await within(gone, 'the socket without TLS to be closed')
})

async function shouter() {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' })
  socket.on('error', () => {})
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString()))
  const gone = once(socket, 'close')
  await within(once(socket, 'secureConnect'), 'TLS')
  const hears = async (line: string): Promise<void> => {
    while (!heard.includes(`${line}\n`)) await within(once(socket, 'data'), `“${line}” after ${heard}`)
  }
  return {
    say: (text: string) => socket.write(text),
    hears,
    heard: () => heard,
    ended: () => within(gone, 'the connection to be closed'),
  }
}
