// long: what a connection may do is decided in one place, packet by packet
import type { BrokerHooks, Granted, SessionName } from '../broker/port.ts'
import type { Instant } from '../core/clock.ts'
import type { DialectName } from '../core/ids.ts'
import type {
  Connection,
  ConnectionId,
  ConnectRequest,
  ConnectVerdict,
  DisconnectReason,
  Incoming,
  PublishVerdict,
  SubscribeVerdict,
} from '../core/seam/mqtt.ts'
import type { Fulfilled, Need } from '../core/seam/needs.ts'
import type { Input } from '../core/turn.ts'
import type { Sight } from '../dialect/credential.ts'
import type { Context, Dialect, Settings } from '../dialect/dialect.ts'
import type { NoticeAbout, NoticeCode } from '../shared/api.ts'
import { admitClient } from './access.ts'
import { strongestClaim } from './strongest-claim.ts'
import { aboutOf } from './context.ts'
import { settleHandshake } from './handshakes.ts'
import { ConnectionQueue } from './connection-queue.ts'
import type { Fulfil } from './needs.ts'
import type { Notices } from './notices.ts'
import type { TurnOutcome } from './turns.ts'
import type { LiveView } from './views.ts'
import { joined, asSaid, say, type Said, type Words } from '../core/said.ts'

export interface MqttGateOptions {
  /** Domain time. */
  now(): Instant
  dialects: readonly Dialect[]
  settings: Settings
  notices: Notices
  /** Learns of every connection that comes and goes. */
  live: LiveView
  /** Runs a decision; throws what it throws, and sees to the effects once they are committed. */
  turn<T>(dialect: DialectName, input: Input, decide: (ctx: Context & Sight) => T): TurnOutcome<T>
  /** Why nobody more can be let in at present: what comes of it could not be stored, and too much waits for that. */
  crowded(): Words | undefined
  /** Fetches what a decision needs. */
  fulfil: Fulfil
  /** Goes on once the client has read what it was sent, or is gone. */
  whenCaughtUp(connection: ConnectionId, then: () => void): void
}

/** CONNACK 3 [MQTT-3.2.2.3]. */
const SERVER_UNAVAILABLE = 3
/** Ends that were the hub's own decision. */
const BY_HUB: ReadonlySet<DisconnectReason> = new Set(['FORBIDDEN', 'SERVER_INITIATED', 'CLIENT_ERROR'])

/** Lets the dialect whose connection it is decide everything that happens on it. */
export class MqttGate implements BrokerHooks {
  readonly #options: MqttGateOptions
  readonly #dialects: ReadonlyMap<DialectName, Dialect>
  readonly #queue = new ConnectionQueue()
  /**
   * Connections that the hub has ended: what the client had said and nobody had looked at counts no more, but for its
   * will.
   */
  readonly #ended = new WeakMap<Connection, DisconnectReason>()
  /** Only if a dialect filters deliveries does every delivery pay for the question. */
  readonly mayDeliver?: NonNullable<BrokerHooks['mayDeliver']>

  constructor(options: MqttGateOptions) {
    this.#options = options
    this.#dialects = new Map(options.dialects.map((dialect) => [dialect.name, dialect]))
    if (options.dialects.some(({ mqtt }) => mqtt.mayDeliver !== undefined)) {
      this.mayDeliver = (connection, topic, retained) =>
        this.#of(connection).mqtt.mayDeliver?.(connection, topic, retained, options.now()) ?? true
    }
  }

  session(request: ConnectRequest): SessionName | { refuse: Words } {
    const best = strongestClaim(this.#options.dialects, ({ mqtt }) => mqtt.recognize(request, this.#options.settings))
    if (best === undefined) return this.#unclaimed(request)
    return { dialect: best.name, session: best.mqtt.session?.(request) ?? request.clientId }
  }

  /** Says what would have been taken: this client's library has nothing but a number. */
  #unclaimed(request: ConnectRequest): { refuse: Words } {
    const { dialects, settings, notices } = this.#options
    const wanted = joined(
      dialects.map(
        ({ title, mqtt }) => say`${asSaid(title)} takes ${asSaid(mqtt.wanted(settings, request.local))}`,
      ) as [Said],
      (before, next) => say`${before}. ${next}`,
    )
    const refuse = say`no cloud has clients that connect like this. ${asSaid(wanted)}`
    notices.add({
      kind: 'refused',
      code: 'connectUnclaimed',
      about: clientOf(request),
      text: say`was not let in from ${request.remoteAddress}`,
      cause: 'no cloud has clients that connect like this',
      cure: wanted,
    })
    return { refuse }
  }

  async connect(request: ConnectRequest, dialect: DialectName): Promise<ConnectVerdict> {
    const crowded = this.#options.crowded()
    if (crowded !== undefined) return this.#crowded(request, crowded)
    const { title, mqtt } = this.#dialects.get(dialect)!
    const { result, committed } = this.#turn(dialect, request.connection, 'connect', undefined, (ctx) =>
      admitClient(mqtt, ctx, request),
    )
    await committed
    if (!result.accept) {
      this.#options.notices.add({
        kind: 'refused',
        code: 'connectRefused',
        about: clientOf(request),
        text: say`was not let in from ${request.remoteAddress}`,
        cause: result.reason,
        cure: say`${asSaid(title)} takes ${asSaid(mqtt.wanted(this.#options.settings, request.local))}`,
      })
    }
    return result
  }

  #crowded(request: ConnectRequest, cause: Words): ConnectVerdict {
    this.#options.notices.add({
      kind: 'refused',
      code: 'connectRefused',
      about: clientOf(request),
      text: say`was not let in from ${request.remoteAddress}`,
      cause,
      cure: "mend what the hub's warning about its data folder names: room, or the disk",
    })
    return { accept: false, returnCode: SERVER_UNAVAILABLE, reason: cause }
  }

  connected(connection: Connection): void {
    const { device } = connection.identity
    this.#options.live.add(connection)
    this.#settleConnect(connection)
    this.#turn(connection.dialect, connection.id, 'connect', undefined, (ctx) => {
      if (device !== undefined) ctx.engine.connections.connected(ctx.turn, device)
      this.#of(connection).mqtt.onConnected?.(ctx, connection)
      this.#reached(ctx, connection)
    })
  }

  /** A client of a device has come, or subscribed: is that device to be asked what has waited for it? */
  #reached(ctx: Context, connection: Connection): void {
    const { device } = connection.identity
    if (device !== undefined && this.#of(connection).mqtt.reachable?.(ctx, device) === true)
      ctx.engine.commands.reachable(ctx.turn, device)
  }

  disconnected(connection: Connection, reason: DisconnectReason): void {
    const { device } = connection.identity
    this.#options.live.remove(connection)
    if (BY_HUB.has(reason)) this.#ended.set(connection, reason)
    this.#turn(connection.dialect, connection.id, 'disconnect', undefined, (ctx) => {
      if (device !== undefined) ctx.engine.connections.disconnected(ctx.turn, device, reason)
      const { mqtt } = this.#of(connection)
      mqtt.onDisconnected?.(ctx, connection, reason)
      if (device !== undefined && mqtt.reachable?.(ctx, device) === false) ctx.engine.commands.lost(ctx.turn, device)
    })
  }

  subscribe(connection: Connection, filter: string, qos: 0 | 1 | 2): SubscribeVerdict {
    const { mqtt } = this.#of(connection)
    const { result } = this.#turn(connection.dialect, connection.id, 'subscribe', filter, (ctx) =>
      mqtt.authorizeSubscribe(ctx, connection, filter, qos),
    )
    if ('refuse' in result)
      this.#refused(connection, 'subscribeRefused', filter, say`may not subscribe ${filter}`, result.refuse)
    else if ('close' in result) {
      this.#ended.set(connection, 'FORBIDDEN')
      this.#refused(connection, 'subscribeClosed', filter, say`was closed for subscribing ${filter}`, result.close)
    } else this.#works(connection, SUBSCRIBE, filter)
    return result
  }

  subscribed(connection: Connection, filters: Granted[]): void {
    const { mqtt } = this.#of(connection)
    if (mqtt.onSubscribed === undefined && mqtt.reachable === undefined) return
    this.#turn(connection.dialect, connection.id, 'subscribe', undefined, (ctx) => {
      mqtt.onSubscribed?.(ctx, connection, filters)
      this.#reached(ctx, connection)
    })
  }

  unsubscribed(connection: Connection, filters: string[]): void {
    const { mqtt } = this.#of(connection)
    if (mqtt.onUnsubscribed === undefined) return
    this.#turn(connection.dialect, connection.id, 'unsubscribe', undefined, (ctx) =>
      mqtt.onUnsubscribed?.(ctx, connection, filters),
    )
  }

  acknowledged(connection: Connection, track: string): void {
    this.#turn(connection.dialect, connection.id, 'puback', undefined, (ctx) =>
      this.#of(connection).mqtt.onAcknowledged?.(ctx, connection, track),
    )
  }

  publish(connection: Connection, incoming: Incoming): Promise<PublishVerdict> {
    const { id } = connection
    return this.#queue.has(id)
      ? this.#queue.behind(id, () => this.#take(connection, incoming))
      : this.#take(connection, incoming)
  }

  #take(connection: Connection, incoming: Incoming): Promise<PublishVerdict> {
    const revoked = this.#revoked(connection, incoming)
    if (revoked !== undefined) return Promise.resolve(revoked)
    const { payloadBytes } = this.#of(connection).limits
    const { length } = incoming.payload
    if (length <= payloadBytes) return this.#decide(connection, incoming)
    return Promise.resolve(
      this.#closed(connection, incoming, {
        route: 'close',
        reason: say`payload of ${length} bytes, at most ${payloadBytes} are taken`,
        as: 'CLIENT_ERROR',
      }),
    )
  }

  /** `fulfilled` is there if something had to be fetched for it. */
  #decide(connection: Connection, incoming: Incoming, fulfilled?: Fulfilled): Promise<PublishVerdict> {
    const { mqtt } = this.#of(connection)
    const { result, committed } = this.#lastIfItFails(connection, () =>
      this.#turn(connection.dialect, connection.id, 'publish', incoming.topic, (ctx) =>
        fulfilled === undefined || mqtt.onFulfilled === undefined
          ? mqtt.onPublish(ctx, connection, incoming)
          : mqtt.onFulfilled(ctx, connection, incoming, fulfilled),
      ),
    )
    if (result.route === 'fetch') return this.#fetch(connection, incoming, result.needs)
    if (result.route === 'close') this.#closed(connection, incoming, result)
    else if (result.route !== 'drop') this.#works(connection, PUBLISH, incoming.topic)
    else
      this.#refused(
        connection,
        'publishDropped',
        incoming.topic,
        say`published to ${incoming.topic}, which was dropped`,
        result.reason,
      )
    return committed.then(() => result)
  }

  /** The client's next messages wait meanwhile, those of other clients do not. */
  async #fetch(connection: Connection, incoming: Incoming, needs: Need[]): Promise<PublishVerdict> {
    const { id } = connection
    if (this.#of(connection).mqtt.onFulfilled === undefined)
      throw new Error(`${connection.dialect} asks for something to be fetched, but has no onFulfilled`)
    this.#queue.hold(id)
    let verdict: Promise<PublishVerdict> | undefined
    try {
      // Else one who asks faster than it reads would gather answers in memory.
      await new Promise<void>((resolve) => this.#options.whenCaughtUp(id, resolve))
      const fulfilled = await Promise.all(needs.map((need) => this.#options.fulfil(need)))
      const revoked = this.#revoked(connection, incoming)
      if (revoked !== undefined) return revoked
      verdict = this.#decide(connection, incoming, fulfilled)
    } finally {
      this.#queue.release(id)
    }
    return verdict
  }

  /** What fails here makes the broker end the connection: what came behind it is not acknowledged, and comes again. */
  #lastIfItFails<T>(connection: Connection, run: () => T): T {
    try {
      return run()
    } catch (error) {
      this.#ended.set(connection, 'SERVER_INITIATED')
      throw error
    }
  }

  /** This message ends its connection. */
  #closed(connection: Connection, { topic }: Incoming, verdict: PublishVerdict & { route: 'close' }): PublishVerdict {
    this.#ended.set(connection, verdict.as ?? 'FORBIDDEN')
    this.#refused(connection, 'publishClosed', topic, say`was closed for publishing to ${topic}`, verdict.reason)
    return verdict
  }

  #revoked(connection: Connection, { topic, will }: Incoming): PublishVerdict | undefined {
    const as = will === true ? undefined : this.#ended.get(connection)
    return (
      as && {
        route: 'close',
        reason: say`the hub ended the connection before its message to ${topic} could be looked at`,
        as,
      }
    )
  }

  #of(connection: Connection): Dialect {
    return this.#dialects.get(connection.dialect)!
  }

  #turn<T>(
    dialect: DialectName,
    connection: string,
    packet: 'connect' | 'publish' | 'subscribe' | 'unsubscribe' | 'puback' | 'disconnect',
    topic: string | undefined,
    decide: (ctx: Context & Sight) => T,
  ): TurnOutcome<T> {
    return this.#options.turn(
      dialect,
      { type: 'mqtt', connection, packet, ...(topic === undefined ? {} : { topic }) },
      decide,
    )
  }

  #refused(connection: Connection, code: NoticeCode, subject: string, text: Words, cause: Words): void {
    this.#options.notices.add({ kind: 'refused', code, about: aboutOf(connection), subject, text, cause })
  }

  /** What was refused before is not any more. On the hot path. */
  #works(connection: Connection, codes: readonly NoticeCode[], subject: string): void {
    const { notices } = this.#options
    if (notices.empty) return
    for (const code of codes) notices.settle(code, aboutOf(connection), subject)
  }

  /** It is in: what kept it out, or its like from that address, is mended. */
  #settleConnect({ request }: Connection): void {
    const { notices } = this.#options
    if (notices.empty) return
    notices.settle('connectRefused', clientOf(request))
    notices.settle('connectUnclaimed', clientOf(request))
    if (request.transport === 'tls' || request.transport === 'wss') settleHandshake(notices, request.remoteAddress)
  }
}

const SUBSCRIBE: readonly NoticeCode[] = ['subscribeRefused', 'subscribeClosed']
const PUBLISH: readonly NoticeCode[] = ['publishDropped', 'publishClosed']

/** An id that the hub has made up never comes again: then it is about where the client is. */
const clientOf = ({ clientId, unnamed, remoteAddress }: ConnectRequest): NoticeAbout =>
  unnamed === true ? { type: 'address', name: remoteAddress } : { type: 'client', name: clientId }
