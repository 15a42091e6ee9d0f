import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AttachThingPrincipalCommand,
  CreateThingCommand,
  CreateThingTypeCommand,
  DeleteThingCommand,
  DeleteThingTypeCommand,
  DeprecateThingTypeCommand,
  DescribeThingCommand,
  DescribeThingTypeCommand,
  InvalidRequestException,
  ListThingsCommand,
  type ListThingsCommandInput,
  ListThingTypesCommand,
  paginateListThings,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  UpdateThingCommand,
  UpdateThingTypeCommand,
  VersionConflictException,
} from '@aws-sdk/client-iot'
import { AwsInProcess } from '../builders/aws-in-process.ts'
import { failsWith } from '../builders/fails-with.ts'

test('a thing is created, described, listed and deleted, with ARNs in the caller’s region', async () => {
  const { iot } = new AwsInProcess()
  const created = await iot.send(
    new CreateThingCommand({ thingName: 'lamp:1', attributePayload: { attributes: { room: 'hall' } } }),
  )
  assert.equal(created.thingArn, 'arn:aws:iot:us-west-2:123456789012:thing/lamp:1')
  const { $metadata, ...described } = await iot.send(new DescribeThingCommand({ thingName: 'lamp:1' }))
  assert.match($metadata.requestId ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(described, {
    thingName: 'lamp:1',
    thingId: created.thingId,
    thingArn: created.thingArn,
    defaultClientId: 'lamp:1',
    attributes: { room: 'hall' },
    version: 1,
  })
  const { things } = await iot.send(new ListThingsCommand({}))
  assert.deepEqual(things, [
    { thingName: 'lamp:1', thingArn: created.thingArn, attributes: { room: 'hall' }, version: 1 },
  ])
  await iot.send(new DeleteThingCommand({ thingName: 'lamp:1' }))
  await failsWith(ResourceNotFoundException, iot.send(new DescribeThingCommand({ thingName: 'lamp:1' })))
  await iot.send(new DeleteThingCommand({ thingName: 'lamp:1' }))
})

test('creating a thing again answers with the same id if it is the same, and refuses it if it is not', async () => {
  const { iot } = new AwsInProcess()
  const first = await iot.send(
    new CreateThingCommand({ thingName: 'lamp', attributePayload: { attributes: { a: '1', b: '2' } } }),
  )
  const again = await iot.send(
    new CreateThingCommand({ thingName: 'lamp', attributePayload: { attributes: { b: '2', a: '1' } } }),
  )
  assert.equal(again.thingId, first.thingId)
  const refused = await failsWith(
    ResourceAlreadyExistsException,
    iot.send(new CreateThingCommand({ thingName: 'lamp' })),
  )
  assert.deepEqual([refused.resourceId, refused.resourceArn], [first.thingId, first.thingArn])
})

test('attributes replace the map, or merge into it, where an empty text deletes', async () => {
  const { iot } = new AwsInProcess()
  await iot.send(new CreateThingCommand({ thingName: 'lamp', attributePayload: { attributes: { a: '1', b: '2' } } }))
  const update = async (attributes: Record<string, string>, merge?: boolean): Promise<unknown> => {
    await iot.send(
      new UpdateThingCommand({
        thingName: 'lamp',
        attributePayload: { attributes, ...(merge !== undefined && { merge }) },
      }),
    )
    const { attributes: now, version } = await iot.send(new DescribeThingCommand({ thingName: 'lamp' }))
    return [now, version]
  }
  assert.deepEqual(await update({ b: '', c: '3' }, true), [{ a: '1', c: '3' }, 2])
  assert.deepEqual(await update({ d: '4', e: '' }), [{ d: '4' }, 3])
})

test('creating a thing type again answers with the same id if it is the same, and refuses it if it is not', async () => {
  const { iot } = new AwsInProcess()
  const create = (thingTypeDescription?: string) =>
    iot.send(new CreateThingTypeCommand({ thingTypeName: 'bulb', thingTypeProperties: { thingTypeDescription } }))
  const first = await create('a bulb')
  assert.equal((await create('a bulb')).thingTypeId, first.thingTypeId)
  await failsWith(ResourceAlreadyExistsException, create('another'))
})

test('a wrong version is a VersionConflictException, and nothing has changed', async () => {
  const { iot } = new AwsInProcess()
  await iot.send(new CreateThingCommand({ thingName: 'lamp' }))
  await failsWith(
    VersionConflictException,
    iot.send(
      new UpdateThingCommand({ thingName: 'lamp', expectedVersion: 7, attributePayload: { attributes: { a: '1' } } }),
    ),
  )
  await failsWith(VersionConflictException, iot.send(new DeleteThingCommand({ thingName: 'lamp', expectedVersion: 7 })))
  const { version, attributes } = await iot.send(new DescribeThingCommand({ thingName: 'lamp' }))
  assert.deepEqual([version, attributes], [1, {}])
})

test('what breaks a bound is refused by field, value and rule', async () => {
  const { iot } = new AwsInProcess()
  const cases: [Promise<unknown>, RegExp][] = [
    [iot.send(new CreateThingCommand({ thingName: 'no spaces' })), /thingName: "no spaces" must match/],
    [iot.send(new CreateThingCommand({ thingName: 'x'.repeat(129) })), /thingName: "x+"/],
    [
      iot.send(new CreateThingCommand({ thingName: 'x', attributePayload: { attributes: { 'a b': '1' } } })),
      /attributePayload\.attributes\.a b: "a b" must match/,
    ],
    [
      iot.send(new CreateThingCommand({ thingName: 'x', attributePayload: { attributes: { a: 'two words' } } })),
      /attributePayload\.attributes\.a: "two words" must match/,
    ],
    [
      iot.send(
        new CreateThingCommand({
          thingName: 'x',
          attributePayload: { attributes: { a: '1', b: '2', c: '3', d: '4' } },
        }),
      ),
      /has 4 attributes; a thing without a thing type may have 3/,
    ],
    [
      iot.send(new ListThingsCommand({ maxResults: 251 })),
      /Value '251' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 250$/,
    ],
    [iot.send(new ListThingsCommand({ nextToken: '!!' })), /^Next token is invalid\.$/],
    [iot.send(new ListThingsCommand({ attributeValue: 'x' })), /attributeValue: "x" needs an attributeName/],
  ]
  for (const [request, message] of cases)
    assert.match((await failsWith(InvalidRequestException, request)).message, message)
  assert.deepEqual((await iot.send(new ListThingsCommand({}))).things, [])
})

test('pages miss nothing, even when a script deletes what it has listed', async () => {
  const { iot } = new AwsInProcess()
  for (let n = 0; n < 23; n++) await iot.send(new CreateThingCommand({ thingName: `thing-${(n * 7) % 23}` }))
  const seen: string[] = []
  for await (const { things = [] } of paginateListThings({ client: iot, pageSize: 5 }, {})) {
    for (const { thingName = '' } of things) {
      seen.push(thingName)
      await iot.send(new DeleteThingCommand({ thingName }))
    }
  }
  assert.equal(new Set(seen).size, 23)
  assert.equal(seen.length, 23)
})

test('things are found by attribute, its beginning, and type', async () => {
  const { iot } = new AwsInProcess()
  await iot.send(new CreateThingTypeCommand({ thingTypeName: 'lamp' }))
  await iot.send(
    new CreateThingCommand({
      thingName: 'a',
      thingTypeName: 'lamp',
      attributePayload: { attributes: { model: 'x1' } },
    }),
  )
  await iot.send(new CreateThingCommand({ thingName: 'b', attributePayload: { attributes: { model: 'x2' } } }))
  await iot.send(new CreateThingCommand({ thingName: 'c', attributePayload: { attributes: { other: 'x1' } } }))
  const names = async (input: ListThingsCommandInput): Promise<unknown> =>
    (await iot.send(new ListThingsCommand(input))).things?.map(({ thingName }) => thingName)
  assert.deepEqual(await names({ attributeName: 'model', attributeValue: 'x1' }), ['a'])
  assert.deepEqual(await names({ attributeName: 'model', attributeValue: 'x', usePrefixAttributeValue: true }), [
    'a',
    'b',
  ])
  assert.deepEqual(await names({ thingTypeName: 'lamp' }), ['a'])
  assert.deepEqual(await names({ attributeName: 'constructor' }), [])
})

test('a type is given, taken away, deprecated and deleted', async () => {
  const bench = new AwsInProcess()
  const { iot } = bench
  await failsWith(
    ResourceNotFoundException,
    iot.send(new CreateThingCommand({ thingName: 'a', thingTypeName: 'lamp' })),
  )
  await iot.send(
    new CreateThingTypeCommand({
      thingTypeName: 'lamp',
      thingTypeProperties: { thingTypeDescription: 'bright', searchableAttributes: ['room'] },
    }),
  )
  await failsWith(ResourceAlreadyExistsException, iot.send(new CreateThingTypeCommand({ thingTypeName: 'lamp' })))
  await iot.send(
    new CreateThingCommand({
      thingName: 'a',
      thingTypeName: 'lamp',
      attributePayload: { attributes: { a: '1', b: '2', c: '3', d: '4' } },
    }),
  )
  assert.match(
    (
      await failsWith(
        InvalidRequestException,
        iot.send(new UpdateThingCommand({ thingName: 'a', removeThingType: true })),
      )
    ).message,
    /has 4 attributes/,
  )
  await failsWith(InvalidRequestException, iot.send(new DeleteThingTypeCommand({ thingTypeName: 'lamp' })))
  await iot.send(new DeprecateThingTypeCommand({ thingTypeName: 'lamp' }))
  const { thingTypeMetadata, thingTypeProperties } = await iot.send(
    new DescribeThingTypeCommand({ thingTypeName: 'lamp' }),
  )
  assert.deepEqual(thingTypeMetadata, {
    deprecated: true,
    deprecationDate: new Date(bench.now),
    creationDate: new Date(bench.now),
  })
  assert.deepEqual(thingTypeProperties, { thingTypeDescription: 'bright', searchableAttributes: ['room'] })
  await failsWith(InvalidRequestException, iot.send(new CreateThingCommand({ thingName: 'b', thingTypeName: 'lamp' })))
  assert.match(
    (await failsWith(InvalidRequestException, iot.send(new DeleteThingTypeCommand({ thingTypeName: 'lamp' })))).message,
    /still the type of the thing a/,
  )
  await iot.send(
    new UpdateThingCommand({ thingName: 'a', removeThingType: true, attributePayload: { attributes: {} } }),
  )
  await iot.send(new DeleteThingTypeCommand({ thingTypeName: 'lamp' }))
  assert.deepEqual((await iot.send(new ListThingTypesCommand({}))).thingTypes, [])
})

test('in strict mode a type is deleted five minutes after it was deprecated, not before', async () => {
  const bench = new AwsInProcess({ settings: { mode: 'strict' } })
  bench.turn(() => undefined)
  await bench.iot.send(new CreateThingTypeCommand({ thingTypeName: 'lamp' }))
  await bench.iot.send(new DeprecateThingTypeCommand({ thingTypeName: 'lamp' }))
  await failsWith(InvalidRequestException, bench.iot.send(new DeleteThingTypeCommand({ thingTypeName: 'lamp' })))
  bench.now += 300_000
  await bench.iot.send(new DeleteThingTypeCommand({ thingTypeName: 'lamp' }))
})

test('undoing a deprecation and new properties are taken over', async () => {
  const { iot } = new AwsInProcess()
  await iot.send(new CreateThingTypeCommand({ thingTypeName: 'lamp' }))
  await iot.send(new DeprecateThingTypeCommand({ thingTypeName: 'lamp' }))
  await iot.send(new DeprecateThingTypeCommand({ thingTypeName: 'lamp', undoDeprecate: true }))
  await iot.send(
    new UpdateThingTypeCommand({ thingTypeName: 'lamp', thingTypeProperties: { searchableAttributes: ['x'] } }),
  )
  const { thingTypes } = await iot.send(new ListThingTypesCommand({ thingTypeName: 'lamp' }))
  assert.deepEqual(
    [thingTypes?.[0]?.thingTypeMetadata?.deprecated, thingTypes?.[0]?.thingTypeProperties?.searchableAttributes],
    [false, ['x']],
  )
})

test('a thing with a principal cannot be deleted, and a field without effect is counted', async () => {
  const bench = new AwsInProcess()
  await bench.iot.send(new CreateThingCommand({ thingName: 'lamp', billingGroupName: 'mine' }))
  assert.deepEqual(bench.ignored, ['CreateThing.billingGroupName'])
  await bench.iot.send(new AttachThingPrincipalCommand({ thingName: 'lamp', principal: 'us-east-1:cognito-identity' }))
  await failsWith(InvalidRequestException, bench.iot.send(new DeleteThingCommand({ thingName: 'lamp' })))
})

test('what a thing type adds to MQTT 5 messages is kept, shown and counted, and held to its rules', async () => {
  const bench = new AwsInProcess()
  const propagatingAttributes = [
    { userPropertyKey: 'watts', thingAttribute: 'wattage' },
    { userPropertyKey: 'client', connectionAttribute: 'iot:ClientId' },
  ]
  const type = { thingTypeName: 'lamp', thingTypeProperties: { mqtt5Configuration: { propagatingAttributes } } }
  const { thingTypeId } = await bench.iot.send(new CreateThingTypeCommand(type))
  assert.deepEqual(bench.ignored, ['thingTypeProperties.mqtt5Configuration'])
  const shown = async () =>
    (await bench.iot.send(new DescribeThingTypeCommand({ thingTypeName: 'lamp' }))).thingTypeProperties
  assert.deepEqual(await shown(), { searchableAttributes: [], mqtt5Configuration: { propagatingAttributes } })
  assert.equal((await bench.iot.send(new CreateThingTypeCommand(type))).thingTypeId, thingTypeId)
  const other = { thingTypeName: 'lamp', thingTypeProperties: { mqtt5Configuration: { propagatingAttributes: [] } } }
  await failsWith(ResourceAlreadyExistsException, bench.iot.send(new CreateThingTypeCommand(other)))
  for (const wrong of [{ userPropertyKey: 'a b' }, { thingAttribute: 'ü' }, { connectionAttribute: 'a/b' }]) {
    const thingTypeProperties = { mqtt5Configuration: { propagatingAttributes: [wrong] } }
    const refused = bench.iot.send(new UpdateThingTypeCommand({ thingTypeName: 'lamp', thingTypeProperties }))
    await failsWith(InvalidRequestException, refused)
  }
  await bench.iot.send(new UpdateThingTypeCommand(other))
  assert.deepEqual((await shown())?.mqtt5Configuration, { propagatingAttributes: [] })
})
