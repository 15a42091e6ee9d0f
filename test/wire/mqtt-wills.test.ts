import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { IConnectPacket } from 'mqtt-packet'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { openRaw, openSession } from '../builders/raw-socket.ts'
import { noticeLine } from '../../src/shared/notice-line.ts'

const shadow = '$aws/things/lamp/shadow'
const lastWill = (topic: string, state: object, qos: 0 | 1 | 2): IConnectPacket['will'] & object => ({
  topic,
  payload: Buffer.from(JSON.stringify({ state })),
  qos,
  retain: false,
})

describe('last wills over plain MQTT', () => {
  let hub: TestHub
  before(async () => (hub = await startHub()))
  after(() => hub.stop())

  test('one on a topic of a service reaches its subscribers, and the service does nothing', async () => {
    const watcher = await connectMqtt(hub, 'watcher')
    await watcher.publish(`${shadow}/update`, { state: { reported: { on: true } } })
    await watcher.subscribe(`${shadow}/#`)
    const lamp = await openSession(hub.endpoints.mqtt, 'lamp', {
      will: lastWill(`${shadow}/update`, { reported: { on: false } }, 1),
    })
    lamp.socket.resetAndDestroy()
    assert.deepEqual(await watcher.json(`${shadow}/update`), { state: { reported: { on: false } } })
    await watcher.publish(`${shadow}/get`, '')
    const { state, version } = await watcher.json(`${shadow}/get/accepted`)
    assert.deepEqual([state, version], [{ reported: { on: true } }, 1])
    assert.deepEqual(
      watcher.inbox.rest.map(({ topic }) => topic),
      [`${shadow}/get`],
    )
    await watcher.end()
    assert.match((await hub.hub.api.notices()).map(noticeLine).join(), /its last will on .* reaches subscribers only/)
  })

  test('one with QoS 2, which would never be sent, is refused at CONNECT, without a CONNACK', async () => {
    const raw = await openRaw(hub.endpoints.mqtt)
    const will = lastWill('gone', {}, 2)
    const connect: IConnectPacket = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: 'two',
      will,
    }
    raw.send(connect)
    assert.equal((await raw.closed('its CONNECT')).length, 0)
    assert.match((await hub.hub.api.notices()).map(noticeLine).join(), /two: .*last will: QoS 2/)
  })
})
