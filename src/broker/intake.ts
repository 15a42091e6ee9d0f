import { isUtf8 } from 'node:buffer'
import type { Packet } from 'mqtt-packet'
import { Ask } from './ask.ts'
import { Ending } from './ending.ts'
import { isFilter, isTopic } from './filter.ts'
import type { Link } from './link.ts'
import type { TapPoint } from './taps.ts'

/** Stands between the parser and aedes: limits, the tap, and SUBSCRIBE, which goes a way of its own (`Ask`). */
export function watchPackets(link: Link, tap: TapPoint, packetBytes: number): void {
  const parser = link.client._parser
  const [handle] = parser.listeners('packet')
  if (handle === undefined) throw new Error('aedes no longer listens to its parser')
  parser.removeListener('packet', handle)
  const end = (why: string): void => parser._emitError(new Ending('CLIENT_ERROR', why))
  parser.on('packet', (packet: Packet) => {
    // Nothing that follows a DISCONNECT or a mistake counts.
    if (link.reason !== undefined) return
    // Fields that do not fit in their packet were read from what follows it; with nothing there, an identifier is -1.
    if (parser._pos > (packet.length ?? 0) || packet.messageId === -1) return end(`its ${packet.cmd} is shorter than what it must hold`)
    if (packet.messageId === 0) return end(`its ${packet.cmd} has the identifier 0 [MQTT-2.3.1-1]`)
    const fault = faultOf(packet)
    if (fault !== undefined) return end(fault)
    if (!tap.in(link.id, packet)) return
    if (packet.cmd === 'disconnect') link.reason = 'CLIENT_INITIATED'
    handle.call(parser, packet.cmd === 'subscribe' ? Ask.wrap(packet) : packet)
  })

  // The parser itself would wait for up to 256 MB.
  const { _parseLength: parseLength, _parseString: parseString, parse } = parser
  parser._parseLength = () => {
    if (!parseLength.call(parser)) return false
    const { length } = parser.packet
    if (length <= packetBytes) return true
    end(`it announced a packet of ${length} bytes; ${packetBytes} are the most`)
    return false
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
    link.firstByte ??= bytes[0]
    try {
      return parse.call(parser, bytes)
    } catch (error) {
      // Some malformed packets make it read past their end.
      parser._emitError(error instanceof Error ? error : new Error(String(error)))
      return 0
    }
  }
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
  return isTopic(packet.will.topic) ? undefined : `its will is for ${JSON.stringify(packet.will.topic)}, which is no topic [MQTT-3.3.2-2]`
}
