import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { CreateThingCommand } from '@aws-sdk/client-iot'
import { mqtt } from 'aws-iot-device-sdk-v2'
import { generate, parser, type Packet } from 'mqtt-packet'
import { WebSocket } from 'ws'
import { awsClients, makeDevice, type AwsClients } from '../builders/aws-clients.ts'
import { connectDevice, endV1, mutualTls } from '../builders/device-v1.ts'
import { connectV2CustomAuthorizer, connectV2WebSocket, endV2 } from '../builders/device-v2.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { Mailbox } from '../builders/mailbox.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { openRaw } from '../builders/raw-socket.ts'
import { within } from '../builders/within.ts'

describe('MQTT over WebSocket, ALPN and other ways in', () => {
  let hub: TestHub
  let aws: AwsClients

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    await aws.iot.send(new CreateThingCommand({ thingName: 'browser' }))
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  for (const protocol of ['ws', 'wss'] as const) {
    test(`a job request over ${protocol} is answered`, async () => {
      const client = await connectMqtt(hub, 'browser', {
        protocol,
        port: protocol === 'ws' ? hub.endpoints.http : hub.endpoints.https,
        path: '/mqtt',
        ca: hub.ca,
      })
      await client.publish('$aws/things/browser/jobs/get', { clientToken: protocol })
      assert.equal((await client.json('$aws/things/browser/jobs/get/accepted'))['clientToken'], protocol)
      await client.end()
    })
  }

  test('the subprotocol that was offered is the one that is spoken', async () => {
    for (const offered of [['mqtt'], ['mqttv3.1'], ['mqttv3.1', 'mqtt']]) {
      const socket = new WebSocket(`ws://localhost:${hub.endpoints.http}/mqtt`, offered)
      await within(
        new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject)),
        `a WebSocket that offers ${offered.join(', ')}`,
      )
      assert.equal(socket.protocol, offered.includes('mqtt') ? 'mqtt' : 'mqttv3.1')
      socket.terminate()
    }
  })

  test('another path is not MQTT', async () => {
    const socket = new WebSocket(`ws://localhost:${hub.endpoints.http}/elsewhere`, ['mqtt'])
    const status = new Promise<number>((resolve, reject) => {
      socket.once('unexpected-response', (_, response) => resolve(response.statusCode!))
      socket.once('open', () => reject(new Error('it was accepted')))
      socket.once('error', reject)
    })
    assert.ok((await within(status, 'a refusal')) >= 400)
    socket.terminate()
  })

  test('v1 with protocol wss signs its way in with SigV4', async () => {
    const { client, inbox } = await connectDevice({
      protocol: 'wss',
      host: 'localhost',
      port: hub.endpoints.https,
      region: 'us-east-1',
      accessKeyId: 'AKIALOCAL',
      secretKey: 'local',
      sessionToken: 'a/token+with=signs',
      websocketOptions: { ca: hub.ca },
      clientId: 'v1-wss',
      drainTimeMs: 10,
    })
    client.publish('$aws/things/browser/jobs/get', '{"clientToken":"v1"}')
    assert.match((await inbox.take('the answer over wss')).text, /"clientToken":"v1"/)
    await endV1(client)
  })

  test('v1 with wss-custom-auth is let in by the name of its authorizer', async () => {
    const { client, inbox } = await connectDevice({
      protocol: 'wss-custom-auth',
      host: 'localhost',
      port: hub.endpoints.https,
      region: 'us-east-1',
      customAuthHeaders: {
        'X-Amz-CustomAuthorizer-Name': 'MyAuth',
        'X-Amz-CustomAuthorizer-Signature': 'c2ln',
        token: 'abc',
      },
      websocketOptions: { ca: hub.ca },
      clientId: 'v1-custom',
      drainTimeMs: 10,
    })
    client.publish('$aws/things/browser/jobs/get', '{"clientToken":"custom"}')
    assert.match((await inbox.take('the answer over wss')).text, /"clientToken":"custom"/)
    await endV1(client)
  })

  test('v1 over mutual TLS with the ALPN of port 443 speaks MQTT', async () => {
    const files = await makeDevice(hub, aws, 'alpn')
    const { client, inbox } = await connectDevice({
      ...mutualTls(hub, files, 'alpn'),
      ALPNProtocols: ['x-amzn-mqtt-ca'],
    })
    client.publish('$aws/things/alpn/jobs/get', '{"clientToken":"alpn"}')
    assert.match((await inbox.take('the answer')).text, /"clientToken":"alpn"/)
    await endV1(client)
  })

  test('a client that shakes hands and reads as the Python SDK v1 does is served', async () => {
    const { socket, send, received } = await openRaw(hub.endpoints.http)
    const key = randomBytes(128).toString('base64')
    send(
      'GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        `Sec-WebSocket-Protocol: mqttv3.1\r\nsec-websocket-key: ${key}\r\n\r\n`,
    )
    const answer = (await received(1)).toString('latin1')
    const hash = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    assert.ok(answer.includes(`sec-websocket-accept: ${hash}\r\n`), answer)
    const topic = '$aws/things/browser/shadow/get'
    const subscriptions = ['accepted', 'rejected'].map((end) => ({ topic: `${topic}/${end}`, qos: 1 as const }))
    send(masked({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'python-v1', clean: true }))
    send(masked({ cmd: 'subscribe', messageId: 1, subscriptions }))
    await received(answer.length + 6 + 8)
    send(masked({ cmd: 'publish', messageId: 2, topic, qos: 1, payload: '', dup: false, retain: false }))
    // PUBACK and the answer leave together: it takes a second packet for the first when they share a frame.
    const bytes = await received(answer.length + 6 + 8 + 6 + 40)
    const kinds = framesIn(bytes.subarray(answer.length)).map((payload) => {
      const packets: string[] = []
      parser()
        .on('packet', ({ cmd }) => packets.push(cmd))
        .parse(payload)
      return packets.join('+')
    })
    assert.deepEqual(kinds, ['connack', 'suback', 'puback', 'publish'])
    socket.destroy()
  })

  test('v2 signs its way in over WebSocket, and is let in with a custom authorizer over TLS', async () => {
    const ways = [
      () => connectV2WebSocket(hub, hub.endpoints.ca, 'v2-wss'),
      () => connectV2CustomAuthorizer(hub, hub.endpoints.ca, 'v2-custom'),
    ]
    for (const [index, connect] of ways.entries()) {
      const connection = await connect()
      const heard = new Mailbox<string>()
      await within(
        connection.subscribe('v2/echo', mqtt.QoS.AtLeastOnce, (_, payload) =>
          heard.put(Buffer.from(payload).toString()),
        ),
        'SUBACK',
      )
      await within(connection.publish('v2/echo', `way ${index}`, mqtt.QoS.AtLeastOnce), 'PUBACK')
      assert.equal(await heard.take('its own message'), `way ${index}`)
      await endV2(connection)
    }
  })
})

/** A short packet in a frame of a client, whose mask of zeros leaves the bytes as they are. */
function masked(packet: Packet): Buffer {
  const bytes = generate(packet)
  const head = bytes.length < 126 ? [0x82, 0x80 | bytes.length] : [0x82, 0xfe, bytes.length >> 8, bytes.length & 0xff]
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), bytes])
}

/** What a server's frames hold, each shorter than 64 KB. */
function framesIn(bytes: Buffer): Buffer[] {
  const payloads: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const short = bytes[at + 1]! < 126
    const length = short ? bytes[at + 1]! : bytes.readUInt16BE(at + 2)
    const start = at + (short ? 2 : 4)
    payloads.push(bytes.subarray(start, start + length))
    at = start + length
  }
  return payloads
}
