import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import mqtt, { type Packet } from 'mqtt-packet'
import { startHub, type TestHub } from '../builders/hub.ts'
import { openSession, type RawSocket } from '../builders/raw-socket.ts'

const shadow = '$aws/things/order/shadow'
const message = (topic: string, payload: string, messageId: number): Packet => ({
  cmd: 'publish',
  topic,
  payload,
  qos: 1,
  messageId,
  retain: false,
  dup: false,
})
const subscription = (topic: string, messageId: number): Packet => ({
  cmd: 'subscribe',
  messageId,
  subscriptions: [{ topic, qos: 0 }],
})

/** What the hub has written when it has hung up. */
async function heard(raw: RawSocket): Promise<string[]> {
  const packets: string[] = []
  const parser = mqtt
    .parser()
    .on('packet', (packet) =>
      packets.push(packet.cmd === 'publish' ? packet.topic : `${packet.cmd} ${packet.messageId ?? ''}`.trim()),
    )
  parser.parse(await raw.closed('DISCONNECT'))
  return packets
}

for (const memory of [true, false]) {
  describe(`packets of one connection take effect in their order, ${memory ? 'in memory' : 'on disk'}`, () => {
    let hub: TestHub
    before(async () => (hub = await startHub({ memory })))
    after(() => hub.stop())

    const write = async (...packets: Packet[]): Promise<string[]> => {
      const raw = await openSession(hub.endpoints.mqtt, 'order')
      raw.send(Buffer.concat([...packets, { cmd: 'disconnect' } as Packet].map((packet) => mqtt.generate(packet))))
      return heard(raw)
    }

    test('who asks first and subscribes then, in one write, does not hear the answer', async () => {
      assert.deepEqual(await write(message(`${shadow}/get`, '', 1), subscription(`${shadow}/get/rejected`, 2)), [
        'connack',
        'puback 1',
        'suback 2',
      ])
    })

    test('who subscribes, asks, unsubscribes and asks again hears one answer', async () => {
      const filter = `${shadow}/get/rejected`
      const heard = await write(
        subscription(filter, 1),
        message(`${shadow}/get`, '', 2),
        { cmd: 'unsubscribe', messageId: 3, unsubscriptions: [filter] },
        message(`${shadow}/get`, '', 4),
      )
      assert.deepEqual(heard, ['connack', 'suback 1', 'puback 2', filter, 'unsuback 3', 'puback 4'])
    })
  })
}
