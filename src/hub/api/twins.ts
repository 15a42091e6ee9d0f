import { HubError, invalid } from '../../core/errors.ts'
import { delta } from '../../core/twin/delta.ts'
import { equal, isObject, own, put } from '../../core/twin/json.ts'
import type { JsonObject, Twin } from '../../core/twin/model.ts'
import type { HubApi, TwinView } from '../../shared/api.ts'
import { dialectNamed, type ApiSources } from './sources.ts'

/** Twins as documents. A twin that is not there yet is an empty one at version 0. */
export function twinApi({ engine, perform, dialects }: ApiSources): Pick<HubApi, 'twin' | 'setDesired'> {
  const view = (device: string, name: string | undefined): TwinView => {
    const twin = engine.twins.get(device, name)
    return {
      device,
      ...(name !== undefined && { name }),
      desired: twin?.desired ?? {},
      reported: twin?.reported ?? {},
      delta: delta(twin?.desired, twin?.reported) ?? {},
      version: twin?.version ?? 0,
      updatedAt: twin?.updatedAt ?? 0,
    }
  }
  /** The twin without a name goes by the empty one too, as `DeviceDetail.twins` has it. */
  const named = (name: string | undefined): string | undefined => (name === '' ? undefined : name)

  return {
    twin: async (device, name) => {
      engine.devices.require(device)
      return view(device, named(name))
    },
    setDesired: async (device, name, desired, version) => {
      const { dialect } = engine.devices.require(device)
      if (!isObject(desired)) throw invalid('desired', desired, 'must be an object')
      const { title, twinFault } = dialectNamed({ dialects }, dialect)
      // A device would never be sent what its cloud does not take.
      const check = (next: Twin): void => {
        const fault = twinFault?.(next)
        if (fault !== undefined) throw new HubError('INVALID', `${title} refuses this desired state: ${fault}`, { field: 'desired', rule: fault })
      }
      return perform(dialect, 'setDesired', ({ turn }) => {
        const before = engine.twins.get(device, named(name))
        checkVersion(before, version)
        const patch = patchFrom(before?.desired ?? {}, desired)
        // Devices are told of changes as of any other: what is gone is null. Nothing changed: nothing to tell.
        if (Object.keys(patch).length > 0) engine.twins.update(turn, device, named(name), { desired: patch, check })
        return view(device, named(name))
      })
    },
  }
}

function checkVersion(twin: Twin | undefined, version: number): void {
  const current = twin?.version ?? 0
  if (version !== current) throw new HubError('VERSION_MISMATCH', `the twin is at version ${current}, not ${version}: somebody else has changed it meanwhile`, { version: current })
}

/** The patch that, merged, makes `to` of `from`. A null in `to` means nothing else than a key that is not there. */
function patchFrom(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {}
  for (const key of Object.keys(from)) if ((own(to, key) ?? null) === null) put(patch, key, null)
  for (const [key, wanted] of Object.entries(to)) {
    const is = own(from, key)
    if (wanted === null || equal(is, wanted)) continue
    const inner = isObject(wanted) && isObject(is) ? patchFrom(is, wanted) : undefined
    if (inner === undefined) put(patch, key, wanted)
    else if (Object.keys(inner).length > 0) put(patch, key, inner)
  }
  return patch
}
