import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import type { HttpResponse } from '../../src/core/seam/http.ts'
import type { ObjectRef } from '../../src/core/seam/needs.ts'
import { ObjectStore, type OpenObject } from '../../src/http/objects.ts'
import { ask, startServer, type TestServer } from '../builders/http-server.ts'
import { textOf } from '../../src/core/said.ts'

const CONTENT = '0123456789'
const ETAG = `"${createHash('md5').update(CONTENT).digest('hex')}"`
/** More than sockets and streams buffer, so that the end is not read before the test has spoiled it. */
const BIG = 64 * 1024 * 1024

let onClosed: () => void = () => {}

/** Tells when the server is done with an object. */
class WatchedStore extends ObjectStore {
  override async open(ref: ObjectRef): Promise<OpenObject | undefined> {
    const object = await super.open(ref)
    return object === undefined ? undefined : { ...object, close: () => object.close().then(() => onClosed()) }
  }
}

describe('an object that is sent', () => {
  let root = ''
  let hub: TestServer
  let shape: Omit<HttpResponse, 'body'> = { status: 200 }
  let onNotice: (text: string) => void = () => {}
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'send-'))
    await mkdir(join(root, 'b'))
    await writeFile(join(root, 'b', 'file'), CONTENT)
    await writeFile(join(root, 'b', 'empty'), '')
    hub = await startServer(({ path }) => ({ ...shape, body: { ref: { bucket: 'b', key: path.slice(1) } } }), {
      objects: new WatchedStore(root),
      onNotice: (text) => onNotice(textOf(text)),
    })
  })
  after(async () => {
    await hub.server.stop()
    await rm(root, { recursive: true })
  })
  const fetch = (headers: Record<string, string> = {}, method = 'GET') =>
    ask(hub.port, { path: '/file', method, headers })

  it('comes whole, with length, etag and the offer of ranges', async () => {
    const { status, headers, body, rawHeaders } = await fetch()
    assert.deepEqual([status, body], [200, CONTENT])
    assert.equal(headers['content-length'], '10')
    assert.equal(headers.etag, ETAG)
    assert.equal(headers['accept-ranges'], 'bytes')
    assert.equal(headers['content-type'], 'application/octet-stream')
    assert.ok(rawHeaders.includes('Content-Length'))
  })

  it('comes with the headers and status it was given, except those that are facts of the file', async () => {
    shape = { status: 203, headers: { 'content-type': 'text/plain', 'content-length': '99', etag: 'mine', 'x-a': 'b' } }
    const { status, headers } = await fetch({ range: 'bytes=0-1' })
    shape = { status: 200 }
    assert.deepEqual(
      [status, headers['content-type'], headers['content-length'], headers.etag, headers['x-a']],
      [203, 'text/plain', '10', ETAG, 'b'],
    )
  })

  it('says when the file was last changed, with ranges and 416 too, and is not sent again to a client that has it', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    await utimes(join(root, 'b', 'file'), at, at)
    const date = 'Fri, 02 Jan 2026 03:04:05 GMT'
    for (const range of ['bytes=2-4', 'bytes=10-', ''])
      assert.equal((await fetch({ range })).headers['last-modified'], date)
    assert.equal((await fetch({ 'if-modified-since': date })).status, 304)
    assert.equal((await fetch({ 'if-modified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' })).status, 200)
    assert.equal((await fetch({ 'if-modified-since': 'yesterday' })).status, 200)
    assert.equal((await fetch({ 'if-modified-since': date, 'if-none-match': '"other"' })).status, 200)
  })

  for (const [range, status, body, contentRange] of [
    ['bytes=0-', 206, CONTENT, 'bytes 0-9/10'],
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=8-100', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=0-1,3-4', 200, CONTENT, undefined],
    ['pages=1-2', 200, CONTENT, undefined],
  ] as const) {
    it(`answers ${range} with ${status}`, async () => {
      const answer = await fetch({ range })
      assert.deepEqual([answer.status, answer.body, answer.headers['content-range']], [status, body, contentRange])
      assert.equal(answer.headers['content-length'], String(body.length))
      assert.equal(answer.headers.etag, ETAG)
    })
  }

  it('comes in pieces that make up the whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), async (cut) => {
        const [head, tail] = await Promise.all([
          fetch({ range: `bytes=0-${cut - 1}` }),
          fetch({ range: `bytes=${cut}-` }),
        ])
        assert.equal(head.body + tail.body, CONTENT)
      }),
      { numRuns: 9 },
    )
  })

  it('answers HEAD with the facts of the whole, Range or not', async () => {
    for (const headers of [{}, { range: 'bytes=2-4' }]) {
      const answer = await fetch(headers, 'HEAD')
      assert.deepEqual(
        [answer.status, answer.headers['content-length'], answer.headers.etag, answer.body],
        [200, '10', ETAG, ''],
      )
    }
  })

  it('obeys If-Range', async () => {
    assert.equal((await fetch({ range: 'bytes=2-4', 'if-range': ETAG })).status, 206)
    assert.equal((await fetch({ range: 'bytes=2-4', 'if-range': '"other"' })).body, CONTENT)
    assert.equal((await fetch({ range: 'bytes=2-4', 'if-range': `W/${ETAG}` })).body, CONTENT)
    assert.equal((await fetch({ range: 'bytes=2-4', 'if-range': 'Wed, 21 Oct 2015 07:28:00 GMT' })).body, CONTENT)
  })

  it('obeys If-None-Match and If-Match before Range', async () => {
    const unchanged = await fetch({ 'if-none-match': `"x", ${ETAG}`, range: 'bytes=2-4' })
    assert.deepEqual([unchanged.status, unchanged.body, unchanged.headers.etag], [304, '', ETAG])
    assert.equal((await fetch({ 'if-none-match': '"x"' })).status, 200)
    assert.equal((await fetch({ 'if-match': '"x"', range: 'bytes=2-4' })).status, 412)
    assert.equal((await fetch({ 'if-match': ETAG })).status, 200)
  })

  it('may be empty', async () => {
    const whole = await ask(hub.port, { path: '/empty' })
    assert.deepEqual([whole.status, whole.headers['content-length'], whole.body], [200, '0', ''])
    assert.equal((await ask(hub.port, { path: '/empty', headers: { range: 'bytes=0-' } })).status, 416)
  })

  it('is 404 if it has gone', async () => {
    const answer = await ask(hub.port, { path: '/nope' })
    assert.equal(answer.status, 404)
    assert.deepEqual(JSON.parse(answer.body), { error: { code: 'NOT_FOUND', message: 'No object nope in bucket b' } })
  })

  for (const [what, spoil] of [
    ['truncated', (path: string) => truncate(path, BIG / 2)],
    ['emptied', (path: string) => truncate(path, 0)],
    ['appended to', (path: string) => appendFile(path, 'more')],
  ] as const) {
    it(`breaks off when the file is ${what} meanwhile`, async () => {
      const path = join(root, 'b', 'big')
      await writeFile(path, Buffer.alloc(BIG))
      const noticed = new Promise((resolve) => (onNotice = resolve))
      const [res] = await once(get({ host: '127.0.0.1', port: hub.port, path: '/big', agent: false }), 'response')
      assert.equal(res.headers['content-length'], String(BIG))
      await once(res, 'readable')
      await spoil(path)
      let received = 0
      await assert.rejects(
        async () => {
          for await (const chunk of res) received += chunk.length
        },
        { code: 'ECONNRESET' },
      )
      assert.ok(received < BIG)
      assert.equal(await noticed, 'GET /big failed')
    })
  }

  it('leaves no notice when the client hangs up', async () => {
    const path = join(root, 'b', 'big')
    await writeFile(path, Buffer.alloc(BIG))
    const notices: string[] = []
    onNotice = (text) => void notices.push(text)
    const closed = new Promise<void>((resolve) => (onClosed = resolve))
    const [res] = await once(get({ host: '127.0.0.1', port: hub.port, path: '/big', agent: false }), 'response')
    res.destroy()
    await closed
    assert.equal((await fetch()).status, 200)
    assert.deepEqual(notices, [])
  })
})
