import type { Packet } from 'mqtt-packet'
import type { Tap } from '../broker/port.ts'
import type { Clock } from '../core/clock.ts'
import type { DeviceKey } from '../core/ids.ts'
import type { ConnectionId } from '../core/seam/mqtt.ts'
import type { MessageView } from '../shared/api.ts'

const PER_DEVICE = 20
const DEVICES = 2000
/** Of each message. */
const PAYLOAD_BYTES = 4096
/** Of all messages together; beyond it, the devices not heard of for longest are forgotten first. */
const BYTES = 32 * 1024 * 1024
/** How long after the last question messages are still kept. */
const ATTENTION_MS = 600_000

/** Where packets can be seen, and whose they are. */
export interface TapPlace {
  tap: Tap | undefined
  connection(id: ConnectionId): { identity: { device?: DeviceKey } } | undefined
}

type Kept = Omit<MessageView, 'payload' | 'base64'> & { bytes: Buffer; cut: boolean }

/**
 * The last messages of the devices most lately heard of. They are looked at only while somebody cares: from the first
 * question to some while after the last one, or always if told so.
 */
export class Traffic {
  readonly #clock: Clock
  readonly #always: boolean
  /** In the order in which they were last heard of. */
  readonly #devices = new Map<DeviceKey, Kept[]>()
  #place: TapPlace | undefined
  #bytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock, always: boolean) {
    this.#clock = clock
    this.#always = always
  }

  /** The broker, once there is one. */
  attach(place: TapPlace): void {
    this.#place = place
    if (this.#always) this.#look()
  }

  /** What was seen of a device, oldest first; from now on more will be. */
  of(device: DeviceKey): MessageView[] {
    this.#look()
    return (this.#devices.get(device) ?? []).map(view)
  }

  stop(): void {
    clearTimeout(this.#timer)
    if (this.#place !== undefined) this.#place.tap = undefined
    this.#devices.clear()
    this.#bytes = 0
  }

  #look(): void {
    if (this.#place === undefined) return
    this.#place.tap ??= {
      in: (connection, packet) => this.#see(connection, packet, 'in'),
      out: (connection, packet) => this.#see(connection, packet, 'out'),
    }
    if (this.#always) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.stop(), ATTENTION_MS).unref()
  }

  #see(connection: ConnectionId, packet: Packet, direction: MessageView['direction']): 'pass' {
    if (packet.cmd !== 'publish') return 'pass'
    const device = this.#place?.connection(connection)?.identity.device
    if (device === undefined) return 'pass'
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    // A copy: the packet is the broker's, and a slice would keep the whole read buffer.
    const bytes = Buffer.from(payload.subarray(0, PAYLOAD_BYTES))
    this.#keep(device, {
      at: this.#clock.now(),
      direction,
      topic: packet.topic,
      qos: packet.qos,
      bytes,
      cut: payload.length > PAYLOAD_BYTES,
    })
    return 'pass'
  }

  #keep(device: DeviceKey, message: Kept): void {
    const messages = this.#devices.get(device) ?? []
    this.#devices.delete(device)
    this.#devices.set(device, messages)
    messages.push(message)
    this.#bytes += message.bytes.length
    if (messages.length > PER_DEVICE) this.#bytes -= messages.shift()!.bytes.length
    while (this.#devices.size > DEVICES || (this.#bytes > BYTES && this.#devices.size > 1)) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const [device, messages] = this.#devices.entries().next().value!
    this.#devices.delete(device)
    for (const { bytes } of messages) this.#bytes -= bytes.length
  }
}

function view({ bytes, cut, ...rest }: Kept): MessageView {
  const text = textOf(bytes, cut)
  return text === undefined ? { ...rest, payload: bytes.toString('base64'), base64: true } : { ...rest, payload: text }
}

/** The bytes as text; `undefined` if they are none. A character that the cut went through is left out. */
function textOf(bytes: Buffer, cut: boolean): string | undefined {
  for (let short = 0; short <= (cut ? 3 : 0); short += 1) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, bytes.length - short))
    } catch {
      // Perhaps one byte less is text.
    }
  }
  return undefined
}
