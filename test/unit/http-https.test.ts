import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { ObjectStore } from '../../src/http/objects.ts'
import { pageFault } from '../../src/http/origin.ts'
import type { HttpRequest, HttpResponse } from '../../src/core/seam/http.ts'
import { HttpServer } from '../../src/http/server.ts'
import type { TurnBudget } from '../../src/net/loop-budget.ts'
import { ask, sendRaw, startServer, type TestServer } from '../builders/http-server.ts'
import { tlsCredentials } from '../builders/tls-credentials.ts'
import { eventually } from '../builders/within.ts'

const { ca, clientKey, clientCert } = tlsCredentials
const ok = { status: 200, body: 'ok' }

describe('the HTTPS server', () => {
  let hub: TestServer
  let port = 0
  before(async () => {
    hub = await startServer(() => ok)
    port = await hub.server.listenHttps(0, '127.0.0.1')
  })
  after(() => hub.server.stop())

  it('shows who the client is', async () => {
    await ask(port, { secure: { ca, key: clientKey, cert: clientCert } })
    const request = hub.requests.at(-1)!
    const expected = new X509Certificate(clientCert)
    assert.equal(request.secure, true)
    assert.deepEqual(request.certificate, {
      sha256: expected.fingerprint256.replaceAll(':', '').toLowerCase(),
      sha1: expected.fingerprint.replaceAll(':', '').toLowerCase(),
      pem: expected.toString(),
      commonName: 'thing-1',
      validTo: Date.UTC(2120, 0, 1),
      authorized: true,
    })
  })

  it('shows what a client sends along with its certificate, also when it takes up an earlier session', async () => {
    const between = new X509Certificate(tlsCredentials.cert).toString()
    const heard: unknown[] = []
    let session: Buffer | undefined
    const connect = async (cert: string): Promise<void> => {
      const socket = connectTls({
        host: '127.0.0.1',
        port,
        ca,
        key: clientKey,
        cert,
        ...(session !== undefined && { session }),
      })
      socket.on('session', (ticket) => (session = ticket))
      await once(socket, 'secureConnect')
      const resumed = socket.isSessionReused()
      socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n').resume()
      await once(socket, 'close')
      heard.push([resumed, hub.requests.at(-1)?.certificate?.chain])
    }
    await connect(clientCert + between + ca)
    await connect(clientCert + between + ca)
    session = undefined
    await connect(clientCert)
    assert.deepEqual(heard, [
      [false, [between]],
      [true, [between]],
      [false, undefined],
    ])
  })

  it('lets clients in without a certificate', async () => {
    assert.equal((await ask(port, { secure: { ca } })).status, 200)
    assert.equal(hub.requests.at(-1)?.certificate, undefined)
  })

  it('lets clients in with a certificate of somebody else, and says so', async () => {
    const other = await startServer(() => ok, { tls: { ...tlsCredentials, ca: tlsCredentials.cert } })
    const otherPort = await other.server.listenHttps(0, '127.0.0.1')
    await ask(otherPort, { secure: { ca, key: clientKey, cert: clientCert } })
    assert.equal(other.requests[0]?.certificate?.authorized, false)
    await other.server.stop()
  })

  it('speaks the ALPN name that AWS gives HTTP', async () => {
    const socket = connectTls({ host: '127.0.0.1', port, ca, ALPNProtocols: ['x-amzn-http-ca'] })
    await once(socket, 'secureConnect')
    assert.equal(socket.alpnProtocol, 'x-amzn-http-ca')
    socket.destroy()
  })

  it('tells people of a handshake that failed, and lives on', async () => {
    await sendRaw(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.match(hub.notices.at(-1) ?? '', /^TLS handshake with 127\.0\.0\.1 failed/)
    assert.equal((await ask(port, { secure: { ca } })).status, 200)
  })

  it('declines h2c over TLS too', async () => {
    const socket = connectTls({ host: '127.0.0.1', port, ca }, () =>
      socket.write(
        'GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      ),
    )
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    await once(socket, 'close')
    assert.equal(received.match(/200 OK/g)?.length, 2)
  })

  it('takes over a socket that another listener has looked into', async () => {
    const sniffing = createTlsServer({ ...tlsCredentials, requestCert: true, rejectUnauthorized: false }, (socket) => {
      socket.once('data', (first: Buffer) => {
        socket.pause()
        socket.unshift(first)
        hub.server.accept(socket)
      })
    })
    sniffing.listen(0, '127.0.0.1')
    await once(sniffing, 'listening')
    const body = 'x'.repeat(200_000)
    const answer = await ask((sniffing.address() as AddressInfo).port, {
      path: '/a%2Fb',
      method: 'POST',
      body,
      secure: { ca, key: clientKey, cert: clientCert },
    })
    assert.equal(answer.status, 200)
    const request = hub.requests.at(-1)!
    assert.deepEqual(
      [request.path, request.secure, request.certificate?.commonName, request.body.length],
      ['/a%2Fb', true, 'thing-1', body.length],
    )
    sniffing.close()
  })

  it('gives up on who is too slow with a request, also where another listener has accepted it', async () => {
    const { server, port } = await startServer(() => ok, { headersMs: 50 })
    assert.match(await sendRaw(port, 'GET / HTTP/1.1\r\nHost: '), /^HTTP\/1\.1 408 /)
    const handing = createServer((socket) => server.accept(socket)).listen(0, '127.0.0.1')
    await once(handing, 'listening')
    assert.match(await sendRaw((handing.address() as AddressInfo).port, 'GET / HTTP/1.1\r\nHost: '), /^HTTP\/1\.1 408 /)
    handing.close()
    await server.stop()
  })

  it('gives up on a body that does not arrive', async () => {
    const { server, port } = await startServer(() => ok, { headersMs: 50, requestMs: 50 })
    assert.match(await sendRaw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx'), /^HTTP\/1\.1 408 /)
    await server.stop()
  })

  it('needs a certificate of its own', async () => {
    const server = HttpServer.create({
      hooks: { handle: async () => ok },
      stranger: () => undefined,
      onUpgrade: () => {},
      onNotice: () => {},
      onHandshakeFailed: () => {},
      objects: new ObjectStore(undefined),
    })
    await assert.rejects(server.listenHttps(0, '127.0.0.1'), /HTTPS needs a server certificate/)
  })
})

describe('a WebSocket handshake', () => {
  it('is handed over with its socket, on either listener', async () => {
    const seen: { url: string | undefined; secure: boolean; head: string }[] = []
    const hub = await startServer(() => ok, {
      onUpgrade: (req, socket, head, secure) => {
        seen.push({ url: req.url, secure, head: head.toString() })
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      },
    })
    const handshake = 'GET /mqtt?x=%2F HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\nhead'
    assert.match(await sendRaw(hub.port, handshake), /^HTTP\/1\.1 101 /)
    const port = await hub.server.listenHttps(0, '127.0.0.1')
    const socket = connectTls({ host: '127.0.0.1', port, ca }, () => socket.write(handshake))
    socket.resume()
    await once(socket, 'close')
    assert.deepEqual(seen, [
      { url: '/mqtt?x=%2F', secure: false, head: 'head' },
      { url: '/mqtt?x=%2F', secure: true, head: 'head' },
    ])
    assert.equal(hub.requests.length, 0)
    await hub.server.stop()
  })

  it('of a page from elsewhere is refused: browsers let any page open a WebSocket to this machine', async () => {
    let upgrades = 0
    const hub = await startServer(() => ok, {
      stranger: (knock) => pageFault(knock, ['hub.local']),
      onUpgrade: (_req, socket) => {
        upgrades += 1
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      },
    })
    const from = (origin: string, host = 'hub.local:8880') =>
      sendRaw(
        hub.port,
        `GET /mqtt HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: ${origin}\r\n\r\n`,
      )
    assert.match(await from('https://evil.example'), /^HTTP\/1\.1 403 .*only pages of this machine/s)
    assert.match(
      await from('http://evil.example', 'evil.example'),
      /^HTTP\/1\.1 403 .*Host evil\.example: is no address/s,
      'DNS rebinding',
    )
    assert.equal(upgrades, 0)
    // As Python's paho does.
    assert.match(await from('http://hub.local:8880'), /^HTTP\/1\.1 101 /)
    await hub.server.stop()
  })
})

const later = <T>(look: () => T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(look())))

/** No time for newcomers and those who leave until `open` is called. */
function turnstile() {
  const waiting: (() => void)[] = []
  let closed = false
  const pace: TurnBudget = {
    cameIn: () => {},
    turn: (lane) => (lane === 'in' || !closed ? undefined : new Promise((resolve) => waiting.push(resolve))),
  }
  const open = (): void => {
    closed = false
    for (const resume of waiting.splice(0)) resume()
  }
  return { pace, waiting, open, close: () => void (closed = true) }
}

describe('the pace of HTTP', () => {
  it('TLS handshakes wait until there is time for them', async () => {
    const { pace, waiting, open, close } = turnstile()
    const hub = await startServer(() => ok, { pace })
    const port = await hub.server.listenHttps(0, '127.0.0.1')
    close()
    const secured: number[] = []
    const sockets = [1, 2, 3].map((n) => connectTls({ host: '127.0.0.1', port, ca }, () => secured.push(n)))
    await eventually(
      'three who wait',
      () => later(() => waiting.length),
      (count) => count === 3,
    )
    assert.deepEqual(secured, [])
    open()
    await eventually(
      'three handshakes',
      () => later(() => secured.length),
      (count) => count === 3,
    )
    for (const socket of sockets) socket.destroy()
    await hub.server.stop()
  })

  for (const secure of [false, true]) {
    it(`connections that drop at once ${secure ? 'over TLS ' : ''}end as there is time, others are served meanwhile`, async () => {
      const { pace, waiting, open, close } = turnstile()
      const gone: AbortSignal[] = []
      const handle = (request: HttpRequest, signal: AbortSignal): HttpResponse | Promise<HttpResponse> => {
        if (request.path !== '/wait') return ok
        gone.push(signal)
        return new Promise(() => {})
      }
      const hub = await startServer(handle, { pace })
      const port = secure ? await hub.server.listenHttps(0, '127.0.0.1') : hub.port
      const dial = async (path: string): Promise<Socket> => {
        const tcp = connectTcp(port, '127.0.0.1')
        const socket = secure ? connectTls({ socket: tcp, ca }) : tcp
        socket.on('error', () => {}).write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
        return Object.assign(socket, { tcp })
      }
      const [leaving, broken] = [await dial('/wait'), await dial('/wait')]
      const staying = await dial('/')
      await once(staying, 'data')
      await eventually(
        'two who wait for their answer',
        () => later(() => gone.length),
        (count) => count === 2,
      )
      close()
      leaving.destroy()
      ;(broken as Socket & { tcp: Socket }).tcp.resetAndDestroy()
      await eventually(
        'two who leave',
        () => later(() => waiting.length),
        (count) => count === 2,
      )
      staying.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
      await once(staying, 'data')
      assert.deepEqual(
        gone.map(({ aborted }) => aborted),
        [false, false],
      )
      open()
      await eventually(
        'two ends',
        () => later(() => gone.filter(({ aborted }) => aborted).length),
        (count) => count === 2,
      )
      staying.destroy()
      await hub.server.stop()
    })
  }
})
