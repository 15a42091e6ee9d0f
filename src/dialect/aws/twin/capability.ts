import type { Capability } from '../../capability.ts'

const area = 'Device Shadow'

/** What the hub makes of the Device Shadow service. */
export const shadowCapability: Capability[] = [
  { area, item: 'shadow/get, update, delete over MQTT, classic', state: 'modelled' },
  { area, item: 'shadow/name/{shadow}/get, update, delete over MQTT, named', state: 'modelled' },
  {
    area,
    item: 'update/accepted, update/delta, update/documents',
    state: 'modelled',
    note: 'always in this order; AWS promises none',
  },
  { area, item: 'GetThingShadow', state: 'modelled' },
  { area, item: 'UpdateThingShadow', state: 'modelled' },
  { area, item: 'DeleteThingShadow', state: 'modelled' },
  {
    area,
    item: 'ListNamedShadowsForThing',
    state: 'modelled',
    note: 'sorted by name; 100 to a page unless asked otherwise',
  },
  {
    area,
    item: 'Version',
    state: 'modelled',
    note: 'a request version is compared with the counter, which outlives a deletion by 48 hours',
  },
  {
    area,
    item: 'Size limit',
    state: 'modelled',
    note: '8192 bytes for the request and for the resulting state; the quota cannot be raised',
  },
  { area, item: 'Depth limit', state: 'modelled', note: '8 levels; the error text says 6, as that of AWS does' },
  {
    area,
    item: 'Numbers',
    state: 'modelled',
    note: 'kept as doubles: 1.0 comes back as 1, integers beyond 2^53 are rounded with a warning, values beyond the range of a double are refused',
  },
  { area, item: 'Members of an update other than state, version, clientToken', state: 'ignored', note: 'as AWS does' },
  {
    area,
    item: 'In-flight limit (429)',
    state: 'ignored',
    note: 'not modelled: no request is refused for being the eleventh',
  },
]
