import { HubError, invalid } from '../../core/errors.ts'
import { delta } from '../../core/twin/delta.ts'
import { at, readEdit, refuseNested, withAt, type TwinWish } from '../../core/twin/edit.ts'
import { equal, isObject, own, put } from '../../core/twin/json.ts'
import type { JsonObject, Twin } from '../../core/twin/model.ts'
import type { Dialect } from '../../dialect/dialect.ts'
import type { HubApi, TwinView } from '../../shared/api.ts'
import { dialectNamed, type ApiSources } from './sources.ts'
import { asSaid, say, verbatim } from '../../core/said.ts'

/** Twins as documents. A twin that is not there yet is an empty one at version 0. */
export function twinApi({ engine, perform, dialects }: ApiSources): Pick<HubApi, 'twin' | 'editTwin' | 'setDesired'> {
  const dialectOf = (device: string): Dialect => dialectNamed({ dialects }, engine.devices.require(device).dialect)

  const view = ({ twins }: Dialect, device: string, name: string | undefined): TwinView => {
    const twin = engine.twins.get(device, name)
    return {
      device,
      ...(name !== undefined && { name }),
      word: twins.word,
      document: documentOf(twins, twin),
      desiredAt: twins.desiredAt,
      desired: twin?.desired ?? {},
      reported: twin?.reported ?? {},
      delta: delta(twin?.desired, twin?.reported) ?? {},
      version: twin?.version ?? 0,
      updatedAt: twin?.updatedAt ?? 0,
    }
  }
  /** With the twin as it is in the turn that refuses: nobody need ask for it, and meet a yet later one. */
  const mismatch = (dialect: Dialect, device: string, name: string | undefined): HubError => {
    const current = view(dialect, device, name)
    const words = say`the twin is at version ${current.version}: somebody else has changed it meanwhile`
    return new HubError('VERSION_MISMATCH', words, { version: current.version, current })
  }

  /** Makes what is desired what `wish` says of the twin as it is by then. */
  const change = (
    dialect: Dialect,
    device: string,
    name: string | undefined,
    call: string,
    wish: (before: Twin | undefined) => TwinWish,
  ) => {
    // A device would never be sent what its cloud does not take.
    const check = (next: Twin): void => {
      const fault = dialect.twins.fault?.(next)
      if (fault !== undefined)
        throw new HubError('INVALID', say`${asSaid(dialect.title)} refuses this desired state: ${fault}`, {
          field: 'desired',
          rule: verbatim(fault),
        })
    }
    return perform(dialect.name, call, ({ turn }) => {
      const before = engine.twins.get(device, name)
      const { desired, version } = wish(before)
      if (version !== undefined && version !== (before?.version ?? 0)) throw mismatch(dialect, device, name)
      const patch = patchFrom(before?.desired ?? {}, desired)
      // Devices are told of changes as of any other: what is gone is null. Nothing changed: nothing to tell.
      if (Object.keys(patch).length > 0) engine.twins.update(turn, device, name, { desired: patch, check })
      return view(dialect, device, name)
    })
  }

  return {
    twin: async (device, name) => view(dialectOf(device), device, named(name)),
    editTwin: async (device, name, edit) => {
      const dialect = dialectOf(device)
      const over = objectIn('over', edit.over)
      const wish = readEdit(dialect.twins, {
        edited: objectIn('edited', edit.edited),
        shown: objectIn('shown', edit.shown),
        over,
      })
      return change(dialect, device, named(name), 'editTwin', (before) => {
        if (!equal(before?.desired ?? {}, over)) throw mismatch(dialect, device, named(name))
        return wish
      })
    },
    setDesired: async (device, name, desired, version) => {
      const dialect = dialectOf(device)
      const whole = objectIn('desired', desired)
      return change(dialect, device, named(name), 'setDesired', (before) => {
        if (version !== (before?.version ?? 0)) throw mismatch(dialect, device, named(name))
        refuseNested(dialect.twins, whole, before?.desired ?? {})
        return { desired: whole }
      })
    },
  }
}

/** The twin without a name goes by the empty one too, as `DeviceDetail.twins` has it. */
const named = (name: string | undefined): string | undefined => (name === '' ? undefined : name)

function objectIn(field: string, value: unknown): JsonObject {
  if (!isObject(value)) throw invalid(field, value, 'must be an object')
  return value
}

/** As the cloud shows it, with a place for what is desired where nothing is. */
function documentOf({ desiredAt, show, empty }: Dialect['twins'], twin: Twin | undefined): JsonObject {
  const document = twin === undefined ? empty : show(twin)
  return at(document, desiredAt) === undefined ? withAt(document, desiredAt, {}) : document
}

/**
 * The patch that, merged, makes `to` of `from`. A null in `to` that was not in `from` means a key that is not there.
 */
function patchFrom(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {}
  for (const [key, was] of Object.entries(from))
    if (!Object.hasOwn(to, key) || (was !== null && own(to, key) === null)) put(patch, key, null)
  for (const [key, wanted] of Object.entries(to)) {
    const is = own(from, key)
    if (wanted === null || equal(is, wanted)) continue
    const inner = isObject(wanted) && isObject(is) ? patchFrom(is, wanted) : undefined
    if (inner === undefined) put(patch, key, wanted)
    else if (Object.keys(inner).length > 0) put(patch, key, inner)
  }
  return patch
}
