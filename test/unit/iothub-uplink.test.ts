import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iothub } from '../../src/dialect/iothub/index.ts'
import { keepMessage, RETENTION } from '../../src/dialect/iothub/mqtt/messages.ts'
import { Conversation } from '../builders/conversation.ts'

const HOUR = 3_600_000

function withDevice(): Conversation {
  const talk = new Conversation(iothub)
  talk.connect('D', { clientId: 'P/D', username: 'P/D', password: 's' })
  return talk
}

const device = (talk: Conversation, name = 'D'): Record<string, unknown> =>
  JSON.parse(talk.http('app', 'GET', `/devices/P/${name}`)?.body ?? '') as Record<string, unknown>
const messages = (talk: Conversation, query = ''): number =>
  (JSON.parse(talk.http('app', 'GET', `/messages/P${query}`)?.body ?? '') as { messages: unknown[] }).messages.length

test('a message id counts once for six hours, and anew after them', () => {
  const talk = withDevice()
  assert.equal(talk.publish('D', 'upload_data/P/D/t/m1', '1').route, 'forward')
  assert.equal(talk.publish('D', 'upload_data/P/D/t/m1', '1').route, 'consume')
  talk.wait(6 * HOUR - 1)
  assert.equal(talk.publish('D', 'update_status/P/D/m1', {}).route, 'consume')
  talk.wait(1)
  assert.equal(talk.publish('D', 'upload_data/P/D/t/m1', '1').route, 'forward')
})

test('a message id that another device has used is dropped as the course does, and people are told why', () => {
  const talk = withDevice()
  talk.connect('E', { clientId: 'P/E', username: 'P/E', password: 's' })
  talk.publish('D', 'upload_data/P/D/t/1', '1')
  assert.equal(talk.publish('E', 'upload_data/P/E/t/1', '1').route, 'consume')
  assert.deepEqual(talk.bench.warnings, [
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
  test(`${topic} ${payload.slice(0, 40)} changes nothing, not even what ids are known`, () => {
    const talk = withDevice()
    const before = talk.http('app', 'GET', '/devices/P/D')?.body
    assert.equal(talk.publish('D', topic, payload).route, 'drop')
    assert.equal(talk.http('app', 'GET', '/devices/P/D')?.body, before)
    assert.equal(talk.http('app', 'GET', '/ota/P/D')?.body, '{}')
    assert.equal(talk.publish('D', 'update_status/P/D/m1', { ok: true }).route, 'forward')
  })
}

test('zero bytes at the end of what a device reports are those of a program in C', () => {
  const talk = withDevice()
  assert.equal(talk.publish('D', 'update_status/P/D/m1', '{"ok":true}\0').route, 'forward')
  assert.equal(talk.publish('D', 'get/P/D/$ntp/m2', '{"device_time":0}\0').route, 'forward')
  assert.equal(talk.publish('D', 'update_ota_status/P/D/m3', '{"url":"u","type":"success"}\0').route, 'forward')
})

test('two status updates at one instant both count, the later one last', () => {
  const talk = withDevice()
  talk.publish('D', 'update_status/P/D/m1', { a: 1 })
  talk.publish('D', 'update_status/P/D/m2', { b: 2 })
  assert.deepEqual(device(talk)['device_status'], { b: 2 })
})

test('a key called __proto__ is a key as any other', () => {
  const talk = withDevice()
  talk.publish('D', 'update_status/P/D/m1', '{"__proto__":{"a":1}}')
  assert.match(talk.http('app', 'GET', '/devices/P/D')?.body ?? '', /"device_status":\{"__proto__":\{"a":1\}\}/)
})

test('messages are found by id and by device; bytes come back in base64', () => {
  const talk = withDevice()
  talk.publish('D', 'upload_data/P/D/t/m1', 'a')
  talk.publish('D', 'upload_data/P/D/t/m2', 'b')
  assert.equal(messages(talk), 2)
  assert.equal(messages(talk, '?message_id=m2'), 1)
  assert.equal(messages(talk, '?device_name=E'), 0)
  assert.equal(
    (JSON.parse(talk.http('app', 'GET', '/messages/Q')?.body ?? '') as { messages: unknown[] }).messages.length,
    0,
  )
})

test('only the latest messages are kept, by number and by size', () => {
  const talk = withDevice()
  const keep = (id: string, payload: string): void =>
    talk.happens('message', (ctx) =>
      keepMessage(ctx, { product_name: 'P', device_name: 'D', data_type: 't', message_id: id, payload }),
    )
  talk.happens('many', (ctx) => {
    for (let i = 0; i < RETENTION.messages + 5; i += 1)
      keepMessage(ctx, { product_name: 'P', device_name: 'D', data_type: 't', message_id: `n${i}`, payload: 'x' })
  })
  assert.equal(messages(talk), RETENTION.messages)
  assert.equal(messages(talk, '?message_id=n4'), 0)
  keep('big', 'x'.repeat(RETENTION.characters - 10))
  assert.equal(messages(talk), 11)
  keep('big', 'x')
  assert.equal(messages(talk), 11)
  keep('bigger', 'x'.repeat(RETENTION.characters + 1))
  assert.equal(messages(talk), 1)
})

test('an application speaks for registered devices only, and otherwise to whom it likes', () => {
  const talk = withDevice()
  const { username, password } = JSON.parse(talk.http('app', 'POST', '/tokens')?.body ?? '') as {
    username: string
    password: string
  }
  talk.connect('app', { username, password, clean: true })
  assert.equal(talk.publish('app', 'update_status/P/D/m1', { a: 1 }).route, 'forward')
  assert.deepEqual(device(talk)['device_status'], { a: 1 })
  assert.equal(talk.publish('app', 'update_status/P/nobody/m2', { a: 1 }).route, 'drop')
  assert.equal(talk.publish('app', 'anything/else', 'x').route, 'forward')
  assert.equal('grant' in talk.subscribe('app', '#'), true)
})

test('what the hub subscribed a device to comes back with its session, and the device itself may not ask for it', () => {
  const talk = withDevice()
  assert.equal('refuse' in talk.subscribe('D', 'cmd/P/D/+/+/+/#'), true)
  talk.disconnect('D')
  talk.connect('D', { clientId: 'P/D', username: 'P/D', password: 's' })
  assert.deepEqual(
    [...talk.bench.connections.get('D')!.subscriptions.keys()],
    ['cmd/P/D/+/+/+/#', 'rpc/P/D/+/+/+/#', 'm2m/P/D/+/+'],
  )
})

test('a session of another device under the same client id brings none of its subscriptions', () => {
  const talk = withDevice()
  talk.disconnect('D')
  talk.connect('E', { clientId: 'P/D', username: 'P/E', password: 's' })
  assert.deepEqual(
    [...talk.bench.connections.get('E')!.subscriptions.keys()],
    ['cmd/P/E/+/+/+/#', 'rpc/P/E/+/+/+/#', 'm2m/P/E/+/+'],
  )
})

test('after a restart nobody is connected and nobody waits for an answer', () => {
  const talk = withDevice()
  talk.http('app', 'POST', '/devices/P/D/command', 'command=time&use_rpc=true')
  talk.happens('restart', (ctx) => iothub.onStart?.(ctx))
  assert.equal([...talk.bench.engine.commands.all()].length, 0)
  const [connection] = device(talk)['connections'] as Record<string, unknown>[]
  assert.deepEqual([connection?.['connected'], connection?.['disconnect_at']], [false, talk.bench.now / 1000])
})

test('tags that change their order are told in the new order; groups that others change are told once', () => {
  const talk = withDevice()
  talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=a,b,,a')
  assert.deepEqual(device(talk)['tags'], ['a', 'b'])
  talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=b,a')
  assert.deepEqual(device(talk)['tags'], ['b', 'a'])
  talk.happens('by hand', (ctx) => {
    for (const tag of ['c', 'd']) ctx.engine.groups.create(ctx.turn, { dialect: 'iothub-course', name: `P/${tag}` })
    for (const tag of ['c', 'd']) ctx.engine.devices.join(ctx.turn, 'iothub-course/P/D', `iothub-course/P/${tag}`)
  })
  assert.equal(talk.text.split('$set_tags').length - 1, 3)
  assert.match(talk.text, /\{"tags":\["b","a","c","d"\],"tags_version":4\}/)
  talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=')
  assert.deepEqual(device(talk)['tags'], [])
  assert.deepEqual([...talk.bench.engine.groups.ofDialect('iothub-course')], [])
})

test('a device that has tags of a later version than the hub, which has forgotten, gets those there are', () => {
  const talk = withDevice()
  talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=a')
  talk.publish('D', 'get/P/D/$tags/m1', { tags: ['b'], tags_version: 4 })
  assert.match(talk.text, /\{"tags":\["a"\],"tags_version":5\}/)
  talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=c')
  assert.match(talk.text, /\{"tags":\["c"\],"tags_version":6\}/)
})

test('a device that has the right tags of a later version is told nothing, and the hub counts on from there', () => {
  const talk = withDevice()
  talk.publish('D', 'get/P/D/$tags/m1', { tags: [], tags_version: 7 })
  assert.ok(!talk.text.includes('$set_tags'))
  talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=c')
  assert.match(talk.text, /\{"tags":\["c"\],"tags_version":8\}/)
})

test('a device whose shadow is ahead of the hub, which has forgotten, is told of a version that it takes', () => {
  const talk = withDevice()
  talk.publish('D', 'upload_data/P/D/$shadow_reported/m1', { state: { reported: { on: true } }, version: 9 })
  assert.match(talk.text, /\$update_shadow.*"version":10/)
  talk.publish('D', 'upload_data/P/D/$shadow_reported/m2', { state: { reported: { on: true } }, version: 10 })
  assert.match(talk.text, /\$shadow_reply.*"version":11/)
})

test('products and devices are called what people like', () => {
  const talk = new Conversation(iothub)
  const made = JSON.parse(talk.http('app', 'POST', '/devices', { product_name: '智能灯' })?.body ?? '') as Record<
    string,
    string
  >
  const name = `智能灯/${made['device_name']}`
  talk.connect('D', { clientId: name, username: name, password: made['secret']! })
  talk.publish('D', `upload_data/${name}/温度/m1`, '21')
  const path = `/messages/${encodeURIComponent('智能灯')}`
  assert.match(talk.http('app', 'GET', path)?.body ?? '', /温度/)
})
