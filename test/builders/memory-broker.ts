import { matchesFilter } from '../../src/broker/routing/filter.ts'
import { Retained, RETAINED_LIMITS } from '../../src/broker/routing/retained.ts'
import type { BrokerHooks, BrokerPort, Granted, Outgoing } from '../../src/broker/port.ts'
import type { Instant } from '../../src/core/clock.ts'
import type { DeviceKey, DialectName } from '../../src/core/ids.ts'
import type {
  Connection,
  ConnectionId,
  ConnectRequest,
  ConnectVerdict,
  DisconnectReason,
  Incoming,
  Message,
  PublishVerdict,
  Qos,
  RetainedMessage,
  SubscribeVerdict,
} from '../../src/core/seam/mqtt.ts'
import type { Tables } from '../../src/core/table.ts'

/** A message as it reaches a client. */
export interface Delivery extends Message {
  retain: boolean
  /** Sent to this client, not to every subscriber. */
  direct?: true
}

/** What clients see of the broker. */
export interface BrokerWatcher {
  /** The CONNACK. */
  welcomed(connection: Connection): void
  /** Before anything comes of it. */
  decided(connection: Connection, verdict: PublishVerdict): void
  arrived(connection: Connection, delivery: Delivery): void
  /** Held back, as the client may not have it. */
  withheld(connection: Connection, topic: string): void
  /** The PUBACK of a message that the hub follows. */
  acknowledged(connection: Connection, topic: string): void
  /** From the hub's side. */
  closed(connection: Connection, why: string): void
}

interface Session {
  dialect: DialectName
  name: string
  /** What was granted, by the client's own filters. */
  granted: Map<string, Qos>
  /** What the dialect put in the place of a filter. */
  effective: Map<string, string>
  /** Kept when its client goes; then what came meanwhile. */
  waiting: Message[] | undefined
  connection?: Connection | undefined
  device?: DeviceKey | undefined
}

export interface MemoryBrokerOptions {
  hooks: BrokerHooks
  tables: Tables
  now(): Instant
  watcher: BrokerWatcher
}

const HUB_FAILED = 'the hub failed over it'

/** A broker without sockets: asks the hooks in the order of the real one. Sessions are kept for ever. */
export class MemoryBroker implements BrokerPort {
  readonly #options: MemoryBrokerOptions
  readonly #live = new Map<ConnectionId, Connection>()
  readonly #sessions = new Map<string, Session>()
  readonly #retained: Retained
  #connects = 0

  constructor(options: MemoryBrokerOptions) {
    this.#options = options
    this.#retained = new Retained({
      table: options.tables.table('mqttRetained'),
      limits: RETAINED_LIMITS,
      notice: () => {},
      now: options.now,
    })
  }

  retainedOn(dialect: DialectName, topic: string): RetainedMessage | undefined {
    return this.#retained.get(dialect, topic)
  }

  retained(dialect: DialectName): Iterable<RetainedMessage> {
    return this.#retained.of(dialect)
  }

  /** CONNECT. */
  async connect(asked: Omit<ConnectRequest, 'connection'>): Promise<ConnectVerdict & { connection?: Connection }> {
    const { hooks, watcher } = this.#options
    const request = { ...asked, connection: `connection ${(this.#connects += 1)}` }
    const named = hooks.session(request)
    if ('refuse' in named) return { accept: false, reason: named.refuse, returnCode: 5 }
    const { dialect, session: name } = named
    const verdict = await hooks.connect(request, dialect)
    if (!verdict.accept) return verdict
    const key = keyOf(dialect, name)
    const present = this.#sessions.get(key)
    const session: Session =
      request.clean || present === undefined
        ? { dialect, name, granted: new Map(), effective: new Map(), waiting: request.clean ? undefined : [] }
        : present
    const connection: Connection = {
      id: request.connection,
      dialect,
      identity: verdict.identity,
      session: name,
      request,
      subscriptions: session.granted,
      state: {},
    }
    for (const [filter, qos] of [...session.granted]) {
      const again = await hooks.subscribe(connection, filter, qos)
      if ('grant' in again) grant(session, filter, again)
      else session.granted.delete(filter)
    }
    if (present?.connection !== undefined) {
      watcher.closed(present.connection, 'another client takes its session over')
      this.#end(present.connection, 'DUPLICATE_CLIENT_ID')
    }
    this.#sessions.set(key, Object.assign(session, { connection, device: verdict.identity.device }))
    this.#live.set(connection.id, connection)
    watcher.welcomed(connection)
    for (const message of session.waiting?.splice(0) ?? []) this.#deliver(connection, { ...message, retain: false })
    hooks.connected(connection)
    return { ...verdict, connection }
  }

  /** DISCONNECT. */
  leave(connection: Connection): void {
    this.#end(connection, 'CLIENT_INITIATED')
  }

  /** SUBSCRIBE with one filter; `answered` is called before the retained messages come. */
  async subscribeTo(
    connection: Connection,
    filter: string,
    qos: 0 | 1 | 2,
    answered: (verdict: SubscribeVerdict) => void,
  ): Promise<SubscribeVerdict> {
    const { hooks } = this.#options
    const verdict = await hooks.subscribe(connection, filter, qos)
    answered(verdict)
    if ('close' in verdict) this.#end(connection, 'FORBIDDEN')
    if (!('grant' in verdict)) return verdict
    grant(this.#of(connection), filter, verdict)
    const shown = this.#retained.matching(connection.dialect, verdict.filter ?? filter, verdict.grant)
    for (const publication of shown) this.#deliver(connection, publication)
    hooks.subscribed(connection, [{ filter, qos: verdict.grant }])
    return verdict
  }

  /** UNSUBSCRIBE from one filter. */
  unsubscribeFrom(connection: Connection, filter: string): void {
    const { granted, effective } = this.#of(connection)
    granted.delete(filter)
    effective.delete(filter)
    this.#options.hooks.unsubscribed(connection, [filter])
  }

  /** PUBLISH; resolves with the PUBACK, or when the connection is closed. */
  async take(connection: Connection, incoming: Incoming): Promise<PublishVerdict> {
    const { hooks, watcher } = this.#options
    const verdict = await Promise.resolve()
      .then(() => hooks.publish(connection, incoming))
      .catch((error: unknown): PublishVerdict & { route: 'close' } => ({
        route: 'close',
        reason: `${HUB_FAILED}: ${String(error)}`,
        as: 'SERVER_INITIATED',
      }))
    watcher.decided(connection, verdict)
    if (verdict.route === 'close') this.#end(connection, verdict.as ?? 'FORBIDDEN')
    if (verdict.route === 'forward') {
      const { topic = incoming.topic, retain = incoming.retain } = verdict
      const { payload, qos } = incoming
      await this.publish(connection.dialect, { topic, payload, qos: qos === 0 ? 0 : 1, retain })
    }
    return verdict
  }

  send(id: ConnectionId, message: Outgoing, track?: string): boolean {
    const connection = this.#live.get(id)
    if (connection === undefined) return false
    const { hooks, watcher } = this.#options
    const { topic, retain = false } = message
    const qos = message.qos === 'as-subscribed' ? (bestOf(this.#of(connection), topic) ?? 0) : message.qos
    watcher.arrived(connection, { ...message, qos, retain, direct: true })
    if (track === undefined || qos === 0) return true
    queueMicrotask(() => {
      if (!this.#live.has(id)) return
      watcher.acknowledged(connection, topic)
      hooks.acknowledged(connection, track)
    })
    return true
  }

  async publish(dialect: DialectName, message: Message): Promise<void> {
    if (message.retain === true) this.#retained.keep(dialect, { ...message, retain: true })
    for (const session of this.#sessions.values()) {
      if (session.dialect !== dialect) continue
      const granted = bestOf(session, message.topic)
      if (granted === undefined) continue
      const qos = Math.min(message.qos, granted) as Qos
      if (session.connection !== undefined) this.#deliver(session.connection, { ...message, qos, retain: false })
      else if (qos === 1) session.waiting?.push(message)
    }
  }

  async subscribe(id: ConnectionId, filters: Granted[]): Promise<void> {
    const connection = this.#live.get(id)
    if (connection === undefined) return
    for (const { filter, qos } of filters) this.#of(connection).granted.set(filter, qos)
  }

  async withdraw(dialect: DialectName, name: string, filter?: string): Promise<void> {
    const session = this.#sessions.get(keyOf(dialect, name))
    if (session !== undefined) this.#withdraw(session, filter)
  }

  async withdrawFrom(device: DeviceKey, filter?: string): Promise<void> {
    for (const session of [...this.#sessions.values()]) if (session.device === device) this.#withdraw(session, filter)
  }

  disconnect(id: ConnectionId, reason: DisconnectReason, note: string): boolean {
    const connection = this.#live.get(id)
    if (connection === undefined) return false
    this.#options.watcher.closed(connection, note)
    this.#end(connection, reason)
    return true
  }

  whenCaughtUp(_: ConnectionId, then: () => void): void {
    then()
  }

  identified(id: ConnectionId): void {
    const connection = this.#live.get(id)
    if (connection !== undefined) this.#of(connection).device = connection.identity.device
  }

  connection(id: ConnectionId): Connection | undefined {
    return this.#live.get(id)
  }

  /** The live ones. */
  connections(): Iterable<Connection> {
    return this.#live.values()
  }

  bySession(dialect: DialectName, session: string): Connection | undefined {
    return this.#sessions.get(keyOf(dialect, session))?.connection
  }

  nextExpiry(): undefined {}

  async expireSessions(): Promise<void> {}

  #deliver(connection: Connection, delivery: Delivery): void {
    const { hooks, watcher } = this.#options
    if (hooks.mayDeliver?.(connection, delivery.topic, delivery.retain) === false)
      watcher.withheld(connection, delivery.topic)
    else watcher.arrived(connection, delivery)
  }

  #end(connection: Connection, reason: DisconnectReason): void {
    if (!this.#live.delete(connection.id)) return
    const session = this.#of(connection)
    session.connection = undefined
    if (session.waiting === undefined) this.#sessions.delete(keyOf(session.dialect, session.name))
    this.#options.hooks.disconnected(connection, reason)
  }

  #withdraw(session: Session, filter: string | undefined): void {
    if (filter === undefined) this.#sessions.delete(keyOf(session.dialect, session.name))
    else session.waiting = session.waiting?.filter(({ topic }) => !matchesFilter(filter, topic))
  }

  #of({ dialect, session }: Connection): Session {
    return this.#sessions.get(keyOf(dialect, session))!
  }
}

const keyOf = (dialect: DialectName, name: string): string => `${dialect} ${name}`

function grant({ granted, effective }: Session, filter: string, verdict: { grant: Qos; filter?: string }): void {
  granted.set(filter, verdict.grant)
  if (verdict.filter !== undefined) effective.set(filter, verdict.filter)
}

/** The QoS of the best filter that matches. */
function bestOf({ granted, effective }: Session, topic: string): Qos | undefined {
  let best: Qos | undefined
  for (const [filter, qos] of granted)
    if (matchesFilter(effective.get(filter) ?? filter, topic) && (best === undefined || qos > best)) best = qos
  return best
}
