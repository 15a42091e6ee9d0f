import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { awsClients, makeDevice, type AwsClients, type DeviceFiles } from '../builders/aws-clients.ts'
import { connectShadow, endV1, mutualTls, type ShadowEvent } from '../builders/device-v1.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import type { Mailbox } from '../builders/mailbox.ts'

describe('thingShadow of aws-iot-device-sdk 2.2.16 over mutual TLS', () => {
  let hub: TestHub
  let aws: AwsClients
  let lamp: DeviceFiles

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    lamp = await makeDevice(hub, aws, 'lamp')
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  test('update, delta, get and delete: each is accepted, and a second client hears of what it did not do itself', async () => {
    const device = await connectShadow(mutualTls(hub, lamp, 'lamp'), 'lamp')
    const phone = await connectShadow(mutualTls(hub, lamp, 'phone'), 'lamp')

    const reported = device.client.update('lamp', { state: { reported: { color: 'green', on: true } } })
    const first = await status(device.events, 'accepted', reported)
    assert.equal(first['version'], 1)
    assert.deepEqual(first['state'], { reported: { color: 'green', on: true } })
    const heard = await take(phone.events, 'foreign')
    assert.equal(heard.operation, 'update')
    assert.deepEqual(heard.state['state'], { reported: { color: 'green', on: true } })

    const desired = phone.client.update('lamp', { state: { desired: { color: 'red', on: true } } })
    assert.equal((await status(phone.events, 'accepted', desired))['version'], 2)
    const delta = await take(device.events, 'delta')
    assert.deepEqual(delta.state['state'], { color: 'red' })
    assert.equal(delta.state['version'], 2)
    assert.equal((await take(device.events, 'foreign')).operation, 'update')
    assert.deepEqual((await take(phone.events, 'delta')).state['state'], { color: 'red' })

    const done = device.client.update('lamp', { state: { reported: { color: 'red' } } })
    assert.equal((await status(device.events, 'accepted', done))['version'], 3)
    await take(phone.events, 'foreign')

    const got = await status(device.events, 'accepted', device.client.get('lamp'))
    assert.deepEqual(got['state'], { desired: { color: 'red', on: true }, reported: { color: 'red', on: true } })
    assert.equal(got['version'], 3)

    const deleted = await status(device.events, 'accepted', device.client.delete('lamp'))
    assert.equal(deleted['version'], 3)
    assert.equal((await take(phone.events, 'foreign')).operation, 'delete')
    const gone = await status(device.events, 'rejected', device.client.get('lamp'))
    assert.equal(gone['code'], 404)
    assert.match(String(gone['message']), /^No shadow exists with name: 'lamp'$/)
    assert.deepEqual([device.events.rest, phone.events.rest], [[], []], 'events nobody expects')
    await Promise.all([endV1(device.client), endV1(phone.client)])
  })

  test('an update that is based on an old version is rejected with 409 and changes nothing', async () => {
    const deaf = await connectShadow(mutualTls(hub, lamp, 'deaf'), 'oven', {
      persistentSubscribe: false,
      ignoreDeltas: true,
    })
    const other = await connectShadow(mutualTls(hub, lamp, 'other'), 'oven')
    assert.equal(
      (await status(deaf.events, 'accepted', deaf.client.update('oven', { state: { reported: { heat: 1 } } })))[
        'version'
      ],
      1,
    )
    await take(other.events, 'foreign')
    assert.equal(
      (await status(other.events, 'accepted', other.client.update('oven', { state: { reported: { heat: 2 } } })))[
        'version'
      ],
      2,
    )

    // It listens only while it asks, so the version it sends along is still 1.
    const stale = await status(
      deaf.events,
      'rejected',
      deaf.client.update('oven', { state: { reported: { heat: 3 } } }),
    )
    assert.deepEqual([stale['code'], stale['message']], [409, 'Version conflict'])
    const now = await status(other.events, 'accepted', other.client.get('oven'))
    assert.deepEqual([now['version'], now['state']], [2, { reported: { heat: 2 } }])
    await Promise.all([endV1(deaf.client), endV1(other.client)])
  })
})

async function take<K extends ShadowEvent['type']>(
  events: Mailbox<ShadowEvent>,
  type: K,
): Promise<ShadowEvent & { type: K }> {
  return (await events.take(`a ${type} event`, (event) => event.type === type)) as ShadowEvent & { type: K }
}

/** The outcome of the operation with this token. */
async function status(
  events: Mailbox<ShadowEvent>,
  expected: 'accepted' | 'rejected',
  token: string | null,
): Promise<Record<string, unknown>> {
  const event = (await events.take(
    `the outcome of ${token}`,
    (seen) => (seen.type === 'status' || seen.type === 'timeout') && seen.token === token,
  )) as ShadowEvent
  assert.ok(event.type === 'status', `operation ${token} timed out`)
  assert.equal(event.status, expected, JSON.stringify(event.state))
  return event.state
}
