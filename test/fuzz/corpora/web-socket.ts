import fc from 'fast-check'
import { attack, damaged, type Attack } from './bytes.ts'
import { packets } from './mqtt.ts'

const handshake = fc
  .constantFrom('/mqtt', '/mqtt', '/mqtt', '/nothing', '/mqtt?X-Amz-Signature=0')
  .map((path) =>
    Buffer.from(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`,
    ),
  )

/** A frame as RFC 6455 5.2 has it, or nearly: `lie` is added to the length it announces. */
function frame(opcode: number, final: boolean, masked: boolean, lie: number, payload: Buffer): Buffer {
  const length = Math.max(0, payload.length + lie)
  const head = [opcode | (final ? 0x80 : 0)]
  const mask = masked ? 0x80 : 0
  if (length < 126) head.push(mask | length)
  else if (length < 65_536) head.push(mask | 126, length >> 8, length & 0xff)
  else head.push(mask | 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff)
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from(head), masked ? Buffer.alloc(4) : Buffer.alloc(0), payload])
}

const frames = packets.chain((list) =>
  fc.tuple(
    ...list.map((bytes) =>
      fc
        .record({
          opcode: fc.constantFrom(2, 2, 2, 2, 0, 1, 8, 9, 10, 3, 0x72),
          final: fc.constantFrom(true, true, true, false),
          masked: fc.constantFrom(true, true, true, true, false),
          lie: fc.constantFrom(0, 0, 0, 0, 1, -1, 200_000),
        })
        .map(({ opcode, final, masked, lie }) => frame(opcode, final, masked, lie, bytes)),
    ),
  ),
)

/** A WebSocket handshake and frames with MQTT in them, more or less. */
export const webSocket: fc.Arbitrary<Attack> = attack(
  fc
    .tuple(fc.oneof({ weight: 9, arbitrary: handshake }, { weight: 1, arbitrary: damaged(handshake) }), frames)
    .map(([first, rest]) => [first, ...rest]),
)
