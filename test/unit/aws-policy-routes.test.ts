import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AddThingToThingGroupCommand,
  AttachPolicyCommand,
  AttachPrincipalPolicyCommand,
  AttachThingPrincipalCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DeleteConflictException,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachPolicyCommand,
  GetEffectivePoliciesCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListAttachedPoliciesCommand,
  ListPoliciesCommand,
  ListPolicyPrincipalsCommand,
  ListPolicyVersionsCommand,
  ListPrincipalPoliciesCommand,
  ListTargetsForPolicyCommand,
  MalformedPolicyException,
  RemoveThingFromThingGroupCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  SetDefaultPolicyVersionCommand,
  TestAuthorizationCommand,
  UpdateThingCommand,
  VersionsLimitExceededException,
} from '@aws-sdk/client-iot'
import { aws } from '../../src/dialect/aws/index.ts'
import { AwsBroker, connectRequest, deviceCertificate, mutualTls } from '../builders/aws-connections.ts'
import { failsWith } from '../builders/fails-with.ts'
import { textOf } from '../../src/core/said.ts'

const certificate = `arn:aws:iot:us-west-2:123456789012:cert/${deviceCertificate.sha256}`
const document = (...statements: [effect: string, action: string, resource: string][]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(([Effect, Action, tail]) => ({
      Effect,
      Action,
      Resource: `arn:aws:iot:us-west-2:123456789012:${tail}`,
    })),
  })
const create = ({ iot }: AwsBroker, policyName: string, ...statements: Parameters<typeof document>) =>
  iot.send(new CreatePolicyCommand({ policyName, policyDocument: document(...statements) }))
const attach = ({ iot }: AwsBroker, policyName: string, target = certificate) =>
  iot.send(new AttachPolicyCommand({ policyName, target }))

test('a policy has versions, one of which counts', async () => {
  const { iot } = new AwsBroker()
  const [one, two] = [document(['Allow', 'iot:Connect', '*']), document(['Deny', 'iot:Connect', '*'])]
  const created = await iot.send(new CreatePolicyCommand({ policyName: 'p', policyDocument: one }))
  assert.deepEqual(
    [created.policyArn, created.policyDocument, created.policyVersionId],
    ['arn:aws:iot:us-west-2:123456789012:policy/p', one, '1'],
  )
  await failsWith(
    ResourceAlreadyExistsException,
    iot.send(new CreatePolicyCommand({ policyName: 'p', policyDocument: one })),
  )
  await failsWith(MalformedPolicyException, iot.send(new CreatePolicyCommand({ policyName: 'q', policyDocument: '{' })))
  assert.equal(
    (await iot.send(new CreatePolicyVersionCommand({ policyName: 'p', policyDocument: two }))).policyVersionId,
    '2',
  )
  assert.equal((await iot.send(new GetPolicyCommand({ policyName: 'p' }))).policyDocument, one)
  await iot.send(new SetDefaultPolicyVersionCommand({ policyName: 'p', policyVersionId: '2' }))
  assert.deepEqual(
    (await iot.send(new GetPolicyVersionCommand({ policyName: 'p', policyVersionId: '2' }))).isDefaultVersion,
    true,
  )
  const { policyVersions } = await iot.send(new ListPolicyVersionsCommand({ policyName: 'p' }))
  assert.deepEqual(
    policyVersions?.map(({ versionId, isDefaultVersion }) => [versionId, isDefaultVersion]),
    [
      ['2', true],
      ['1', false],
    ],
  )
  await failsWith(DeleteConflictException, iot.send(new DeletePolicyCommand({ policyName: 'p' })))
  await failsWith(
    DeleteConflictException,
    iot.send(new DeletePolicyVersionCommand({ policyName: 'p', policyVersionId: '2' })),
  )
  await iot.send(new DeletePolicyVersionCommand({ policyName: 'p', policyVersionId: '1' }))
  for (let n = 0; n < 4; n++) await iot.send(new CreatePolicyVersionCommand({ policyName: 'p', policyDocument: one }))
  await failsWith(
    VersionsLimitExceededException,
    iot.send(new CreatePolicyVersionCommand({ policyName: 'p', policyDocument: one })),
  )
  assert.deepEqual((await iot.send(new ListPoliciesCommand({}))).policies, [
    { policyName: 'p', policyArn: created.policyArn },
  ])
})

test('a policy tells when it and its versions were made and changed, and which generation it is', async () => {
  const broker = new AwsBroker()
  const { iot } = broker
  const text = document(['Allow', 'iot:Connect', '*'])
  const made = new Date(broker.now)
  const create = () => iot.send(new CreatePolicyCommand({ policyName: 'p', policyDocument: text }))
  await create()
  broker.now += 60_000
  const changed = new Date(broker.now)
  await iot.send(new CreatePolicyVersionCommand({ policyName: 'p', policyDocument: text, setAsDefault: true }))
  const { $metadata: _, ...policy } = await iot.send(new GetPolicyCommand({ policyName: 'p' }))
  const { generationId = '' } = policy
  assert.match(generationId, /^[0-9a-f]{64}$/)
  const about = {
    policyName: 'p',
    policyArn: 'arn:aws:iot:us-west-2:123456789012:policy/p',
    policyDocument: text,
    creationDate: made,
    generationId,
  }
  assert.deepEqual(policy, { ...about, defaultVersionId: '2', lastModifiedDate: changed })
  const { $metadata: __, ...version } = await iot.send(
    new GetPolicyVersionCommand({ policyName: 'p', policyVersionId: '1' }),
  )
  assert.deepEqual(
    version,
    { ...about, policyVersionId: '1', isDefaultVersion: false, lastModifiedDate: changed },
    'it is no longer the default',
  )
  await iot.send(new DeletePolicyVersionCommand({ policyName: 'p', policyVersionId: '1' }))
  await iot.send(new DeletePolicyCommand({ policyName: 'p' }))
  await create()
  assert.notEqual(
    (await iot.send(new GetPolicyCommand({ policyName: 'p' }))).generationId,
    generationId,
    'another one of that name',
  )
})

test('policies are listed newest first, or oldest first if asked', async () => {
  const broker = new AwsBroker()
  const { iot } = broker
  broker.come(mutualTls('lamp'))
  for (const name of ['b', 'c', 'a']) {
    broker.now += 1000
    await create(broker, name, ['Allow', 'iot:Connect', '*'])
    await attach(broker, name)
  }
  const names = async (command: ListPoliciesCommand) =>
    (await iot.send(command)).policies?.map(({ policyName }) => policyName)
  assert.deepEqual(await names(new ListPoliciesCommand({})), ['a', 'c', 'b'])
  assert.deepEqual(await names(new ListPoliciesCommand({ ascendingOrder: true })), ['b', 'c', 'a'])
  const ofPrincipal = async (ascendingOrder: boolean) =>
    (await iot.send(new ListPrincipalPoliciesCommand({ principal: certificate, ascendingOrder }))).policies?.map(
      ({ policyName }) => policyName,
    )
  assert.deepEqual(
    [await ofPrincipal(false), await ofPrincipal(true)],
    [
      ['a', 'c', 'b'],
      ['b', 'c', 'a'],
    ],
  )
  await iot.send(new ListPolicyPrincipalsCommand({ policyName: 'a', ascendingOrder: true }))
  assert.deepEqual(broker.ignored, ['ListPolicyPrincipals.isAscendingOrder'])
})

test('in open mode everything is allowed until a first policy is attached, then only what it allows', async () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(mutualTls('lamp'))
  const probe = () => [
    broker.publish(connection, 'free').result.route,
    broker.publish(connection, 'up/lamp').result.route,
    'grant' in broker.subscribe(connection, 'down/#'),
    'grant' in broker.subscribe(connection, 'other/#'),
    aws.mqtt.mayDeliver?.(connection, 'down/a', false, Date.UTC(2026, 0, 1)),
    aws.mqtt.mayDeliver?.(connection, 'other/a', false, Date.UTC(2026, 0, 1)),
  ]
  assert.deepEqual(probe(), ['forward', 'forward', true, true, true, true])
  await create(
    broker,
    'p',
    ['Allow', 'iot:Connect', 'client/*'],
    ['Allow', 'iot:Publish', 'topic/up/*'],
    ['Allow', 'iot:Subscribe', 'topicfilter/down/#'],
    ['Allow', 'iot:Receive', 'topic/down/*'],
  )
  await attach(broker, 'p')
  assert.deepEqual(probe(), ['close', 'forward', true, false, true, false])
  await broker.iot.send(new DetachPolicyCommand({ policyName: 'p', target: certificate }))
  assert.deepEqual(probe(), ['forward', 'forward', true, true, true, true])
})

test('retained messages need iot:RetainPublish as well, and a denial names its statement', async () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(mutualTls('lamp'))
  await create(broker, 'p', ['Allow', 'iot:Publish', 'topic/*'], ['Deny', 'iot:Publish', 'topic/no'])
  await attach(broker, 'p')
  assert.equal(broker.publish(connection, 'a').result.route, 'forward')
  const closedFor = (verdict: ReturnType<AwsBroker['publish']>['result']): string =>
    verdict.route === 'close' ? textOf(verdict.reason) : ''
  assert.equal(
    closedFor(broker.publish(connection, 'a', 'x', { retain: true }).result),
    'no policy allows iot:RetainPublish on topic/a',
  )
  assert.equal(
    closedFor(broker.publish(connection, 'no').result),
    'statement 2 of policy p denies iot:Publish on topic/no',
  )
})

test('a refused subscription is SUBACK 0x80, in strict mode the end of the connection', async () => {
  for (const mode of ['open', 'strict'] as const) {
    const broker = new AwsBroker()
    broker.settings.mode = 'open'
    broker.authenticate(mutualTls('lamp'))
    await create(broker, 'p', ['Allow', 'iot:Connect', '*'])
    await attach(broker, 'p')
    broker.settings.mode = mode
    const { connection } = broker.come(mutualTls('lamp'))
    assert.deepEqual(Object.keys(broker.subscribe(connection, 'a')), [mode === 'open' ? 'refuse' : 'close'])
  }
})

test('a new default version reaches live connections', async () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(mutualTls('lamp'))
  await create(broker, 'p', ['Allow', 'iot:Publish', 'topic/a'])
  await attach(broker, 'p')
  assert.equal(broker.publish(connection, 'b').result.route, 'close')
  await broker.iot.send(
    new CreatePolicyVersionCommand({
      policyName: 'p',
      policyDocument: document(['Allow', 'iot:Publish', 'topic/b']),
      setAsDefault: true,
    }),
  )
  assert.equal(broker.publish(connection, 'b').result.route, 'forward')
})

test('policies of the groups of an attached thing count, up to the root, for the client of its name', async () => {
  const broker = new AwsBroker()
  const { iot } = broker
  const { connection } = broker.come(mutualTls('lamp'))
  const stranger = broker.come(mutualTls('stranger')).connection
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'root' }))
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'leaf', parentGroupName: 'root' }))
  await create(broker, 'p', [
    'Allow',
    'iot:Publish',
    'topic/${iot:Connection.Thing.ThingName}/${iot:Connection.Thing.Attributes[room]}',
  ])
  await attach(broker, 'p', 'arn:aws:iot:us-west-2:123456789012:thinggroup/root')
  const probe = (topic: string) => [connection, stranger].map((client) => broker.publish(client, topic).result.route)
  await iot.send(new UpdateThingCommand({ thingName: 'lamp', attributePayload: { attributes: { room: 'hall' } } }))
  assert.deepEqual(probe('x'), ['forward', 'forward'])
  await iot.send(new AttachThingPrincipalCommand({ thingName: 'lamp', principal: certificate }))
  assert.deepEqual(probe('x'), ['forward', 'forward'])
  await iot.send(new AddThingToThingGroupCommand({ thingName: 'lamp', thingGroupName: 'leaf' }))
  assert.deepEqual(
    [probe('x'), probe('lamp/hall')],
    [
      ['close', 'forward'],
      ['forward', 'forward'],
    ],
  )
  await iot.send(new UpdateThingCommand({ thingName: 'lamp', attributePayload: { attributes: { room: 'attic' } } }))
  assert.deepEqual(
    [probe('lamp/hall'), probe('lamp/attic')],
    [
      ['close', 'forward'],
      ['forward', 'forward'],
    ],
  )
  await iot.send(new RemoveThingFromThingGroupCommand({ thingName: 'lamp', thingGroupName: 'leaf' }))
  assert.deepEqual(probe('x'), ['forward', 'forward'])
})

test('policies do not touch clients without a certificate', async () => {
  const broker = new AwsBroker()
  broker.come(mutualTls('lamp'))
  await create(broker, 'p', ['Deny', 'iot:*', '*'])
  await attach(broker, 'p')
  const { connection } = broker.come(connectRequest('bare'))
  assert.equal(broker.publish(connection, 'a').result.route, 'forward')
})

test('attachments are listed from both ends, by new names and by old', async () => {
  const broker = new AwsBroker()
  const { iot } = broker
  broker.come(mutualTls('lamp'))
  const group = 'arn:aws:iot:us-west-2:123456789012:thinggroup/leaf'
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'root' }))
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'leaf', parentGroupName: 'root' }))
  for (const name of ['p', 'q']) await create(broker, name, ['Allow', 'iot:*', '*'])
  await attach(broker, 'p')
  await iot.send(new AttachPrincipalPolicyCommand({ policyName: 'q', principal: certificate }))
  await attach(broker, 'p', group)
  await attach(broker, 'q', group.replace('leaf', 'root'))
  const names = (policies: { policyName?: string | undefined }[] | undefined) =>
    policies?.map(({ policyName }) => policyName)
  assert.deepEqual(names((await iot.send(new ListAttachedPoliciesCommand({ target: certificate }))).policies), [
    'p',
    'q',
  ])
  assert.deepEqual(names((await iot.send(new ListAttachedPoliciesCommand({ target: group }))).policies), ['p'])
  assert.deepEqual(
    names((await iot.send(new ListAttachedPoliciesCommand({ target: group, recursive: true }))).policies),
    ['p', 'q'],
  )
  assert.deepEqual(names((await iot.send(new ListPrincipalPoliciesCommand({ principal: certificate }))).policies), [
    'p',
    'q',
  ])
  assert.deepEqual((await iot.send(new ListTargetsForPolicyCommand({ policyName: 'p' }))).targets, [certificate, group])
  assert.deepEqual((await iot.send(new ListPolicyPrincipalsCommand({ policyName: 'q' }))).principals, [
    certificate,
    group.replace('leaf', 'root'),
  ])
  await failsWith(DeleteConflictException, iot.send(new DeletePolicyCommand({ policyName: 'p' })))
  await failsWith(ResourceNotFoundException, attach(broker, 'p', certificate.replace(/.{4}$/, '0000')))
  await failsWith(ResourceNotFoundException, attach(broker, 'r'))
})

test('what would be decided can be asked beforehand', async () => {
  const broker = new AwsBroker()
  const { iot } = broker
  broker.come(mutualTls('lamp'))
  await create(
    broker,
    'p',
    ['Allow', 'iot:Publish', 'topic/${iot:ClientId}'],
    ['Deny', 'iot:Subscribe', 'topicfilter/no'],
  )
  await attach(broker, 'p')
  await iot.send(new CreateThingCommand({ thingName: 'lamp' }))
  const { effectivePolicies } = await iot.send(
    new GetEffectivePoliciesCommand({ principal: certificate, thingName: 'lamp' }),
  )
  assert.deepEqual(
    effectivePolicies?.map(({ policyName }) => policyName),
    ['p'],
  )
  const resource = (tail: string) => `arn:aws:iot:us-west-2:123456789012:${tail}`
  const { authResults } = await iot.send(
    new TestAuthorizationCommand({
      principal: certificate,
      clientId: 'lamp',
      authInfos: [
        { actionType: 'PUBLISH', resources: [resource('topic/lamp'), resource('topic/other')] },
        { actionType: 'SUBSCRIBE', resources: [resource('topicfilter/no')] },
      ],
    }),
  )
  assert.deepEqual(
    authResults?.map(({ authDecision }) => authDecision),
    ['ALLOWED', 'IMPLICIT_DENY', 'EXPLICIT_DENY'],
  )
})
