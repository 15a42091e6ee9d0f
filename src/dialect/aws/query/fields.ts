import { say, type Words } from '../../../core/said.ts'

/** Fields of the thing index [aws 4.6] and the facts of the engine that they are. */
const FIELDS: Record<string, string> = {
  thingName: 'name',
  thingId: 'id',
  thingTypeName: 'type',
  'registry.thingTypeName': 'type',
  thingGroupNames: 'groups',
  'registry.thingGroupNames': 'groups',
  'connectivity.connected': 'connected',
  'connectivity.timestamp': 'connectivity.at',
  'connectivity.disconnectReason': 'connectivity.reason',
  'shadow.hasDelta': 'twin.hasDelta',
}

const UNSEARCHABLE = /^(registry\.version|shadow\.version|shadow\.name\.[^.]+\.version)$/

/** The fact behind a field, or why there is none. */
export function factOf(field: string): { path: string } | { why: Words } {
  const path = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
  if (path !== undefined) return { path }
  if (/^attributes\../.test(field)) return { path: field }
  const shadow = /^shadow\.(?:name\.([^.]+)\.)?((?:reported|desired|delta)\..+|hasDelta)$/.exec(field)
  if (shadow !== null)
    return { path: shadow[1] === undefined ? `twin.${shadow[2]}` : `twins.${shadow[1]}.${shadow[2]}` }
  // [aws 4.6] Managed, but not searchable.
  if (UNSEARCHABLE.test(field)) return { why: say`${field} cannot be searched for` }
  // DEVIATION: AWS indexes the timestamps of a shadow's metadata too.
  if (/^shadow\.(name\.[^.]+\.)?metadata\b/.test(field))
    return { why: 'the local hub does not search the metadata of shadows' }
  return {
    why: say`${field} is no field; there are thingName, thingId, thingTypeName, thingGroupNames, attributes.…, shadow.reported.…, shadow.desired.…, shadow.delta.…, shadow.hasDelta, shadow.name.….…, connectivity.connected, connectivity.timestamp and connectivity.disconnectReason`,
  }
}
