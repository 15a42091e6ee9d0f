import type { Device } from '../../../core/device/model.ts'
import { equal, own } from '../../../core/twin/json.ts'
import type { Context, Route } from '../../dialect.ts'
import { arn, callerOf, type Caller } from '../wire/arns.ts'
import { applyAttributes, checkCount, readAttributes } from './attributes.ts'
import { flagOf, integerOf, textParameter } from '../wire/parameters.ts'
import { alreadyExists, AwsError, invalidRequest, resourceNotFound } from '../wire/errors.ts'
import { principalsOf } from '../auth/identity-store.ts'
import { thingKey } from '../jobs/keys.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { checkName, NAMES } from '../wire/names.ts'
import { paginate } from '../wire/pagination.ts'
import { requireUsableType } from './thing-types.ts'

/** The registry of things [aws 4.1]. */
export const thingRoutes: Route[] = [
  operation('CreateThing', 'POST', '/things/:thingName', createThing),
  operation('DescribeThing', 'GET', '/things/:thingName', ({ ctx, request, params }) =>
    describeThing(requireThing(ctx, params['thingName']), callerOf(request)),
  ),
  operation('ListThings', 'GET', '/things', listThings),
  operation('UpdateThing', 'PATCH', '/things/:thingName', updateThing),
  operation('DeleteThing', 'DELETE', '/things/:thingName', deleteThing),
]

/** The thing, or ResourceNotFoundException. */
export function requireThing(ctx: Context, name: string | undefined): Device {
  const thing = ctx.engine.devices.get(thingKey(checkName('thingName', name, NAMES.thing)))
  if (thing === undefined) throw resourceNotFound(`The thing ${name} does not exist`)
  return thing
}

/** Once more with the same attributes and type answers like the first time; with others it is refused [aws 4.1]. */
function createThing(call: Call): object {
  const { ctx, request, params } = call
  const name = checkName('thingName', params['thingName'], NAMES.thing)
  const fields = readBody(call, ['thingTypeName', 'attributePayload'])
  const type = fields.text('thingTypeName')
  const attributes = applyAttributes({}, readAttributes(fields))
  if (type !== undefined) requireUsableType(ctx, type)
  checkCount(attributes, type)
  const existing = ctx.engine.devices.get(thingKey(name))
  if (existing !== undefined && !(existing.type === type && equal(existing.attributes, attributes))) {
    const message = `The thing ${name} already exists with other attributes or another thing type`
    throw alreadyExists(message, existing.id, arn.thing(callerOf(request), name))
  }
  const thing =
    existing ??
    ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name, attributes, ...(type !== undefined && { type }) })
  return { thingName: name, thingArn: arn.thing(callerOf(request), name), thingId: thing.id }
}

const summaryOf = (thing: Device, caller: Caller): object => ({
  thingName: thing.name,
  thingTypeName: thing.type,
  thingArn: arn.thing(caller, thing.name),
  attributes: thing.attributes,
  version: thing.version,
})

const describeThing = (thing: Device, caller: Caller): object => ({
  defaultClientId: thing.name,
  thingId: thing.id,
  ...summaryOf(thing, caller),
})

function listThings({ ctx, request }: Call): object {
  const [name, value, type] = ['attributeName', 'attributeValue', 'thingTypeName'].map((parameter) =>
    textParameter(request, parameter),
  )
  if (value !== undefined && name === undefined) throw invalidRequest('attributeValue', value, 'needs an attributeName')
  const prefix = flagOf(request, 'usePrefixAttributeValue')
  const fits = (thing: Device): boolean => {
    if (type !== undefined && thing.type !== type) return false
    const held = name === undefined ? undefined : own(thing.attributes, name)
    if (name === undefined || held === undefined) return name === undefined
    return value === undefined || (prefix ? held.startsWith(value) : held === value)
  }
  const { items, next } = paginate(request, only(ctx.engine.devices.ofDialect('aws'), fits), ({ name }) => name)
  return { things: items.map((thing) => summaryOf(thing, callerOf(request))), nextToken: next }
}

function* only(things: Iterable<Device>, fits: (thing: Device) => boolean): Generator<Device> {
  for (const thing of things) if (fits(thing)) yield thing
}

function updateThing(call: Call): object {
  const { ctx, params } = call
  const thing = requireThing(ctx, params['thingName'])
  const fields = readBody(call, ['thingTypeName', 'attributePayload', 'expectedVersion', 'removeThingType'])
  const given = fields.text('thingTypeName')
  const remove = fields.boolean('removeThingType') ?? false
  if (remove && given !== undefined)
    throw invalidRequest('removeThingType', true, 'cannot be combined with thingTypeName')
  if (given !== undefined && given !== thing.type) requireUsableType(ctx, given)
  const type = remove ? undefined : (given ?? thing.type)
  const attributes = applyAttributes(thing.attributes, readAttributes(fields))
  checkCount(attributes, type)
  ctx.engine.devices.update(
    ctx.turn,
    thing.key,
    { type, attributes },
    fields.integer('expectedVersion', 0, Number.MAX_SAFE_INTEGER),
  )
  return {}
}

/**
 * Succeeds where there is no such thing; refused while a principal is attached [aws 4.1]. Executions and shadows stay.
 */
function deleteThing({ ctx, request, params }: Call): object {
  const name = checkName('thingName', params['thingName'], NAMES.thing)
  const expected = integerOf(request, 'expectedVersion', 0, Infinity)
  if (ctx.engine.devices.get(thingKey(name)) === undefined) return {}
  if ((principalsOf(ctx).get(name)?.principals.length ?? 0) > 0) {
    throw new AwsError(
      'InvalidRequestException',
      `The thing ${name} cannot be deleted while principals are attached to it`,
    )
  }
  ctx.engine.devices.delete(ctx.turn, thingKey(name), expected)
  return {}
}
