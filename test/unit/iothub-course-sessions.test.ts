import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { signToken } from '../../src/dialect/iothub-course/auth/jwt.ts'
import { Conversation } from '../builders/conversation.ts'

const P = 'IotApp'

const enter = async (talk: Conversation, device: string, clientId = `${P}/${device}`, who = device): Promise<boolean> =>
  await talk.connect(who, { clientId, username: `${P}/${device}`, password: `secret of ${device}` })

test('a device under the client id of another has a session of its own, and ends nobody else’s', async () => {
  const talk = new Conversation(iothubCourse)
  await enter(talk, 'one')
  await talk.disconnect('one')
  await talk.http('app', 'POST', `/devices/${P}/one/command`, { command: 'secret', data: 'for one only' })
  await enter(talk, 'two', `${P}/one`)
  assert.equal(talk.text.split('for one only').length, 2, 'only the application has said it so far')
  await enter(talk, 'one')
  assert.match(talk.text, /one ← cmd\/IotApp\/one\/secret\/plain\/<id 1> \(QoS 1\) for one only/)
  assert.deepEqual(
    [...talk.hub.broker.connections()].map(({ identity }) => identity.device),
    [`iothub-course/${P}/two`, `iothub-course/${P}/one`],
  )
})

test('an application keeps its session from token to token, though its user name is another each time', () => {
  const request = (username: string) => ({
    connection: 'c',
    clientId: 'monitor',
    username,
    password: Buffer.from(signToken('key', username, 9e9, 0)),
  })
  const base = {
    clean: false,
    keepalive: 60,
    protocolVersion: 4,
    transport: 'tcp',
    local: true,
    remoteAddress: '::1',
  } as const
  assert.deepEqual(
    ['a', 'b'].map((username) => iothubCourse.mqtt.session?.({ ...base, ...request(username) })),
    ['monitor', 'monitor'],
  )
})

test('a device that is deleted leaves no session to the next of its name', async () => {
  const talk = new Conversation(iothubCourse)
  await enter(talk, 'one')
  await talk.disconnect('one')
  await talk.http('app', 'POST', `/devices/${P}/one/command`, { command: 'old', data: 'for the first' })
  await talk.http('app', 'DELETE', `/devices/${P}/one`)
  assert.ok(await talk.connect('one', { clientId: `${P}/one`, username: `${P}/one`, password: 'of its successor' }))
  assert.doesNotMatch(talk.text, /one ← cmd\/IotApp\/one\/old/)
})

const MANY = 25

/** A device that has been here under as many client ids, each with a session that keeps its commands. */
async function wanderer(): Promise<Conversation> {
  const talk = new Conversation(iothubCourse)
  for (let n = 0; n < MANY; n += 1) {
    await enter(talk, 'one', `${P}/one/${n}`, `client ${n}`)
    await talk.disconnect(`client ${n}`)
  }
  return talk
}

test('an upgrade that is called off is withdrawn from every session of the device, however many', async () => {
  const talk = await wanderer()
  const upgrade = { url: 'http://test/1.1.pkg', version: '1.1', size: 1, md5: 'abcd', type: 'firmware' }
  const asked = await talk.http('app', 'POST', `/ota/${P}/one`, upgrade)
  assert.equal(asked?.status, 200)
  await talk.happens('people cancel it', (ctx) => {
    const [job] = [...ctx.engine.jobs.ofDialect('iothub-course')]
    ctx.engine.jobs.cancel(ctx.turn, job!.key, { force: true })
  })
  for (let n = 0; n < MANY; n += 1) await enter(talk, 'one', `${P}/one/${n}`, `client ${n}`)
  assert.doesNotMatch(talk.text, /← cmd\/IotApp\/one\/\$ota_upgrade/)
})

test('nothing that waited in any session of a deleted device reaches the next of its name', async () => {
  const talk = await wanderer()
  await talk.http('app', 'POST', `/devices/${P}/one/command`, { command: 'old', data: 'for the first' })
  await talk.http('app', 'DELETE', `/devices/${P}/one`)
  for (let n = 0; n < MANY; n += 1) {
    assert.ok(
      await talk.connect(`client ${n}`, {
        clientId: `${P}/one/${n}`,
        username: `${P}/one`,
        password: 'of its successor',
      }),
    )
  }
  assert.doesNotMatch(talk.text, /← cmd\/IotApp\/one\/old/)
})
