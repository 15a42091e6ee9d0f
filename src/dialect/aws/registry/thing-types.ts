import type { Context, Route } from '../../dialect.ts'
import { arn, callerOf, type Caller } from '../wire/arns.ts'
import { textParameter } from '../wire/parameters.ts'
import { alreadyExists, AwsError, invalidRequest, resourceNotFound } from '../wire/errors.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { floatSeconds } from '../jobs/shapes.ts'
import { checkName, NAMES } from '../wire/names.ts'
import { paginate } from '../wire/pagination.ts'
import { thingTypeEvent } from './registry-events.ts'
import { readTags, setResourceTags } from './tags.ts'
import { describeProperties, hasProperties, readTypeProperties } from './thing-type-properties.ts'
import { typesOf, type ThingType } from './thing-type-store.ts'

/** Thing types [aws 4.1]. */
export const thingTypeRoutes: Route[] = [
  operation('CreateThingType', 'POST', '/thing-types/:thingTypeName', createType),
  operation('DescribeThingType', 'GET', '/thing-types/:thingTypeName', ({ ctx, request, params }) => {
    const type = requireType(ctx, params['thingTypeName'])
    return { thingTypeId: type.id, ...summaryOf(type, callerOf(request)) }
  }),
  operation('ListThingTypes', 'GET', '/thing-types', listTypes),
  operation('UpdateThingType', 'PATCH', '/thing-types/:thingTypeName', updateType),
  operation('DeprecateThingType', 'POST', '/thing-types/:thingTypeName/deprecate', deprecateType),
  operation('DeleteThingType', 'DELETE', '/thing-types/:thingTypeName', deleteType),
]

/** The type, if things may be given it: it exists (404 otherwise) and is not deprecated. */
export function requireUsableType(ctx: Context, name: string): ThingType {
  const type = requireType(ctx, name)
  if (type.deprecatedAt !== undefined)
    throw new AwsError('InvalidRequestException', `The thing type ${name} is deprecated`)
  return type
}

function requireType(ctx: Context, name: string | undefined): ThingType {
  const type = typesOf(ctx).get(checkName('thingTypeName', name, NAMES.thingType))
  if (type === undefined) throw resourceNotFound(`The thing type ${name} does not exist`)
  return type
}

/** Once more with the same configuration answers like the first time [aws 4.1]. */
function createType(call: Call): object {
  const { ctx, request, params } = call
  const name = checkName('thingTypeName', params['thingTypeName'], NAMES.thingType)
  const fields = readBody(call, ['thingTypeProperties', 'tags'])
  const properties = readTypeProperties(ctx, fields)
  const tags = readTags(fields)
  const thingTypeArn = arn.thingType(callerOf(request), name)
  const existing = typesOf(ctx).get(name)
  if (existing !== undefined && !hasProperties(existing, properties)) {
    throw alreadyExists(`The thing type ${name} already exists with other properties`, existing.id, thingTypeArn)
  }
  if (existing !== undefined) return { thingTypeName: name, thingTypeArn, thingTypeId: existing.id }
  const type = typesOf(ctx).set(name, {
    name,
    id: ctx.ids.uuid(),
    searchableAttributes: [],
    ...properties,
    createdAt: ctx.now,
  })
  setResourceTags(ctx, `thingtype/${name}`, tags)
  thingTypeEvent(ctx, 'created', type)
  return { thingTypeName: name, thingTypeArn, thingTypeId: type.id }
}

/** As lists show it, without its id. */
const summaryOf = (type: ThingType, caller: Caller): object => ({
  thingTypeName: type.name,
  thingTypeArn: arn.thingType(caller, type.name),
  thingTypeProperties: describeProperties(type),
  thingTypeMetadata: {
    deprecated: type.deprecatedAt !== undefined,
    deprecationDate: type.deprecatedAt === undefined ? undefined : floatSeconds(type.deprecatedAt),
    creationDate: floatSeconds(type.createdAt),
  },
})

function listTypes({ ctx, request }: Call): object {
  const wanted = textParameter(request, 'thingTypeName')
  const types =
    wanted === undefined ? typesOf(ctx).values() : [typesOf(ctx).get(wanted)].filter((type) => type !== undefined)
  const { items, next } = paginate(request, types, (type) => type.name)
  return { thingTypes: items.map((type) => summaryOf(type, callerOf(request))), nextToken: next }
}

function updateType(call: Call): object {
  const type = requireType(call.ctx, call.params['thingTypeName'])
  change(call.ctx, { ...type, ...readTypeProperties(call.ctx, readBody(call, ['thingTypeProperties'])) })
  return {}
}

function deprecateType(call: Call): object {
  const { deprecatedAt, ...type } = requireType(call.ctx, call.params['thingTypeName'])
  const undo = readBody(call, ['undoDeprecate']).boolean('undoDeprecate') ?? false
  change(call.ctx, undo ? type : { ...type, deprecatedAt: deprecatedAt ?? call.ctx.now })
  return {}
}

function change(ctx: Context, type: ThingType): void {
  typesOf(ctx).set(type.name, type)
  thingTypeEvent(ctx, 'updated', type)
}

const GRACE_MS = 5 * 60_000

/** Only a deprecated type that no thing has; AWS also wants five minutes to pass, which strict mode insists on. */
function deleteType({ ctx, params }: Call): object {
  const type = requireType(ctx, params['thingTypeName'])
  if (type.deprecatedAt === undefined)
    throw new AwsError(
      'InvalidRequestException',
      `The thing type ${type.name} must be deprecated before it can be deleted`,
    )
  if (ctx.settings.mode === 'strict' && ctx.now < type.deprecatedAt + GRACE_MS) {
    throw new AwsError(
      'InvalidRequestException',
      `The thing type ${type.name} can be deleted five minutes after it was deprecated`,
    )
  }
  for (const thing of ctx.engine.devices.ofDialect('aws')) {
    if (thing.type === type.name)
      throw invalidRequest('thingTypeName', type.name, `is still the type of the thing ${thing.name}`)
  }
  typesOf(ctx).delete(type.name)
  setResourceTags(ctx, `thingtype/${type.name}`, undefined)
  thingTypeEvent(ctx, 'deleted', type)
  return {}
}
