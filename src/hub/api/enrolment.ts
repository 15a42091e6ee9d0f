import { HubError, invalid } from '../../core/errors.ts'
import { keyOf } from '../../core/ids.ts'
import type { Dialect } from '../../dialect/dialect.ts'
import type { ConnectionKit, HubApi } from '../../shared/api.ts'
import { dialectNamed, type ApiSources } from './sources.ts'

/** Adding and removing devices by hand. What is made for a device is handed out and kept nowhere, but for what its cloud keeps. */
export function enrolmentApi(sources: ApiSources): Pick<HubApi, 'addDevice' | 'connectionKit' | 'removeDevice'> {
  const { engine, ca, perform } = sources

  const enrol = async (dialect: Dialect, name: string, call: string, check: (key: string) => void): Promise<ConnectionKit> => {
    const { enrolment, title } = dialect
    const key = keyOf(dialect.name, name)
    check(key)
    const fulfilled = await Promise.all(enrolment.needs(name).map((need) => sources.fulfil(need)))
    return perform(dialect.name, call, (ctx) => {
      // Looked at again: making keys takes a while.
      check(key)
      return { device: key, title, ...enrolment.enrol(ctx, name, fulfilled, ca) }
    })
  }

  return {
    addDevice: async (dialectName, name) => {
      const dialect = dialectNamed(sources, dialectName)
      const { pattern, rule } = dialect.enrolment.names
      if (!new RegExp(pattern, 'u').test(name)) throw invalid('name', name, rule)
      return enrol(dialect, name, 'addDevice', (key) => {
        if (engine.devices.get(key) !== undefined) throw new HubError('ALREADY_EXISTS', `device ${key} already exists`, { field: 'name' })
      })
    },
    connectionKit: async (device) => {
      const { dialect, name } = engine.devices.require(device)
      return enrol(dialectNamed(sources, dialect), name, 'connectionKit', (key) => void engine.devices.require(key))
    },
    removeDevice: async (device) => {
      const { dialect } = engine.devices.require(device)
      await perform(dialect, 'removeDevice', (ctx) => {
        const connections = [...ctx.connections.ofDevice(device)]
        ctx.engine.devices.delete(ctx.turn, device)
        for (const { id } of connections) ctx.act({ type: 'disconnect', connection: id, reason: 'SERVER_INITIATED', note: 'the device was removed' }, 'removeDevice')
      })
    },
  }
}
