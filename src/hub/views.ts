import type { BrokerPort } from '../broker/port.ts'
import type { DeviceKey, DialectName } from '../core/ids.ts'
import type { Connection, ConnectionId } from '../core/seam/mqtt.ts'
import type { ConnectionView } from '../dialect/dialect.ts'

/** What the broker knows of live connections; it is made after what looks at it. */
export type LiveConnections = Pick<BrokerPort, 'connection' | 'bySession' | 'identified'>

/** The live connections as decisions see them, with an index from devices to them. */
export class LiveView implements ConnectionView {
  readonly #byDevice = new Map<DeviceKey, Set<Connection>>()
  readonly #broker: () => LiveConnections

  constructor(broker: () => LiveConnections) {
    this.#broker = broker
  }

  get(id: ConnectionId): Connection | undefined {
    return this.#broker().connection(id)
  }

  bySession(dialect: DialectName, session: string): Connection | undefined {
    return this.#broker().bySession(dialect, session)
  }

  ofDevice(device: DeviceKey): Iterable<Connection> {
    return this.#byDevice.get(device) ?? []
  }

  add(connection: Connection): void {
    const { device } = connection.identity
    if (device === undefined) return
    let connections = this.#byDevice.get(device)
    if (connections === undefined) this.#byDevice.set(device, (connections = new Set()))
    connections.add(connection)
  }

  /** The connection stands for this device from now on. */
  identify(connection: Connection, device: DeviceKey): void {
    connection.identity.device = device
    this.add(connection)
    this.#broker().identified(connection.id)
  }

  remove(connection: Connection): void {
    const { device } = connection.identity
    const connections = device === undefined ? undefined : this.#byDevice.get(device)
    if (connections?.delete(connection) === true && connections.size === 0) this.#byDevice.delete(device!)
  }
}
