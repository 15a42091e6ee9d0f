import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iothub } from '../../src/dialect/iothub/index.ts'
import { signToken } from '../../src/dialect/iothub/auth/jwt.ts'
import { Conversation } from '../builders/conversation.ts'

const P = 'IotApp'

const enter = (talk: Conversation, device: string, clientId = `${P}/${device}`, who = device): boolean =>
  talk.connect(who, { clientId, username: `${P}/${device}`, password: `secret of ${device}` })

test('a device under the client id of another has a session of its own, and ends nobody else’s', () => {
  const talk = new Conversation(iothub)
  enter(talk, 'one')
  talk.disconnect('one')
  talk.http('app', 'POST', `/devices/${P}/one/command`, { command: 'secret', data: 'for one only' })
  enter(talk, 'two', `${P}/one`)
  assert.equal(talk.text.split('for one only').length, 2, 'only the application has said it so far')
  enter(talk, 'one')
  assert.match(talk.text, /one ← cmd\/IotApp\/one\/secret\/plain\/<id 1> \(QoS 1\) for one only/)
  assert.deepEqual(
    [...talk.bench.connections.values()].map(({ identity }) => identity.device),
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
    ['a', 'b'].map((username) => iothub.mqtt.session?.({ ...base, ...request(username) })),
    ['monitor', 'monitor'],
  )
})

test('a device that is deleted leaves no session to the next of its name', () => {
  const talk = new Conversation(iothub)
  enter(talk, 'one')
  talk.disconnect('one')
  talk.http('app', 'POST', `/devices/${P}/one/command`, { command: 'old', data: 'for the first' })
  talk.http('app', 'DELETE', `/devices/${P}/one`)
  assert.ok(talk.connect('one', { clientId: `${P}/one`, username: `${P}/one`, password: 'of its successor' }))
  assert.doesNotMatch(talk.text, /one ← cmd\/IotApp\/one\/old/)
})

const MANY = 25

/** A device that has been here under as many client ids, each with a session that keeps its commands. */
function wanderer(): Conversation {
  const talk = new Conversation(iothub)
  for (let n = 0; n < MANY; n += 1) {
    enter(talk, 'one', `${P}/one/${n}`, `client ${n}`)
    talk.disconnect(`client ${n}`)
  }
  return talk
}

test('an upgrade that is called off is withdrawn from every session of the device, however many', () => {
  const talk = wanderer()
  const upgrade = { url: 'http://test/1.1.pkg', version: '1.1', size: 1, md5: 'abcd', type: 'firmware' }
  const asked = talk.http('app', 'POST', `/ota/${P}/one`, upgrade)
  assert.equal(asked?.status, 200)
  talk.happens('people cancel it', (ctx) => {
    const [job] = [...ctx.engine.jobs.ofDialect('iothub-course')]
    ctx.engine.jobs.cancel(ctx.turn, job!.key, { force: true })
  })
  for (let n = 0; n < MANY; n += 1) enter(talk, 'one', `${P}/one/${n}`, `client ${n}`)
  assert.doesNotMatch(talk.text, /← cmd\/IotApp\/one\/\$ota_upgrade/)
})

test('nothing that waited in any session of a deleted device reaches the next of its name', () => {
  const talk = wanderer()
  talk.http('app', 'POST', `/devices/${P}/one/command`, { command: 'old', data: 'for the first' })
  talk.http('app', 'DELETE', `/devices/${P}/one`)
  for (let n = 0; n < MANY; n += 1) {
    assert.ok(
      talk.connect(`client ${n}`, { clientId: `${P}/one/${n}`, username: `${P}/one`, password: 'of its successor' }),
    )
  }
  assert.doesNotMatch(talk.text, /← cmd\/IotApp\/one\/old/)
})
