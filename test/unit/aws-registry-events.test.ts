import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AddThingToThingGroupCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  CreateThingTypeCommand,
  DeleteThingCommand,
  DescribeEventConfigurationsCommand,
  InvalidRequestException,
  UpdateEventConfigurationsCommand,
  UpdateThingCommand,
  type EventType,
  type UpdateEventConfigurationsCommandInput,
} from '@aws-sdk/client-iot'
import { eventsEnabled } from '../../src/dialect/aws/registry/event-configurations.ts'
import { AwsInProcess } from '../builders/aws-in-process.ts'
import { published } from '../builders/context-fixture.ts'
import { failsWith } from '../builders/fails-with.ts'

const REGISTRY: EventType[] = [
  'THING',
  'THING_GROUP',
  'THING_TYPE',
  'THING_GROUP_MEMBERSHIP',
  'THING_GROUP_HIERARCHY',
  'THING_TYPE_ASSOCIATION',
]
const switchTo = ({ iot }: AwsInProcess, Enabled: boolean, types: EventType[]) =>
  iot.send(
    new UpdateEventConfigurationsCommand({
      eventConfigurations: Object.fromEntries(types.map((type) => [type, { Enabled }])),
    }),
  )

/** What the last request made known, the registry's events only. */
const said = (bench: AwsInProcess): [string, Record<string, unknown>][] =>
  published(bench).map(({ topic, payload }) => [
    topic.replace('$aws/events/', ''),
    JSON.parse(String(payload)) as Record<string, unknown>,
  ])
const topics = (bench: AwsInProcess): string[] => said(bench).map(([topic]) => topic)

test('job events are on and registry events off until they are switched', async () => {
  const bench = new AwsInProcess()
  const { eventConfigurations } = await bench.iot.send(new DescribeEventConfigurationsCommand({}))
  const on = Object.entries(eventConfigurations ?? {}).flatMap(([type, configuration]) =>
    configuration.Enabled === true ? [type] : [],
  )
  assert.deepEqual(on, ['JOB', 'JOB_EXECUTION'])
  await bench.iot.send(new CreateThingCommand({ thingName: 'lamp' }))
  assert.deepEqual(said(bench), [])
  await switchTo(bench, false, ['JOB'])
  await switchTo(bench, true, ['THING'])
  bench.turn((ctx) =>
    assert.deepEqual(
      [eventsEnabled(ctx, 'JOB'), eventsEnabled(ctx, 'JOB_EXECUTION'), eventsEnabled(ctx, 'THING')],
      [false, true, true],
    ),
  )
  const { creationDate, lastModifiedDate } = await bench.iot.send(new DescribeEventConfigurationsCommand({}))
  assert.deepEqual([creationDate, lastModifiedDate], [new Date(bench.now), new Date(bench.now)])
})

test('an unknown kind of event is refused, one the hub never publishes is counted', async () => {
  const bench = new AwsInProcess()
  const unknown = {
    eventConfigurations: { NONSENSE: { Enabled: true } },
  } as unknown as UpdateEventConfigurationsCommandInput
  await failsWith(InvalidRequestException, bench.iot.send(new UpdateEventConfigurationsCommand(unknown)))
  await switchTo(bench, true, ['CERTIFICATE'])
  assert.deepEqual(bench.ignored, ['UpdateEventConfigurations.CERTIFICATE'])
})

test('a thing’s life is told with milliseconds and versions', async () => {
  const bench = new AwsInProcess()
  await switchTo(bench, true, REGISTRY)
  const { thingId } = await bench.iot.send(
    new CreateThingCommand({ thingName: 'lamp', attributePayload: { attributes: { a: '1' } } }),
  )
  const [[topic, { eventId, ...event }] = ['', {}]] = said(bench) as [string, { eventId: unknown }][]
  assert.equal(topic, 'thing/lamp/created')
  assert.match(String(eventId), /^[0-9a-f-]{36}$/)
  const about = {
    accountId: '123456789012',
    thingId,
    thingName: 'lamp',
    versionNumber: 1,
    thingTypeName: null,
    attributes: { a: '1' },
  }
  assert.deepEqual(event, { eventType: 'THING_EVENT', timestamp: bench.now, operation: 'CREATED', ...about })
  await bench.iot.send(new UpdateThingCommand({ thingName: 'lamp', attributePayload: { attributes: {} } }))
  assert.deepEqual(
    said(bench).map(([name, { operation, versionNumber }]) => [name, operation, versionNumber]),
    [['thing/lamp/updated', 'UPDATED', 2]],
  )
  await bench.iot.send(new DeleteThingCommand({ thingName: 'lamp' }))
  assert.deepEqual(topics(bench), ['thing/lamp/deleted'])
})

test('types, groups and who belongs to them are told', async () => {
  const bench = new AwsInProcess()
  await switchTo(bench, true, REGISTRY)
  await bench.iot.send(new CreateThingTypeCommand({ thingTypeName: 'kind' }))
  assert.deepEqual(topics(bench), ['thingType/kind/created'])
  await bench.iot.send(new CreateThingCommand({ thingName: 'lamp', thingTypeName: 'kind' }))
  assert.deepEqual(topics(bench), ['thing/lamp/created', 'thingTypeAssociation/thing/lamp/thingType/kind/added'])
  await bench.iot.send(new UpdateThingCommand({ thingName: 'lamp', removeThingType: true }))
  assert.deepEqual(topics(bench), ['thing/lamp/updated', 'thingTypeAssociation/thing/lamp/thingType/kind/removed'])
  await bench.iot.send(new CreateThingGroupCommand({ thingGroupName: 'root' }))
  await bench.iot.send(new CreateThingGroupCommand({ thingGroupName: 'leaf', parentGroupName: 'root' }))
  assert.deepEqual(topics(bench), [
    'thingGroup/leaf/created',
    'thingGroupHierarchy/thingGroup/root/childThingGroup/leaf/added',
  ])
  await bench.iot.send(new AddThingToThingGroupCommand({ thingName: 'lamp', thingGroupName: 'leaf' }))
  const [[topic, joined] = ['', {}]] = said(bench)
  assert.equal(topic, 'thingGroupMembership/thingGroup/leaf/thing/lamp/added')
  await bench.iot.send(new DeleteThingCommand({ thingName: 'lamp' }))
  const left = said(bench).find(([name]) => name.endsWith('/removed'))?.[1]
  assert.deepEqual(
    [left?.['membershipId'], left?.['thingId'], left?.['groupId']],
    [joined['membershipId'], joined['thingId'], joined['groupId']],
  )
})
