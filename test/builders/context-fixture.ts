import type { Instant } from '../../src/core/clock.ts'
import { Engine } from '../../src/core/engine.ts'
import { HubError } from '../../src/core/errors.ts'
import type { DomainEvent } from '../../src/core/events.ts'
import { SequentialIds, type DialectName } from '../../src/core/ids.ts'
import type { OptionValues } from '../../src/core/option.ts'
import type { Action } from '../../src/core/seam/effects.ts'
import type { Connection, Message } from '../../src/core/seam/mqtt.ts'
import { MemoryTables } from '../../src/core/table.ts'
import { Turn, type Input } from '../../src/core/turn.ts'
import type { Sight } from '../../src/dialect/credential.ts'
import type { Context, Settings } from '../../src/dialect/dialect.ts'

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
 * A hub without a hub: an engine on memory tables, live connections made up by the test, and turns that record what is
 * asked for.
 */
export class ContextFixture {
  readonly tables = new MemoryTables()
  readonly ids = new SequentialIds()
  readonly engine = new Engine(this.tables, this.ids)
  readonly connections = new Map<string, Connection>()
  readonly settings: Settings
  readonly options: OptionValues
  /** What was accepted but ignored, in all turns. */
  readonly memory = new Map<string, object>()
  readonly ignored: string[] = []
  readonly warnings: { about: string; text: string }[] = []
  now: Instant
  readonly #dialect: DialectName
  readonly #onEvent: ContextFixtureOptions['onEvent']

  constructor({
    dialect = 'aws',
    now = Date.UTC(2026, 0, 1),
    settings,
    options = {},
    onEvent,
  }: ContextFixtureOptions = {}) {
    this.#dialect = dialect
    this.#onEvent = onEvent
    this.now = now
    const endpoint = { host: 'localhost', mqtt: 1883, mqtts: 8883, http: 8880, https: 8443 }
    this.options = options
    this.settings = { mode: 'open', refuseIgnored: false, endpoint, ...settings }
  }

  /** Makes up a live connection; `device` is the registered device it stands for. */
  connect(id: string, device?: string, subscriptions: Record<string, 0 | 1> = {}): Connection {
    const connection: Connection = {
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
    }
    this.connections.set(id, connection)
    return connection
  }

  /**
   * One turn at `now`: `decide`, then every event until none is left, and what the engine says once all else has
   * happened.
   */
  turn<T>(decide: (ctx: Context & Sight) => T, input: Input = { type: 'api', call: 'test' }): Outcome<T> {
    const turn = new Turn(this.now, input)
    const acts: Outcome<T>['acts'] = []
    const ctx = this.#context(turn, (action, rule) => acts.push({ action, rule }))
    const result = decide(ctx)
    let seen = 0
    for (;;) {
      for (; seen < turn.events.length; seen++) this.#onEvent?.(ctx, turn.events[seen] as DomainEvent)
      this.engine.settle(turn)
      if (seen === turn.events.length) return { result, acts, events: turn.events }
    }
  }

  #context(turn: Turn, act: Context['act']): Context & Sight {
    const { engine, ids, settings, options, connections, tables, ignored, warnings, memory } = this
    const live = (): Connection[] => [...connections.values()]
    return {
      now: turn.now,
      wall: turn.now,
      turn,
      engine,
      ids,
      settings,
      options,
      connections: {
        get: (id) => connections.get(id),
        ofDevice: (device) => live().filter((connection) => connection.identity.device === device),
        bySession: (dialect, session) =>
          live().find((connection) => connection.dialect === dialect && connection.session === session),
      },
      own: (collection) => tables.table(`${this.#dialect}.${collection}`),
      memory: (name, make) => {
        if (!memory.has(name)) memory.set(name, make())
        return memory.get(name) as ReturnType<typeof make>
      },
      act,
      identify: (connection, device) => {
        connection.identity.device = device
        engine.connections.connected(turn, device)
      },
      send: (connection, message, rule) =>
        act({ type: 'send', connection, message: { qos: 'as-subscribed', ...message } }, rule),
      publish: (message, rule) => act({ type: 'publish', message }, rule),
      ignored: (what) => {
        if (settings.refuseIgnored) throw new HubError('UNSUPPORTED', `${what} is not modelled`)
        ignored.push(what)
      },
      warn: (about, text) => warnings.push({ about, text }),
    }
  }
}

/** The messages among the acts that went to all subscribers. */
export const published = ({ acts }: Pick<Outcome<unknown>, 'acts'>): Message[] =>
  acts.flatMap(({ action }) => (action.type === 'publish' ? [action.message] : []))
