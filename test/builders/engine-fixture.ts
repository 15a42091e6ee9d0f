import { VirtualClock } from '../../src/core/virtual-clock.ts'
import { Engine } from '../../src/core/engine.ts'
import type { DomainEvent } from '../../src/core/events.ts'
import { SequentialIds } from '../../src/core/ids.ts'
import type { Execution, ExecutionStatus, Job, NewJob } from '../../src/core/job/model.ts'
import { MemoryTables, type Tables } from '../../src/core/table.ts'
import { Turn } from '../../src/core/turn.ts'

export const MINUTE = 60_000
export const NOON = Date.UTC(2026, 10, 22, 12, 0)

/** An engine alone: virtual time, no dialect, everything it tells kept in `events`. */
export class EngineFixture {
  readonly clock: VirtualClock
  readonly events: DomainEvent[] = []
  readonly ids = new SequentialIds()
  engine: Engine

  constructor(
    readonly tables: Tables = new MemoryTables(),
    start = NOON,
  ) {
    this.clock = new VirtualClock(start)
    this.engine = new Engine(tables, this.ids)
  }

  /** One turn, settled as the hub does. */
  turn<T>(act: (turn: Turn, engine: Engine) => T): T {
    const turn = new Turn(this.clock.now(), { type: 'api', call: 'test' })
    try {
      return act(turn, this.engine)
    } finally {
      for (let seen = -1; seen < turn.events.length;) {
        seen = turn.events.length
        this.engine.settle(turn)
      }
      this.events.push(...turn.events)
    }
  }

  /** Lets everything due by now happen, slice by slice; returns the number of slices. */
  due(): number {
    let slices = 0
    for (; (this.engine.nextDeadline() ?? Infinity) <= this.clock.now(); slices += 1)
      this.turn((turn, engine) => engine.tick(turn))
    return slices
  }

  /** Moves time on, stopping at every deadline. */
  advance(ms: number): void {
    const target = this.clock.now() + ms
    this.due()
    for (
      let next = this.engine.nextDeadline();
      next !== undefined && next <= target;
      next = this.engine.nextDeadline()
    ) {
      this.clock.advanceTo(next)
      this.due()
    }
    this.clock.advanceTo(target)
  }

  /** Devices `x/d1` … `x/d<count>`. */
  devices(count: number): string[] {
    return this.turn((turn, engine) =>
      Array.from(
        { length: count },
        (_, index) => engine.devices.create(turn, { dialect: 'x', name: `d${index + 1}` }).key,
      ),
    )
  }

  job(devices: string[], rest: Partial<NewJob> = {}): Job {
    const input: NewJob = {
      key: 'x/job',
      targets: devices.map((device) => ({ type: 'device', device })),
      selection: 'SNAPSHOT',
      document: '{}',
      ...rest,
    }
    return this.turn((turn, engine) => engine.jobs.create(turn, input))
  }

  report(
    device: string,
    status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED',
    rest: object = {},
    job = 'x/job',
  ): Execution {
    return this.turn((turn, engine) => engine.executions.report(turn, job, device, { status, ...rest }))
  }

  status(device: string, job = 'x/job'): ExecutionStatus | undefined {
    return this.engine.executions.get(job, device)?.status
  }

  count(status: ExecutionStatus, job = 'x/job'): number {
    return this.engine.executions.counts(job)[status]
  }

  jobStatus(job = 'x/job'): string | undefined {
    return this.engine.jobs.get(job)?.status
  }

  /** The types of the events since the last call. */
  told(): string[] {
    return this.events.splice(0).map((event) => event.type)
  }

  /** A new engine over the same records, as after a restart. */
  restart(): void {
    this.engine = new Engine(this.tables, this.ids)
  }
}
