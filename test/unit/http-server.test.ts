import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as requestHttp } from 'node:http'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import { pageFault } from '../../src/http/origin.ts'
import { ask, sendRaw, startServer, type TestServer } from '../builders/http-server.ts'
import { eventually } from '../builders/within.ts'
import { tlsCredentials } from '../builders/tls-credentials.ts'

const ok = { status: 200, body: 'ok' }

describe('the HTTP server', () => {
  let hub: TestServer
  let hold: ((request: HttpRequest, gone: AbortSignal) => Promise<never>) | undefined
  before(async () => {
    hub = await startServer(
      async (request, gone) => {
        if (request.path === '/fail') throw new Error('secret reason')
        if (request.path === '/split') return { status: 200, headers: { 'x-name': 'a\r\nb' } }
        if (request.path === '/hold' && hold !== undefined) return hold(request, gone)
        if (request.path === '/echo')
          return { status: 201, headers: { 'X-Length': String(request.body.length) }, body: request.body }
        return request.path === '/none' ? { status: 204 } : ok
      },
      { maxBodyBytes: 1000, stranger: (knock) => pageFault(knock, ['board.local', 'x']) },
    )
  })
  after(() => hub.server.stop())
  const last = (): HttpRequest => hub.requests.at(-1)!

  it('keeps the path raw and takes the query apart', async () => {
    await ask(hub.port, { path: '/topics/%24aws%2Fthings%2F..%2ft?qos=1&x=a%20b&x=c?d' })
    assert.equal(last().path, '/topics/%24aws%2Fthings%2F..%2ft')
    assert.deepEqual(
      [...last().query],
      [
        ['qos', '1'],
        ['x', 'a b'],
        ['x', 'c?d'],
      ],
    )
  })

  for (const origin of ['https://evil.example', 'null', 'file://', 'http://evil.example:1']) {
    it(`refuses what a page of ${origin} posts, and tells people`, async () => {
      const before = hub.requests.length
      const answer = await ask(hub.port, { method: 'POST', body: '{}', headers: { origin } })
      assert.deepEqual([answer.status, hub.requests.length], [403, before])
      assert.match(hub.notices.at(-1) ?? '', /^a web page was refused: Origin /)
    })
  }

  it('tells people of a page without an origin what to do', async () => {
    await ask(hub.port, { headers: { origin: 'null' } })
    assert.match(hub.notices.at(-1) ?? '', /serve it from http:\/\/localhost/)
  })

  for (const origin of [
    'http://localhost:3000',
    'http://127.0.0.1',
    'vscode-webview://abc',
    'http://board.local:5173',
    'capacitor://localhost',
    'app://.',
    'moz-extension://abc',
  ]) {
    it(`serves a page of ${origin}`, async () => {
      assert.equal(
        (await ask(hub.port, { method: 'POST', body: '{}', headers: { origin, host: 'board.local:8880' } })).status,
        200,
      )
    })
  }

  it('keeps dots and double slashes of the path', async () => {
    await sendRaw(hub.port, 'GET /a/../b//c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    assert.equal(last().path, '/a/../b//c')
  })

  it('takes a whole URL as a proxy would', async () => {
    await ask(hub.port, { path: 'http://hub.example:1/x%2Fy?z=1' })
    assert.equal(last().path, '/x%2Fy')
    assert.equal(last().query.get('z'), '1')
  })

  it('tells method, headers, address and numbers requests', async () => {
    await ask(hub.port, { method: 'PATCH', path: '/', headers: { 'X-Amz-Thing': 'Yes', Cookie: ['a=1', 'b=2'] } })
    const first = last()
    assert.equal(first.method, 'PATCH')
    assert.equal(first.headers['x-amz-thing'], 'Yes')
    assert.equal(first.headers['cookie'], 'a=1; b=2')
    assert.deepEqual(
      [first.secure, first.local, first.remoteAddress, first.certificate],
      [false, true, '127.0.0.1', undefined],
    )
    await ask(hub.port)
    assert.notEqual(last().id, first.id)
  })

  it('answers with length and exact header name', async () => {
    const answer = await ask(hub.port, { path: '/echo', method: 'POST', body: 'hällo' })
    assert.equal(answer.status, 201)
    assert.equal(answer.body, 'hällo')
    assert.ok(answer.rawHeaders.includes('Content-Length'))
    assert.equal(answer.headers['content-length'], '6')
    assert.equal(answer.headers['transfer-encoding'], undefined)
  })

  it('answers HEAD with the length and no body', async () => {
    const answer = await ask(hub.port, { method: 'HEAD' })
    assert.equal(answer.headers['content-length'], '2')
    assert.equal(answer.body, '')
  })

  it('answers 204 without length', async () => {
    const answer = await ask(hub.port, { path: '/none' })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers['content-length'], undefined)
  })

  it('reads chunked bodies', async () => {
    const received = await sendRaw(
      hub.port,
      'POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    )
    assert.match(received, /^HTTP\/1\.1 201 [^]*X-Length: 5\r\n[^]*abcde$/)
  })

  it('serves several requests on one connection, in their order', async () => {
    const line = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
    const received = await sendRaw(hub.port, line('/none') + line('/') + line('/none', 'Connection: close\r\n'))
    assert.deepEqual(received.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 204', 'HTTP/1.1 200', 'HTTP/1.1 204'])
  })

  it('lets a client that expects 100 Continue go on', async () => {
    const req = requestHttp({
      host: '127.0.0.1',
      port: hub.port,
      path: '/echo',
      method: 'PUT',
      agent: false,
      headers: { Expect: '100-continue', 'Content-Length': 4 },
    })
    req.flushHeaders()
    await once(req, 'continue')
    req.end('body')
    const [res] = await once(req, 'response')
    assert.equal(res.statusCode, 201)
    res.resume()
    await once(res, 'end')
  })

  it('refuses a body that is announced as too large before it is sent', async () => {
    const received = await sendRaw(
      hub.port,
      'PUT /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n',
    )
    assert.match(received, /^HTTP\/1\.1 413 /)
    assert.match(received, /"code":"TOO_LARGE"/)
  })

  it('refuses a body that turns out too large, so that the client can read why', async () => {
    const count = hub.requests.length
    const req = requestHttp({ host: '127.0.0.1', port: hub.port, path: '/echo', method: 'PUT', agent: false })
    const response = once(req, 'response')
    for (let i = 0; i < 100; i += 1) req.write(Buffer.alloc(10_000))
    req.end()
    const [res] = await response
    assert.equal(res.statusCode, 413)
    res.resume()
    await once(res, 'end')
    assert.equal(hub.requests.length, count)
    assert.equal((await ask(hub.port, { path: '/echo', method: 'PUT', body: Buffer.alloc(1000) })).status, 201)
  })

  it('answers 500 without the reason, and tells people', async () => {
    const answer = await ask(hub.port, { path: '/fail?x=1' })
    assert.equal(answer.status, 500)
    assert.deepEqual(JSON.parse(answer.body), {
      error: { code: 'INTERNAL', message: 'The hub failed; its log says why' },
    })
    assert.equal(hub.notices.at(-1), 'GET /fail?x=1 failed')
  })

  it('answers 500 to a response that cannot be written', async () => {
    assert.equal((await ask(hub.port, { path: '/split' })).status, 500)
  })

  for (const [what, bytes, status] of [
    ['garbage', '\x16\x03\x01 garbage\r\n\r\n', '400'],
    ['a missing Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
    ['a bad header', 'GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n', '400'],
    ['a bad chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', '400'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    ['endless headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, '431'],
    ['another expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n', '417'],
  ] as const) {
    it(`answers ${status} to ${what}, and lives on`, async () => {
      assert.match(await sendRaw(hub.port, bytes), new RegExp(`^HTTP/1\\.1 ${status} `))
      assert.equal((await ask(hub.port)).status, 200)
    })
  }

  it('does not answer a running request with the error of the garbage behind it', async () => {
    hold = async () => Promise.reject(new Error('late'))
    const received = await sendRaw(hub.port, 'GET /hold HTTP/1.1\r\nHost: x\r\n\r\n\x00garbage\r\n\r\n')
    assert.deepEqual(received.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 500', 'HTTP/1.1 400'])
  })

  it('tells the hooks when the client goes away', async () => {
    let arrived = (): void => {}
    const waiting = new Promise<void>((resolve) => (arrived = resolve))
    let left = (): void => {}
    const gone = new Promise<void>((resolve) => (left = resolve))
    hold = (_request, signal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          left()
          reject(new Error('nobody waits'))
        })
        arrived()
      })
    const socket = connect(hub.port, '127.0.0.1', () => socket.write('GET /hold HTTP/1.1\r\nHost: x\r\n\r\n'))
    await waiting
    socket.destroy()
    await gone
  })

  it('ignores a body that is never finished', async () => {
    const count = hub.requests.length
    const socket = connect(hub.port, '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc', () => socket.resetAndDestroy()),
    )
    await once(socket, 'close')
    assert.equal((await ask(hub.port)).status, 200)
    assert.equal(hub.requests.length, count + 1)
  })

  it('answers a client that offers h2c with its ordinary request', async () => {
    const received = await sendRaw(
      hub.port,
      'POST /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: 4\r\n\r\nbody',
    )
    assert.match(received, /^HTTP\/1\.1 201 [^]*body$/)
  })

  it('rejects a taken port with its number', async () => {
    await assert.rejects(hub.server.listenHttp(hub.port, '127.0.0.1'), { code: 'EADDRINUSE', port: hub.port })
  })

  it('listens on further ports', async () => {
    const port = await hub.server.listenHttp(0, '127.0.0.1')
    assert.notEqual(port, hub.port)
    assert.equal((await ask(port)).status, 200)
  })
})

describe('the pace', () => {
  it('is told of connections, and a request whose body is read waits until there is time', async () => {
    const waiting: (() => void)[] = []
    let cameIn = 0
    const pace = { cameIn: () => (cameIn += 1), turn: () => new Promise<void>((resolve) => waiting.push(resolve)) }
    const hub = await startServer(({ body }) => ({ status: 200, body }), { pace })
    const answer = ask(hub.port, { method: 'POST', body: 'hello' })
    const look = (): Promise<number> => new Promise((resolve) => setImmediate(() => resolve(waiting.length)))
    await eventually('a request that waits', look, (count) => count === 1)
    assert.deepEqual([cameIn, hub.requests.length], [1, 0])
    waiting[0]?.()
    assert.equal((await answer).body, 'hello')
    await hub.server.stop()
  })
})

describe('stopping', () => {
  it('answers running requests, then closes every connection', async () => {
    let answerNow = (): void => {}
    let arrived = (): void => {}
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    let upgraded = (): void => {}
    const upgrade = new Promise<void>((resolve) => (upgraded = resolve))
    const hub = await startServer(
      () =>
        new Promise((resolve) => {
          answerNow = () => resolve(ok)
          arrived()
        }),
      { onUpgrade: () => upgraded() },
    )
    const port = await hub.server.listenHttps(0, '127.0.0.1')
    const idle = connect(hub.port, '127.0.0.1')
    await once(idle, 'connect')
    const webSocket = connect(hub.port, '127.0.0.1', () =>
      webSocket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    )
    const handshaking = connect(port, '127.0.0.1')
    await Promise.all([once(handshaking, 'connect'), upgrade])
    const closed = [idle, webSocket, handshaking].map((socket) =>
      once(
        socket.on('error', () => {}),
        'close',
      ),
    )
    const answer = ask(port, { secure: { ca: tlsCredentials.ca } })
    await arrival
    const stopped = hub.server.stop()
    answerNow()
    const { status, headers } = await answer
    assert.deepEqual([status, headers.connection], [200, 'close'])
    await Promise.all([stopped, ...closed])
    await assert.rejects(ask(hub.port), { code: 'ECONNREFUSED' })
  })

  it('can be done without ever having listened', async () => {
    const hub = await startServer(() => ok)
    await hub.server.stop()
    await hub.server.stop()
  })
})
