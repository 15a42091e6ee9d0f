import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iothub } from '../../src/dialect/iothub/index.ts'
import { signToken } from '../../src/dialect/iothub/jwt.ts'
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
  assert.deepEqual([...talk.bench.connections.values()].map(({ identity }) => identity.device), [`iothub/${P}/two`, `iothub/${P}/one`])
})

test('an application keeps its session from token to token, though its user name is another each time', () => {
  const request = (username: string) => ({ connection: 'c', clientId: 'monitor', username, password: Buffer.from(signToken('key', username, 9e9, 0)) })
  const base = { clean: false, keepalive: 60, protocolVersion: 4, transport: 'tcp', local: true, remoteAddress: '::1' } as const
  assert.deepEqual(['a', 'b'].map((username) => iothub.mqtt.session?.({ ...base, ...request(username) })), ['monitor', 'monitor'])
})

test('a device that is deleted leaves no session to the next of its name', () => {
  const talk = new Conversation(iothub)
  enter(talk, 'one')
  talk.disconnect('one')
  talk.http('app', 'POST', `/devices/${P}/one/command`, { command: 'old', data: 'for the first' })
  talk.http('app', 'DELETE', `/devices/${P}/one`)
  enter(talk, 'one')
  assert.doesNotMatch(talk.text, /one ← cmd\/IotApp\/one\/old/)
})
