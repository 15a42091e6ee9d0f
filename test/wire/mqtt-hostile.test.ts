import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { CreateThingCommand } from '@aws-sdk/client-iot'
import { generate } from 'mqtt-packet'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import { httpsRequest } from '../builders/https-request.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { createJob, executionOf } from '../builders/operator.ts'
import { openRaw, openRawTls, openSession } from '../builders/raw-socket.ts'

const update = '$aws/things/dam/jobs/guarded/update'
const succeeded = JSON.stringify({ status: 'SUCCEEDED' })
const MAX_PAYLOAD = 131_072

/** What no well-behaved client sends on a connection that it has, and what ends it. */
const mistakes: { what: string; bytes: Buffer | string }[] = [
  { what: 'text that is no MQTT', bytes: 'hello hub\r\n\r\n' },
  { what: 'a packet of a reserved type', bytes: Buffer.from([0x00, 0x00]) },
  { what: 'a second CONNECT', bytes: Buffer.from('100f00044d515454040200000003646d32', 'hex') },
  { what: 'a length of five bytes', bytes: Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]) },
  { what: 'the announcement of 256 MB', bytes: Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]) },
  {
    what: 'a PUBLISH of QoS 3',
    bytes: Buffer.concat([Buffer.from([0x36, 0x05]), Buffer.from([0x00, 0x01, 0x61, 0x00, 0x01])]),
  },
  { what: 'a PUBLISH whose topic is longer than the packet', bytes: Buffer.from([0x30, 0x04, 0x00, 0x40, 0x61, 0x62]) },
  { what: 'a PUBLISH to a filter', bytes: Buffer.from([0x30, 0x05, 0x00, 0x03, 0x61, 0x2f, 0x23]) },
  { what: 'a PUBLISH to an empty topic', bytes: Buffer.from([0x30, 0x02, 0x00, 0x00]) },
  { what: 'a PUBLISH to a topic that is no UTF-8', bytes: Buffer.from([0x30, 0x05, 0x00, 0x03, 0x61, 0xff, 0xfe]) },
  {
    what: 'a PUBLISH to a topic with a null character',
    bytes: Buffer.from([0x30, 0x05, 0x00, 0x03, 0x61, 0x00, 0x62]),
  },
  { what: 'a PUBLISH of QoS 1 without an identifier', bytes: Buffer.from([0x32, 0x03, 0x00, 0x01, 0x61]) },
  { what: 'a PUBLISH of QoS 1 with the identifier 0', bytes: Buffer.from([0x32, 0x05, 0x00, 0x01, 0x61, 0x00, 0x00]) },
  { what: 'a SUBSCRIBE with the wrong flags', bytes: Buffer.from([0x80, 0x06, 0x00, 0x01, 0x00, 0x01, 0x61, 0x00]) },
  { what: 'a SUBSCRIBE to nothing', bytes: Buffer.from([0x82, 0x02, 0x00, 0x01]) },
  { what: 'a SUBSCRIBE of QoS 3', bytes: Buffer.from([0x82, 0x06, 0x00, 0x01, 0x00, 0x01, 0x61, 0x03]) },
  { what: 'an UNSUBSCRIBE from nothing', bytes: Buffer.from([0xa2, 0x02, 0x00, 0x01]) },
  {
    what: 'an UNSUBSCRIBE from what is no filter',
    bytes: Buffer.from([0xa2, 0x07, 0x00, 0x01, 0x00, 0x03, 0x61, 0x23, 0x62]),
  },
]

/** Wills that MQTT does not know; each is refused when it is announced, not when it falls due. */
const wills: { what: string; bytes: Buffer }[] = [
  { what: 'of QoS 3', bytes: Buffer.from('101300044d515454041e000000016100017700016d', 'hex') },
  { what: 'for a filter', bytes: Buffer.from('101500044d515454040600000001610003772f2300016d', 'hex') },
  { what: 'for an empty topic', bytes: Buffer.from('101200044d51545404060000000161000000016d', 'hex') },
]

describe('a hub that gets what it should never get', () => {
  let hub: TestHub
  let aws: AwsClients
  let bystander: TestClient

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    await aws.iot.send(new CreateThingCommand({ thingName: 'dam' }))
    await createJob(aws, 'guarded', ['arn:aws:iot:us-east-1:123456789012:thing/dam'], {})
    bystander = await connectMqtt(hub, 'bystander')
    await bystander.subscribe('#', '$aws/things/dam/jobs/#', '$aws/events/job/#')
  })
  afterEach(async () => {
    await bystander.settle()
    assert.deepEqual(bystander.inbox.rest, [], 'others hear nothing of it')
    const { status, versionNumber } = await executionOf(aws, 'dam', 'guarded')
    assert.deepEqual([status, versionNumber], ['QUEUED', 1], 'the state is as it was')
  })
  after(async () => {
    await bystander.end()
    aws.destroy()
    await hub.stop()
  })

  for (const { what, bytes } of mistakes) {
    test(`${what} ends the connection, and what follows it counts for nothing`, async () => {
      const raw = await openSession(hub.endpoints.mqtt, 'clumsy')
      raw.send(bytes)
      raw.send({ cmd: 'publish', topic: update, payload: succeeded, qos: 0, dup: false, retain: false })
      await raw.closed(what)
    })
  }

  for (const { what, bytes } of wills) {
    test(`a will ${what} keeps a client out`, async () => {
      const raw = await openRaw(hub.endpoints.mqtt)
      raw.send(bytes)
      assert.equal((await raw.closed(`a will ${what}`)).length, 0)
    })
  }

  test('what is too short does not borrow from what comes after it in the same segment', async () => {
    const raw = await openSession(hub.endpoints.mqtt, 'borrower')
    raw.send(
      Buffer.concat([
        Buffer.from([0x32, 0x03, 0x00, 0x01, 0x61]),
        generate({ cmd: 'publish', topic: update, payload: succeeded, qos: 0, dup: false, retain: false }),
      ]),
    )
    assert.equal((await raw.closed('a PUBLISH that is too short')).length, 4)
  })

  test('nothing is done for a client that has not said CONNECT', async () => {
    const raw = await openRaw(hub.endpoints.mqtt)
    raw.send({ cmd: 'publish', topic: update, payload: succeeded, qos: 1, messageId: 1, dup: false, retain: false })
    assert.equal((await raw.closed('a PUBLISH before CONNECT')).length, 0)
  })

  test('a PUBLISH of QoS 2 ends the connection without an acknowledgement, as on AWS', async () => {
    const raw = await openSession(hub.endpoints.mqtt, 'exactly-once')
    raw.send({ cmd: 'publish', topic: update, payload: succeeded, qos: 2, messageId: 7, dup: false, retain: false })
    assert.equal((await raw.closed('QoS 2')).length, 4, 'nothing after the CONNACK')
  })

  test('a payload of 128 KB is taken, one byte more ends the connection unacknowledged', async () => {
    const raw = await openSession(hub.endpoints.mqtt, 'big')
    raw.send({
      cmd: 'publish',
      topic: '$aws/rules/none/big',
      payload: Buffer.alloc(MAX_PAYLOAD, 'x'),
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    })
    assert.deepEqual([...(await raw.received(8)).subarray(4)], [0x40, 2, 0, 1])
    raw.send({
      cmd: 'publish',
      topic: update,
      payload: Buffer.alloc(MAX_PAYLOAD + 1, ' '),
      qos: 1,
      messageId: 2,
      dup: false,
      retain: false,
    })
    assert.equal((await raw.closed('an oversize payload')).length, 8)
  })

  test('a retained message on a reserved topic ends the connection', async () => {
    const raw = await openSession(hub.endpoints.mqtt, 'retainer')
    raw.send({ cmd: 'publish', topic: update, payload: succeeded, qos: 1, messageId: 1, dup: false, retain: true })
    assert.equal((await raw.closed('retain on $aws')).length, 4)
  })

  test('nobody but the service is heard on its topics', async () => {
    const client = await connectMqtt(hub, 'impostor')
    await client.publish('$aws/things/dam/jobs/notify', { jobs: {} })
    await client.publish('$aws/things/dam/jobs/guarded/update/accepted', {})
    await client.publish('$aws/events/job/guarded/completed', {})
    await client.end()
  })

  test('a stored session without a client id is refused with code 2', async () => {
    const raw = await openRaw(hub.endpoints.mqtt)
    raw.send(Buffer.from('100c00044d5154540400000a0000', 'hex'))
    const connack = await raw.received(4)
    assert.deepEqual([...connack.subarray(0, 4)], [0x20, 2, 0, 2])
    await raw.closed('a refused CONNECT')
  })

  test('HTTP on the MQTT port is hung up on, and people are told', async () => {
    const raw = await openRaw(hub.endpoints.mqtt)
    raw.send('GET /things HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await raw.closed('HTTP on the MQTT port')
    const notices = await hub.hub.api.notices()
    assert.ok(
      notices.some(({ text }) => /HTTP/.test(text)),
      JSON.stringify(notices.map(({ text }) => text)),
    )
  })

  test('garbage in the clear on the TLS ports is hung up on', async () => {
    for (const port of [hub.endpoints.mqtts, hub.endpoints.https]) {
      const raw = await openRaw(port)
      raw.send(Buffer.from('00112233445566778899aabbccddeeff', 'hex'))
      await raw.closed('garbage where TLS is spoken')
    }
  })

  test('garbage inside TLS is hung up on, while HTTP there is answered like on the HTTPS port', async () => {
    const raw = await openRawTls(hub.endpoints.mqtts, hub.ca)
    raw.send(Buffer.from('ffeeddccbbaa99887766', 'hex'))
    await raw.closed('garbage inside TLS')
    for (const ALPNProtocols of [undefined, ['x-amzn-http-ca'], ['http/1.1']]) {
      const { status, json } = await httpsRequest(hub, {
        port: hub.endpoints.mqtts,
        path: '/things',
        ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
      })
      assert.equal(status, 200)
      assert.ok((json['things'] as { thingName: string }[]).some(({ thingName }) => thingName === 'dam'))
    }
  })
})
