import fc from 'fast-check'

/** What is sent on one connection: pieces, each in a write of its own, and how it ends. */
export interface Attack {
  pieces: Buffer[]
  /** How many packets, requests or frames went into it. */
  inputs: number
  ending: 'end' | 'reset' | 'linger'
}

const ending = fc.constantFrom<Attack['ending']>('end', 'end', 'reset', 'linger')

/** Texts that break careless readers. */
export const nastyText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '..',
    '../../etc/passwd',
    '%',
    '%zz',
    '%2f%00',
    '\u0000',
    '\r\n',
    '\x1b[31m',
    '__proto__',
    'constructor',
  ),
  fc.constantFrom(
    '$next',
    '$aws',
    '#',
    '+',
    'a/'.repeat(120),
    'x'.repeat(3000),
    '智能灯',
    '\ud800',
    '🔥'.repeat(70),
    '${a}',
    '*a'.repeat(60),
  ),
)

/** Flips, cuts, repeats and inserts bytes of what was sound; most of the time little. */
export const damaged = (sound: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(sound, fc.array(change, { maxLength: 3 }))
    .map(([bytes, changes]) => changes.reduce((now, apply) => apply(now), bytes))

type Change = (bytes: Buffer) => Buffer

const place = fc.nat({ max: 0xffff })
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, bits]): Change => (bytes) => {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) copy[at % copy.length]! ^= bits
    return copy
  }),
  place.map(
    (at): Change =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 20 })).map(([at, more]): Change => (bytes) => {
    const cut = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, cut), more, bytes.subarray(cut)])
  }),
  fc.constant<Change>((bytes) => Buffer.concat([bytes, bytes])),
)

/** Sends parts in as many pieces as it likes, cut anywhere. */
export const attack = (parts: fc.Arbitrary<Buffer[]>): fc.Arbitrary<Attack> =>
  fc.tuple(parts, fc.array(place, { maxLength: 4 }), ending).map(([list, cuts, end]) => {
    const all = Buffer.concat(list)
    const at = [...new Set(cuts.map((cut) => cut % (all.length + 1)))].sort((a, b) => a - b)
    const pieces = [0, ...at]
      .map((from, i) => all.subarray(from, at[i] ?? all.length))
      .filter(({ length }) => length > 0)
    return { pieces, inputs: list.length, ending: end }
  })
