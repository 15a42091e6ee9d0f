import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { keepMessage, RETENTION } from '../../src/dialect/iothub-course/mqtt/messages.ts'
import { Conversation } from '../builders/conversation.ts'

const HOUR = 3_600_000

async function withDevice(): Promise<Conversation> {
  const talk = new Conversation(iothubCourse)
  await talk.connect('D', { clientId: 'P/D', username: 'P/D', password: 's' })
  return talk
}

const device = async (talk: Conversation, name = 'D'): Promise<Record<string, unknown>> =>
  JSON.parse((await talk.http('app', 'GET', `/devices/P/${name}`))?.body ?? '') as Record<string, unknown>
const messages = async (talk: Conversation, query = ''): Promise<number> =>
  (JSON.parse((await talk.http('app', 'GET', `/messages/P${query}`))?.body ?? '') as { messages: unknown[] }).messages
    .length

test('a message id counts once for six hours, and anew after them', async () => {
  const talk = await withDevice()
  assert.equal((await talk.publish('D', 'upload_data/P/D/t/m1', '1')).route, 'forward')
  assert.equal((await talk.publish('D', 'upload_data/P/D/t/m1', '1')).route, 'consume')
  await talk.wait(6 * HOUR - 1)
  assert.equal((await talk.publish('D', 'update_status/P/D/m1', {})).route, 'consume')
  await talk.wait(1)
  assert.equal((await talk.publish('D', 'upload_data/P/D/t/m1', '1')).route, 'forward')
})

test('a message id that another device has used is dropped as the course does, and people are told why', async () => {
  const talk = await withDevice()
  await talk.connect('E', { clientId: 'P/E', username: 'P/E', password: 's' })
  await talk.publish('D', 'upload_data/P/D/t/1', '1')
  assert.equal((await talk.publish('E', 'upload_data/P/E/t/1', '1')).route, 'consume')
  assert.deepEqual(talk.hub.warnings, [
    {
      about: 'iothub-course/P/E',
      text: 'message id 1 was taken by iothub-course/P/D before: ids must be unique over all devices',
    },
  ])
})

const nonsense: [string, string][] = [
  ['update_status/P/D/m1', '{'],
  ['update_status/P/D/m1', '[]'],
  ['update_status/P/D/m1', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`],
  ['update_ota_status/P/D/m1', '1'],
  ['get/P/D/$ntp/m1', 'now'],
  ['upload_data/P/D/$shadow_reported/m1', '{"state":{},"version":0}'],
  ['upload_data/P/D/$shadow_updated/m1', '{"state":{"desired":{}},"version":0}'],
  ['upload_data/P/D/$anything/m1', '{}'],
]
for (const [topic, payload] of nonsense) {
  test(`${topic} ${payload.slice(0, 40)} changes nothing, not even what ids are known`, async () => {
    const talk = await withDevice()
    const before = (await talk.http('app', 'GET', '/devices/P/D'))?.body
    assert.equal((await talk.publish('D', topic, payload)).route, 'drop')
    assert.equal((await talk.http('app', 'GET', '/devices/P/D'))?.body, before)
    assert.equal((await talk.http('app', 'GET', '/ota/P/D'))?.body, '{}')
    assert.equal((await talk.publish('D', 'update_status/P/D/m1', { ok: true })).route, 'forward')
  })
}

test('zero bytes at the end of what a device reports are those of a program in C', async () => {
  const talk = await withDevice()
  assert.equal((await talk.publish('D', 'update_status/P/D/m1', '{"ok":true}\0')).route, 'forward')
  assert.equal((await talk.publish('D', 'get/P/D/$ntp/m2', '{"device_time":0}\0')).route, 'forward')
  assert.equal((await talk.publish('D', 'update_ota_status/P/D/m3', '{"url":"u","type":"success"}\0')).route, 'forward')
})

test('two status updates at one instant both count, the later one last', async () => {
  const talk = await withDevice()
  await talk.publish('D', 'update_status/P/D/m1', { a: 1 })
  await talk.publish('D', 'update_status/P/D/m2', { b: 2 })
  assert.deepEqual((await device(talk))['device_status'], { b: 2 })
})

test('a key called __proto__ is a key as any other', async () => {
  const talk = await withDevice()
  await talk.publish('D', 'update_status/P/D/m1', '{"__proto__":{"a":1}}')
  assert.match((await talk.http('app', 'GET', '/devices/P/D'))?.body ?? '', /"device_status":\{"__proto__":\{"a":1\}\}/)
})

test('messages are found by id and by device; bytes come back in base64', async () => {
  const talk = await withDevice()
  await talk.publish('D', 'upload_data/P/D/t/m1', 'a')
  await talk.publish('D', 'upload_data/P/D/t/m2', 'b')
  assert.equal(await messages(talk), 2)
  assert.equal(await messages(talk, '?message_id=m2'), 1)
  assert.equal(await messages(talk, '?device_name=E'), 0)
  assert.equal(
    (JSON.parse((await talk.http('app', 'GET', '/messages/Q'))?.body ?? '') as { messages: unknown[] }).messages.length,
    0,
  )
})

test('only the latest messages are kept, by number and by size', async () => {
  const talk = await withDevice()
  const keep = async (id: string, payload: string): Promise<void> =>
    await talk.happens('message', (ctx) =>
      keepMessage(ctx, { product_name: 'P', device_name: 'D', data_type: 't', message_id: id, payload }),
    )
  await talk.happens('many', (ctx) => {
    for (let i = 0; i < RETENTION.messages + 5; i += 1)
      keepMessage(ctx, { product_name: 'P', device_name: 'D', data_type: 't', message_id: `n${i}`, payload: 'x' })
  })
  assert.equal(await messages(talk), RETENTION.messages)
  assert.equal(await messages(talk, '?message_id=n4'), 0)
  await keep('big', 'x'.repeat(RETENTION.characters - 10))
  assert.equal(await messages(talk), 11)
  await keep('big', 'x')
  assert.equal(await messages(talk), 11)
  await keep('bigger', 'x'.repeat(RETENTION.characters + 1))
  assert.equal(await messages(talk), 1)
})

test('an application speaks for registered devices only, and otherwise to whom it likes', async () => {
  const talk = await withDevice()
  const { username, password } = JSON.parse((await talk.http('app', 'POST', '/tokens'))?.body ?? '') as {
    username: string
    password: string
  }
  await talk.connect('app', { username, password, clean: true })
  assert.equal((await talk.publish('app', 'update_status/P/D/m1', { a: 1 })).route, 'forward')
  assert.deepEqual((await device(talk))['device_status'], { a: 1 })
  assert.equal((await talk.publish('app', 'update_status/P/nobody/m2', { a: 1 })).route, 'drop')
  assert.equal((await talk.publish('app', 'anything/else', 'x')).route, 'forward')
  assert.equal('grant' in (await talk.subscribe('app', '#')), true)
})

test('what the hub subscribed a device to comes back with its session, and the device itself may not ask for it', async () => {
  const talk = await withDevice()
  assert.equal('refuse' in (await talk.subscribe('D', 'cmd/P/D/+/+/+/#')), true)
  await talk.disconnect('D')
  await talk.connect('D', { clientId: 'P/D', username: 'P/D', password: 's' })
  assert.deepEqual(
    [...talk.connection('D').subscriptions.keys()],
    ['cmd/P/D/+/+/+/#', 'rpc/P/D/+/+/+/#', 'm2m/P/D/+/+'],
  )
})

test('a session of another device under the same client id brings none of its subscriptions', async () => {
  const talk = await withDevice()
  await talk.disconnect('D')
  await talk.connect('E', { clientId: 'P/D', username: 'P/E', password: 's' })
  assert.deepEqual(
    [...talk.connection('E').subscriptions.keys()],
    ['cmd/P/E/+/+/+/#', 'rpc/P/E/+/+/+/#', 'm2m/P/E/+/+'],
  )
})

test('after a restart nobody is connected and nobody waits for an answer', async () => {
  const talk = await withDevice()
  await talk.http('app', 'POST', '/devices/P/D/command', 'command=time&use_rpc=true')
  await talk.happens('restart', (ctx) => iothubCourse.onStart?.(ctx))
  assert.equal([...talk.hub.engine.commands.all()].length, 0)
  const [connection] = (await device(talk))['connections'] as Record<string, unknown>[]
  assert.deepEqual([connection?.['connected'], connection?.['disconnect_at']], [false, talk.hub.now / 1000])
})

test('tags that change their order are told in the new order; groups that others change are told once', async () => {
  const talk = await withDevice()
  await talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=a,b,,a')
  assert.deepEqual((await device(talk))['tags'], ['a', 'b'])
  await talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=b,a')
  assert.deepEqual((await device(talk))['tags'], ['b', 'a'])
  await talk.happens('by hand', (ctx) => {
    for (const tag of ['c', 'd']) ctx.engine.groups.create(ctx.turn, { dialect: 'iothub-course', name: `P/${tag}` })
    for (const tag of ['c', 'd']) ctx.engine.devices.join(ctx.turn, 'iothub-course/P/D', `iothub-course/P/${tag}`)
  })
  assert.equal(talk.text.split('$set_tags').length - 1, 3)
  assert.match(talk.text, /\{"tags":\["b","a","c","d"\],"tags_version":4\}/)
  await talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=')
  assert.deepEqual((await device(talk))['tags'], [])
  assert.deepEqual([...talk.hub.engine.groups.ofDialect('iothub-course')], [])
})

test('a device that has tags of a later version than the hub, which has forgotten, gets those there are', async () => {
  const talk = await withDevice()
  await talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=a')
  await talk.publish('D', 'get/P/D/$tags/m1', { tags: ['b'], tags_version: 4 })
  assert.match(talk.text, /\{"tags":\["a"\],"tags_version":5\}/)
  await talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=c')
  assert.match(talk.text, /\{"tags":\["c"\],"tags_version":6\}/)
})

test('a device that has the right tags of a later version is told nothing, and the hub counts on from there', async () => {
  const talk = await withDevice()
  await talk.publish('D', 'get/P/D/$tags/m1', { tags: [], tags_version: 7 })
  assert.ok(!talk.text.includes('$set_tags'))
  await talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=c')
  assert.match(talk.text, /\{"tags":\["c"\],"tags_version":8\}/)
})

test('a device whose shadow is ahead of the hub, which has forgotten, is told of a version that it takes', async () => {
  const talk = await withDevice()
  await talk.publish('D', 'upload_data/P/D/$shadow_reported/m1', { state: { reported: { on: true } }, version: 9 })
  assert.match(talk.text, /\$update_shadow.*"version":10/)
  await talk.publish('D', 'upload_data/P/D/$shadow_reported/m2', { state: { reported: { on: true } }, version: 10 })
  assert.match(talk.text, /\$shadow_reply.*"version":11/)
})

test('products and devices are called what people like', async () => {
  const talk = new Conversation(iothubCourse)
  const made = JSON.parse(
    (await talk.http('app', 'POST', '/devices', { product_name: '智能灯' }))?.body ?? '',
  ) as Record<string, string>
  const name = `智能灯/${made['device_name']}`
  await talk.connect('D', { clientId: name, username: name, password: made['secret']! })
  await talk.publish('D', `upload_data/${name}/温度/m1`, '21')
  const path = `/messages/${encodeURIComponent('智能灯')}`
  assert.match((await talk.http('app', 'GET', path))?.body ?? '', /温度/)
})
