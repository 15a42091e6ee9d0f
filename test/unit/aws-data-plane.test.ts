import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DescribeEndpointCommand,
  UpdateCertificateCommand,
  RegisterCertificateWithoutCACommand,
} from '@aws-sdk/client-iot'
import {
  GetConnectionCommand,
  GetRetainedMessageCommand,
  ListRetainedMessagesCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  SendDirectMessageCommand,
} from '@aws-sdk/client-iot-data-plane'
import { AwsBroker, connectRequest, deviceCertificate, mutualTls } from '../builders/aws-connections.ts'
import { AwsInProcess } from '../builders/aws-in-process.ts'
import { published } from '../builders/context-fixture.ts'

const refused = (request: Promise<unknown>, name: string, message = /./) =>
  assert.rejects(request, (error: Error) => error.name === name && message.test(error.message))
const text = (payload: string): Uint8Array => Buffer.from(payload)

test('a message is published to everybody, its topic in one segment or in many', async () => {
  const bench = new AwsInProcess()
  await bench.data.send(new PublishCommand({ topic: 'a/$b/c d', payload: text('hello'), qos: 1 }))
  assert.deepEqual(
    published(bench).map(({ topic, payload, qos }) => [topic, String(payload), qos]),
    [['a/$b/c d', 'hello', 1]],
  )
  assert.equal(bench.request('POST', '/topics/x/y/z?qos=0', { body: 'curl' }).status, 200)
  assert.deepEqual(
    published(bench).map(({ topic, payload, qos }) => [topic, String(payload), qos]),
    [['x/y/z', 'curl', 0]],
  )
})

test('a retained message is found by its topic, listed, and deleted by an empty one', async () => {
  const bench = new AwsInProcess()
  await bench.data.send(new PublishCommand({ topic: 'a/$b', payload: text('hello'), qos: 1, retain: true }))
  const { topic, payload, qos, lastModifiedTime } = await bench.data.send(
    new GetRetainedMessageCommand({ topic: 'a/$b' }),
  )
  assert.deepEqual(
    [topic, Buffer.from(payload ?? []).toString(), qos, lastModifiedTime],
    ['a/$b', 'hello', 1, bench.now],
  )
  const { retainedTopics } = await bench.data.send(new ListRetainedMessagesCommand({}))
  assert.deepEqual(retainedTopics, [{ topic: 'a/$b', payloadSize: 5, qos: 1, lastModifiedTime: bench.now }])
  await bench.data.send(new PublishCommand({ topic: 'a/$b', payload: text(''), retain: true }))
  await refused(bench.data.send(new GetRetainedMessageCommand({ topic: 'a/$b' })), 'ResourceNotFoundException')
})

test('what a device retains over MQTT is found over HTTP', async () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(connectRequest('lamp'))
  broker.publish(connection, 'state', 'on', { retain: true, qos: 0 })
  const { payload, qos } = await broker.data.send(new GetRetainedMessageCommand({ topic: 'state' }))
  assert.deepEqual([Buffer.from(payload ?? []).toString(), qos], ['on', 0])
})

test('requests published on $aws topics are carried out as over MQTT, answers go to subscribers', async () => {
  const bench = new AwsInProcess()
  bench.turn((ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 'lamp' }))
  await bench.data.send(
    new PublishCommand({ topic: '$aws/things/lamp/shadow/update', payload: text('{"state":{"desired":{"on":true}}}') }),
  )
  const topics = published(bench).map(({ topic }) => topic)
  assert.ok(
    topics.includes('$aws/things/lamp/shadow/update') && topics.includes('$aws/things/lamp/shadow/update/accepted'),
  )
  await bench.data.send(new PublishCommand({ topic: '$aws/things/lamp/jobs/get', payload: text('{}') }))
  assert.deepEqual(
    published(bench).map(({ topic }) => topic),
    ['$aws/things/lamp/jobs/get/accepted'],
  )
})

test('what cannot be published is refused, and MQTT 5 properties are counted', async () => {
  const { data } = new AwsInProcess()
  await refused(
    data.send(new PublishCommand({ topic: '$aws/events/presence/connected/x', payload: text('{}') })),
    'InvalidRequestException',
    /only the service/,
  )
  await refused(
    data.send(new PublishCommand({ topic: '$aws/things/t/shadow/get', retain: true })),
    'InvalidRequestException',
    /retain: true/,
  )
  await refused(
    data.send(new PublishCommand({ topic: 'a/+', payload: text('x') })),
    'InvalidRequestException',
    /topic: "a\/\+"/,
  )
  await refused(data.send(new PublishCommand({ topic: 'a', qos: 2 })), 'InvalidRequestException', /qos: 2/)
  await refused(
    data.send(new PublishCommand({ topic: 'a', payload: Buffer.alloc(131_073) })),
    'RequestEntityTooLargeException',
  )
  await refused(
    data.send(new PublishCommand({ topic: 'a/'.repeat(100), payload: text('x') })),
    'InvalidRequestException',
    /more than 7 slashes/,
  )
  const counting = new AwsInProcess()
  await counting.data.send(new PublishCommand({ topic: 'a', contentType: 'text/plain', correlationData: 'eA==' }))
  assert.deepEqual(counting.ignored, ['Publish.contentType', 'Publish.x-amz-mqtt5-correlation-data'])
})

test('live connections are shown with their subscriptions, and can be sent a message', async () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(mutualTls('lamp'))
  broker.subscribe(connection, 'a/#', 1)
  const shown = async (more = {}) => {
    const { $metadata: _, ...rest } = await broker.data.send(new GetConnectionCommand({ clientId: 'lamp', ...more }))
    return rest
  }
  const live = {
    connected: true,
    clientId: 'lamp',
    thingName: 'lamp',
    cleanSession: true,
    keepAliveDuration: 60,
    connectedSince: broker.now,
    sessionExpiry: 0,
  }
  broker.now += 5000
  assert.deepEqual(await shown(), live)
  assert.deepEqual(await shown({ includeSocketInformation: true }), { ...live, sourceIp: '127.0.0.1' })
  const { subscriptions } = await broker.data.send(new ListSubscriptionsCommand({ clientId: 'lamp' }))
  assert.deepEqual(subscriptions, [{ topicFilter: 'a/#', qos: 1 }])
  const command = new SendDirectMessageCommand({ clientId: 'lamp', topic: 'x', payload: text('hi') })
  const { message, traceId, $metadata } = await broker.data.send(command)
  assert.deepEqual([message, traceId], ['OK', $metadata.requestId])
  const sent = broker.acts.map(({ action }) => action.type === 'send' && [action.connection, action.message.topic])
  assert.deepEqual(sent, [['c-lamp', 'x']])
  await refused(broker.data.send(new GetConnectionCommand({ clientId: 'nobody' })), 'ResourceNotFoundException')
})

test('for half an hour a connection that has ended is shown with when and why', async () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(mutualTls('lamp', { clean: false }))
  const show = () => broker.data.send(new GetConnectionCommand({ clientId: 'lamp' }))
  assert.equal((await show()).sessionExpiry, 3600)
  broker.go(connection, 'KEEP_ALIVE_TIMEOUT')
  const disconnectedSince = broker.now
  broker.now += 30 * 60_000 - 1
  const { $metadata: _, ...gone } = await show()
  const disconnectReason = 'MQTT_KEEP_ALIVE_TIMEOUT'
  assert.deepEqual(gone, { connected: false, clientId: 'lamp', disconnectedSince, disconnectReason })
  broker.now += 1
  await refused(show(), 'ResourceNotFoundException')
})

test('a publish over HTTP is answered as AWS does, with the id of the request', () => {
  const { body, headers } = new AwsInProcess().request('POST', '/topics/a?qos=1', { body: 'x' })
  assert.deepEqual(JSON.parse(String(body)), { message: 'OK', traceId: headers?.['x-amzn-requestid'] })
})

test('the endpoint is a host with the HTTPS port, or a bare host where that is 443', async () => {
  const address = async (settings: object, endpointType?: string) =>
    (await new AwsInProcess({ settings }).iot.send(new DescribeEndpointCommand({ endpointType }))).endpointAddress
  const endpoint = { host: 'localhost', mqtt: 1883, mqtts: 8883, http: 8880, https: 8443 }
  assert.equal(await address({ endpoint }), 'localhost:8443')
  assert.equal(await address({ endpoint }, 'iot:Data-ATS'), 'localhost:8443')
  assert.equal(await address({ endpoint: { ...endpoint, https: 443 } }), 'localhost')
  assert.equal(await address({ endpoint: { ...endpoint, host: '::1' } }), '[::1]:8443')
  await refused(
    new AwsInProcess().iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Nonsense' })),
    'InvalidRequestException',
    /endpointType/,
  )
  const retired = new AwsInProcess().iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Jobs' }))
  await refused(retired, 'InvalidRequestException', /iot:Data-ATS/)
})

test('a device with its certificate reaches the data planes, within its policies, and no further', async () => {
  const broker = new AwsBroker()
  const device = { certificate: deviceCertificate, local: false }
  await broker.iot.send(
    new RegisterCertificateWithoutCACommand({ certificatePem: deviceCertificate.pem, status: 'ACTIVE' }),
  )
  const status = (method: string, url: string) =>
    broker.request(method, url, { ...device, body: method === 'POST' ? '{"state":{}}' : '' }).status
  assert.equal(status('POST', '/things/lamp/shadow'), 200)
  assert.equal(status('GET', '/things'), 404)
  const arn = 'arn:aws:iot:us-east-1:1'
  const allow = (Action: string, tail: string) => ({ Effect: 'Allow', Action, Resource: `${arn}:${tail}` })
  const policyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [allow('iot:GetThingShadow', 'thing/lamp'), allow('iot:Publish', 'topic/up')],
  })
  await broker.iot.send(new CreatePolicyCommand({ policyName: 'p', policyDocument }))
  await broker.iot.send(new AttachPolicyCommand({ policyName: 'p', target: `${arn}:cert/${deviceCertificate.sha256}` }))
  assert.deepEqual(
    [
      status('GET', '/things/lamp/shadow'),
      status('GET', '/things/lamp/shadow?name=x'),
      status('POST', '/things/lamp/shadow'),
      status('GET', '/things/lamp/jobs'),
    ],
    [200, 403, 403, 403],
  )
  assert.deepEqual(
    [status('POST', '/topics/up'), status('POST', '/topics/down'), status('POST', '/topics/up?retain=true')],
    [200, 403, 403],
    'iot:RetainPublish is a right of its own',
  )
  await broker.iot.send(
    new UpdateCertificateCommand({ certificateId: deviceCertificate.sha256, newStatus: 'INACTIVE' }),
  )
  assert.deepEqual([status('GET', '/things/lamp/shadow'), status('GET', '/things/lamp/jobs')], [403, 400])
})

test('without credentials only this machine gets in, and in strict mode nobody', () => {
  const status = (bench: AwsInProcess, local: boolean) => bench.request('GET', '/things', { local }).status
  assert.deepEqual([status(new AwsInProcess(), true), status(new AwsInProcess(), false)], [200, 403])
  assert.equal(status(new AwsInProcess({ settings: { mode: 'strict' } }), true), 403)
})
