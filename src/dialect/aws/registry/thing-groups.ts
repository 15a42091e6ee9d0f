import type { Group } from '../../../core/device/model.ts'
import { equal } from '../../../core/twin/json.ts'
import type { Context, Route } from '../../dialect.ts'
import { refreshTarget } from '../auth/live.ts'
import { arn, callerOf, type Caller } from '../wire/arns.ts'
import { applyAttributes, readAttributes } from './attributes.ts'
import { flagOf, integerOf, textParameter } from '../wire/parameters.ts'
import { alreadyExists, AwsError, invalidRequest, resourceNotFound } from '../wire/errors.ts'
import { attachmentsOf } from '../auth/identity-store.ts'
import type { Fields } from '../wire/fields.ts'
import { groupKey } from '../jobs/keys.ts'
import { jsonResponse, operation, readBody, type Call } from '../wire/route.ts'
import { floatSeconds } from '../jobs/shapes.ts'
import { checkName, NAMES } from '../wire/names.ts'
import { paginate } from '../wire/pagination.ts'
import { readTags, setResourceTags } from './tags.ts'

const MAX_DEPTH = 7
const MAX_CHILDREN = 100

/** Static thing groups [aws 4.1]. */
export const thingGroupRoutes: Route[] = [
  operation('CreateThingGroup', 'POST', '/thing-groups/:thingGroupName', createGroup),
  operation('DescribeThingGroup', 'GET', '/thing-groups/:thingGroupName', describeGroup),
  operation('UpdateThingGroup', 'PATCH', '/thing-groups/:thingGroupName', updateGroup),
  operation('DeleteThingGroup', 'DELETE', '/thing-groups/:thingGroupName', deleteGroup),
  operation('ListThingGroups', 'GET', '/thing-groups', listGroups),
]

/** The group, or ResourceNotFoundException. */
export function requireGroup(ctx: Context, name: string | undefined, field = 'thingGroupName'): Group {
  const group = ctx.engine.groups.get(groupKey(checkName(field, name, NAMES.thingGroup)))
  if (group === undefined) throw resourceNotFound(`The thing group ${name} does not exist`)
  return group
}

/** Name and ARN, as lists show groups. */
export const nameAndArn = (caller: Caller, { name }: Group): object => ({
  groupName: name,
  groupArn: arn.thingGroup(caller, name),
})

interface Properties {
  description?: string
  attributes: Record<string, string>
}

function readProperties(fields: Fields, before: Record<string, string>): Properties {
  const properties = fields.fields('thingGroupProperties')
  const description = properties?.text('thingGroupDescription', {
    max: 2028,
    pattern: /^\P{Cc}*$/u,
    says: 'must not hold control characters',
  })
  const attributes = applyAttributes(before, properties === undefined ? undefined : readAttributes(properties))
  return { ...(description !== undefined && { description }), attributes }
}

/** A group has one parent for life. Once more with the same properties answers like the first time [aws 4.1]. */
function createGroup(call: Call): object {
  const { ctx, request, params } = call
  const { groups } = ctx.engine
  const name = checkName('thingGroupName', params['thingGroupName'], NAMES.thingGroup)
  const fields = readBody(call, ['parentGroupName', 'thingGroupProperties', 'tags'])
  const parentName = fields.text('parentGroupName')
  const parent = parentName === undefined ? undefined : requireGroup(ctx, parentName, 'parentGroupName')
  const properties = readProperties(fields, {})
  const tags = readTags(fields)
  const thingGroupArn = arn.thingGroup(callerOf(request), name)
  const existing = groups.get(groupKey(name))
  if (existing !== undefined && !isSame(existing, properties, parent)) {
    throw alreadyExists(`The thing group ${name} already exists with other properties`, existing.id, thingGroupArn)
  }
  if (existing !== undefined) return { thingGroupName: name, thingGroupArn, thingGroupId: existing.id }
  if (parent !== undefined) checkPlace(ctx, parent)
  const group = groups.create(ctx.turn, {
    dialect: 'aws',
    name,
    ...properties,
    ...(parent !== undefined && { parent: parent.key }),
  })
  setResourceTags(ctx, `thinggroup/${name}`, tags)
  return { thingGroupName: name, thingGroupArn, thingGroupId: group.id }
}

const isSame = (group: Group, { description, attributes }: Properties, parent: Group | undefined): boolean =>
  group.parent === parent?.key && group.description === description && equal(group.attributes, attributes)

function checkPlace(ctx: Context, parent: Group): void {
  const depth = ctx.engine.groups.ancestors(parent.key).length + 2
  if (depth > MAX_DEPTH)
    throw invalidRequest(
      'parentGroupName',
      parent.name,
      `would make a hierarchy of ${depth} levels; ${MAX_DEPTH} are allowed`,
    )
  if (ctx.engine.groups.children(parent.key).size >= MAX_CHILDREN) {
    throw invalidRequest(
      'parentGroupName',
      parent.name,
      `has ${MAX_CHILDREN} child groups already, as many as are allowed`,
    )
  }
}

function describeGroup({ ctx, request, params }: Call): object {
  const group = requireGroup(ctx, params['thingGroupName'])
  const ancestors = ctx.engine.groups.ancestors(group.key)
  const caller = callerOf(request)
  return {
    thingGroupName: group.name,
    thingGroupId: group.id,
    thingGroupArn: arn.thingGroup(caller, group.name),
    version: group.version,
    thingGroupProperties: describeProperties(group),
    thingGroupMetadata: {
      parentGroupName: ancestors.at(-1)?.name,
      rootToParentThingGroups:
        ancestors.length === 0 ? undefined : ancestors.map((ancestor) => nameAndArn(caller, ancestor)),
      creationDate: floatSeconds(group.createdAt),
    },
  }
}

/** `{}` where nothing was said [aws 4.1]. */
const describeProperties = ({ description, attributes }: Group): object => ({
  ...(description !== undefined && { thingGroupDescription: description }),
  ...(Object.keys(attributes).length > 0 && { attributePayload: { attributes } }),
})

function updateGroup(call: Call): object {
  const group = requireGroup(call.ctx, call.params['thingGroupName'])
  const fields = readBody(call, ['thingGroupProperties', 'expectedVersion'])
  fields.required('thingGroupProperties', fields.fields('thingGroupProperties'))
  const expected = fields.integer('expectedVersion', 0, Number.MAX_SAFE_INTEGER)
  return {
    version: call.ctx.engine.groups.update(call.ctx.turn, group.key, readProperties(fields, group.attributes), expected)
      .version,
  }
}

/**
 * Succeeds where there is no such group. Its things leave it first; child groups forbid it [aws 4.1]. A large group
 * takes more than a turn, and is gone when the answer comes.
 */
function deleteGroup({ ctx, request, params }: Call): object | 'later' {
  const { engine, turn } = ctx
  const name = checkName('thingGroupName', params['thingGroupName'], NAMES.thingGroup)
  const expected = integerOf(request, 'expectedVersion', 0, Infinity)
  const group = engine.groups.get(groupKey(name))
  if (group === undefined) return {}
  if (engine.groups.children(group.key).size > 0) {
    throw new AwsError(
      'InvalidRequestException',
      `Cannot delete thing group : ${name} when there are still child groups attached to it.`,
    )
  }
  if (expected !== undefined && expected !== group.version) {
    throw new AwsError('VersionConflictException', `expected version ${expected} but found version ${group.version}`)
  }
  return engine.dissolutions.start(turn, group.key, request.id) ? {} : 'later'
}

/** Tags and policies go with their group, and who asked for its end is told. */
export function groupDeleted(ctx: Context, { name, dissolving }: Group): void {
  setResourceTags(ctx, `thinggroup/${name}`, undefined)
  if (attachmentsOf(ctx).delete(`thinggroup/${name}`)) refreshTarget(ctx)
  for (const request of dissolving?.askers ?? [])
    ctx.act({ type: 'respond', request, response: jsonResponse({}) }, '[aws 4.1] DeleteThingGroup')
}

/** All groups, or those under a parent: its children, or with `recursive` all below it. */
function listGroups({ ctx, request }: Call): object {
  const parentName = textParameter(request, 'parentGroup')
  const parent = parentName === undefined ? undefined : requireGroup(ctx, parentName, 'parentGroup')
  const recursive = flagOf(request, 'recursive', parent === undefined)
  const prefix = textParameter(request, 'namePrefixFilter') ?? ''
  const { items, next } = paginate(request, listed(ctx, parent, recursive, prefix), ({ name }) => name)
  return { thingGroups: items.map((group) => nameAndArn(callerOf(request), group)), nextToken: next }
}

function* listed({ engine }: Context, parent: Group | undefined, recursive: boolean, prefix: string): Generator<Group> {
  for (const group of engine.groups.ofDialect('aws')) {
    if (!group.name.startsWith(prefix)) continue
    const direct = group.parent === parent?.key
    if (
      direct ||
      (recursive && (parent === undefined || engine.groups.ancestors(group.key).some(({ key }) => key === parent.key)))
    )
      yield group
  }
}
