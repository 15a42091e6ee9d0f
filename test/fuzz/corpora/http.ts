import fc from 'fast-check'
import { attack, damaged, nastyText, type Attack } from './bytes.ts'
import { json } from './json.ts'
import { targets } from './words.ts'

const line = (name: string, value: string): string => `${name}: ${value.replace(/[\r\n\0]/g, '')}`

const extra = fc.constantFrom(
  ...[
    'Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__',
    'Connection: Upgrade\r\nUpgrade: websocket',
    'Connection: close',
    '',
  ],
  ...[
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Expect: 100-continue',
    '',
  ],
  ...[
    'Origin: http://evil.example',
    'Origin: null',
    'Transfer-Encoding: chunked, identity',
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Type: text/plain',
  ],
  ...[
    'Content-Type: application/x-www-form-urlencoded',
    'Range: bytes=5-1,0-',
    'Authorization: Bearer x',
    'Cookie: ' + 'a=b; '.repeat(200),
    'X: \x01',
  ],
)

const shape = fc.record({
  target: fc.constantFrom(...targets),
  method: fc.option(
    fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'BREW'),
    { nil: undefined, freq: 3 },
  ),
  word: fc.option(nastyText, { nil: undefined, freq: 1 }),
  host: fc.constantFrom('localhost', '127.0.0.1', 'localhost', 'evil.example', '', 'a'.repeat(300)),
  version: fc.constantFrom('1.1', '1.1', '1.1', '1.0', '2.0'),
  extra: fc.array(extra, { maxLength: 2 }),
  body: fc.option(json, { nil: undefined, freq: 2 }),
  chunked: fc.boolean(),
})

/** A request as bytes: head, and body by length or in chunks. */
const request = shape.map(({ target, method, word, host, version, extra: more, body, chunked }) => {
  const path =
    word === undefined ? target.path : target.path.replaceAll('some', encodeURIComponent(Buffer.from(word).toString()))
  const bytes = Buffer.from(body ?? '')
  const headers = [
    line('Host', host),
    ...Object.entries(target.headers).map(([name, value]) => line(name, value)),
    ...more.filter((text) => text !== ''),
  ]
  if (body !== undefined)
    headers.push(
      chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes.length}`,
      'Content-Type: application/json',
    )
  const head = `${method ?? target.method} ${path}${target.query === '' ? '' : `?${target.query}`} HTTP/${version}\r\n${headers.join('\r\n')}\r\n\r\n`
  if (body === undefined || !chunked) return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from(bytes.length === 0 ? '\r\n' : '\r\n0\r\n\r\n'),
  ])
})

/** Pipelines of requests, most of them sound. */
export const requests: fc.Arbitrary<Buffer[]> = fc.array(
  fc.oneof({ weight: 3, arbitrary: request }, { weight: 1, arbitrary: damaged(request) }),
  { minLength: 1, maxLength: 5 },
)

/** A connection of a client that speaks HTTP, more or less. */
export const http: fc.Arbitrary<Attack> = attack(requests)
