import { isUtf8 } from 'node:buffer'
import type { Packet } from 'mqtt-packet'
import { SubscribeToken } from './subscribe-token.ts'
import { DisconnectError } from '../channel/disconnect-error.ts'
import { isFilter, isTopic } from '../routing/filter.ts'
import type { AedesParser } from './aedes-broker.ts'
import type { Channel } from '../channel/channel.ts'
import { PacketOrder, type Arriving } from '../channel/packet-order.ts'
import type { TapPoint } from '../channel/taps.ts'

/**
 * Stands between the parser and aedes: limits, the tap, order, and SUBSCRIBE, which goes a way of its own
 * (`SubscribeToken`).
 */
export function guardPackets(
  channel: Channel,
  tap: TapPoint,
  packetBytes: number,
  refuse: (why: string) => void,
): void {
  const parser = channel.client._parser
  const [handle] = parser.listeners('packet')
  if (handle === undefined) throw new Error('aedes no longer listens to its parser')
  parser.removeListener('packet', handle)
  channel.handlePacket = handle
  const order = (channel.order = new PacketOrder(channel))
  parser._emitError = (error) => {
    // Makes the parser stop.
    parser.error = error
    if (channel.closing !== undefined) return
    channel.closing = 'fault'
    order.take(error)
  }
  const end = (why: string): void => parser._emitError(new DisconnectError('CLIENT_ERROR', why))
  parser.on('packet', (packet: Packet) => {
    if (channel.closing !== undefined || channel.reason !== undefined) return
    // Fields that do not fit in their packet were read from what follows it; with nothing there, an identifier is -1.
    if (parser._pos > (packet.length ?? 0) || packet.messageId === -1)
      return end(`its ${packet.cmd} is shorter than what it must hold`)
    if (packet.messageId === 0) return end(`its ${packet.cmd} has the identifier 0 [MQTT-2.3.1-1]`)
    const fault = faultOf(packet)
    if (fault !== undefined) return end(fault)
    if (!tap.in(channel.id, packet)) return
    if (packet.cmd === 'disconnect') channel.closing = 'disconnect'
    order.take(packet)
  })

  // The parser itself would wait for up to 256 MB.
  const { _parseLength: parseLength, _parseConnect: parseConnect, _parseString: parseString, parse } = parser
  parser._parseLength = () => {
    if (!parseLength.call(parser)) return false
    const { length } = parser.packet
    if (length <= packetBytes) return true
    end(`it announced a packet of ${length} bytes; ${packetBytes} are the most`)
    return false
  }
  // The parser itself would hang up on levels that it does not know.
  parser._parseConnect = () => {
    const level = levelOf(parser)
    if (level === undefined || SPOKEN.has(level) || channel.request !== undefined) return parseConnect.call(parser)
    channel.reason = 'CLIENT_ERROR'
    channel.endWith(level === 5 ? UNSUPPORTED_5 : UNACCEPTABLE) // [MQTT-3.1.2-2]
    refuse(`it speaks MQTT ${level === 5 ? 'version 5' : `of level ${level}`}; this hub speaks 3.1 and 3.1.1`)
    return undefined
  }
  // The parser itself would put U+FFFD where bytes are no UTF-8.
  parser._parseString = () => {
    const start = parser._pos + 2
    const text = parseString.call(parser)
    if (text === null) return null
    if (text.includes('\0')) return null // [MQTT-1.5.3-2]
    return text.includes('\ufffd') && !isUtf8(parser._list.slice(start, parser._pos)) ? null : text // [MQTT-1.5.3-1]
  }
  parser.parse = (bytes) => {
    channel.firstByte ??= bytes[0]
    try {
      return parse.call(parser, bytes)
    } catch (error) {
      // Some malformed packets make it read past their end.
      parser._emitError(error instanceof Error ? error : new Error(String(error)))
      return 0
    }
  }
}

/** Lets aedes have a packet whose turn has come, or what is wrong with one. */
export function deliver(channel: Channel, arriving: Arriving): void {
  const { _parser: parser } = channel.client
  if (arriving instanceof Error) return (Object.getPrototypeOf(parser) as AedesParser)._emitError.call(parser, arriving)
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
function faultOf(packet: Packet): string | undefined {
  if (packet.cmd === 'unsubscribe') {
    if (packet.unsubscriptions.length === 0) return 'its unsubscribe names no filter [MQTT-3.10.3-2]'
    const wrong = packet.unsubscriptions.find((filter) => !isFilter(filter))
    return wrong === undefined ? undefined : `it unsubscribed from ${JSON.stringify(wrong)}, which is no filter`
  }
  if (packet.cmd !== 'connect' || packet.will === undefined) return undefined
  if (Number(packet.will.qos) > 2) return `its will has QoS ${packet.will.qos} [MQTT-3.1.2-14]`
  return isTopic(packet.will.topic)
    ? undefined
    : `its will is for ${JSON.stringify(packet.will.topic)}, which is no topic [MQTT-3.3.2-2]`
}
