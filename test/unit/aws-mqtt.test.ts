import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Action } from '../../src/core/seam/effects.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { AwsBroker, connectRequest } from '../builders/aws-connections.ts'
import { published } from '../builders/context-fixture.ts'

const client = (settings = {}) => {
  const broker = new AwsBroker({ settings })
  const credential = {
    upgrade: { url: '/mqtt?X-Amz-Credential=AK%2F20260101%2Fus-east-1%2Fiotdevicegateway%2Faws4_request', headers: {} },
  }
  return { broker, connection: broker.come(connectRequest('lamp', credential)).connection }
}
const strict = { mode: 'strict' }

const publishes: [what: string, topic: string, more: object, open: string, strict: string][] = [
  ['an ordinary topic', 'a/b', {}, 'forward', 'forward'],
  ['a retained ordinary message', 'a/b', { retain: true }, 'forward', 'forward'],
  ['QoS 2', 'a/b', { qos: 2 }, 'close', 'close'],
  ['retain on a $ topic', '$aws/things/t/shadow/update', { retain: true }, 'close', 'close'],
  ['a job request', '$aws/things/t/jobs/get', {}, 'consume', 'consume'],
  ['what is no request in the name space of jobs', '$aws/things/t/jobs/notify', {}, 'consume', 'consume'],
  ['a shadow request', '$aws/things/t/shadow/get', {}, 'forward', 'forward'],
  ['a shadow answer, forged', '$aws/things/t/shadow/update/accepted', {}, 'drop', 'drop'],
  ['Basic Ingest', '$aws/rules/r/a/b', {}, 'consume', 'consume'],
  ['a presence event, forged', '$aws/events/presence/connected/x', {}, 'drop', 'drop'],
  ['a tunnel notification, forged', '$aws/things/t/tunnels/notify', {}, 'drop', 'drop'],
  ['a stream request', '$aws/things/t/streams/s/get/json', {}, 'drop', 'drop'],
  ['a command answer', '$aws/commands/things/t/executions/1/response/json', {}, 'drop', 'drop'],
  ['any other $ topic', '$SYS/x', {}, 'drop', 'drop'],
  ['8 slashes', '1/2/3/4/5/6/7/8/9', {}, 'forward', 'close'],
  ['7 slashes', '1/2/3/4/5/6/7/8', {}, 'forward', 'forward'],
  ['more levels than the broker carries', '/'.repeat(100), {}, 'close', 'close'],
  ['8 slashes behind a rule', '$aws/rules/r/1/2/3/4/5/6/7/8', {}, 'consume', 'consume'],
  ['257 bytes', 'ü'.repeat(128) + 'x', {}, 'forward', 'close'],
  ['256 bytes', 'ü'.repeat(128), {}, 'forward', 'forward'],
]

for (const [what, topic, more, open, inStrict] of publishes) {
  test(`publishing ${what}: ${open}, in strict mode ${inStrict}`, () => {
    const routes = [{}, strict].map((settings) => {
      const { broker, connection } = client(settings)
      return broker.publish(connection, topic, '{}', more).result.route
    })
    assert.deepEqual(routes, [open, inStrict])
  })
}

const wills: [topic: string, route: string][] = [
  ['a/b', 'forward'],
  ['$aws/things/lamp/shadow/update', 'forward'],
  ['$aws/things/lamp/shadow/name/n/update', 'forward'],
  ['$aws/things/lamp/shadow/delete', 'forward'],
  ['$aws/things/lamp/jobs/start-next', 'forward'],
  ['$aws/things/lamp/defender/metrics/json', 'forward'],
  ['$aws/certificates/create/json', 'forward'],
  ['$aws/rules/r/a', 'consume'],
  ['$aws/things/lamp/shadow/update/accepted', 'drop'],
  ['$aws/things/lamp/jobs/notify-next', 'drop'],
  ['$aws/events/presence/connected/lamp', 'drop'],
]
for (const [topic, route] of wills) {
  test(`a last will on ${topic} does nothing to any service; the message itself: ${route}`, () => {
    const { broker, connection } = client({ refuseIgnored: true })
    broker.turn((ctx) => ctx.engine.devices.ensure(ctx.turn, 'aws', 'lamp'))
    const document = '{"state":{"reported":{"on":true}}}'
    broker.publish(connection, '$aws/things/lamp/shadow/update', document)
    const will = broker.publish(connection, topic, '{"state":{"reported":{"on":false}}}', { will: true })
    assert.equal(will.result.route, route)
    assert.deepEqual([will.acts, will.events], [[], []])
  })
}

const uses: [what: string, filters: string[], topics: string[], device: boolean][] = [
  ['listens to everything', ['#', '$aws/#', '$aws/things/+/jobs/notify'], [], false],
  ['listens to another thing', ['$aws/things/lamp-2/#', '$aws/things/lam'], [], false],
  ['has topics of its own making', ['lamp/#'], ['lamp/on', 'dt/lamp'], false],
  ['speaks for another thing', [], ['$aws/things/other/shadow/update', '$aws/things/other/jobs/get'], false],
  ['waits for its next job', ['$aws/things/lamp/jobs/notify-next'], [], true],
  ['listens to all that is its thing’s', ['$aws/things/lamp/#'], [], true],
  ['reports its state', [], ['$aws/things/lamp/shadow/update'], true],
  ['asks for jobs', [], ['$aws/things/lamp/jobs/get'], true],
]
for (const [what, filters, topics, device] of uses) {
  test(`a client without credentials that ${what} is ${device ? 'the' : 'no'} thing of its name`, () => {
    const broker = new AwsBroker()
    const { connection } = broker.come(connectRequest('lamp'))
    for (const filter of filters) broker.subscribe(connection, filter)
    for (const topic of topics) broker.publish(connection, topic)
    assert.equal(connection.identity.device, device ? 'aws/lamp' : undefined)
    assert.equal(broker.engine.devices.get('aws/lamp') !== undefined, device)
    assert.equal(broker.engine.connections.isOnline('aws/lamp'), device)
    assert.equal(broker.engine.devices.get('aws/other'), undefined)
  })
}

test('a last will on a topic of its thing does not make a client without credentials that thing', () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(connectRequest('lamp'))
  broker.publish(connection, '$aws/things/lamp/shadow/update', '{}', { will: true })
  assert.equal(broker.engine.devices.size, 0)
})

test('whoever is connected under the name of a thing stands for it as soon as it is made, in strict mode, too', () => {
  for (const settings of [{}, strict]) {
    const { broker, connection } = client(settings)
    if (connection.identity.device !== undefined) continue
    broker.turn((ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 'lamp' }))
    assert.equal(connection.identity.device, 'aws/lamp')
    assert.equal(broker.engine.connections.isOnline('aws/lamp'), true)
  }
  const bare = new AwsBroker()
  const { connection } = bare.come(connectRequest('lamp'))
  bare.turn((ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 'lamp' }))
  assert.equal(connection.identity.device, 'aws/lamp')
})

test('a stored subscription that is restored makes its client the thing, once it is in', () => {
  const broker = new AwsBroker()
  const request = connectRequest('lamp', { clean: false })
  const { connection } = broker.come(request)
  broker.remove(connection)
  broker.subscribe(connection, '$aws/things/lamp/jobs/notify')
  assert.equal(connection.identity.device, undefined)
  broker.add(connection)
  broker.turn((ctx) => aws.mqtt.onConnected?.(ctx, connection))
  assert.equal(connection.identity.device, 'aws/lamp')
})

test('128 KB is the most a message may carry', () => {
  const { broker, connection } = client()
  assert.equal(broker.publish(connection, 'a', Buffer.alloc(131_072)).result.route, 'forward')
  assert.equal(broker.publish(connection, 'a', Buffer.alloc(131_073)).result.route, 'close')
})

test('breaking the rules of MQTT on AWS counts as the client’s error, not as forbidden', () => {
  const { broker, connection } = client()
  const ends = [{ qos: 2 as const }, { retain: true }].map(
    (more) => broker.publish(connection, '$aws/things/t/shadow/get', '{}', more).result,
  )
  for (const verdict of [...ends, broker.publish(connection, 'a', Buffer.alloc(131_073)).result])
    assert.equal(verdict.route === 'close' && verdict.as, 'CLIENT_ERROR')
})

test('a topic that is too long is warned of once', () => {
  const { broker, connection } = client()
  for (let n = 0; n < 3; n++) broker.publish(connection, '1/2/3/4/5/6/7/8/9')
  assert.deepEqual(
    broker.warnings.map(({ text }) => text),
    ['topic 1/2/3/4/5/6/7/8/9 has more than 7 slashes; AWS would close the connection'],
  )
})

const sends = ({ acts }: { acts: { action: Action }[] }) =>
  acts.flatMap(({ action }) =>
    action.type === 'send'
      ? [
          [
            action.connection,
            action.message.topic,
            JSON.parse(String(action.message.payload)) as Record<string, unknown>,
          ] as const,
        ]
      : [],
  )

test('a job request is answered to the requester, a stray one with InvalidTopic', () => {
  const { broker, connection } = client()
  const asked = sends(broker.publish(connection, '$aws/things/lamp/jobs/get', '{"clientToken":"t"}'))
  assert.deepEqual(
    asked.map(([to, topic, body]) => [to, topic, body['clientToken']]),
    [['c-lamp', '$aws/things/lamp/jobs/get/accepted', 't']],
  )
  const stray = sends(broker.publish(connection, '$aws/things/lamp/jobs/nonsense', '{"clientToken":"t"}'))
  assert.deepEqual(
    stray.map(([, topic, body]) => [topic, body['code'], body['clientToken']]),
    [['$aws/things/lamp/jobs/nonsense/rejected', 'InvalidTopic', 't']],
  )
})

test('a shadow request is carried out and goes to subscribers as well', () => {
  const { broker, connection } = client()
  const outcome = broker.publish(connection, '$aws/things/lamp/shadow/update', '{"state":{"reported":{"on":true}}}')
  assert.deepEqual(outcome.result, { route: 'forward' })
  assert.ok(published(outcome).some(({ topic }) => topic === '$aws/things/lamp/shadow/update/accepted'))
})

test('fleet provisioning is refused aloud in JSON, and dropped in CBOR', () => {
  const { broker, connection } = client()
  const outcome = broker.publish(connection, '$aws/certificates/create/json')
  assert.equal(outcome.result.route, 'consume')
  assert.deepEqual(
    sends(outcome).map(([, topic, body]) => [topic, body['statusCode']]),
    [['$aws/certificates/create/json/rejected', 400]],
  )
  assert.equal(broker.publish(connection, '$aws/certificates/create/cbor').result.route, 'drop')
  assert.equal(broker.publish(connection, '$aws/certificates/create/json/accepted').result.route, 'drop')
})

test('Device Defender metrics are counted as ignored', () => {
  const { broker, connection } = client()
  broker.publish(connection, '$aws/things/lamp/defender/metrics/json')
  assert.deepEqual(broker.ignored, ['Device Defender metrics'])
})

test('QoS 2 subscriptions become QoS 1, and close the connection in strict mode', () => {
  const open = client()
  assert.deepEqual(
    [0, 1, 2].map((qos) => open.broker.subscribe(open.connection, 'a', qos as 0 | 1 | 2)),
    [{ grant: 0 }, { grant: 1 }, { grant: 1 }],
  )
  const inStrict = client(strict)
  assert.ok('close' in inStrict.broker.subscribe(inStrict.connection, 'a', 2))
})

test('filters that are too long close the connection in strict mode only', () => {
  const [open, inStrict] = [client(), client(strict)]
  assert.ok('grant' in open.broker.subscribe(open.connection, '1/2/3/4/5/6/7/8/9'))
  assert.ok('close' in inStrict.broker.subscribe(inStrict.connection, '1/2/3/4/5/6/7/8/9'))
})

test('shared subscriptions are refused', () => {
  const { broker, connection } = client()
  assert.ok('refuse' in broker.subscribe(connection, '$share/g/a'))
})

test('a subscription where nothing is ever published is granted with a hint, one that makes sense without', () => {
  const { broker, connection } = client()
  for (const filter of [
    '$aws/things/lamp/jobs/notify',
    '$aws/things/+/shadow/#',
    '$aws/events/#',
    'a/#',
    '$aws/certificates/create/json/rejected',
  ])
    broker.subscribe(connection, filter)
  assert.deepEqual(broker.warnings, [])
  broker.subscribe(connection, '$aws/things/lamp/tunnels/notify')
  broker.subscribe(connection, '$aws/things/lamp/tunnels/notify')
  assert.deepEqual(
    broker.warnings.map(({ text }) => text),
    ['$aws/things/lamp/tunnels/notify is granted, but the local hub never publishes there'],
  )
})

test('more than 50 subscriptions are warned of', () => {
  const { broker, connection } = client()
  for (let n = 0; n <= 50; n++) broker.subscribe(connection, `a/${n}`)
  assert.equal(broker.warnings.length, 1)
})

test('more than 8 filters in one SUBSCRIBE are warned of', () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(connectRequest('lamp'))
  for (const count of [8, 9])
    broker.turn((ctx) =>
      aws.mqtt.onSubscribed?.(
        ctx,
        connection,
        Array.from({ length: count }, (_, i) => ({ filter: `f${i}`, qos: 0 })),
      ),
    )
  assert.deepEqual(
    broker.warnings.map(({ text }) => text),
    ['9 filters in one SUBSCRIBE; AWS takes 8'],
  )
})

const deliveries: [filters: string[], topic: string, delivered: boolean][] = [
  [['sensor/#'], 'sensor', false],
  [['sensor/#'], 'sensor/a', true],
  [['sensor/#'], 'sensor/a/b', true],
  [['sensor/#', 'sensor'], 'sensor', true],
  [['sensor/#', '+'], 'sensor', true],
  [['sensor/#', '#'], 'sensor', true],
  [['+/#'], 'sensor', false],
  [['a/+/#'], 'a/b', false],
  [['a/+/#', 'a/+'], 'a/b', true],
  [['a/+/#'], 'a/b/c', true],
  [['a/#'], 'a/', true],
  [['#'], 'a', true],
  [['sensor/#', 'x'], 'sensor', false],
  [[], 'sent/without/subscription', true],
]

for (const [filters, topic, delivered] of deliveries) {
  test(`with ${filters.join(', ') || 'no subscription'}, ${topic} ${delivered ? 'arrives' : 'does not arrive'}`, () => {
    const { broker, connection } = client()
    for (const filter of filters) broker.subscribe(connection, filter)
    assert.equal(aws.mqtt.mayDeliver?.(connection, topic, false, Date.UTC(2026, 0, 1)), delivered)
  })
}

test('in strict mode a retained message is for exact subscriptions only', () => {
  const [open, inStrict] = [client(), client(strict)]
  for (const { broker, connection } of [open, inStrict])
    for (const filter of ['a/+', 'b']) broker.subscribe(connection, filter)
  const ask = ({ connection }: typeof open) =>
    (
      [
        ['a/x', true],
        ['a/x', false],
        ['b', true],
      ] as const
    ).map(([topic, retained]) => aws.mqtt.mayDeliver?.(connection, topic, retained, Date.UTC(2026, 0, 1)))
  assert.deepEqual(
    [ask(open), ask(inStrict)],
    [
      [true, true, true],
      [false, true, true],
    ],
  )
})
