import type { Duplex } from 'node:stream'
import { packetsIn } from '../aedes/count-packets.ts'
import { say, type Words } from '../../core/said.ts'

/** How many buffers are flushed before others get their turn: a few milliseconds of system calls. */
const FLUSH_AT_ONCE = 256

/** Flushes every buffer that was written to in this event-loop turn at its end; a crowd takes several. */
export class Flusher {
  #dirty: WriteBuffer[] = []
  #scheduled = false

  add(buffer: WriteBuffer): void {
    this.#dirty.push(buffer)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    const dirty = this.#dirty
    this.#dirty = dirty.length > FLUSH_AT_ONCE ? dirty.splice(FLUSH_AT_ONCE) : []
    for (const one of dirty) one.flush()
    if (this.#dirty.length > 0) this.#schedule()
  }
}

export interface WriteLimits {
  /** How much may wait for the peer, in bytes. */
  bufferBytes: number
  /** How long the peer may read nothing while something waits. */
  stallMs: number
  /** What is written in one go arrives as one frame, as over WebSocket: packets are to be told apart. */
  framed?: boolean
}

/**
 * The way out of one connection. What is written in a turn leaves in one piece at its end, so that a PUBACK and the
 * reply share a system call and a TLS record; that is worth half as many round trips again.
 *
 * It never makes others wait who have something for this client, since then one that is frozen would hold up all of
 * them; a client for which too much is waiting, or for too long, is given up instead. Only its own requests wait.
 */
export class WriteBuffer {
  readonly #stream: Duplex
  readonly #write: (this: Duplex, bytes: Uint8Array) => boolean
  readonly #cork: Duplex['cork']
  readonly #uncork: Duplex['uncork']
  readonly #flusher: Flusher
  readonly #limits: WriteLimits
  readonly #giveUp: (why: Words) => void
  #chunks: Uint8Array[] = []
  #bytes = 0
  readonly #parked: (() => void)[] = []
  #stalled: NodeJS.Timeout | undefined

  constructor(stream: Duplex, flusher: Flusher, limits: WriteLimits, giveUp: (why: Words) => void) {
    this.#stream = stream
    this.#write = stream.write
    this.#cork = stream.cork
    this.#uncork = stream.uncork
    this.#flusher = flusher
    this.#limits = limits
    this.#giveUp = giveUp
  }

  /** Whether the peer is behind; `drain` on the stream tells when it no longer is. */
  get behind(): boolean {
    return this.#stream.writableNeedDrain
  }

  /** Whether more waits for the peer than one part in eight of what may. */
  get full(): boolean {
    return this.#bytes + this.#stream.writableLength > this.#limits.bufferBytes / 8
  }

  /** Whether somebody waits until the peer has caught up. */
  get isWaitedFor(): boolean {
    return this.#parked.length > 0
  }

  /** Goes on once the peer has caught up or is gone: at once, most of the time. In order. */
  whenCaughtUp(then: () => void): void {
    if (!this.behind && this.#parked.length === 0) return then()
    if (this.#parked.push(then) > 1) return
    const resume = (): void => {
      this.#stream.off('drain', resume).off('close', resume)
      for (const parked of this.#parked.splice(0)) parked()
    }
    this.#stream.once('drain', resume).once('close', resume)
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#chunks.length === 1) this.#flusher.add(this)
    if (this.#bytes + this.#stream.writableLength > this.#limits.bufferBytes) this.#overflow()
  }

  /** Writes what has gathered; to be called before the stream is closed. */
  flush(): void {
    const chunks = this.#chunks
    const [first] = chunks
    if (first === undefined) return
    this.#chunks = []
    const bytes = chunks.length === 1 ? first : Buffer.concat(chunks, this.#bytes)
    this.#bytes = 0
    if (this.#stream.destroyed || this.#writeAll(bytes)) return
    this.#stalled ??= this.#watch()
  }

  #writeAll(bytes: Uint8Array): boolean {
    if (this.#limits.framed !== true) return this.#write.call(this.#stream, bytes)
    let more = true
    this.#cork.call(this.#stream)
    for (const packet of packetsIn(bytes)) more = this.#write.call(this.#stream, packet)
    this.#uncork.call(this.#stream)
    return more
  }

  /** The stream is closed. */
  close(): void {
    clearTimeout(this.#stalled)
  }

  #watch(): NodeJS.Timeout {
    this.#stream.once('drain', () => {
      clearTimeout(this.#stalled)
      this.#stalled = undefined
    })
    const { stallMs } = this.#limits
    return setTimeout(() => this.#giveUp(say`it has read nothing for ${stallMs} ms`), stallMs).unref()
  }

  #overflow(): void {
    this.#chunks = []
    this.#bytes = 0
    if (this.#stream.destroyed) return
    this.#giveUp(say`it does not read: more than ${this.#limits.bufferBytes} bytes are waiting for it`)
  }
}
