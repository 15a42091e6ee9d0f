import assert from 'node:assert/strict'
import { Engine } from '../../../src/core/engine.ts'
import { HubError } from '../../../src/core/errors.ts'
import { rateOf } from '../../../src/core/job/rollout-rate.ts'
import type { Execution } from '../../../src/core/job/model.ts'
import type { Turn } from '../../../src/core/turn.ts'
import { EngineFixture, MINUTE } from '../../builders/engine-fixture.ts'
import { Facts } from './facts.ts'
import { JournalTables, type TableChange } from './journal-tables.ts'
import { perform } from './perform.ts'
import { refusalOf } from './refusals.ts'
import { checkAnswers, checkLeftovers, checkRest } from './state-rules.ts'
import type { Act } from './steps.ts'
import { checkExecutions, checkJobs, checkQueueEvents, queueIds, type Numbers, type QueueIds } from './turn-rules.ts'

/** A fixture in which every turn is looked at: what it changed, what it told, and how it left things. */
export class ModelFixture extends EngineFixture {
  readonly journal: JournalTables
  facts: Facts
  readonly #numbers: Numbers = new Map()
  /** When first attempts were queued, by job. */
  readonly #queued = new Map<string, number[]>()
  /** The ids of the devices that each job was planned for. */
  readonly #planned = new Map<string, Map<string, string | undefined>>()
  #queues: QueueIds = new Map()
  #late = false

  constructor() {
    const journal = new JournalTables()
    super(journal)
    this.journal = journal
    this.facts = new Facts(journal)
  }

  /** Does what the step says, or sees it refused as it must be, with nothing changed. */
  act(step: Act): void {
    this.#actInVain(step)
    const expected = refusalOf(this.facts, step, this.clock.now())
    let refused: string | undefined
    try {
      this.turn((turn, engine) => perform(turn, engine, this.facts, step))
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      refused = error.code
    }
    assert.equal(refused, expected, `how ${step.type} is refused`)
  }

  /** Asks for the same while nothing can be stored: it is refused before anything has changed, or changes nothing. */
  #actInVain(step: Act): void {
    // These happen, nobody asks for them.
    if (step.type === 'tick' || step.type === 'connect') return
    this.journal.refusal = new HubError('UNAVAILABLE', 'the disk is full')
    try {
      this.turn((turn, engine) => perform(turn, engine, this.facts, step))
    } catch (error) {
      if (!(error instanceof HubError)) throw error
    } finally {
      this.journal.refusal = undefined
    }
  }

  override turn<T>(act: (turn: Turn, engine: Engine) => T): T {
    let refused = false
    try {
      return super.turn((turn, engine) => {
        try {
          return act(turn, engine)
        } catch (error) {
          refused = error instanceof HubError
          throw error
        }
      })
    } finally {
      this.#look(refused)
    }
  }

  /** Lets time pass without a hub, and starts one over what was written. */
  down(ms: number): void {
    this.clock.advance(ms)
    this.restart()
    this.catchUp()
  }

  override restart(): void {
    this.journal.reload()
    this.engine = new Engine(this.journal, this.ids)
    // The one that asked for a group to be deleted hears nothing of it any more.
    assert.ok(
      this.journal.taken().every(({ table }) => table === 'groups'),
      'to start changes nothing',
    )
    this.facts = new Facts(this.journal)
  }

  /** Does what has fallen due, perhaps a while ago. */
  catchUp(): void {
    this.#late = true
    this.due()
    this.#late = false
  }

  /** How things are once everything due has been done. */
  checkRest(): void {
    this.due()
    checkRest(this.facts, this.engine, this.clock.now())
  }

  #look(refused: boolean): void {
    const changes = this.journal.taken()
    const events = this.events.splice(0)
    if (refused) assert.deepEqual([changes, events], [[], []], 'a refusal changes nothing')
    const now = this.clock.now()
    checkExecutions(changes, events, this.#numbers, this.facts, now, this.#late)
    this.#checkRate(changes, now)
    this.#checkHeirs(changes)
    checkJobs(changes, events, this.#numbers)
    const queues = queueIds(this.facts)
    checkQueueEvents(this.#queues, queues, events)
    this.#queues = queues
    checkAnswers(this.facts, this.engine)
    checkLeftovers(this.facts)
  }

  /** What a snapshot job has for a device is not what it has for the next one of that name. */
  #checkHeirs(changes: readonly TableChange[]): void {
    for (const { table, key, before, after } of changes) {
      if (table === 'jobs' && (before === undefined || after === undefined)) this.#planned.delete(key)
      if (table === 'plans' && after !== undefined && !this.#planned.has(key)) {
        const { devices } = after as { devices: string[] }
        this.#planned.set(key, new Map(devices.map((device) => [device, this.facts.devices.get(device)?.id])))
      }
      if (table !== 'executions' || before !== undefined) continue
      const { job, device } = after as Execution
      if (this.facts.jobs.get(job)?.selection !== 'SNAPSHOT') continue
      const id = this.#planned.get(job)?.get(device)
      const isHeir = id !== undefined && this.facts.devices.get(device)?.id !== id
      assert.ok(!isHeir, `${job} was planned for another ${device}`)
    }
  }

  /** [aws 3.6] No 60 seconds see more first attempts at a snapshot job than its rate. */
  #checkRate(changes: readonly TableChange[], now: number): void {
    for (const { key, before, after } of changes.filter(({ table }) => table === 'jobs'))
      if (before === undefined || after === undefined) this.#queued.delete(key)
    const queued = changes
      .filter(({ table, before }) => table === 'executions' && before === undefined)
      .map(({ after }) => after as Execution)
    const first = queued.filter(({ number }) => number === 1)
    for (const { job } of first) this.#queued.set(job, [...(this.#queued.get(job) ?? []), now])
    for (const key of new Set(first.map(({ job }) => job))) {
      const job = this.facts.jobs.get(key)
      const all = this.#queued.get(key) ?? []
      if (job === undefined || job.selection === 'CONTINUOUS') continue
      const notified = all.filter((at) => at <= now - MINUTE).length
      const { SUCCEEDED } = this.engine.executions.counts(key)
      const recent = all.filter((at) => at > now - MINUTE).length
      assert.ok(recent <= rateOf(job.rollout, notified, SUCCEEDED), `${recent} executions of ${key} in a minute`)
    }
  }
}
