import { HubError, invalid, notFound } from '../../core/errors.ts'
import { chosenOptions } from '../../core/option.ts'
import { keyOf } from '../../core/ids.ts'
import type { Context, DeviceCredential, Dialect } from '../../dialect/dialect.ts'
import type { ConnectionKitView, HubApi } from '../../shared/api.ts'
import { deviceView } from './devices.ts'
import { dialectNamed, type ApiSources } from './sources.ts'
import { asSaid, say } from '../../core/said.ts'

type Calls =
  | 'addDevice'
  | 'registerDevice'
  | 'kitOffer'
  | 'connectionKit'
  | 'credentials'
  | 'withdrawCredential'
  | 'removeDevice'
  | 'act'

/**
 * Adding and removing devices by hand. What is made for a device is handed out and kept nowhere, but for what its cloud
 * keeps.
 */
// long: one small function for each call, and what they share
export function enrolmentApi(sources: ApiSources): Pick<HubApi, Calls> {
  const { engine, ca, perform, tell } = sources

  /** Decides about a device that there is; who looks at it is told, as the engine knows nothing of credentials. */
  const about = async <T>(
    device: string,
    call: string,
    decide: (ctx: Context, dialect: Dialect, name: string) => T,
  ): Promise<T> => {
    const { dialect: of, name } = engine.devices.require(device)
    return perform(of, call, (ctx) => {
      engine.devices.require(device)
      return decide(ctx, dialectNamed(sources, of), name)
    })
  }
  const checkNew = (dialect: Dialect, name: string): void => {
    const { pattern, rule } = dialect.enrolment.names
    if (!new RegExp(pattern, 'u').test(name)) throw invalid('name', name, rule)
    const key = keyOf(dialect.name, name)
    if (engine.devices.get(key) !== undefined)
      throw new HubError('ALREADY_EXISTS', say`device ${key} already exists`, { field: 'name' })
  }

  const enrol = async (
    dialect: Dialect,
    name: string,
    call: string,
    check: (key: string) => void,
  ): Promise<ConnectionKitView> => {
    const { enrolment, title } = dialect
    const key = keyOf(dialect.name, name)
    check(key)
    const fulfilled = await Promise.all(enrolment.needs(name).map((need) => sources.fulfil(need)))
    const kit = await perform(dialect.name, call, (ctx) => {
      // Looked at again: making keys takes a while.
      check(key)
      return { device: key, title, ...enrolment.enrol(ctx, name, fulfilled, ca) }
    })
    tell({ type: 'device', key })
    return kit
  }

  return {
    addDevice: async (dialectName, name) => {
      const dialect = dialectNamed(sources, dialectName)
      return enrol(dialect, name, 'addDevice', () => checkNew(dialect, name))
    },
    registerDevice: async (dialectName, name) => {
      const dialect = dialectNamed(sources, dialectName)
      return perform(dialect.name, 'registerDevice', (ctx) => {
        checkNew(dialect, name)
        dialect.enrolment.register(ctx, name)
        return deviceView(engine, engine.devices.require(keyOf(dialect.name, name)))
      })
    },
    kitOffer: (device) =>
      about(device, 'kitOffer', (ctx, { title, enrolment }, name) => ({
        device,
        title,
        ...enrolment.offer(ctx, name),
      })),
    connectionKit: async (device) => {
      const { dialect, name } = engine.devices.require(device)
      return enrol(dialectNamed(sources, dialect), name, 'connectionKit', (key) => void engine.devices.require(key))
    },
    credentials: (device) =>
      about(device, 'credentials', (ctx, { enrolment }, name) => enrolment.credentials(ctx, name)),
    withdrawCredential: async (device, id, how) => {
      await about(device, 'withdrawCredential', (ctx, { enrolment, title }, name) => {
        const found: DeviceCredential | undefined = enrolment
          .credentials(ctx, name)
          .find((credential) => credential.id === id)
        if (found === undefined) throw notFound(say`${device} has no credential ${id}`)
        if (!found.can.includes(how))
          throw new HubError('UNSUPPORTED', say`${asSaid(title)}: that cannot be done with this credential: ${how}`, {
            field: 'how',
          })
        enrolment.withdraw(ctx, name, found, how)
      })
      tell({ type: 'device', key: device })
    },
    act: (device, id, input) =>
      about(device, 'act', (ctx, { actions = [], title }) => {
        const action = actions.find((each) => each.id === id)
        if (action === undefined) throw notFound(say`${asSaid(title)} has no action ${id}`)
        return action.run(
          ctx,
          engine.devices.require(device),
          chosenOptions(action.input, input, (name) => name),
        )
      }),
    removeDevice: async (device) => {
      const { dialect } = engine.devices.require(device)
      await perform(dialect, 'removeDevice', (ctx) => {
        const connections = [...ctx.connections.ofDevice(device)]
        ctx.engine.devices.delete(ctx.turn, device)
        for (const { id } of connections)
          ctx.act(
            { type: 'disconnect', connection: id, reason: 'SERVER_INITIATED', note: 'the device was removed' },
            'removeDevice',
          )
      })
    },
  }
}
