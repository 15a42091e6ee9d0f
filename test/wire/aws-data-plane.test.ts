import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  ConflictException,
  DeleteConnectionCommand,
  DeleteThingShadowCommand,
  GetRetainedMessageCommand,
  GetThingShadowCommand,
  InvalidRequestException,
  ListNamedShadowsForThingCommand,
  PublishCommand,
  RequestEntityTooLargeException,
  ResourceNotFoundException,
  UpdateThingShadowCommand,
} from '@aws-sdk/client-iot-data-plane'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import { failsWith } from '../builders/fails-with.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'

describe('@aws-sdk/client-iot-data-plane over https', () => {
  let hub: TestHub
  let aws: AwsClients

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub, 'https')
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  const update = async (
    thingName: string,
    document: unknown,
    shadowName?: string,
  ): Promise<Record<string, unknown>> => {
    const { payload } = await aws.data.send(
      new UpdateThingShadowCommand({
        thingName,
        payload: JSON.stringify(document),
        ...(shadowName === undefined ? {} : { shadowName }),
      }),
    )
    return read(payload)
  }

  test('what HTTP changes a device hears over MQTT, and what a device reports HTTP reads: one store', async () => {
    const device = await connectMqtt(hub, 'heater')
    const shadow = '$aws/things/heater/shadow'
    await device.subscribe(`${shadow}/update/accepted`, `${shadow}/update/delta`, `${shadow}/update/documents`)
    const accepted = await update('heater', { state: { desired: { heat: 21 } }, clientToken: 'http-1' })
    assert.deepEqual(
      [accepted['version'], accepted['clientToken'], accepted['state']],
      [1, 'http-1', { desired: { heat: 21 } }],
    )
    assert.equal((await device.json(`${shadow}/update/accepted`))['clientToken'], 'http-1')
    assert.deepEqual((await device.json(`${shadow}/update/delta`))['state'], { heat: 21 })
    assert.equal(((await device.json(`${shadow}/update/documents`))['current'] as { version: number }).version, 1)

    await device.publish(`${shadow}/update`, { state: { reported: { heat: 21 } }, version: 1 })
    await device.json(`${shadow}/update/accepted`)
    const got = read((await aws.data.send(new GetThingShadowCommand({ thingName: 'heater' }))).payload)
    assert.deepEqual([got['version'], got['state']], [2, { desired: { heat: 21 }, reported: { heat: 21 } }])
    const deleted = read((await aws.data.send(new DeleteThingShadowCommand({ thingName: 'heater' }))).payload)
    assert.equal(deleted['version'], 2)
    await failsWith(ResourceNotFoundException, aws.data.send(new GetThingShadowCommand({ thingName: 'heater' })))
    await device.end()
  })

  test('DeleteConnection lets the will be told or not, and takes the session along or not', async () => {
    const watcher = await connectMqtt(hub, 'watcher')
    await watcher.subscribe('wills/#')
    const kept = async (how: { preventWillMessage?: boolean; cleanSession?: boolean }): Promise<boolean> => {
      const options = {
        clean: false,
        will: { topic: 'wills/pump', payload: Buffer.from(JSON.stringify(how)), qos: 1 as const, retain: false },
      }
      const device = await connectMqtt(hub, 'pump', options)
      await aws.data.send(new DeleteConnectionCommand({ clientId: 'pump', ...how }))
      await device.closed
      await watcher.settle()
      const again = await connectMqtt(hub, 'pump', { clean: false })
      await again.end()
      return again.sessionPresent
    }
    assert.equal(await kept({}), true)
    assert.equal(await kept({ preventWillMessage: true }), true)
    assert.equal(await kept({ cleanSession: true, preventWillMessage: false }), false)
    assert.deepEqual(
      watcher.inbox.rest.map(({ text }) => text),
      ['{}', '{"cleanSession":true,"preventWillMessage":false}'],
    )
    await watcher.end()
  })

  test('named shadows stand by themselves and are listed page by page', async () => {
    await update('plant', { state: { reported: { a: 0 } } })
    for (const [index, name] of ['alpha', 'beta', 'gamma'].entries())
      await update('plant', { state: { reported: { index } } }, name)
    const got = read(
      (await aws.data.send(new GetThingShadowCommand({ thingName: 'plant', shadowName: 'beta' }))).payload,
    )
    assert.deepEqual([got['version'], got['state']], [1, { reported: { index: 1 } }])
    const names: string[] = []
    let nextToken: string | undefined
    do {
      const page = await aws.data.send(
        new ListNamedShadowsForThingCommand({
          thingName: 'plant',
          pageSize: 2,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      )
      assert.ok(page.results!.length <= 2)
      names.push(...page.results!)
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    assert.deepEqual(names.sort(), ['alpha', 'beta', 'gamma'])
    assert.deepEqual((await aws.data.send(new ListNamedShadowsForThingCommand({ thingName: 'stranger' }))).results, [])
  })

  test('a refused update is a typed exception and changes nothing', async () => {
    await update('stone', { state: { reported: { n: 1 } } })
    await failsWith(ConflictException, update('stone', { state: { reported: { n: 2 } }, version: 5 }))
    await failsWith(InvalidRequestException, update('stone', { reported: { n: 2 } }))
    await failsWith(InvalidRequestException, update('stone', { state: { reported: { n: [null] } } }))
    await failsWith(
      RequestEntityTooLargeException,
      update('stone', { state: { reported: { text: 'x'.repeat(8200) } } }),
    )
    const got = read((await aws.data.send(new GetThingShadowCommand({ thingName: 'stone' }))).payload)
    assert.deepEqual([got['version'], got['state']], [1, { reported: { n: 1 } }])
  })

  test('Publish carries topics with slashes and dollars, and requests published that way are carried out', async () => {
    const listener = await connectMqtt(hub, 'listener')
    await listener.subscribe('plant/+/a b', '$aws/things/plant/shadow/get/accepted')
    await aws.data.send(new PublishCommand({ topic: 'plant/$hall/a b', qos: 1, payload: Buffer.from('hello') }))
    const heard = await listener.inbox.take('the published message')
    assert.deepEqual([heard.topic, heard.text, heard.qos], ['plant/$hall/a b', 'hello', 1])
    await aws.data.send(
      new PublishCommand({
        topic: '$aws/things/plant/shadow/get',
        qos: 1,
        payload: Buffer.from('{"clientToken":"by-http"}'),
      }),
    )
    assert.equal((await listener.json('$aws/things/plant/shadow/get/accepted'))['clientToken'], 'by-http')
    await listener.end()
  })

  test('a retained message is read back, and a later subscriber gets it', async () => {
    await aws.data.send(
      new PublishCommand({ topic: 'notice/board', qos: 1, retain: true, payload: Buffer.from('open') }),
    )
    const kept = await aws.data.send(new GetRetainedMessageCommand({ topic: 'notice/board' }))
    assert.deepEqual([kept.topic, Buffer.from(kept.payload!).toString(), kept.qos], ['notice/board', 'open', 1])
    const late = await connectMqtt(hub, 'late')
    await late.subscribe('notice/board')
    const heard = await late.inbox.take('the retained message')
    assert.deepEqual([heard.text, heard.retain], ['open', true])
    await aws.data.send(new PublishCommand({ topic: 'notice/board', qos: 1, retain: true, payload: Buffer.alloc(0) }))
    await failsWith(ResourceNotFoundException, aws.data.send(new GetRetainedMessageCommand({ topic: 'notice/board' })))
    await late.end()
  })
})

const read = (payload: Uint8Array | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(payload!).toString()) as Record<string, unknown>
