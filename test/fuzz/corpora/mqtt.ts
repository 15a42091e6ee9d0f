import fc from 'fast-check'
import { generate, type Packet } from 'mqtt-packet'
import { attack, damaged, nastyText, type Attack } from './bytes.ts'
import { json } from './json.ts'
import { topics } from './words.ts'

const topic = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...topics) }, { weight: 1, arbitrary: nastyText })
const qos = fc.constantFrom<0 | 1 | 2>(0, 0, 1, 1, 2)
const messageId = fc.integer({ min: 1, max: 65_535 })

const connect = fc.record({
  clientId: fc.oneof(fc.constantFrom('fuzz-1', 'fuzz-2', 'P/D', 'P-D', ''), nastyText),
  username: fc.option(fc.constantFrom('P/D', 'P/E', '?SDK=x&Version=1', 'u?x-amz-customauthorizer-name=N', 'admin'), {
    nil: undefined,
  }),
  password: fc.option(fc.constantFrom('secret', '', 'a.b.c'), { nil: undefined }),
  clean: fc.constantFrom(true, true, true, false),
  keepalive: fc.constantFrom(0, 1, 60, 65_535),
  protocolVersion: fc.constantFrom(4, 4, 4, 3, 5),
  will: fc.option(fc.record({ topic, payload: json, qos, retain: fc.boolean() }), { nil: undefined }),
})

const packet = fc.oneof<fc.Arbitrary<object>[]>(
  fc.record({
    cmd: fc.constant('publish'),
    topic,
    payload: json,
    qos,
    messageId,
    retain: fc.boolean(),
    dup: fc.boolean(),
  }),
  fc.record({
    cmd: fc.constant('publish'),
    topic,
    payload: json,
    qos: fc.constantFrom(0, 1),
    messageId,
    retain: fc.constant(false),
    dup: fc.constant(false),
  }),
  fc.record({
    cmd: fc.constant('subscribe'),
    messageId,
    subscriptions: fc.array(fc.record({ topic, qos }), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    cmd: fc.constant('unsubscribe'),
    messageId,
    unsubscriptions: fc.array(topic, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'), messageId }),
  fc.record({ cmd: fc.constantFrom('pingreq', 'disconnect', 'pingresp') }),
)

/** Bytes of a packet; what the encoder refuses to say is said as noise. */
function encode(content: object, protocolVersion = 4): Buffer {
  try {
    return generate(content as Packet, { protocolVersion })
  } catch {
    return Buffer.from(JSON.stringify(content))
  }
}

const hello = connect.map(({ protocolVersion, ...rest }) =>
  encode(
    { cmd: 'connect', protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT', protocolVersion, ...rest },
    protocolVersion,
  ),
)

/** Packets of a session as bytes, in order; they may begin with anything but a CONNECT. */
export const packets: fc.Arbitrary<Buffer[]> = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: hello }, { weight: 1, arbitrary: damaged(hello) }),
    fc.array(damaged(packet.map((content) => encode(content))), { maxLength: 8 }),
  )
  .map(([first, rest]) => [first, ...rest])

/** A connection of a client that speaks MQTT, more or less. */
export const mqtt: fc.Arbitrary<Attack> = attack(packets)
