import { createHash } from 'node:crypto'
import type { Device, Group } from '../../../core/device/model.ts'
import type { DomainEvent } from '../../../core/events.ts'
import { nameOf } from '../../../core/ids.ts'
import type { Context } from '../../dialect.ts'
import { arn, LOCAL_CALLER as HERE } from '../wire/arns.ts'
import { eventsEnabled, type EventType } from './event-configurations.ts'
import type { ThingType } from './thing-type-store.ts'

/** Tells of a change of the registry, if such events are switched on; they are off at first [aws 4.2]. */
export function registryEvent(ctx: Context, event: DomainEvent): void {
  switch (event.type) {
    case 'device.created':
      thingEvent(ctx, 'created', event.device)
      return typeChanged(ctx, event.device, undefined, event.device.type)
    case 'device.updated':
      thingEvent(ctx, 'updated', event.device)
      return typeChanged(ctx, event.device, event.before.type, event.device.type)
    case 'device.deleted':
      return thingEvent(ctx, 'deleted', event.device)
    case 'group.created':
      groupEvent(ctx, 'created', event.group)
      return hierarchyEvent(ctx, 'added', event.group)
    case 'group.updated':
      return groupEvent(ctx, 'updated', event.group)
    case 'group.deleted':
      groupEvent(ctx, 'deleted', event.group)
      return hierarchyEvent(ctx, 'removed', event.group)
    case 'group.joined':
      return membershipEvent(ctx, 'added', event.group, event.device)
    case 'group.left':
      return membershipEvent(ctx, 'removed', event.group, event.device)
    default:
      return
  }
}

/** Tells of a change of a thing type, of which the engine knows nothing. */
export function thingTypeEvent(ctx: Context, what: 'created' | 'updated' | 'deleted', type: ThingType): void {
  say(ctx, 'THING_TYPE', `thingType/${type.name}`, what, {
    thingTypeId: type.id,
    thingTypeName: type.name,
    isDeprecated: type.deprecatedAt !== undefined,
    deprecationDate: type.deprecatedAt ?? null,
    searchableAttributes: type.searchableAttributes,
    description: type.description ?? null,
  })
}

function thingEvent(ctx: Context, what: string, thing: Device): void {
  say(ctx, 'THING', `thing/${thing.name}`, what, {
    thingId: thing.id,
    thingName: thing.name,
    versionNumber: thing.version,
    thingTypeName: thing.type ?? null,
    attributes: thing.attributes,
  })
}

function typeChanged(ctx: Context, thing: Device, before: string | undefined, after: string | undefined): void {
  if (before === after) return
  for (const [type, what] of [
    [before, 'removed'],
    [after, 'added'],
  ]) {
    if (type === undefined || what === undefined) continue
    const about = { thingId: thing.id, thingName: thing.name, thingTypeName: type }
    say(ctx, 'THING_TYPE_ASSOCIATION', `thingTypeAssociation/thing/${thing.name}/thingType/${type}`, what, about)
  }
}

function groupEvent(ctx: Context, what: string, group: Group): void {
  const parent = parentOf(ctx, group)
  const path = parent === undefined ? [] : [...ctx.engine.groups.ancestors(parent.key), parent]
  say(ctx, 'THING_GROUP', `thingGroup/${group.name}`, what, {
    thingGroupId: group.id,
    thingGroupName: group.name,
    versionNumber: group.version,
    parentGroupName: parent?.name ?? null,
    parentGroupId: parent?.id ?? null,
    description: group.description ?? null,
    rootToParentThingGroups: path.map(({ name, id }) => ({ groupArn: arn.thingGroup(HERE, name), groupId: id })),
    attributes: group.attributes,
    dynamicGroupMappingId: null,
  })
}

function hierarchyEvent(ctx: Context, what: string, child: Group): void {
  const parent = parentOf(ctx, child)
  if (parent === undefined) return
  say(
    ctx,
    'THING_GROUP_HIERARCHY',
    `thingGroupHierarchy/thingGroup/${parent.name}/childThingGroup/${child.name}`,
    what,
    {
      thingGroupId: parent.id,
      thingGroupName: parent.name,
      childGroupId: child.id,
      childGroupName: child.name,
    },
  )
}

function membershipEvent(ctx: Context, what: string, groupKey: string, thingKey: string): void {
  if (!eventsEnabled(ctx, 'THING_GROUP_MEMBERSHIP')) return
  const [group, thing] = [nameOf(groupKey), nameOf(thingKey)]
  const groupId = ctx.engine.groups.get(groupKey)?.id ?? gone(ctx, groupKey)
  const thingId = ctx.engine.devices.get(thingKey)?.id ?? gone(ctx, thingKey)
  say(ctx, 'THING_GROUP_MEMBERSHIP', `thingGroupMembership/thingGroup/${group}/thing/${thing}`, what, {
    groupArn: arn.thingGroup(HERE, group),
    groupId,
    thingArn: arn.thing(HERE, thing),
    thingId,
    // The same when the thing leaves as when it joined.
    membershipId: createHash('sha256').update(`${groupId} ${thingId}`).digest('hex').slice(0, 32),
  })
}

/** The id of what was deleted in this turn. */
function gone(ctx: Context, key: string): string | undefined {
  for (const event of ctx.turn.events) {
    if (event.type === 'device.deleted' && event.device.key === key) return event.device.id
    if (event.type === 'group.deleted' && event.group.key === key) return event.group.id
  }
  return undefined
}

const parentOf = (ctx: Context, { parent }: Group): Group | undefined =>
  parent === undefined ? undefined : ctx.engine.groups.get(parent)

/** Milliseconds, unlike job events [aws 4.2]. */
function say(ctx: Context, type: EventType, topic: string, what: string, about: object): void {
  if (!eventsEnabled(ctx, type)) return
  const head = {
    eventType: `${type}_EVENT`,
    eventId: ctx.ids.uuid(),
    timestamp: ctx.now,
    operation: what.toUpperCase(),
    accountId: HERE.account,
  }
  ctx.publish(
    { topic: `$aws/events/${topic}/${what}`, payload: JSON.stringify({ ...head, ...about }), qos: 1 },
    `[aws 4.2] ${type}`,
  )
}
