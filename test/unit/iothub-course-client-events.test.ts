import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { Conversation } from '../builders/conversation.ts'

/** An application with a token, as `POST /tokens` gives one out. */
async function withApplication(): Promise<Conversation> {
  const talk = new Conversation(iothubCourse)
  const { username, password } = JSON.parse((await talk.http('app', 'POST', '/tokens'))?.body ?? '') as Record<
    string,
    string
  >
  await talk.connect('app', { clientId: 'monitor', username: username!, password: password! })
  return talk
}

test('an application hears of clients that come and go', async () => {
  const talk = await withApplication()
  await talk.subscribe('app', '$SYS/brokers/+/clients/+/connected')
  await talk.subscribe('app', '$SYS/brokers/+/clients/+/disconnected')
  await talk.connect('D', { clientId: 'P-D', username: 'P/D', password: 's' })
  await talk.disconnect('D')
  const [came, went, ...more] = talk.heard('app')
  assert.deepEqual(more, [])
  assert.equal(came?.topic, '$SYS/brokers/emqx@127.0.0.1/clients/P-D/connected')
  const { clientid, username, ts } = JSON.parse(came?.payload ?? '') as Record<string, unknown>
  assert.deepEqual([clientid, username, ts], ['P-D', 'P/D', talk.hub.now])
  assert.equal(went?.topic, '$SYS/brokers/emqx@127.0.0.1/clients/P-D/disconnected')
  assert.equal((JSON.parse(went?.payload ?? '') as Record<string, unknown>)['reason'], 'normal')
})

for (const filter of [
  '$SYS/brokers',
  '$SYS/brokers/+/stats/connections/count',
  '$SYS/#',
  '$queue/upload_data/#',
  '$share/group/upload_data/#',
]) {
  test(`an application that subscribes to ${filter} is refused, for nothing would come`, async () => {
    const talk = await withApplication()
    assert.ok('refuse' in (await talk.subscribe('app', filter)))
  })
}

test('what an application publishes in the broker’s own name space reaches nobody', async () => {
  const talk = await withApplication()
  assert.equal((await talk.publish('app', '$SYS/brokers/emqx@127.0.0.1/clients/P-D/connected', '{}')).route, 'drop')
})

for (const clientId of ['a+b', 'a#', 'a/'.repeat(120), 'a\0b']) {
  test(`of a client whose id no topic can hold (${JSON.stringify(clientId.slice(0, 10))}) nobody is told`, async () => {
    const talk = await withApplication()
    await talk.subscribe('app', '$SYS/brokers/+/clients/+/connected')
    await talk.connect('D', { clientId, username: 'P/D', password: 's' })
    assert.ok(!talk.text.includes('clients/a'))
  })
}
