import type { Duplex } from 'node:stream'
import mqtt, { type IConnectPacket, type Packet } from 'mqtt-packet'
import type { Connection, ConnectionId, ConnectRequest, DisconnectReason, Qos } from '../../core/seam/mqtt.ts'
import type { AedesClient, AedesParser } from '../aedes/aedes-broker.ts'
import type { InboundQueue } from './inbound-queue.ts'
import { WriteBuffer, type Flusher, type WriteLimits } from './write-buffer.ts'
import { DisconnectError } from './disconnect-error.ts'
import { deliver } from '../aedes/packet-guard.ts'
import type { Arriving, OrderedChannel, PacketOrder } from './packet-order.ts'
import type { LoopBudget, Waiter } from '../../net/loop-budget.ts'
import type { BrokerHooks, StreamDetails } from '../port.ts'
import { toPacket, type Publication } from '../routing/publication.ts'
import type { Session, SessionChannel } from '../session/session.ts'
import { FragmentJoiner, type TapPoint } from './taps.ts'
import { say, verbatim, type Said, type Words } from '../../core/said.ts'

const LAST_ID = 65535
const ignore = (): void => {}

/** Whether the peer has sent all that it will; Node has no other name for it before everything is read. */
const hasAll = (stream: Duplex): boolean => (stream as Ended)._readableState.ended
type Ended = Duplex & { readonly _readableState: { readonly ended: boolean } }

/** Whether its end is the client's own wish: it may hang up before its DISCONNECT has had its turn. */
export const saidGoodbye = ({ closing, reason }: Channel): boolean => closing === 'disconnect' && reason === undefined

/** What all channels of a broker have in common. */
export interface ChannelContext {
  flusher: Flusher
  budget: LoopBudget
  limits: WriteLimits
  tap: TapPoint
  hooks: BrokerHooks
  /** Answers the CONNECT. */
  greet(channel: Channel, packet: IConnectPacket): void
}

/** One byte stream and the MQTT connection on it, from its first byte to its end. */
export class Channel implements SessionChannel, Waiter, OrderedChannel {
  client!: AedesClient
  request: ConnectRequest | undefined
  /** What dialects see; there once the client is let in. */
  connection: Connection | undefined
  session: Session | undefined
  inbound: InboundQueue | undefined
  order: PacketOrder | undefined
  /** How aedes takes packets. */
  handlePacket: ((this: AedesParser, packet: Packet) => void) | undefined
  stage: 'connecting' | 'live' | 'ended' = 'connecting'
  /** The first thing that went wrong, which is why it ends. */
  reason: DisconnectReason | undefined
  /** It has said DISCONNECT, or something that ends it: nothing that follows counts. */
  closing: 'disconnect' | 'fault' | undefined
  /** Tells what is spoken where MQTT is expected. */
  firstByte: number | undefined
  /** The session was there before this connection. */
  resumes = false
  /** The hub is stopping: no will is published. */
  silent = false
  /** Holds back the CONNACK. */
  delay: NodeJS.Timeout | undefined
  readonly #buffer: WriteBuffer
  readonly #tap: TapPoint
  readonly #hooks: BrokerHooks
  readonly #greet: (channel: Channel, packet: IConnectPacket) => void
  /** By packet identifier, for connections whose session is not stored. */
  #tracks: Map<number, string> | undefined
  #lastId = 0
  /** For its turn to read. */
  #waiting = false
  /** The system has reported its connection as broken. */
  #broken: 'waits' | 'ends' | undefined
  #joiner: FragmentJoiner | undefined

  constructor(
    readonly id: ConnectionId,
    readonly stream: Duplex,
    readonly details: StreamDetails,
    context: ChannelContext,
  ) {
    this.#tap = context.tap
    this.#hooks = context.hooks
    this.#greet = context.greet
    const limits = details.upgrade === undefined ? context.limits : { ...context.limits, framed: true }
    this.#buffer = new WriteBuffer(stream, context.flusher, limits, (why) =>
      stream.destroy(new DisconnectError('SERVER_INITIATED', why)),
    )
    const { read, destroy } = stream
    // Aedes writes here, a packet in several pieces, and waits for `drain` after a false.
    Object.assign(stream, {
      write: (piece: string | Uint8Array) => {
        const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
        if (this.#tap.listener === undefined) this.#buffer.push(bytes)
        else this.#joined().add(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
        return !this.#buffer.behind
      },
      cork: ignore,
      uncork: ignore,
      // Streams call it with 0 to see whether there is more to come: that is not reading.
      read: (size?: number) => (this.#mayRead(size === 0, context.budget) ? read.call(stream, size) : null),
      destroy: (error?: Error) => {
        if (this.#mayBreak(error, context.budget)) destroy.call(stream, error)
        return stream
      },
    })
  }

  /** There is time to read again, after there was none. */
  resume(): void {
    this.#waiting = false
    this.readOn()
  }

  receive(arriving: Arriving): void {
    const greets = !(arriving instanceof Error) && arriving.cmd === 'connect' && this.request === undefined
    if (greets) this.#greet(this, arriving)
    else deliver(this, arriving)
  }

  readOn(): void {
    if (!this.stream.destroyed) this.stream.emit('readable')
  }

  /** Sends a message at once. QoS 1 needs no answer here: a connection that breaks takes it along. */
  send(publication: Publication, track?: string): void {
    const id = publication.qos === 0 ? 0 : this.#nextId()
    if (track !== undefined && id !== 0) (this.#tracks ??= new Map()).set(id, track)
    this.transmit(publication, id, false)
  }

  transmit(publication: Publication, id: number, dup: boolean): void {
    const packet = toPacket(publication, id, dup)
    if (this.#tap.out(this.id, packet)) this.#buffer.push(mqtt.generate(packet))
  }

  giveUp(why: Words): void {
    if (!this.stream.destroyed) this.stream.destroy(new DisconnectError('SERVER_INITIATED', why))
  }

  /** Several subscribers of QoS 0 get the same bytes. */
  transmitEncoded(publication: Publication, bytes: Uint8Array): void {
    if (this.#tap.listener === undefined || this.#tap.out(this.id, toPacket(publication, 0, false)))
      this.#buffer.push(bytes)
  }

  mayDeliver(topic: string, retained: boolean): boolean {
    return this.connection === undefined || this.#hooks.mayDeliver?.(this.connection, topic, retained) !== false
  }

  isFull(caughtUp: () => void): boolean {
    const full = this.#buffer.full
    if (full) {
      this.#buffer.flush()
      this.#buffer.whenCaughtUp(caughtUp)
    }
    return full
  }

  /** The QoS of the best matching filter, else 0. */
  qosFor(topic: string): Qos {
    return this.session?.qosFor(topic) ?? 0
  }

  /** The client has acknowledged a message; its `track`, if it had one. */
  acknowledge(id: number): string | undefined {
    const record = this.session?.outbox?.acknowledge(id)
    if (record !== undefined) return record.track
    const track = this.#tracks?.get(id)
    if (track !== undefined) this.#tracks?.delete(id)
    return track
  }

  /** Lets go of what it holds; the stream is closed. */
  close(): void {
    clearTimeout(this.delay)
    this.order?.close()
    this.#buffer.close()
  }

  /** Writes what is still waiting to be written. */
  flush(): void {
    this.#buffer.flush()
  }

  /** Says one last thing, and hangs up. */
  endWith(bytes: Uint8Array): void {
    this.#buffer.push(bytes)
    this.#buffer.flush()
    this.stream.end(() => this.stream.destroy())
  }

  /** Whether it has not read yet what it was sent, or others wait for that already. */
  get isBehind(): boolean {
    return this.#buffer.behind || this.#buffer.isWaitedFor
  }

  /** A client that does not read its answers is not asked for more. */
  whenCaughtUp(then: () => void): void {
    this.#buffer.whenCaughtUp(then)
  }

  /** How people tell which client is meant. */
  describe(): Said {
    const { remoteAddress, transport } = this.details
    return this.request === undefined
      ? verbatim(`${remoteAddress} (${transport})`)
      : say`${this.request.clientId} at ${remoteAddress} (${transport})`
  }

  /** `peek`: only to see whether there is more, or whether this is the end. */
  #mayRead(peek: boolean, budget: LoopBudget): boolean {
    const { order, stream } = this
    if (order !== undefined && order.waiting > 0) {
      // The end of the stream comes behind what was sent before it.
      if (order.full ? !peek : stream.readableLength === 0 && hasAll(stream)) return false
    }
    // To see the end is to end it: a crowd that leaves at once is work, too.
    const ends = stream.readableLength === 0 && hasAll(stream)
    if (peek && !ends) return true
    if (this.#waiting) return false
    this.#waiting = !budget.mayGo(this, this.stage === 'live' && !ends ? 'in' : 'door')
    return !this.#waiting
  }

  /** A connection that the system reports as broken ends in its turn, too; one that we end does so at once. */
  #mayBreak(error: Error | undefined, budget: LoopBudget): boolean {
    if (error === undefined || !('syscall' in error) || this.#broken === 'ends') return true
    if (this.#broken === 'waits') return false
    const end = (): void => {
      this.#broken = 'ends'
      this.stream.destroy(error)
    }
    const may = budget.mayGo({ resume: end }, 'door')
    if (!may) this.#broken = 'waits'
    return may
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId % LAST_ID) + 1
    while (this.#tracks !== undefined && this.#tracks.size < LAST_ID && this.#tracks.has(this.#lastId))
    return this.#lastId
  }

  #joined(): FragmentJoiner {
    return (this.#joiner ??= new FragmentJoiner((packet, bytes) => {
      if (this.#tap.out(this.id, packet)) this.#buffer.push(bytes)
    }))
  }
}
