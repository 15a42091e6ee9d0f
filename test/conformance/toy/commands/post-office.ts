import { HubError } from '../../../../src/core/errors.ts'
import type { DomainEvent } from '../../../../src/core/events.ts'
import { keyOf } from '../../../../src/core/ids.ts'
import type { JsonObject } from '../../../../src/core/twin/model.ts'
import type { Sight } from '../../../../src/dialect/credential.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'
import type { ProtocolFront, ProtocolSession, ProtocolSocket } from '../../../../src/dialect/protocol.ts'
import { isKey } from '../auth/key.ts'
import { FrameReader, frameOf } from '../wire/frames.ts'
import { post } from './mail.ts'

/** A client that has said nothing for so many of its heartbeats is gone. */
const MOST_SILENT = 3

/** Letters by a byte protocol: who has sent one hears what becomes of it. */
export const postOffice: ProtocolFront = {
  name: 'Toy post',
  port: 4242,
  because: 'the counters of Toyland dial it',
  webSocket: { path: '/toyland/post', protocol: 'toy-post' },
  open: (ctx, socket) => new Counter(ctx, socket),
}

/** One socket of the post office. */
class Counter implements ProtocolSession {
  readonly #socket: ProtocolSocket
  readonly #frames = new FrameReader()
  /** Letters that were sent here, and of which nothing has been heard. */
  readonly #open = new Set<string>()
  #key = ''
  #silent = 0

  constructor(ctx: Context, socket: ProtocolSocket) {
    this.#socket = socket
    this.#say(ctx, { type: 'hello', secure: socket.secure })
  }

  credential(ctx: Sight): ReturnType<ProtocolSession['credential']> {
    return isKey(ctx, this.#key)
      ? { given: true, who: 'the key of the shop' }
      : { given: false, why: 'it has not shown the TOY_KEY that `iot-hub keys` shows' }
  }

  receive(ctx: Context, bytes: Buffer): void {
    this.#silent = 0
    for (const frame of this.#frames.read(bytes)) this.#take(ctx, frame)
  }

  onEvent(ctx: Context, event: DomainEvent): void {
    if (event.type === 'device.created') this.#say(ctx, { type: 'toy', name: event.device.name })
    if (event.type !== 'dialect.own' || !this.#open.delete(String(event.data['letter']))) return
    this.#say(ctx, { type: event.name, ...event.data })
  }

  onHeartbeat(ctx: Context): void {
    this.#silent += 1
    if (this.#silent > MOST_SILENT) return this.#end(ctx, 'silent')
    this.#say(ctx, { type: 'beat' })
  }

  closed(): void {
    this.#open.clear()
  }

  #take(ctx: Context, { type, ...content }: JsonObject): void {
    switch (type) {
      case 'open':
        if (typeof content['key'] === 'string') this.#key = content['key']
        if (typeof content['beatMs'] === 'number')
          ctx.act({ type: 'heartbeat', socket: this.#socket.id, everyMs: content['beatMs'] }, 'post: open')
        return this.#say(ctx, { type: 'opened' })
      case 'letter':
        return this.#send(ctx, content)
      case 'close':
        return this.#end(ctx, 'asked')
    }
  }

  #send(ctx: Context, { to, text, seconds }: JsonObject): void {
    const device = ctx.engine.devices.get(keyOf('toy', String(to)))
    if (device === undefined || typeof text !== 'string') return this.#say(ctx, { type: 'refused', to: String(to) })
    const letter = post(ctx, device.key, text, typeof seconds === 'number' ? seconds * 1000 : undefined)
    this.#open.add(letter)
    if (this.#open.size > 1000) throw new HubError('LIMIT', 'more letters are under way than a counter may have')
    this.#say(ctx, { type: 'taken', letter })
  }

  #end(ctx: Context, why: string): void {
    this.#say(ctx, { type: 'closed', why })
    ctx.act({ type: 'end', socket: this.#socket.id }, 'post: close')
  }

  #say(ctx: Context, content: JsonObject): void {
    ctx.act({ type: 'write', socket: this.#socket.id, bytes: frameOf(content) }, 'post')
  }
}
