import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AddThingToThingGroupCommand,
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DetachThingPrincipalCommand,
  InvalidRequestException,
  LimitExceededException,
  ListPrincipalThingsV2Command,
  ListThingPrincipalsV2Command,
  TestAuthorizationCommand,
} from '@aws-sdk/client-iot'
import type { PeerCertificate } from '../../src/core/seam/mqtt.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { AwsBroker, deviceCertificate, mutualTls } from '../builders/aws-connections.ts'
import { published } from '../builders/context-fixture.ts'
import { certificateOf } from '../builders/device-certificate.ts'
import { failsWith } from '../builders/fails-with.ts'
import { textOf } from '../../src/core/said.ts'

const arn = (tail: string): string => `arn:aws:iot:us-east-1:123456789012:${tail}`
const certificateArn = (certificate: PeerCertificate = deviceCertificate): string => arn(`cert/${certificate.sha256}`)

type Sketch = {
  Effect?: string
  Action: string | string[]
  Resource?: string | string[]
  NotResource?: string
  Condition?: object
}
const documentOf = (statements: Sketch[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) })

/** A hub whose device certificate has this policy. */
async function policed(statements: Sketch[], certificate: PeerCertificate = deviceCertificate): Promise<AwsBroker> {
  const broker = new AwsBroker()
  broker.authenticate(mutualTls('known', { certificate }))
  await broker.iot.send(new CreatePolicyCommand({ policyName: 'p', policyDocument: documentOf(statements) }))
  await broker.iot.send(new AttachPolicyCommand({ policyName: 'p', target: certificateArn(certificate) }))
  return broker
}

const connect: Sketch = { Action: 'iot:Connect', Resource: '*' }
const will = (topic: string, retain = false) => ({
  will: { topic, payload: Buffer.from('gone'), qos: 0 as const, retain },
})

test('a Deny of persistent sessions lets everybody else connect', async () => {
  const broker = await policed([
    connect,
    { Action: 'iot:Publish', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'iot:Connect',
      Resource: '*',
      Condition: { 'ForAnyValue:StringEquals': { 'iot:ConnectAttributes': ['PersistentConnect'] } },
    },
  ])
  const letIn = [{}, will('w'), { clean: false }, { clean: false, ...will('w') }].map(
    (more) => broker.authenticate(mutualTls('lamp', more)).accept,
  )
  assert.deepEqual(letIn, [true, true, false, false])
  const refused = broker.authenticate(mutualTls('lamp', { clean: false }))
  assert.match(
    refused.accept ? '' : textOf(refused.reason),
    /^statement 3 of policy p denies iot:Connect on client\/lamp$/,
  )
})

test('a will is a publish, and refused at CONNECT where it may not be said', async () => {
  const broker = await policed([
    connect,
    { Action: 'iot:Publish', Resource: arn('topic/w*') },
    { Action: 'iot:RetainPublish', Resource: arn('topic/wr') },
  ])
  const letIn = (more: object): boolean => broker.authenticate(mutualTls('lamp', more)).accept
  assert.deepEqual(
    [letIn({}), letIn(will('w')), letIn(will('x')), letIn(will('w', true)), letIn(will('wr', true))],
    [true, true, false, false, true],
  )
  const request = mutualTls('lamp', will('x'))
  const outcome = broker.turn((ctx) => aws.mqtt.authenticate(ctx, request))
  assert.match(
    outcome.result.accept ? '' : textOf(outcome.result.reason),
    /^last will: no policy allows iot:Publish on topic\/x/,
  )
  const [event] = published(outcome)
  assert.equal(event?.topic, '$aws/events/presence/connect_failed/lamp')
  const { sessionIdentifier, ...payload } = JSON.parse(String(event.payload)) as Record<string, unknown>
  assert.ok(typeof sessionIdentifier === 'string' && sessionIdentifier !== '')
  assert.deepEqual(payload, {
    clientId: 'lamp',
    timestamp: broker.now,
    eventType: 'connect_failed',
    connectFailureReason: 'AUTHORIZATION_FAILED',
    principalIdentifier: deviceCertificate.sha256,
    ipAddress: '127.0.0.1',
  })
})

test('what a wider filter lets in is withheld by iot:Receive, and people are told', async () => {
  const subscribe: Sketch[] = [
    connect,
    { Action: 'iot:Subscribe', Resource: arn('topicfilter/a/*') },
    { Effect: 'Deny', Action: 'iot:Subscribe', Resource: arn('topicfilter/a/restricted/*') },
  ]
  const arrives = (broker: AwsBroker) => {
    const { connection } = broker.come(mutualTls('lamp'))
    assert.ok('grant' in broker.subscribe(connection, 'a/#'))
    const seen = ['a/x', 'a/restricted/x', 'a/restricted/x'].map((topic) =>
      aws.mqtt.mayDeliver?.(connection, topic, false, broker.now),
    )
    broker.go(connection)
    return seen
  }
  const open = await policed([...subscribe, { Action: 'iot:Receive', Resource: '*' }])
  assert.deepEqual([arrives(open), open.warnings], [[true, true, true], []])
  const closed = await policed([...subscribe, { Action: 'iot:Receive', NotResource: arn('topic/a/restricted/*') }])
  assert.deepEqual(arrives(closed), [true, false, false])
  assert.deepEqual(
    closed.warnings.map(({ text }) => text),
    ['was not sent a message on a/restricted/x: no policy allows iot:Receive on topic/a/restricted/x'],
  )
})

test('who may subscribe and not receive is told at once where the filter is one topic', async () => {
  const broker = await policed([connect, { Action: 'iot:Subscribe', Resource: '*' }])
  const { connection } = broker.come(mutualTls('lamp'))
  assert.ok('grant' in broker.subscribe(connection, 'a/b'))
  assert.equal(aws.mqtt.mayDeliver?.(connection, 'a/b', false, broker.now), false)
  assert.deepEqual(
    broker.warnings.map(({ text }) => text),
    ['a/b is granted, but nothing will be delivered: no policy allows iot:Receive on topic/a/b'],
  )
})

test('an answer about jobs goes to who has not subscribed, and to who may receive it', async () => {
  const asked = async (...more: Sketch[]) => {
    const broker = await policed([connect, { Action: ['iot:Publish', 'iot:Subscribe'], Resource: '*' }, ...more])
    const { connection } = broker.come(mutualTls('lamp'))
    const answered = () =>
      broker.publish(connection, '$aws/things/lamp/jobs/get').acts.some(({ action }) => action.type === 'send')
    const before = answered()
    broker.subscribe(connection, '$aws/things/lamp/jobs/get/+')
    return [before, answered()]
  }
  assert.deepEqual(await asked(), [true, false])
  assert.deepEqual(await asked({ Action: 'iot:Receive', Resource: arn('topic/$aws/things/*') }), [true, true])
})

test('a direct message needs the right of its receiver', async () => {
  const broker = await policed([connect, { Action: 'iot:Receive', Resource: arn('topic/yes') }])
  broker.come(mutualTls('lamp'))
  const status = (topic: string) =>
    broker.request('POST', `/connections/lamp/messages?topic=${topic}`, { headers: {} }).status
  assert.deepEqual([status('yes'), status('no')], [200, 403])
})

test('variables and conditions know the certificate, the address and the name that was asked for', async () => {
  const certificate = await certificateOf([{ CN: ['line-7'] }, { OU: ['plant'] }])
  const broker = await policed(
    [
      {
        ...connect,
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, StringEquals: { 'iot:DomainName': 'a.iot.example' } },
      },
      {
        Action: 'iot:Publish',
        Resource: arn('topic/${iot:Certificate.Subject.OrganizationalUnit}/${iot:Certificate.Subject.CommonName}/*'),
      },
    ],
    certificate,
  )
  const way = { certificate, remoteAddress: '::ffff:10.1.1.1', servername: 'a.iot.example' }
  const letIn = (more: object): boolean => broker.authenticate(mutualTls('lamp', { ...way, ...more })).accept
  assert.deepEqual(
    [
      letIn({}),
      letIn({ remoteAddress: '11.0.0.1' }),
      letIn({ servername: 'b.iot.example' }),
      letIn({ servername: undefined }),
    ],
    [true, false, false, false],
  )
  const { connection } = broker.come(mutualTls('lamp', way))
  assert.equal(broker.publish(connection, 'plant/line-7/up').result.route, 'forward')
  assert.equal(broker.publish(connection, 'plant/line-8/up').result.route, 'close')
  assert.equal(broker.request('POST', '/topics/plant/line-7/up', { certificate }).status, 200)
})

test('over HTTP a policy can name the job, the address and the host', async () => {
  const broker = await policed([
    { Action: 'iotjobsdata:*', Resource: arn('thing/lamp'), Condition: { StringLike: { 'iot:JobId': 'good-*' } } },
    {
      Action: 'iot:GetThingShadow',
      Resource: '*',
      Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' }, StringEquals: { 'iot:DomainName': 'localhost' } },
    },
  ])
  const status = (url: string, more: object = {}) =>
    broker.request('GET', url, { certificate: deviceCertificate, headers: { host: 'localhost:8443' }, ...more }).status
  assert.deepEqual(
    [status('/things/lamp/jobs/good-1'), status('/things/lamp/jobs/bad-1'), status('/things/lamp/jobs')],
    [404, 403, 403],
  )
  assert.deepEqual(
    [
      status('/things/x/shadow'),
      status('/things/x/shadow', { remoteAddress: '10.1.1.1' }),
      status('/things/x/shadow', { headers: { host: '127.0.0.1:8443' } }),
    ],
    [404, 403, 403],
  )
})

const ofThing: Sketch[] = [
  connect,
  { Action: 'iot:Publish', Resource: arn('topic/${iot:Connection.Thing.ThingName}/*') },
]

test('a certificate that is a thing’s own stands for it under any client id until it is detached', async () => {
  const broker = await policed(ofThing)
  await broker.iot.send(new CreateThingCommand({ thingName: 'lamp' }))
  const principal = certificateArn()
  const { connection } = broker.come(mutualTls('anything'))
  const route = () => broker.publish(connection, 'lamp/up').result.route
  assert.equal(route(), 'close')
  await broker.iot.send(new AttachThingPrincipalCommand({ thingName: 'lamp', principal }))
  assert.equal(route(), 'close', 'not exclusively: the client id counts')
  await broker.iot.send(
    new AttachThingPrincipalCommand({ thingName: 'lamp', principal, thingPrincipalType: 'EXCLUSIVE_THING' }),
  )
  assert.equal(route(), 'forward')
  const { connection: next, outcome } = broker.come(mutualTls('other'))
  assert.equal(next.identity.device, 'aws/lamp')
  assert.equal((JSON.parse(String(published(outcome)[0]?.payload)) as { thingName?: string }).thingName, 'lamp')
  assert.equal(
    broker.request('POST', '/topics/lamp/up', { certificate: deviceCertificate }).status,
    403,
    'over HTTP no thing has a name',
  )
  await broker.iot.send(new DetachThingPrincipalCommand({ thingName: 'lamp', principal }))
  assert.equal(route(), 'close')
})

test('removing a thing takes its own certificate’s rights', async () => {
  const broker = await policed(ofThing)
  await broker.iot.send(new CreateThingCommand({ thingName: 'lamp' }))
  await broker.iot.send(
    new AttachThingPrincipalCommand({
      thingName: 'lamp',
      principal: certificateArn(),
      thingPrincipalType: 'EXCLUSIVE_THING',
    }),
  )
  const { connection } = broker.come(mutualTls('anything'))
  assert.equal(broker.publish(connection, 'lamp/up').result.route, 'forward')
  broker.turn((ctx) => ctx.engine.devices.delete(ctx.turn, 'aws/lamp'))
  assert.equal(broker.publish(connection, 'lamp/up').result.route, 'close')
})

test('policies of a group count for what is a thing’s own, over HTTP too', async () => {
  const broker = await policed([connect])
  const { iot } = broker
  await iot.send(new CreateThingCommand({ thingName: 'lamp' }))
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'root' }))
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'leaf', parentGroupName: 'root' }))
  await iot.send(
    new CreatePolicyCommand({
      policyName: 'group',
      policyDocument: documentOf([{ Action: 'iot:Publish', Resource: arn('topic/group') }]),
    }),
  )
  await iot.send(new AttachPolicyCommand({ policyName: 'group', target: arn('thinggroup/root') }))
  await iot.send(new AddThingToThingGroupCommand({ thingName: 'lamp', thingGroupName: 'leaf' }))
  const { connection } = broker.come(mutualTls('anything'))
  const probe = () => [
    broker.publish(connection, 'group').result.route,
    broker.request('POST', '/topics/group', { certificate: deviceCertificate }).status,
  ]
  assert.deepEqual(probe(), ['close', 403])
  await iot.send(
    new AttachThingPrincipalCommand({
      thingName: 'lamp',
      principal: certificateArn(),
      thingPrincipalType: 'EXCLUSIVE_THING',
    }),
  )
  assert.deepEqual(probe(), ['forward', 200])
})

test('a principal that is one thing’s own is no other’s, and lists tell how it is attached', async () => {
  const broker = await policed([connect])
  const { iot } = broker
  const principal = certificateArn()
  for (const thingName of ['lamp', 'pump']) await iot.send(new CreateThingCommand({ thingName }))
  await iot.send(
    new AttachThingPrincipalCommand({ thingName: 'lamp', principal, thingPrincipalType: 'EXCLUSIVE_THING' }),
  )
  for (const thingPrincipalType of ['EXCLUSIVE_THING', 'NON_EXCLUSIVE_THING'] as const) {
    await failsWith(
      InvalidRequestException,
      iot.send(new AttachThingPrincipalCommand({ thingName: 'pump', principal, thingPrincipalType })),
    )
  }
  const principals = async (thingPrincipalType?: 'EXCLUSIVE_THING' | 'NON_EXCLUSIVE_THING') =>
    (
      await iot.send(new ListThingPrincipalsV2Command({ thingName: 'lamp', thingPrincipalType }))
    ).thingPrincipalObjects?.map((one) => one.thingPrincipalType)
  assert.deepEqual(
    [await principals(), await principals('EXCLUSIVE_THING'), await principals('NON_EXCLUSIVE_THING')],
    [['EXCLUSIVE_THING'], ['EXCLUSIVE_THING'], []],
  )
  const things = async (thingPrincipalType: 'EXCLUSIVE_THING' | 'NON_EXCLUSIVE_THING') =>
    (await iot.send(new ListPrincipalThingsV2Command({ principal, thingPrincipalType }))).principalThingObjects
  assert.deepEqual(
    [await things('EXCLUSIVE_THING'), await things('NON_EXCLUSIVE_THING')],
    [[{ thingName: 'lamp', thingPrincipalType: 'EXCLUSIVE_THING' }], []],
  )
})

test('what a policy says and the hub does not know is counted with the policy’s name', async () => {
  const broker = await policed([
    { ...connect, Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
    {
      Effect: 'Deny',
      Action: 'iot:Publish',
      Resource: '*',
      Condition: { StringEquals: { 'aws:UserAgent': 'curl' } },
    },
    { Action: 'iot:Publish', Resource: '*' },
  ])
  assert.deepEqual(broker.ignored, [
    'policy p: condition Bool aws:SecureTransport',
    'policy p: condition StringEquals aws:UserAgent',
  ])
  const { connection } = broker.come(mutualTls('lamp'))
  assert.equal(broker.publish(connection, 'a').result.route, 'forward')
})

test('a certificate has ten policies at most, a group two', async () => {
  const broker = await policed([connect])
  const { iot } = broker
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'g' }))
  const attach = (n: number, target: string) => iot.send(new AttachPolicyCommand({ policyName: `p${n}`, target }))
  for (let n = 1; n <= 10; n++)
    await iot.send(new CreatePolicyCommand({ policyName: `p${n}`, policyDocument: documentOf([connect]) }))
  for (let n = 1; n <= 9; n++) await attach(n, certificateArn())
  await failsWith(LimitExceededException, attach(10, certificateArn()))
  for (let n = 1; n <= 2; n++) await attach(n, arn('thinggroup/g'))
  await failsWith(LimitExceededException, attach(3, arn('thinggroup/g')))
})

test('a test of authorization says which policies decide, which are silent, and what is not known', async () => {
  const broker = await policed([
    { Action: 'iot:Publish', Resource: arn('topic/${iot:ClientId}') },
    { Action: 'iot:Publish', Resource: arn('topic/${iot:Connection.Thing.ThingName}/x') },
    { Action: 'iot:Connect', Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
  ])
  const { iot } = broker
  await iot.send(
    new CreatePolicyCommand({
      policyName: 'q',
      policyDocument: documentOf([{ Effect: 'Deny', Action: 'iot:Publish', Resource: arn('topic/no') }]),
    }),
  )
  const ask = async (actionType: 'PUBLISH' | 'CONNECT', tail: string, more: object = {}) =>
    (
      await iot.send(
        new TestAuthorizationCommand({
          principal: certificateArn(),
          clientId: 'lamp',
          authInfos: [{ actionType, resources: [arn(tail)] }],
          ...more,
        }),
      )
    ).authResults?.[0]
  const p = { policyName: 'p', policyArn: 'arn:aws:iot:us-west-2:123456789012:policy/p' }
  const q = { policyName: 'q', policyArn: 'arn:aws:iot:us-west-2:123456789012:policy/q' }
  const result = (
    authDecision: string,
    [allowed, silent, denied]: object[][],
    missingContextValues: string[],
    authInfo: object,
  ) => ({
    authInfo,
    allowed: { policies: allowed },
    denied: { implicitDeny: { policies: silent }, explicitDeny: { policies: denied } },
    authDecision,
    missingContextValues,
  })
  const thingName = 'iot:Connection.Thing.ThingName'
  const publish = (tail: string) => ({ actionType: 'PUBLISH', resources: [arn(tail)] })
  assert.deepEqual(
    await ask('PUBLISH', 'topic/lamp'),
    result('ALLOWED', [[p], [], []], [thingName], publish('topic/lamp')),
  )
  assert.deepEqual(
    await ask('PUBLISH', 'topic/x'),
    result('IMPLICIT_DENY', [[], [p], []], [thingName], publish('topic/x')),
  )
  const added = { policyNamesToAdd: ['q'] }
  assert.deepEqual(
    await ask('PUBLISH', 'topic/no', added),
    result('EXPLICIT_DENY', [[], [p], [q]], [thingName], publish('topic/no')),
  )
  assert.deepEqual(
    (await ask('PUBLISH', 'topic/lamp', { ...added, policyNamesToSkip: ['p'] }))?.authDecision,
    'IMPLICIT_DENY',
  )
  assert.deepEqual((await ask('CONNECT', 'client/lamp'))?.missingContextValues, ['aws:SourceIp'])
})

test('what a policy allows for some time is allowed as long as the hub’s clock says, on live connections, too', async () => {
  const until = { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:01:00Z' } }
  const broker = await policed([
    { ...connect, Condition: until },
    { Action: ['iot:Publish', 'iot:Receive', 'iot:Subscribe'], Resource: '*', Condition: until },
  ])
  assert.deepEqual(broker.ignored, [])
  const { connection } = broker.come(mutualTls('lamp'))
  const may = (): unknown[] => [
    broker.authenticate(mutualTls('other')).accept,
    'grant' in broker.subscribe(connection, 'a'),
    broker.publish(connection, 'a').result.route === 'forward',
    aws.mqtt.mayDeliver?.(connection, 'a', false, broker.now),
  ]
  assert.deepEqual(may(), [true, true, true, true])
  broker.now = Date.UTC(2026, 0, 1, 0, 0, 59, 999)
  assert.deepEqual(may(), [true, true, true, true])
  broker.now += 1
  assert.deepEqual(may(), [false, false, false, false])
})
