/**
 * Cuts what was written for a client into MQTT packets. Over WebSocket a frame may hold several [MQTT-6.0.0-3], but
 * some clients read one of a frame and look at the rest when the next frame comes.
 */
export function packetsIn(bytes: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let start = 0; start < bytes.length;) {
    const end = endOfPacket(bytes, start)
    packets.push(bytes.subarray(start, end))
    start = end
  }
  return packets
}

/** A packet is a byte of type and flags, the length of the rest in seven bits a byte [MQTT-2.2.3], and that rest. */
function endOfPacket(bytes: Uint8Array, start: number): number {
  let at = start + 1
  let length = 0
  let digit: number
  let unit = 1
  do {
    digit = bytes[at++] ?? 0
    length += (digit & 0x7f) * unit
    unit *= 128
  } while (digit > 0x7f)
  return at + length
}
