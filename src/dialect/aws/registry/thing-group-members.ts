import type { Device, Group } from '../../../core/device/model.ts'
import { nameOf } from '../../../core/ids.ts'
import type { Context, Route } from '../../dialect.ts'
import { callerOf, nameInArn, type ArnKind } from '../wire/arns.ts'
import { flagOf } from '../wire/parameters.ts'
import { invalidRequest } from '../wire/errors.ts'
import type { Fields } from '../wire/fields.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { paginate } from '../wire/pagination.ts'
import { nameAndArn, requireGroup } from './thing-groups.ts'
import { requireThing } from './things.ts'
import { say, verbatim } from '../../../core/said.ts'

const MAX_GROUPS = 10

/** The things of each group [aws 4.1]. */
export const memberRoutes: Route[] = [
  operation('AddThingToThingGroup', 'PUT', '/thing-groups/addThingToThingGroup', (call) => {
    const { thing, group } = readPair(call, ['overrideDynamicGroups'])
    join(call.ctx, thing, [group])
    return {}
  }),
  operation('RemoveThingFromThingGroup', 'PUT', '/thing-groups/removeThingFromThingGroup', (call) => {
    const { thing, group } = readPair(call, [])
    call.ctx.engine.devices.leave(call.ctx.turn, thing.key, group.key)
    return {}
  }),
  operation('UpdateThingGroupsForThing', 'PUT', '/thing-groups/updateThingGroupsForThing', updateGroups),
  operation('ListThingsInThingGroup', 'GET', '/thing-groups/:thingGroupName/things', listThings),
  operation('ListThingGroupsForThing', 'GET', '/things/:thingName/thing-groups', listGroups),
]

/** A thing and a group, each by name or by ARN. */
function readPair(call: Call, also: string[]): { thing: Device; group: Group } {
  const fields = readBody(call, ['thingGroupName', 'thingGroupArn', 'thingName', 'thingArn', ...also])
  const group = requireGroup(call.ctx, nameOrArn(fields, 'thingGroup', 'thinggroup'))
  if (fields.boolean('overrideDynamicGroups') === true)
    call.ctx.ignored(verbatim('AddThingToThingGroup.overrideDynamicGroups'))
  return { group, thing: requireThing(call.ctx, nameOrArn(fields, 'thing', 'thing')) }
}

function nameOrArn(fields: Fields, what: string, kind: ArnKind): string | undefined {
  const name = fields.text(`${what}Name`)
  const arn = fields.text(`${what}Arn`)
  const named = arn === undefined ? undefined : nameInArn(arn, kind)
  if (arn !== undefined && named === undefined) throw fields.refuse(`${what}Arn`, say`must be the ARN of a ${kind}`)
  if (name !== undefined && named !== undefined && name !== named)
    throw fields.refuse(`${what}Arn`, say`must name the same as ${what}Name`)
  return name ?? named
}

/** All or none; at most ten groups, and of one hierarchy one only [aws 4.1]. */
function join(ctx: Context, thing: Device, joining: Group[], leaving: Group[] = []): void {
  const { devices, groups } = ctx.engine
  const left = new Set(leaving.map(({ key }) => key))
  const after = new Set([...thing.groups.filter((key) => !left.has(key)), ...joining.map(({ key }) => key)])
  if (after.size > MAX_GROUPS)
    throw invalidRequest('thingName', thing.name, `would be in ${after.size} groups; ${MAX_GROUPS} are allowed`)
  const taken = new Map<string, string>()
  for (const key of after) {
    const root = groups.ancestors(key)[0]?.key ?? key
    const other = taken.get(root)
    if (other !== undefined)
      throw invalidRequest(
        'thingName',
        thing.name,
        `cannot be in both ${nameOf(other)} and ${nameOf(key)}: they are of one hierarchy`,
      )
    taken.set(root, key)
  }
  for (const { key } of joining) groups.requireOpen(key)
  for (const { key } of leaving) devices.leave(ctx.turn, thing.key, key)
  for (const { key } of joining) devices.join(ctx.turn, thing.key, key)
}

function updateGroups(call: Call): object {
  const fields = readBody(call, ['thingName', 'thingGroupsToAdd', 'thingGroupsToRemove', 'overrideDynamicGroups'])
  if (fields.boolean('overrideDynamicGroups') === true)
    call.ctx.ignored(verbatim('UpdateThingGroupsForThing.overrideDynamicGroups'))
  const thing = requireThing(call.ctx, fields.text('thingName'))
  const named = (member: string): Group[] =>
    (fields.list(member, 0, MAX_GROUPS) ?? []).map((name) => requireGroup(call.ctx, String(name), member))
  const [joining, leaving] = [named('thingGroupsToAdd'), named('thingGroupsToRemove')]
  join(
    call.ctx,
    thing,
    joining,
    leaving.filter(({ key }) => !joining.some((group) => group.key === key)),
  )
  return {}
}

function listThings({ ctx, request, params }: Call): object {
  const group = requireGroup(ctx, params['thingGroupName'])
  const recursive = flagOf(request, 'recursive')
  const members = recursive ? ctx.engine.groups.members(group.key) : ctx.engine.groups.direct(group.key)
  const { items, next } = paginate(request, members, nameOf)
  return { things: items.map(nameOf), nextToken: next }
}

function listGroups({ ctx, request, params }: Call): object {
  const groups = requireThing(ctx, params['thingName']).groups.flatMap((key) => ctx.engine.groups.get(key) ?? [])
  const { items, next } = paginate(request, groups, ({ name }) => name)
  return { thingGroups: items.map((group) => nameAndArn(callerOf(request), group)), nextToken: next }
}
