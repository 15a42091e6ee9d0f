import type { ReportedStatus } from '../core/job/model.ts'
import type { DeviceScript } from '../core/seam/device-script.ts'
import { checkBehavior, reliable, type Behavior, type Range } from './behavior.ts'
import { SimDevice, type DeviceEvent, type DeviceState } from './device.ts'
import { inParallel } from './in-parallel.ts'
import { randomOf } from './random.ts'
import { counted } from '../shared/counted.ts'

export interface FleetOptions {
  /** `mqtt://host:port`. */
  url: string
  names: readonly string[]
  /** How a device of that name speaks. */
  script: (name: string) => DeviceScript
  /** `reliable` unless given. */
  behavior?: Behavior
  /** The same seed gives every device the same fate in every run. */
  seed?: number
  /** How many may be on their way in at a time; 50 unless given. */
  connecting?: number
  /** The share (0–1) that `start` connects; the rest waits for `connectLater`. 1 unless given. */
  online?: number
  /** From a lost connection to the next attempt; half a second to one and a half unless given. */
  reconnectMs?: Range
  onEvent?: (name: string, event: DeviceEvent) => void
}

/** What the devices have done so far. */
export interface FleetTotals {
  taken: number
  reported: Record<ReportedStatus, number>
  /** Reports that the hub has answered, where its protocol does. */
  accepted: number
  refused: number
  withdrawn: number
}

/** Many simulated devices in one process. */
export class SimFleet {
  readonly #connecting: number
  readonly #first: [string, SimDevice][] = []
  readonly #later: [string, SimDevice][] = []
  readonly #states: Record<DeviceState, number>
  readonly #totals: FleetTotals = {
    taken: 0,
    reported: { IN_PROGRESS: 0, SUCCEEDED: 0, FAILED: 0, REJECTED: 0 },
    accepted: 0,
    refused: 0,
    withdrawn: 0,
  }
  #stopped = false

  /** Throws a RangeError for a behavior nobody can have. */
  constructor({
    url,
    names,
    script,
    behavior = reliable,
    seed = 1,
    connecting = 50,
    online = 1,
    reconnectMs,
    onEvent,
  }: FleetOptions) {
    checkBehavior(behavior)
    this.#connecting = connecting
    this.#states = { off: names.length, connecting: 0, idle: 0, working: 0, offline: 0, failed: 0 }
    names.forEach((name, index) => {
      const device = new SimDevice({
        url,
        script: script(name),
        behavior,
        random: randomOf(seed, name),
        ...(reconnectMs && { reconnectMs }),
        onEvent: (event) => {
          this.#count(event)
          onEvent?.(name, event)
        },
      })
      // Spread evenly: of three quarters, every fourth is left out.
      const early = Math.floor((index + 1) * online) > Math.floor(index * online)
      ;(early ? this.#first : this.#later).push([name, device])
    })
  }

  /** How many devices are in each state. */
  get states(): Readonly<Record<DeviceState, number>> {
    return this.#states
  }

  get totals(): Readonly<FleetTotals> {
    return this.#totals
  }

  get online(): number {
    return this.#states.idle + this.#states.working
  }

  /**
   * Resolves once all that are to be online are connected and subscribed; rejects, after trying all, if some could not.
   */
  start(): Promise<void> {
    return this.#connect(this.#first)
  }

  /** The same for those that `start` left out. */
  connectLater(): Promise<void> {
    return this.#connect(this.#later)
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#first, ...this.#later].map(([, device]) => device.stop()))
  }

  async #connect(devices: [string, SimDevice][]): Promise<void> {
    const failures: string[] = []
    await inParallel(devices, this.#connecting, async ([name, device]) => {
      if (this.#stopped) return
      await device.connect().catch((error: unknown) => failures.push(`${name}: ${describe(error)}`))
    })
    if (failures.length > 0 && !this.#stopped) {
      const all = counted(devices.length, '1 device', `${devices.length} devices`)
      throw new Error(`${failures.length} of ${all} could not connect; the first was ${failures[0]}`)
    }
  }

  #count(event: DeviceEvent): void {
    switch (event.type) {
      case 'state':
        this.#states[event.before] -= 1
        this.#states[event.state] += 1
        break
      case 'reported':
        this.#totals.reported[event.status] += 1
        break
      default:
        this.#totals[event.type] += 1
    }
  }
}

/** An AggregateError (all addresses of a host refused) has no message of its own. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message !== '' ? error.message : 'code' in error ? String(error.code) : error.name
}
