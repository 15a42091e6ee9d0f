import type { Instant } from './clock.ts'
import { Commands } from './command/commands.ts'
import { Presence } from './device/presence.ts'
import { Dissolutions } from './device/dissolutions.ts'
import { Groups } from './device/groups.ts'
import { Devices } from './device/registry.ts'
import type { Ids } from './ids.ts'
import type { Executions } from './job/executions.ts'
import { createJobDeadlines } from './job/job-deadlines.ts'
import { Jobs } from './job/jobs.ts'
import { SLICE } from './job/sweep.ts'
import { Upgrades } from './ota/upgrades.ts'
import { factsOf } from './query/facts.ts'
import type { Tables } from './table.ts'
import { Telemetry } from './telemetry/telemetry.ts'
import type { Turn } from './turn.ts'
import { Twins } from './twin/twins.ts'

/** The facade the outside calls. Every method that changes something takes the turn it happens in. */
export class Engine {
  readonly devices: Devices
  readonly groups: Groups
  readonly dissolutions: Dissolutions
  readonly connections: Presence
  readonly twins: Twins
  readonly jobs: Jobs
  readonly executions: Executions
  readonly upgrades: Upgrades
  readonly commands: Commands
  readonly telemetry = new Telemetry()
  readonly #deadlines = createJobDeadlines()

  constructor(tables: Tables, ids: Ids) {
    this.groups = new Groups(tables, ids)
    this.connections = new Presence(tables, (device) => this.devices.get(device) !== undefined)
    this.devices = new Devices(tables, ids, this.groups, this.connections, (device) => this.telemetry.forget(device))
    this.dissolutions = new Dissolutions(this.groups, this.devices, SLICE)
    this.twins = new Twins(tables)
    this.jobs = new Jobs(tables, this.#deadlines, {
      devices: this.devices,
      groups: this.groups,
      facts: (device) => factsOf(device, this.twins, this.connections),
    })
    this.executions = this.jobs.executions
    this.upgrades = new Upgrades(tables, this.executions)
    this.commands = new Commands(tables)
  }

  /** When `tick` next has something to do. */
  nextDeadline(): Instant | undefined {
    const next = Math.min(
      this.#deadlines.next() ?? Infinity,
      this.commands.nextDeadline() ?? Infinity,
      this.dissolutions.nextDeadline() ?? Infinity,
    )
    return next === Infinity ? undefined : next
  }

  /**
   * Does what has fallen due by `turn.now`, one slice of it: a job of 10,000 devices must not hold up anybody else.
   * Call it again, in another turn, as long as `nextDeadline()` is not after now.
   */
  tick(turn: Turn): void {
    this.jobs.tick(turn)
    this.commands.tick(turn)
    this.dissolutions.tick(turn)
  }

  /**
   * Closes a turn: does and tells what can only be known once everything else has happened. Call it until it adds no
   * event.
   */
  settle(turn: Turn): void {
    this.upgrades.settle(turn)
    this.jobs.settle(turn)
  }
}
