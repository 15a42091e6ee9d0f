import { HubError } from '../errors.ts'
import type { DomainEvent } from '../events.ts'
import type { DeviceKey, JobKey } from '../ids.ts'
import type { Executions } from '../job/executions.ts'
import type { Execution, Job } from '../job/model.ts'
import { isPending } from '../job/states.ts'
import { say } from '../said.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import { Confirmations } from './confirmations.ts'
import type { Package, Upgrade, UpgradeReport, UpgradeRules } from './model.ts'
import { Versions } from './versions.ts'

/**
 * Upgrades of devices over the air. An upgrade is the execution of a job whose work is a package: what jobs know
 * (rollout, timeouts, retries, cancellation) they do, and this adds what is different about upgrades.
 */
export class Upgrades {
  /** What devices say they run. */
  readonly versions: Versions
  readonly #upgrades: Table<Upgrade>
  readonly #confirmations: Confirmations
  readonly #executions: Executions
  /** The lanes in which jobs with a package queue up; there are but a few. */
  readonly #lanes = new Set<string | undefined>()

  constructor(tables: Tables, executions: Executions) {
    this.versions = new Versions(tables)
    this.#upgrades = tables.table('upgrades')
    this.#confirmations = new Confirmations(tables)
    this.#executions = executions
    for (const { lane } of this.#upgrades.values()) this.#lanes.add(lane)
  }

  /** What the job upgrades; `undefined` for a job that does something else. */
  get(job: JobKey): Upgrade | undefined {
    return this.#upgrades.get(job)
  }

  /** Says that the work of this job is a package, in the turn in which the job is created. */
  plan({ key, lane }: Job, content: Package, rules: UpgradeRules): Upgrade {
    const upgrade = { ...rules, job: key, ...(lane !== undefined && { lane }), package: content }
    this.#upgrades.set(key, upgrade)
    this.#lanes.add(lane)
    return upgrade
  }

  /** The unfinished upgrades of a device, or of one of its modules, in the order of its queue. */
  pending(device: DeviceKey, module?: string): Execution[] {
    return [...this.#lanes].flatMap((lane) =>
      this.#executions.pending(device, lane).filter(({ job }) => {
        const upgrade = this.get(job)
        return upgrade !== undefined && (module === undefined || upgrade.package.module === module)
      }),
    )
  }

  /**
   * What is to be handed to a device that has just come, also what it was told before: a cloud that does not repeat
   * itself leaves out what is no longer QUEUED.
   */
  due(device: DeviceKey): Execution[] {
    return this.pending(device).filter((execution) => this.isDue(execution))
  }

  /** What a device gets that asks for an upgrade of this module. */
  next(device: DeviceKey, module: string): Execution | undefined {
    return this.pending(device, module).find((execution) => !this.awaitsConfirmation(execution))
  }

  /** Whether the hub may hand this over by itself. */
  isDue(execution: Execution): boolean {
    return this.get(execution.job)?.pullOnly !== true && !this.awaitsConfirmation(execution)
  }

  awaitsConfirmation(execution: Execution): boolean {
    return this.get(execution.job)?.confirm === true && !this.#confirmations.has(execution)
  }

  /**
   * Lets a device have its upgrade, and again when that is retried. NOT_FOUND, or INVALID_TRANSITION unless it awaits
   * confirmation.
   */
  confirm(turn: Turn, job: JobKey, device: DeviceKey): void {
    const execution = this.#executions.require(job, device)
    if (!isPending(execution.status) || !this.awaitsConfirmation(execution)) {
      const what = say`job ${job} on device ${device} awaits no confirmation`
      throw new HubError('INVALID_TRANSITION', what, { execution })
    }
    this.#confirmations.add(execution)
    this.#tellDue(turn, execution)
  }

  /** Takes what a device says of its upgrade. Fails as `Executions.report` does. */
  report(turn: Turn, { job, device }: Execution, { progress, details }: UpgradeReport): Execution {
    const said = details === undefined ? {} : { details }
    if (progress === 'FAILED') return this.#executions.report(turn, job, device, { status: 'FAILED', ...said })
    const reached = Math.min(progress, 100)
    const through = reached === 100 && this.get(job)?.success === 'PROGRESS'
    const status = through ? 'SUCCEEDED' : 'IN_PROGRESS'
    return this.#executions.report(turn, job, device, { status, progress: reached, ...said })
  }

  /**
   * A device says which version of a module it runs: upgrades to that version have succeeded, and those that were given
   * to it before them it has left behind. `details` are added to those of the upgrades that end so.
   */
  runs(turn: Turn, device: DeviceKey, module: string, version: string, details: Record<string, unknown> = {}): void {
    this.versions.set(turn, device, module, version)
    const pending = this.pending(device, module).filter(({ job }) => this.get(job)!.success === 'VERSION')
    const reached = pending.filter(({ job }) => this.get(job)!.package.version === version)
    const latest = Math.max(...reached.map(({ order }) => order))
    for (const execution of pending) {
      const all = { ...execution.details, ...details }
      if (reached.includes(execution)) {
        this.#executions.report(turn, execution.job, device, { status: 'SUCCEEDED', progress: 100, details: all })
      } else if (execution.order < latest) {
        const reason = `the device runs ${version}, which it was given later`
        this.#executions.move(turn, execution, 'FORCE_CANCEL', { ...all, reason })
      } else if (execution.status === 'IN_PROGRESS' && this.get(execution.job)!.otherVersionFails === true) {
        const reason = `the device runs ${version}`
        this.#executions.report(turn, execution.job, device, { status: 'FAILED', details: { ...all, reason } })
      }
    }
  }

  /** Follows what has become of jobs and devices in this turn. */
  settle(turn: Turn): void {
    for (; turn.upgradesSettled < turn.events.length; turn.upgradesSettled += 1) {
      this.#hear(turn, turn.events[turn.upgradesSettled]!)
    }
  }

  #hear(turn: Turn, event: DomainEvent): void {
    switch (event.type) {
      case 'execution.queued':
        return this.#queued(turn, event.execution)
      case 'execution.deleted':
        return this.#deleted(event.execution)
      case 'job.deleted':
        return void this.#upgrades.delete(event.job.key)
      case 'device.deleted':
        return this.versions.forget(event.device.key)
    }
  }

  /** A dialect may have done something about it already, in this very turn. */
  #queued(turn: Turn, { job, device, number }: Execution): void {
    const upgrade = this.get(job)
    const execution = this.#executions.get(job, device)
    if (upgrade === undefined || execution?.status !== 'QUEUED' || execution.number !== number) return
    if (!this.#givesWay(turn, execution, upgrade) && this.isDue(execution)) this.#tellDue(turn, execution)
  }

  /** Sees to it that there is one upgrade of the module; true if it is not to be this one, which is then canceled. */
  #givesWay(turn: Turn, execution: Execution, { onePerModule, package: { module } }: Upgrade): boolean {
    if (onePerModule === undefined) return false
    for (const other of this.pending(execution.device, module)) {
      if (other.job === execution.job) continue
      // What is tried again is older than what has come meanwhile.
      const overwrites = onePerModule === 'OVERWRITE' && other.status !== 'IN_PROGRESS' && execution.number === 1
      if (!overwrites) {
        this.#cancel(turn, execution, `job ${other.job} upgrades ${module} already`)
        return true
      }
      this.#cancel(turn, other, `job ${execution.job} has taken its place`)
    }
    return false
  }

  #cancel(turn: Turn, execution: Execution, reason: string): void {
    this.#executions.move(turn, execution, 'CANCEL', { ...execution.details, reason })
  }

  #deleted(execution: Execution): void {
    if (this.#executions.get(execution.job, execution.device) === undefined) this.#confirmations.forget(execution)
  }

  #tellDue(turn: Turn, execution: Execution): void {
    turn.emit({ type: 'upgrade.due', execution })
  }
}
