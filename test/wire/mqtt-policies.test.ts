import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CreatePolicyVersionCommand, CreateThingCommand } from '@aws-sdk/client-iot'
import { awsClients, makeDevice, type AwsClients, type DeviceFiles } from '../builders/aws-clients.ts'
import { httpsRequest } from '../builders/https-request.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { createJob, executionOf } from '../builders/operator.ts'
import { tlsCredentials } from '../builders/tls-credentials.ts'

/** The policy that AWS's own guides give a device: its own topics, told by the name of its thing. */
const ownTopics = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'iot:Connect',
      Resource: 'arn:aws:iot:us-east-1:123456789012:client/${iot:Connection.Thing.ThingName}',
    },
    {
      Effect: 'Allow',
      Action: ['iot:Publish', 'iot:Receive'],
      Resource: [
        'arn:aws:iot:us-east-1:123456789012:topic/$aws/things/${iot:Connection.Thing.ThingName}/*',
        'arn:aws:iot:us-east-1:123456789012:topic/settle/*',
      ],
    },
    {
      Effect: 'Allow',
      Action: 'iot:Subscribe',
      Resource: [
        'arn:aws:iot:us-east-1:123456789012:topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/*',
        'arn:aws:iot:us-east-1:123456789012:topicfilter/settle/*',
      ],
    },
  ],
}

describe('a thing that its policy keeps to its own topics', () => {
  let hub: TestHub
  let aws: AwsClients
  let files: DeviceFiles

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    files = await makeDevice(hub, aws, 'inmate', ownTopics)
    await aws.iot.send(new CreateThingCommand({ thingName: 'neighbour' }))
    await createJob(
      aws,
      'private',
      ['inmate', 'neighbour'].map((name) => `arn:aws:iot:us-east-1:123456789012:thing/${name}`),
      { secret: true },
    )
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  const connect = (clientId = 'inmate'): Promise<TestClient> =>
    connectMqtt(hub, clientId, {
      protocol: 'mqtts',
      port: hub.endpoints.mqtts,
      ca: hub.ca,
      cert: files.cert,
      key: files.key,
    })

  test('does its own jobs', async () => {
    const client = await connect()
    assert.deepEqual(await client.subscribe('$aws/things/inmate/jobs/notify'), [1])
    await client.publish('$aws/things/inmate/jobs/private/update', { status: 'IN_PROGRESS' })
    await client.json('$aws/things/inmate/jobs/private/update/accepted')
    await client.end()
  })

  test('is disconnected for publishing on another thing’s topic, which changes nothing', async () => {
    const client = await connect()
    await assert.rejects(
      client.publish('$aws/things/neighbour/jobs/private/update', { status: 'FAILED' }),
      /ended before/,
    )
    const theirs = await executionOf(aws, 'neighbour', 'private')
    assert.deepEqual([theirs.status, theirs.versionNumber], ['QUEUED', 1])
    assert.ok(
      (await hub.hub.api.notices()).some(
        ({ kind, about, text }) =>
          kind === 'refused' &&
          about?.name.includes('inmate') === true &&
          text.includes('$aws/things/neighbour/jobs/private/update'),
      ),
      'people are told why',
    )
  })

  test('is refused another thing’s topics with 0x80, keeps its connection and hears nothing of them', async () => {
    const client = await connect()
    const granted = await client.subscribe(
      '$aws/things/neighbour/jobs/notify',
      '$aws/things/inmate/shadow/update/accepted',
      '$aws/things/+/jobs/notify',
      '#',
    )
    assert.deepEqual(granted, [128, 1, 128, 128])
    await createJob(aws, 'private-2', ['arn:aws:iot:us-east-1:123456789012:thing/neighbour'], {})
    await client.settle()
    assert.deepEqual(client.inbox.rest, [])
    await client.end()
  })

  test('cannot connect under another name', async () => {
    await assert.rejects(connect('neighbour'), /closed instead of accepted/)
    await assert.rejects(connect('somebody'), /closed instead of accepted/)
  })

  test('is refused over HTTPS what its policy does not name', async () => {
    const own = await httpsRequest(hub, {
      port: hub.endpoints.https,
      path: '/things/neighbour/jobs',
      cert: files.cert,
      key: files.key,
    })
    assert.equal(own.status, 403)
    assert.equal(own.headers['x-amzn-errortype'], 'ForbiddenException')
  })
})

/** May do everything, but receive only these topics. */
const receiving = (...topics: string[]) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['iot:Connect', 'iot:Publish', 'iot:RetainPublish', 'iot:Subscribe'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'iot:Receive',
      Resource: [...topics, 'settle/*'].map((topic) => `arn:aws:iot:us-east-1:123456789012:topic/${topic}`),
    },
  ],
})

describe('a thing that may not receive any more', () => {
  let hub: TestHub
  let aws: AwsClients
  let files: DeviceFiles

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    files = await makeDevice(hub, aws, 'ward', receiving('news', 'old/*'))
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  const connect = (): Promise<TestClient> =>
    connectMqtt(hub, 'ward', {
      protocol: 'mqtts',
      port: hub.endpoints.mqtts,
      ca: hub.ca,
      cert: files.cert,
      key: files.key,
      clean: false,
    })
  const from = (client: TestClient): string[] => client.inbox.rest.map(({ topic, text }) => `${topic} ${text}`)

  test('hears nothing: not on its open subscription, not of what waits for its session, not of what was retained', async () => {
    const speaker = await connectMqtt(hub, 'speaker')
    const client = await connect()
    assert.deepEqual(await client.subscribe('news', 'old/#'), [1, 1])
    await speaker.publish('news', 'heard')
    await client.settle()
    assert.deepEqual(from(client), ['news heard'])
    const version = new CreatePolicyVersionCommand({
      policyName: 'policy-of-ward',
      policyDocument: JSON.stringify(receiving('old/*')),
      setAsDefault: true,
    })
    await aws.iot.send(version)
    await speaker.publish('news', 'live')
    await client.settle()
    await client.end()
    await speaker.publish('news', 'stored')
    await speaker.publish('old/x', 'stored')
    await new Promise<void>((resolve, reject) => {
      speaker.mqtt.publish('news', 'retained', { qos: 1, retain: true }, (error) => (error ? reject(error) : resolve()))
    })
    const again = await connect()
    assert.equal(again.sessionPresent, true)
    await again.subscribe('news')
    await again.settle()
    assert.deepEqual(from(again), ['old/x stored'])
    await again.end()
    await speaker.end()
  })
})

describe('a strict hub', () => {
  let hub: TestHub
  let aws: AwsClients

  before(async () => {
    hub = await startHub({ mode: 'strict' })
    aws = awsClients(hub, 'https')
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  test('lets in who has a registered certificate and a policy, and nobody else', async () => {
    const overTls = { protocol: 'mqtts', port: hub.endpoints.mqtts, ca: hub.ca } as const
    const policed = await makeDevice(hub, aws, 'inmate', ownTopics)
    const client = await connectMqtt(hub, 'inmate', { ...overTls, cert: policed.cert, key: policed.key })
    await client.publish('$aws/things/inmate/jobs/get', { clientToken: 'strict' })
    assert.equal((await client.json('$aws/things/inmate/jobs/get/accepted'))['clientToken'], 'strict')
    await client.end()

    const unpoliced = await makeDevice(hub, aws, 'unpoliced')
    const strangers = [
      {},
      overTls,
      { ...overTls, cert: unpoliced.cert, key: unpoliced.key },
      { ...overTls, cert: tlsCredentials.clientCert, key: tlsCredentials.clientKey },
    ]
    for (const options of strangers)
      await assert.rejects(connectMqtt(hub, 'unpoliced', options), /closed instead of accepted|Not authorized/)
    const unsigned = await httpsRequest(hub, { port: hub.endpoints.https, path: '/things' })
    assert.equal(unsigned.status, 403)
  })
})
