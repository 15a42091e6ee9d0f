import { Retained, RETAINED_LIMITS } from '../../src/broker/routing/retained.ts'
import type { Instant } from '../../src/core/clock.ts'
import { Engine } from '../../src/core/engine.ts'
import type { DomainEvent } from '../../src/core/events.ts'
import { SequentialIds, type DialectName } from '../../src/core/ids.ts'
import type { OptionValues } from '../../src/core/option.ts'
import type { Action } from '../../src/core/seam/effects.ts'
import type { Connection, Message } from '../../src/core/seam/mqtt.ts'
import type { Input } from '../../src/core/turn.ts'
import type { Sight } from '../../src/dialect/credential.ts'
import type { Context, Settings } from '../../src/dialect/dialect.ts'
import { Notices } from '../../src/hub/notices.ts'
import { TurnFailure, Turns, type TurnOutcome } from '../../src/hub/turns.ts'
import { LiveView } from '../../src/hub/views.ts'
import { memoryStore } from '../../src/store/store.ts'
import { ignoredIn, warningsIn } from './notices-said.ts'

/** What one turn came to. */
export interface Outcome<T> {
  result: T
  /** In the order in which they were asked for. */
  acts: { action: Action; rule: string }[]
  /** In the order in which they arose. */
  events: DomainEvent[]
}

export interface ContextFixtureOptions {
  dialect?: DialectName
  now?: Instant
  settings?: Partial<Settings>
  options?: OptionValues
  /** The dialect's part in every turn, called for each event as the hub calls it. */
  onEvent?: (ctx: Context, event: DomainEvent) => void
}

/**
 * The hub's turns and contexts alone: an engine on tables in memory, live connections made up by the test, and what is
 * asked for recorded, not performed.
 */
export class ContextFixture {
  readonly tables = memoryStore()
  readonly ids = new SequentialIds()
  readonly engine = new Engine(this.tables, this.ids)
  readonly connections = new Map<string, Connection>()
  /** What was asked to be published and retained. */
  readonly retained = new Retained({
    table: this.tables.table('mqttRetained'),
    limits: RETAINED_LIMITS,
    now: () => this.now,
    notice: () => {},
  })
  readonly settings: Settings
  now: Instant
  readonly #dialect: DialectName
  readonly #clock = { now: () => this.now, at: () => () => {} }
  readonly #notices = new Notices(this.#clock, () => {})
  readonly #live = new LiveView(() => ({
    connection: (id) => this.connections.get(id),
    bySession: (dialect, session) =>
      [...this.connections.values()].find((one) => one.dialect === dialect && one.session === session),
    identified: () => {},
  }))
  readonly #turns: Turns

  constructor({
    dialect = 'aws',
    now = Date.UTC(2026, 0, 1),
    settings,
    options = {},
    onEvent,
  }: ContextFixtureOptions = {}) {
    this.#dialect = dialect
    this.now = now
    const endpoint = { host: 'localhost', mqtt: 1883, mqtts: 8883, http: 8880, https: 8443 }
    this.settings = { mode: 'open', refuseIgnored: false, endpoint, ...settings }
    this.#turns = new Turns(
      {
        engine: this.engine,
        ids: this.ids,
        tables: this.tables,
        settings: this.settings,
        options: new Map([[dialect, options]]),
        connections: this.#live,
        retained: () => ({
          retained: (of) => this.retained.of(of),
          retainedOn: (of, topic) => this.retained.get(of, topic),
        }),
        notices: this.#notices,
        wall: () => this.now,
        memory: new Map(),
      },
      this.#clock,
      (ctx, event) => onEvent?.(ctx, event),
      this.tables,
    )
  }

  /** What was accepted but ignored, in all turns. */
  get ignored(): string[] {
    return ignoredIn(this.#notices)
  }

  /** What people were warned of, in all turns. */
  get warnings(): { about: string; text: string }[] {
    return warningsIn(this.#notices)
  }

  /** Makes up a live connection; `device` is the registered device it stands for. */
  connect(id: string, device?: string, subscriptions: Record<string, 0 | 1> = {}): Connection {
    return this.add({
      id,
      dialect: this.#dialect,
      identity: { principal: 'test', ...(device !== undefined && { device }) },
      session: id,
      request: {
        connection: id,
        clientId: id,
        clean: true,
        keepalive: 60,
        protocolVersion: 4,
        transport: 'tcp',
        local: true,
        remoteAddress: '127.0.0.1',
      },
      subscriptions: new Map(Object.entries(subscriptions)),
      state: {},
    })
  }

  /** The connection is live from now on. */
  add(connection: Connection): Connection {
    this.connections.set(connection.id, connection)
    this.#live.add(connection)
    return connection
  }

  /** The connection is gone. */
  remove(connection: Connection): void {
    this.connections.delete(connection.id)
    this.#live.remove(connection)
  }

  /** One turn at `now`, as the hub takes it; throws what `decide` throws. */
  turn<T>(decide: (ctx: Context & Sight) => T, input: Input = { type: 'api', call: 'test' }): Outcome<T> {
    const { result, effects, events } = this.#run(decide, input)
    for (const effect of effects)
      if (effect.type === 'publish' && effect.message.retain === true)
        this.retained.keep(effect.dialect, { ...effect.message, retain: true })
    const acts = effects.map(({ dialect: _, cause, ...action }) => ({ action, rule: cause.rule }))
    return { result, acts, events: [...events] }
  }

  #run<T>(decide: (ctx: Context & Sight) => T, input: Input): TurnOutcome<T> {
    try {
      return this.#turns.run(this.#dialect, input, decide)
    } catch (error) {
      throw error instanceof TurnFailure ? error.reason : error
    }
  }
}

/** The messages among the acts that went to all subscribers. */
export const published = ({ acts }: Pick<Outcome<unknown>, 'acts'>): Message[] =>
  acts.flatMap(({ action }) => (action.type === 'publish' ? [action.message] : []))
