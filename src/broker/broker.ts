import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Instant } from '../core/clock.ts'
import type { DeviceKey, DialectName } from '../core/ids.ts'
import type { Connection, ConnectionId, DisconnectReason, Message, RetainedMessage } from '../core/seam/mqtt.ts'
import type { AedesClient, AedesBroker } from './aedes/aedes-broker.ts'
import { Flusher } from './channel/write-buffer.ts'
import { Router } from './routing/router.ts'
import { ConnectHandler } from './channel/connect.ts'
import { guardPackets, type GuardRules } from './aedes/packet-guard.ts'
import { createAedes } from './aedes/hooks.ts'
import { Lifecycle } from './channel/lifecycle.ts'
import { Channel, type ChannelContext } from './channel/channel.ts'
import { Channels } from './channel/channels.ts'
import { destroyed, Listeners, type Listener, type ListenerKind } from './channel/listeners.ts'
import type { BrokerOptions, BrokerPort, Granted, Outgoing, StreamDetails, Tap } from './port.ts'
import { LoopBudget } from '../net/loop-budget.ts'
import { PublishHandler } from './channel/publish.ts'
import { Retained, RETAINED_LIMITS } from './routing/retained.ts'
import { Sessions } from './session/sessions.ts'
import { SubscribeHandler } from './channel/subscribe.ts'
import { TapPoint } from './channel/taps.ts'
import { WAITING_LIMITS } from './session/waiting.ts'
import { WebSockets } from './channel/web-sockets.ts'
import { asSaid, say, verbatim, type Words } from '../core/said.ts'

const PACKET_BYTES = 512 * 1024
const BUFFER_BYTES = 8 * 1024 * 1024
const STALL_MS = 60_000
const CONNECT_MS = 30_000

/** MQTT 3.1 and 3.1.1 over TCP, TLS and WebSocket. It decides nothing: it asks its hooks and does as they say. */
export class Broker implements BrokerPort {
  readonly #options: BrokerOptions
  readonly #context: ChannelContext
  readonly #aedes: AedesBroker
  readonly #sessions: Sessions
  readonly #router: Router
  readonly #subscribe: SubscribeHandler
  readonly #channels = new Channels()
  readonly #lifecycle: Lifecycle
  readonly #listeners: Listeners
  readonly #retained: Retained
  readonly #webSockets: WebSockets
  readonly #tap = new TapPoint()
  readonly #rules: GuardRules
  readonly #budget: LoopBudget
  #stopping = false

  /** Reads the stored sessions and stands ready; nothing listens yet. */
  static async create(options: BrokerOptions): Promise<Broker> {
    const broker = new Broker(options)
    await broker.#aedes.listen()
    return broker
  }

  private constructor(options: BrokerOptions) {
    this.#options = options
    const { hooks, tables, limits, now, bufferBytes = BUFFER_BYTES, stallMs = STALL_MS } = options
    this.#budget = options.budget ?? new LoopBudget()
    const commit = (): Promise<void> => options.commit()
    const notice = (text: Words, channel: Channel, decided?: true): void => this.#notice(text, channel, decided)
    const { waiting = WAITING_LIMITS, packetBytes = PACKET_BYTES } = options
    this.#rules = { tap: this.#tap, packetBytes, refuse: (channel, why) => notice(why, channel) }
    const tell = (text: Words): void => options.onNotice({ text })
    this.#sessions = new Sessions({ tables, limits, waiting, now, notice: tell })
    const commitSoon = (): void => this.#commitSoon()
    this.#retained = new Retained({
      table: tables.table('mqttRetained'),
      limits: options.retained ?? RETAINED_LIMITS,
      notice: tell,
      now,
    })
    this.#router = new Router({ sessions: this.#sessions, retained: this.#retained, now, commit, commitSoon })
    this.#subscribe = new SubscribeHandler({
      hooks,
      sessions: this.#sessions,
      router: this.#router,
      commit,
      notice,
      tell: (channel, hook) => this.#lifecycle.tell(channel, hook),
    })
    const publish = new PublishHandler({ hooks, router: this.#router, notice })
    const uuid = (): string => options.ids.uuid()
    this.#lifecycle = new Lifecycle({ hooks, channels: this.#channels, sessions: this.#sessions, commitSoon, notice })
    this.#aedes = createAedes({
      channels: this.#channels,
      lifecycle: this.#lifecycle,
      publish,
      subscribe: this.#subscribe,
      connectMs: options.connectMs ?? CONNECT_MS,
      stallMs: options.stallMs ?? STALL_MS,
    })
    const connect = new ConnectHandler({
      hooks,
      aedes: this.#aedes,
      sessions: this.#sessions,
      subscribe: this.#subscribe,
      limits,
      commit,
      notice,
      uuid,
    })
    this.#context = {
      flusher: new Flusher(),
      budget: this.#budget,
      limits: { bufferBytes, stallMs },
      tap: this.#tap,
      hooks,
      greet: (channel, packet) => void connect.take(channel, packet),
    }
    this.#lifecycle.listenTo(this.#aedes, (client, filters) => this.#unsubscribed(client, filters))
    const attach = (stream: Duplex, details: StreamDetails): void => void this.attach(stream, details)
    this.#listeners = new Listeners({ options, budget: this.#budget, attach })
    this.#webSockets = new WebSockets({
      paths: options.webSocketPaths ?? ['/mqtt'],
      packetBytes: options.packetBytes ?? PACKET_BYTES,
      attach,
    })
  }

  /** The one listener that sees every packet; it may be set and taken away at any time. */
  set tap(listener: Tap | undefined) {
    this.#tap.listener = listener
  }

  get tap(): Tap | undefined {
    return this.#tap.listener
  }

  /** Opens a port and resolves to its number. A port that cannot be opened is a CONFLICT that says what to change. */
  listen(kind: ListenerKind, where: Listener): Promise<number> {
    return this.#listeners.open(kind, where)
  }

  /** Takes a WebSocket upgrade request, or answers it 404 (not an MQTT path) or 400 (no MQTT sub-protocol). */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, secure: boolean): void {
    this.#webSockets.upgrade(req, socket, head, secure)
  }

  /**
   * Speaks MQTT 3.1.1 on any byte stream, which is the broker's from now on: also the way in for a translator of MQTT
   * 5.
   */
  attach(stream: Duplex, details: StreamDetails): ConnectionId {
    const channel = new Channel(this.#options.ids.uuid(), stream, details, this.#context)
    channel.client = this.#aedes.handle(stream) as AedesClient
    this.#channels.add(channel)
    guardPackets(channel, this.#rules)
    stream.on('close', () => this.#lifecycle.closed(channel))
    if (this.#stopping) stream.destroy()
    return channel.id
  }

  send(connection: ConnectionId, message: Outgoing, track?: string): boolean {
    const channel = this.#channels.get(connection)
    if (channel !== undefined) this.#router.send(channel, message, track)
    return channel !== undefined
  }

  retainedOn(dialect: DialectName, topic: string): RetainedMessage | undefined {
    return this.#retained.get(dialect, topic)
  }

  retained(dialect: DialectName): Iterable<RetainedMessage> {
    return this.#retained.of(dialect)
  }

  whenCaughtUp(connection: ConnectionId, then: () => void): void {
    const channel = this.#channels.get(connection)
    if (channel === undefined) then()
    else channel.whenCaughtUp(then)
  }

  async publish(dialect: DialectName, { topic, payload, qos, retain = false }: Message): Promise<void> {
    await this.#router.publish(dialect, { topic, payload, qos, retain }, true)
  }

  async subscribe(connection: ConnectionId, filters: Granted[]): Promise<void> {
    const channel = this.#channels.get(connection)
    if (channel !== undefined) await this.#subscribe.impose(channel, filters)
  }

  async withdraw(dialect: DialectName, name: string, filter?: string): Promise<void> {
    const session = this.#sessions.get(dialect, name)
    if (session === undefined) return
    if (filter === undefined) this.#sessions.wipe(session)
    else session.outbox?.withdraw(filter)
    await this.#options.commit()
  }

  async withdrawFrom(device: DeviceKey, filter?: string): Promise<void> {
    for (const session of [...this.#sessions.ofDevice(device)]) {
      if (filter === undefined) this.#sessions.wipe(session)
      else session.outbox?.withdraw(filter)
    }
    await this.#options.commit()
  }

  identified(connection: ConnectionId): void {
    const channel = this.#channels.get(connection)
    if (channel?.session !== undefined) this.#sessions.standsFor(channel.session, channel.connection?.identity.device)
  }

  disconnect(connection: ConnectionId, reason: DisconnectReason, note: string): boolean {
    const channel = this.#channels.get(connection)
    if (channel === undefined) return false
    this.#notice(verbatim(note), channel, true)
    this.#lifecycle.end(channel, reason)
    return true
  }

  connection(id: ConnectionId): Connection | undefined {
    return this.#channels.get(id)?.connection
  }

  bySession(dialect: DialectName, session: string): Connection | undefined {
    return this.#channels.bySession(dialect, session)
  }

  /** The live connections. */
  connections(): Iterable<Connection> {
    return this.#channels.connections()
  }

  nextExpiry(): Instant | undefined {
    return this.#sessions.nextExpiry()
  }

  async expireSessions(now: Instant): Promise<void> {
    this.#sessions.expire(now)
    await this.#options.commit()
  }

  /**
   * Stops listening and ends every connection (no wills); resolves when all sockets are closed and everything is
   * stored.
   */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    const channels = this.#channels.all()
    for (const channel of channels) {
      channel.silent = true
      this.#lifecycle.end(channel, 'SERVER_INITIATED')
    }
    this.#webSockets.close()
    await Promise.all([
      this.#listeners.close(),
      ...channels.map(({ stream }) => destroyed(stream)),
      new Promise<void>((resolve) => this.#aedes.close(resolve)),
    ])
    await this.#options.commit()
  }

  async #unsubscribed(client: object, filters: string[]): Promise<void> {
    const channel = this.#channels.of(client)
    if (channel?.session === undefined || channel.connection === undefined) return
    const { connection, session } = channel
    // Those of a stored session went before the UNSUBACK.
    if (!session.stored) await this.#subscribe.remove(session, filters)
    this.#lifecycle.tell(channel, () => this.#options.hooks.unsubscribed(connection, filters))
    channel.order?.answered()
  }

  #commitSoon(): void {
    this.#options.commit().catch((error: unknown) => {
      this.#options.onNotice({ text: say`MQTT sessions could not be stored: ${String(error)}` })
    })
  }

  #notice(text: Words, channel: Channel, decided?: true): void {
    const { id, details } = channel
    this.#options.onNotice({
      text: say`${channel.describe()}: ${asSaid(text)}`,
      connection: id,
      remoteAddress: details.remoteAddress,
      ...(decided && { decided }),
    })
  }
}
