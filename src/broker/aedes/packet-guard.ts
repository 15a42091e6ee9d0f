import { isUtf8 } from 'node:buffer'
import type { Packet } from 'mqtt-packet'
import { SubscribeToken } from './subscribe-token.ts'
import { DisconnectError } from '../channel/disconnect-error.ts'
import { isFilter, isTopic } from '../routing/filter.ts'
import type { AedesParser } from './aedes-broker.ts'
import type { Channel } from '../channel/channel.ts'
import { PacketOrder, type Arriving } from '../channel/packet-order.ts'
import type { TapPoint } from '../channel/taps.ts'
import { say, type Words } from '../../core/said.ts'

/** What the guards of a broker have in common. */
export interface GuardRules {
  tap: TapPoint
  /** The largest packet that is taken, in bytes. */
  packetBytes: number
  /** A client is turned away before it has said anything else. */
  refuse(channel: Channel, why: Words): void
}

interface GuardedParser extends AedesParser {
  channel: Channel
  rules: GuardRules
}

/** The parser's own methods, and those in front of them: one set for all, as they would be half a kilobyte a client. */
let own: AedesParser | undefined
let guards: object = {}

/**
 * Stands between the parser and aedes: limits, the tap, order, and SUBSCRIBE, which goes a way of its own
 * (`SubscribeToken`).
 */
export function guardPackets(channel: Channel, rules: GuardRules): void {
  const parser = channel.client._parser
  const [handle] = parser.listeners('packet')
  if (handle === undefined) throw new Error('aedes no longer listens to its parser')
  parser.removeListener('packet', handle)
  channel.handlePacket = handle
  channel.order = new PacketOrder(channel)
  if (own === undefined) guards = guardsOf((own = Object.getPrototypeOf(parser) as AedesParser))
  // With a prototype of their own, parsers take as much more memory.
  Object.assign(parser, guards, { channel, rules }).on('packet', take)
}

const end = (parser: AedesParser, why: Words): void => parser._emitError(new DisconnectError('CLIENT_ERROR', why))

function take(this: GuardedParser, packet: Packet): void {
  const { channel, rules } = this
  if (channel.closing !== undefined || channel.reason !== undefined) return
  // Fields that do not fit in their packet were read from what follows it; with nothing there, an identifier is -1.
  if (this._pos > (packet.length ?? 0) || packet.messageId === -1)
    return end(this, say`its ${packet.cmd} is shorter than what it must hold`)
  if (packet.messageId === 0) return end(this, say`its ${packet.cmd} has the identifier 0 [MQTT-2.3.1-1]`)
  const fault = faultOf(packet)
  if (fault !== undefined) return end(this, fault)
  if (!rules.tap.in(channel.id, packet)) return
  if (packet.cmd === 'disconnect') channel.closing = 'disconnect'
  channel.order?.take(packet)
}

const guardsOf = (parser: AedesParser): object => ({
  _emitError(this: GuardedParser, error: Error): void {
    // Makes the parser stop.
    this.error = error
    const { channel } = this
    if (channel.closing !== undefined) return
    channel.closing = 'fault'
    channel.order?.take(error)
  },

  // The parser itself would wait for up to 256 MB.
  _parseLength(this: GuardedParser): boolean {
    if (!parser._parseLength.call(this)) return false
    const { length } = this.packet
    const { packetBytes } = this.rules
    if (length <= packetBytes) return true
    end(this, say`it announced a packet of ${length} bytes; ${packetBytes} are the most`)
    return false
  },

  // The parser itself would hang up on levels that it does not know.
  _parseConnect(this: GuardedParser): unknown {
    const { channel, rules } = this
    const level = levelOf(this)
    if (level === undefined || SPOKEN.has(level) || channel.request !== undefined) {
      return parser._parseConnect.call(this)
    }
    channel.reason = 'CLIENT_ERROR'
    channel.endWith(level === 5 ? UNSUPPORTED_5 : UNACCEPTABLE) // [MQTT-3.1.2-2]
    rules.refuse(
      channel,
      level === 5
        ? 'it speaks MQTT version 5; this hub speaks 3.1 and 3.1.1'
        : say`it speaks MQTT of level ${level}; this hub speaks 3.1 and 3.1.1`,
    )
    return undefined
  },

  // The parser itself would put U+FFFD where bytes are no UTF-8.
  _parseString(this: GuardedParser): string | null {
    const start = this._pos + 2
    const text = parser._parseString.call(this)
    if (text === null) return null
    if (text.includes('\0')) return null // [MQTT-1.5.3-2]
    return text.includes('\ufffd') && !isUtf8(this._list.slice(start, this._pos)) ? null : text // [MQTT-1.5.3-1]
  },

  parse(this: GuardedParser, bytes: Buffer): number {
    this.channel.firstByte ??= bytes[0]
    try {
      return parser.parse.call(this, bytes)
    } catch (error) {
      // Some malformed packets make it read past their end.
      this._emitError(error instanceof Error ? error : new Error(String(error)))
      return 0
    }
  },
})

/** Lets aedes have a packet whose turn has come, or what is wrong with one. */
export function deliver(channel: Channel, arriving: Arriving): void {
  const { _parser: parser } = channel.client
  if (arriving instanceof Error) return own?._emitError.call(parser, arriving)
  if (arriving.cmd === 'disconnect') {
    channel.reason = 'CLIENT_INITIATED'
    channel.flush()
  }
  channel.handlePacket?.call(parser, arriving.cmd === 'subscribe' ? SubscribeToken.wrap(arriving) : arriving)
}

/** Protocol levels: MQTT 3.1 and 3.1.1. */
const SPOKEN: ReadonlySet<number> = new Set([3, 4])
/** CONNACK 1, unacceptable protocol version. */
const UNACCEPTABLE = Buffer.from([0x20, 0x02, 0x00, 0x01])
/** CONNACK 0x84, unsupported protocol version, in the form of MQTT 5 [MQTT 5: 3.2]. */
const UNSUPPORTED_5 = Buffer.from([0x20, 0x03, 0x00, 0x84, 0x00])
/** Bridges set it beside the level. */
const BRIDGE = 0x80

/**
 * The protocol level of the CONNECT that begins where the parser stands; `undefined` if it is too short for one, or of
 * another protocol.
 */
function levelOf({ _list: list, _pos: start }: AedesParser): number | undefined {
  const [high = 0, low = 0] = list.slice(start, start + 2)
  const at = start + 2 + high * 256 + low
  const name = list.slice(start + 2, at).toString('latin1')
  const level = list.slice(at, at + 1)[0]
  return level !== undefined && (name === 'MQTT' || name === 'MQIsdp') ? level & ~BRIDGE : undefined
}

/** What the parser lets pass although MQTT forbids it. */
function faultOf(packet: Packet): Words | undefined {
  if (packet.cmd === 'unsubscribe') {
    if (packet.unsubscriptions.length === 0) return 'its unsubscribe names no filter [MQTT-3.10.3-2]'
    const wrong = packet.unsubscriptions.find((filter) => !isFilter(filter))
    return wrong === undefined ? undefined : say`it unsubscribed from ${JSON.stringify(wrong)}, which is no filter`
  }
  if (packet.cmd !== 'connect' || packet.will === undefined) return undefined
  if (Number(packet.will.qos) > 2) return say`its will has QoS ${packet.will.qos ?? 0} [MQTT-3.1.2-14]`
  const { topic } = packet.will
  return isTopic(topic) ? undefined : say`its will is for ${JSON.stringify(topic)}, which is no topic [MQTT-3.3.2-2]`
}
