import type { BrokerPort } from '../broker/port.ts'
import type { Instant } from '../core/clock.ts'
import type { Engine } from '../core/engine.ts'
import { HubError } from '../core/errors.ts'
import type { DeviceKey, Ids } from '../core/ids.ts'
import type { OptionValues } from '../core/option.ts'
import type { Action, Effect } from '../core/seam/effects.ts'
import type { Connection, ConnectionId, Message, Qos } from '../core/seam/mqtt.ts'
import type { Table, Tables } from '../core/table.ts'
import type { JsonObject } from '../core/twin/model.ts'
import type { Turn } from '../core/turn.ts'
import type { Sight } from '../dialect/credential.ts'
import type { ConnectionView, Context, RetainedView, Settings } from '../dialect/dialect.ts'
import type { NoticeAbout } from '../shared/api.ts'
import type { Notices } from './notices.ts'
import { asSaid, say, textOf, type Words } from '../core/said.ts'

/** Different things of one turn that are told by name; who sends one more wants to fill a list, not to hear of it. */
const MOST_IGNORED = 10

/** What all contexts of one hub have in common. */
export interface SharedContext {
  engine: Engine
  ids: Ids
  tables: Tables
  settings: Settings
  /** What was chosen of each dialect's own options. */
  options: ReadonlyMap<string, OptionValues>
  /** The broker, which is made later. */
  retained(): Pick<BrokerPort, 'retained' | 'retainedOn'>
  connections: ConnectionView & { identify(connection: Connection, device: DeviceKey): void }
  notices: Notices
  /** The real time, by which signatures and certificates go. */
  wall(): Instant
  /** What dialects remember while the hub runs, by dialect and name. */
  memory: Map<string, object>
}

/** One dialect's view of one turn; gathers the actions it asks for. */
export class TurnContext implements Context, Sight {
  readonly #shared: SharedContext
  readonly #effects: Effect[]
  #ignored = 0

  constructor(
    shared: SharedContext,
    readonly dialect: string,
    readonly turn: Turn,
    effects: Effect[],
  ) {
    this.#shared = shared
    this.#effects = effects
  }

  get now(): Instant {
    return this.turn.now
  }

  get wall(): Instant {
    return this.#shared.wall()
  }

  get engine(): Engine {
    return this.#shared.engine
  }

  get ids(): Ids {
    return this.#shared.ids
  }

  get settings(): Settings {
    return this.#shared.settings
  }

  get options(): OptionValues {
    return this.#shared.options.get(this.dialect) ?? {}
  }

  get connections(): ConnectionView {
    return this.#shared.connections
  }

  get retained(): RetainedView {
    const { dialect } = this
    const { retained } = this.#shared
    return { get: (topic) => retained().retainedOn(dialect, topic), all: () => retained().retained(dialect) }
  }

  own<T extends object>(collection: string): Table<T> {
    return this.#shared.tables.table(`${this.dialect}.${collection}`)
  }

  memory<T extends object>(name: string, make: () => T): T {
    const { memory } = this.#shared
    const key = `${this.dialect}.${name}`
    if (!memory.has(key)) memory.set(key, make())
    return memory.get(key) as T
  }

  emit(name: string, data: JsonObject): void {
    this.turn.emit({ type: 'dialect.own', dialect: this.dialect, name, data })
  }

  act(action: Action, rule: string): void {
    this.#effects.push({ ...action, dialect: this.dialect, cause: { input: this.turn.input, rule } })
  }

  identify(connection: Connection, device: DeviceKey): void {
    this.#shared.connections.identify(connection, device)
    this.engine.connections.connected(this.turn, device)
  }

  send(connection: ConnectionId, message: Omit<Message, 'qos'> & { qos?: Qos }, rule: string): void {
    const { topic, payload, qos = 'as-subscribed' } = message
    // Written out, not through `act`: copying the action would be a tenth of the cost of a turn.
    this.#effects.push({
      type: 'send',
      connection,
      message: { topic, payload, qos },
      dialect: this.dialect,
      cause: { input: this.turn.input, rule },
    })
  }

  publish(message: Message, rule: string): void {
    this.#effects.push({ type: 'publish', message, dialect: this.dialect, cause: { input: this.turn.input, rule } })
  }

  ignored(what: Words): void {
    if (this.settings.refuseIgnored)
      throw new HubError(
        'UNSUPPORTED',
        say`${asSaid(what)} is not modelled, and --strict refuses what would be ignored`,
        { field: textOf(what) },
      )
    this.#ignored += 1
    if (this.#ignored > MOST_IGNORED + 1) return
    const told: Words = this.#ignored > MOST_IGNORED ? 'more in one request than are listed' : what
    this.#shared.notices.add({
      kind: 'ignored',
      code: 'ignored',
      about: { type: 'cloud', name: this.dialect },
      subject: textOf(told),
      text: told,
      cure: 'the cloud acts on it and this hub does not: do not rely on it here, or have it refused with --strict',
    })
  }

  warn(about: string, text: Words): void {
    this.#shared.notices.add({ kind: 'warning', code: 'client', about: this.#about(about), text })
  }

  /** Connections come and go: whom the one was of stays. */
  #about(name: string): NoticeAbout {
    const connection = this.#shared.connections.get(name)
    if (connection !== undefined) return aboutOf(connection)
    const { devices, jobs } = this.engine
    if (devices.get(name) !== undefined) return { type: 'device', name }
    return { type: jobs.get(name) !== undefined ? 'job' : 'cloud', name }
  }
}

/** Whom a connection is of: its device, else the client. */
export const aboutOf = ({ identity, request }: Connection): NoticeAbout =>
  identity.device === undefined ? { type: 'client', name: request.clientId } : { type: 'device', name: identity.device }
