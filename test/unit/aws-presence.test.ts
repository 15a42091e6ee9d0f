import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeleteConnectionCommand } from '@aws-sdk/client-iot-data-plane'
import type { DisconnectReason } from '../../src/core/seam/mqtt.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { AwsBroker, connectRequest, deviceCertificate, mutualTls } from '../builders/aws-connections.ts'
import { published, type Outcome } from '../builders/context-fixture.ts'

const said = (outcome: Outcome<unknown>): [string, Record<string, unknown>][] =>
  published(outcome).map(({ topic, payload }) => [topic, JSON.parse(String(payload)) as Record<string, unknown>])

test('connecting and disconnecting are told, with one session and one version number', () => {
  const broker = new AwsBroker()
  const { connection, outcome } = broker.come(mutualTls('lamp'))
  const [[topic, connected] = ['', {}]] = said(outcome)
  assert.equal(topic, '$aws/events/presence/connected/lamp')
  const sessionIdentifier = String(connected['sessionIdentifier'])
  assert.match(sessionIdentifier, /^[0-9a-f]{32}$/)
  const session = {
    clientId: 'lamp',
    timestamp: broker.now,
    sessionIdentifier,
    principalIdentifier: deviceCertificate.sha256,
    versionNumber: 0,
  }
  assert.deepEqual(connected, { ...session, eventType: 'connected', ipAddress: '127.0.0.1' })
  const ended = {
    eventType: 'disconnected',
    clientInitiatedDisconnect: true,
    disconnectReason: 'CLIENT_INITIATED_DISCONNECT',
  }
  assert.deepEqual(said(broker.go(connection)), [['$aws/events/presence/disconnected/lamp', { ...session, ...ended }]])
})

test('the version number grows with each connection, and a taken-over session ends with its own', () => {
  const broker = new AwsBroker()
  const first = broker.come(connectRequest('lamp')).connection
  const second = broker.come(connectRequest('lamp', { connection: 'c-2' }))
  assert.equal(said(second.outcome)[0]?.[1]['versionNumber'], 1)
  const [[, ended] = ['', {}]] = said(broker.go(first, 'DUPLICATE_CLIENT_ID'))
  assert.deepEqual(
    [ended['versionNumber'], ended['disconnectReason'], ended['clientInitiatedDisconnect']],
    [0, 'DUPLICATE_CLIENTID', false],
  )
})

test('who has been away for an hour begins at 0 again, and is not remembered any longer', () => {
  const broker = new AwsBroker()
  const version = (outcome: Outcome<unknown>): unknown => said(outcome)[0]?.[1]['versionNumber']
  const visit = (name: string): unknown => {
    const { connection, outcome } = broker.come(connectRequest(name))
    broker.go(connection)
    return version(outcome)
  }
  for (let count = 0; count < 30; count += 1) visit(`guest-${count}`)
  assert.deepEqual([visit('lamp'), visit('lamp')], [0, 1])
  const stays = broker.come(connectRequest('stays')).connection
  broker.now += 3_599_999
  assert.equal(visit('lamp'), 2)
  broker.now += 3_600_000
  assert.equal(visit('lamp'), 0)
  for (let count = 0; count < 5; count += 1) visit('lamp')
  assert.deepEqual(
    [...broker.tables.table('aws.presence').entries()].map(([name]) => name),
    ['stays', 'lamp'],
  )
  assert.equal(version(broker.go(stays)), 0)
  assert.equal(visit('stays'), 1)
})

const reasons: [DisconnectReason, string][] = [
  ['CONNECTION_LOST', 'CONNECTION_LOST'],
  ['KEEP_ALIVE_TIMEOUT', 'MQTT_KEEP_ALIVE_TIMEOUT'],
  ['CLIENT_ERROR', 'CLIENT_ERROR'],
  ['FORBIDDEN', 'FORBIDDEN_ACCESS'],
  ['SERVER_INITIATED', 'SERVER_INITIATED_DISCONNECT'],
]

for (const [reason, word] of reasons) {
  test(`${reason} is told as ${word}`, () => {
    const broker = new AwsBroker()
    const [[, ended] = ['', {}]] = said(broker.go(broker.come(connectRequest('lamp')).connection, reason))
    assert.equal(ended['disconnectReason'], word)
  })
}

test('DeleteConnection ends the connection, and says that the API did', async () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(connectRequest('lamp'))
  await broker.data.send(new DeleteConnectionCommand({ clientId: 'lamp' }))
  assert.deepEqual(
    broker.acts.map(({ action }) => [action.type, 'connection' in action && action.connection]),
    [['disconnect', 'c-lamp']],
  )
  assert.equal(said(broker.go(connection, 'SERVER_INITIATED'))[0]?.[1]['disconnectReason'], 'API_INITIATED_DISCONNECT')
  await assert.rejects(broker.data.send(new DeleteConnectionCommand({ clientId: 'lamp' })), {
    name: 'ResourceNotFoundException',
  })
})

test('subscribing and unsubscribing are told with their filters', () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(connectRequest('lamp'))
  const subscribed = broker.turn((ctx) =>
    aws.mqtt.onSubscribed?.(ctx, connection, [
      { filter: 'a', qos: 1 },
      { filter: 'b/#', qos: 0 },
    ]),
  )
  const unsubscribed = broker.turn((ctx) => aws.mqtt.onUnsubscribed?.(ctx, connection, ['a']))
  assert.deepEqual(
    [...said(subscribed), ...said(unsubscribed)].map(([topic, event]) => [topic, event['eventType'], event['topics']]),
    [
      ['$aws/events/subscriptions/subscribed/lamp', 'subscribed', ['a', 'b/#']],
      ['$aws/events/subscriptions/unsubscribed/lamp', 'unsubscribed', ['a']],
    ],
  )
})

test('a client id with a wildcard in it gets no events', () => {
  const broker = new AwsBroker()
  const { connection, outcome } = broker.come(connectRequest('a+b'))
  assert.deepEqual([...said(outcome), ...said(broker.go(connection))], [])
})
