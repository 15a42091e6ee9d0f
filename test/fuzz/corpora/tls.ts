import fc from 'fast-check'
import { attack, damaged, type Attack } from './bytes.ts'
import { requests } from './http.ts'
import { packets } from './mqtt.ts'

/** A record of a handshake that begins like a ClientHello. */
const record = fc
  .tuple(fc.constantFrom(0x0301, 0x0303, 0x0200, 0xffff), fc.uint8Array({ maxLength: 300 }))
  .map(([version, content]) => {
    const hello = Buffer.concat([Buffer.from([1, 0, content.length >> 8, content.length & 0xff]), content])
    return Buffer.concat([
      Buffer.from([0x16, version >> 8, version & 0xff, hello.length >> 8, hello.length & 0xff]),
      hello,
    ])
  })

/** What reaches a TLS port from who speaks something else, or TLS badly. */
export const tls: fc.Arbitrary<Attack> = attack(
  fc.oneof(
    { weight: 2, arbitrary: fc.array(damaged(record), { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: packets },
    { weight: 1, arbitrary: requests },
  ),
)
