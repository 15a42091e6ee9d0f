import fc from 'fast-check'

/** What a client says on one connection. */
export interface Talk {
  /** Bytes, in the pieces in which they are written. */
  writes: string[]
  /** Of the requests that are answered 200 if they are answered, in order. */
  paths: string[]
  /** Hangs up by a reset, or with its last byte; or waits until the server does. */
  ending: 'wait' | 'end' | 'reset'
}

interface Said {
  bytes: string
  path?: string
}

const OFFERS = ['h2c', 'h2c', 'websocket', 'TLS/1.0', 'h2c, websocket', 'WebSocket'].map(
  (name) => `Connection: Upgrade\r\nUpgrade: ${name}\r\n`,
)
const GARBAGE = [
  '\x00\x01\x02\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET / HTTP/1.1\r\nno colon\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  '\x10\x0e\x00\x04MQTT',
  `GET / HTTP/1.1\r\nHost: a\r\n${'Name: value\r\n'.repeat(2000)}\r\n`,
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
]

const place = fc.constantFrom('r', 'r', 'r', 'slow/0', 'slow/1', 'slow/5', 'large')
const offer = fc.oneof(fc.constant(''), fc.constantFrom(...OFFERS))
const target = fc.constantFrom('', '', '', 'http://a')

/** A request that can be answered 200; `nth` makes its path its own. */
const request = (nth: number): fc.Arbitrary<Said> =>
  fc
    .record({
      place,
      offer,
      target,
      version: fc.constantFrom('1.1', '1.1', '1.1', '1.0'),
      expects: fc.constantFrom('', '', 'Expect: 100-continue\r\n'),
      body: fc.constantFrom('none', 'none', 'length', 'chunked'),
      keep: fc.constantFrom('', '', '', 'Connection: close\r\n'),
    })
    .map(({ place, offer, target, version, expects, body, keep }) => {
      const path = `/${place}/${nth}`
      const framing = {
        none: ['', ''],
        length: ['Content-Length: 4\r\n', '|abc'],
        chunked: ['Transfer-Encoding: chunked\r\n', '4\r\n|abc\r\n0\r\n\r\n'],
      }[body]
      const line = `${body === 'none' ? 'GET' : 'POST'} ${target}${path} HTTP/${version}\r\n`
      const head = `${line}Host: a\r\n${offer}${keep}${expects}${framing[0]}\r\n`
      // A handshake that is taken, and one that comes too early, are not answered 200.
      const handshake = /^websocket/i.test(offer.split('Upgrade: ')[1] ?? '') && body === 'none' && version === '1.1'
      return { bytes: head + framing[1], ...(!handshake && { path }) }
    })

/** One that is answered otherwise. */
const oddity: fc.Arbitrary<Said> = fc
  .constantFrom(
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc',
    'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
  )
  .map((bytes) => ({ bytes }))

const said = (nth: number): fc.Arbitrary<Said> =>
  fc.oneof({ arbitrary: request(nth), weight: 8 }, { arbitrary: oddity, weight: 1 })

/** Cuts a text where the numbers say, each a part of its length. */
function cut(text: string, places: number[]): string[] {
  const at = [0, ...places.map((part) => Math.floor(part * text.length)).sort((a, b) => a - b), text.length]
  return at.slice(1).flatMap((end, i) => (end > at[i]! ? [text.slice(at[i], end)] : []))
}

const part = fc.double({ min: 0, max: 1, noNaN: true })

export const anyTalk: fc.Arbitrary<Talk> = fc
  .record({
    saids: fc
      .integer({ min: 1, max: 8 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, nth) => said(nth)))),
    garbage: fc.option(fc.constantFrom(...GARBAGE), { nil: undefined, freq: 3 }),
    cuts: fc.array(part, { maxLength: 6 }),
    ending: fc.constantFrom<Talk['ending'][]>('wait', 'wait', 'wait', 'end', 'reset'),
    stop: part,
  })
  .map(({ saids, garbage, cuts, ending, stop }) => {
    const closing = { bytes: 'GET /r/last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', path: '/r/last' }
    const all = garbage === undefined ? [...saids, closing] : [...saids, { bytes: garbage }]
    const text = all.map(({ bytes }) => bytes).join('')
    const bytes = ending === 'reset' ? text.slice(0, Math.floor(stop * text.length)) : text
    return { writes: cut(bytes, cuts), paths: all.flatMap(({ path }) => path ?? []), ending }
  })
