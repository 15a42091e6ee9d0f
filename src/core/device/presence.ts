import type { DeviceKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import type { Connectivity } from './model.ts'

/** Which devices' own sessions are up. A device may have several connections (IotHub); it is online while one lives. */
export class Presence {
  readonly #table: Table<Connectivity>
  readonly #isRegistered: (device: DeviceKey) => boolean
  readonly #live = new Map<DeviceKey, number>()

  constructor(tables: Tables, isRegistered: (device: DeviceKey) => boolean) {
    this.#table = tables.table('connectivity')
    this.#isRegistered = isRegistered
  }

  get(device: DeviceKey): Connectivity | undefined {
    return this.#table.get(device)
  }

  isOnline(device: DeviceKey): boolean {
    return this.#live.has(device)
  }

  /** Devices online now. */
  get online(): number {
    return this.#live.size
  }

  /** A connection that stands for the device is up. */
  connected(turn: Turn, device: DeviceKey): void {
    const live = (this.#live.get(device) ?? 0) + 1
    this.#live.set(device, live)
    const sessions = (this.#table.get(device)?.sessions ?? 0) + 1
    this.#record(turn, { device, connected: true, at: turn.now, sessions })
  }

  /** A connection that stood for the device is gone; `reason` in the dialect's words. */
  disconnected(turn: Turn, device: DeviceKey, reason: string): void {
    const live = (this.#live.get(device) ?? 0) - 1
    if (live > 0) {
      this.#live.set(device, live)
      return
    }
    this.#live.delete(device)
    this.#record(turn, {
      device,
      connected: false,
      at: turn.now,
      reason,
      sessions: this.#table.get(device)?.sessions ?? 0,
    })
  }

  /** The device is registered no more; one that takes its name begins anew. The registry calls it. */
  forget(device: DeviceKey): void {
    this.#table.delete(device)
  }

  /** After a start nobody is connected: whoever the last run left connected is corrected. */
  reset(turn: Turn, reason: string): void {
    for (const seen of [...this.#table.values()])
      if (seen.connected) this.#record(turn, { ...seen, connected: false, at: turn.now, reason })
  }

  #record(turn: Turn, connectivity: Connectivity): void {
    if (this.#isRegistered(connectivity.device)) this.#table.set(connectivity.device, connectivity)
    turn.emit({ type: 'device.connectivity', connectivity })
  }
}
