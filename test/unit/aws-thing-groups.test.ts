import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AddThingToThingGroupCommand,
  CreateDynamicThingGroupCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DeleteThingCommand,
  DeleteThingGroupCommand,
  DescribeThingGroupCommand,
  InvalidRequestException,
  ListTagsForResourceCommand,
  ListThingGroupsCommand,
  ListThingGroupsForThingCommand,
  ListThingsInThingGroupCommand,
  RemoveThingFromThingGroupCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateThingGroupCommand,
  UpdateThingGroupsForThingCommand,
  VersionConflictException,
  type IoTClient,
} from '@aws-sdk/client-iot'
import { AwsInProcess } from '../builders/aws-in-process.ts'
import { failsWith } from '../builders/fails-with.ts'

const group = (iot: IoTClient, thingGroupName: string, parentGroupName?: string) =>
  iot.send(new CreateThingGroupCommand({ thingGroupName, parentGroupName }))
const thing = (iot: IoTClient, thingName: string) => iot.send(new CreateThingCommand({ thingName }))
const add = (iot: IoTClient, thingName: string, thingGroupName: string) =>
  iot.send(new AddThingToThingGroupCommand({ thingName, thingGroupName }))
const things = async (iot: IoTClient, thingGroupName: string, recursive = false) =>
  (await iot.send(new ListThingsInThingGroupCommand({ thingGroupName, recursive }))).things

test('a group knows its parents, its properties and its version', async () => {
  const bench = new AwsInProcess()
  const { iot } = bench
  await group(iot, 'lights')
  await group(iot, 'red', 'lights')
  const properties = { thingGroupDescription: 'LED', attributePayload: { attributes: { volts: '5' } } }
  const created = await iot.send(
    new CreateThingGroupCommand({ thingGroupName: 'led', parentGroupName: 'red', thingGroupProperties: properties }),
  )
  const described = await iot.send(new DescribeThingGroupCommand({ thingGroupName: 'led' }))
  assert.equal(created.thingGroupArn, 'arn:aws:iot:us-west-2:123456789012:thinggroup/led')
  assert.deepEqual(
    [described.thingGroupId, described.version, described.thingGroupProperties],
    [created.thingGroupId, 1, properties],
  )
  assert.deepEqual(described.thingGroupMetadata, {
    parentGroupName: 'red',
    rootToParentThingGroups: ['lights', 'red'].map((groupName) => ({
      groupName,
      groupArn: `arn:aws:iot:us-west-2:123456789012:thinggroup/${groupName}`,
    })),
    creationDate: new Date(bench.now),
  })
  const update = {
    thingGroupName: 'led',
    thingGroupProperties: { attributePayload: { attributes: { amps: '1' }, merge: true } },
  }
  assert.equal((await iot.send(new UpdateThingGroupCommand(update))).version, 2)
  await failsWith(VersionConflictException, iot.send(new UpdateThingGroupCommand({ ...update, expectedVersion: 1 })))
  const after = await iot.send(new DescribeThingGroupCommand({ thingGroupName: 'led' }))
  assert.deepEqual(after.thingGroupProperties, {
    thingGroupDescription: 'LED',
    attributePayload: { attributes: { volts: '5', amps: '1' } },
  })
})

test('creating a group again answers with the same id if it is the same, and refuses it if it is not', async () => {
  const { iot } = new AwsInProcess()
  const first = await group(iot, 'lights')
  const again = await group(iot, 'lights')
  assert.deepEqual([again.thingGroupId, again.thingGroupArn], [first.thingGroupId, first.thingGroupArn])
  const thingGroupProperties = { thingGroupDescription: 'others' }
  const other = iot.send(new CreateThingGroupCommand({ thingGroupName: 'lights', thingGroupProperties }))
  assert.equal((await failsWith(ResourceAlreadyExistsException, other)).resourceId, first.thingGroupId)
  await group(iot, 'rooms')
  await failsWith(ResourceAlreadyExistsException, group(iot, 'lights', 'rooms'))
})

test('groups whose parent does not exist are refused', async () => {
  const { iot } = new AwsInProcess()
  await failsWith(ResourceNotFoundException, group(iot, 'red', 'nowhere'))
})

test('a hierarchy has seven levels and a group a hundred children', async () => {
  const { iot } = new AwsInProcess()
  await group(iot, 'l1')
  for (let level = 2; level <= 7; level++) await group(iot, `l${level}`, `l${level - 1}`)
  assert.match((await failsWith(InvalidRequestException, group(iot, 'l8', 'l7'))).message, /8 levels; 7 are allowed/)
  for (let child = 2; child <= 100; child++) await group(iot, `c${child}`, 'l1')
  await failsWith(InvalidRequestException, group(iot, 'c101', 'l1'))
})

test('a group with child groups stays, one with things lets them go', async () => {
  const { iot } = new AwsInProcess()
  await group(iot, 'lights')
  await group(iot, 'red', 'lights')
  await thing(iot, 'lamp')
  await add(iot, 'lamp', 'red')
  const refusal = await failsWith(
    InvalidRequestException,
    iot.send(new DeleteThingGroupCommand({ thingGroupName: 'lights' })),
  )
  assert.equal(refusal.message, 'Cannot delete thing group : lights when there are still child groups attached to it.')
  await failsWith(
    VersionConflictException,
    iot.send(new DeleteThingGroupCommand({ thingGroupName: 'red', expectedVersion: 9 })),
  )
  assert.deepEqual(await things(iot, 'red'), ['lamp'])
  await iot.send(new DeleteThingGroupCommand({ thingGroupName: 'red' }))
  await iot.send(new DeleteThingGroupCommand({ thingGroupName: 'red' }))
  assert.deepEqual((await iot.send(new ListThingGroupsForThingCommand({ thingName: 'lamp' }))).thingGroups, [])
})

test('membership goes by name or ARN of any region, and counts in the groups above when asked', async () => {
  const { iot } = new AwsInProcess()
  await group(iot, 'lights')
  await group(iot, 'red', 'lights')
  await thing(iot, 'lamp')
  const arns = {
    thingArn: 'arn:aws:iot:eu-west-1:999999999999:thing/lamp',
    thingGroupArn: 'arn:aws:iot:eu-west-1:999999999999:thinggroup/red',
  }
  await iot.send(new AddThingToThingGroupCommand(arns))
  await iot.send(new AddThingToThingGroupCommand(arns))
  assert.deepEqual(
    [await things(iot, 'red'), await things(iot, 'lights'), await things(iot, 'lights', true)],
    [['lamp'], [], ['lamp']],
  )
  await failsWith(InvalidRequestException, iot.send(new AddThingToThingGroupCommand({ thingName: 'other', ...arns })))
  await failsWith(InvalidRequestException, iot.send(new AddThingToThingGroupCommand({ thingName: 'lamp' })))
  await iot.send(new RemoveThingFromThingGroupCommand({ thingName: 'lamp', thingGroupName: 'red' }))
  assert.deepEqual(await things(iot, 'lights', true), [])
})

test('a thing is in ten groups at most, and in one of each hierarchy', async () => {
  const { iot } = new AwsInProcess()
  await thing(iot, 'lamp')
  await group(iot, 'lights')
  await group(iot, 'red', 'lights')
  await group(iot, 'green', 'lights')
  await add(iot, 'lamp', 'red')
  assert.match(
    (await failsWith(InvalidRequestException, add(iot, 'lamp', 'green'))).message,
    /both red and green: they are of one hierarchy/,
  )
  await iot.send(
    new UpdateThingGroupsForThingCommand({
      thingName: 'lamp',
      thingGroupsToAdd: ['green'],
      thingGroupsToRemove: ['red'],
    }),
  )
  assert.deepEqual([await things(iot, 'red'), await things(iot, 'green')], [[], ['lamp']])
  for (let n = 1; n <= 10; n++) await group(iot, `g${n}`)
  for (let n = 1; n <= 9; n++) await add(iot, 'lamp', `g${n}`)
  await failsWith(InvalidRequestException, add(iot, 'lamp', 'g10'))
  await iot.send(new DeleteThingCommand({ thingName: 'lamp' }))
  assert.deepEqual(await things(iot, 'green'), [])
})

test('groups are listed all, by parent, with everything below it, and by the beginning of their names', async () => {
  const { iot } = new AwsInProcess()
  await group(iot, 'lights')
  await group(iot, 'red', 'lights')
  await group(iot, 'led', 'red')
  await group(iot, 'pumps')
  const names = async (input: ConstructorParameters<typeof ListThingGroupsCommand>[0] & object) =>
    (await iot.send(new ListThingGroupsCommand(input))).thingGroups?.map(({ groupName }) => groupName)
  assert.deepEqual(await names({}), ['led', 'lights', 'pumps', 'red'])
  assert.deepEqual(await names({ recursive: false }), ['lights', 'pumps'])
  assert.deepEqual(await names({ parentGroup: 'lights' }), ['red'])
  assert.deepEqual(await names({ parentGroup: 'lights', recursive: true }), ['led', 'red'])
  assert.deepEqual(await names({ namePrefixFilter: 'l' }), ['led', 'lights'])
})

test('dynamic groups are refused by name', async () => {
  const { iot } = new AwsInProcess()
  const refusal = await failsWith(
    InvalidRequestException,
    iot.send(new CreateDynamicThingGroupCommand({ thingGroupName: 'x', queryString: '*' })),
  )
  assert.match(refusal.message, /CreateDynamicThingGroup is not modelled/)
})

test('a group has tags from its creation, and loses them with itself', async () => {
  const { iot } = new AwsInProcess()
  const { thingGroupArn: resourceArn = '' } = await iot.send(
    new CreateThingGroupCommand({ thingGroupName: 'red', tags: [{ Key: 'a', Value: '1' }] }),
  )
  await iot.send(
    new TagResourceCommand({
      resourceArn,
      tags: [
        { Key: 'b', Value: '2' },
        { Key: 'a', Value: '3' },
      ],
    }),
  )
  const tags = async () => (await iot.send(new ListTagsForResourceCommand({ resourceArn }))).tags
  assert.deepEqual(await tags(), [
    { Key: 'a', Value: '3' },
    { Key: 'b', Value: '2' },
  ])
  await iot.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))
  assert.deepEqual(await tags(), [{ Key: 'b', Value: '2' }])
  await iot.send(new DeleteThingGroupCommand({ thingGroupName: 'red' }))
  await failsWith(ResourceNotFoundException, tags())
  await group(iot, 'red')
  assert.deepEqual(await tags(), [])
  await failsWith(
    InvalidRequestException,
    iot.send(new ListTagsForResourceCommand({ resourceArn: 'arn:aws:iot:us-west-2:123456789012:thing/x' })),
  )
})
