import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, get as httpGet, type IncomingMessage } from 'node:http'
import { get as httpsGet, type RequestOptions } from 'node:https'
import { connect as connectTcp, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import mqtt from 'mqtt'
import { WebSocket } from 'ws'
import { openCertificates, type Certificates } from '../../src/net/certificates.ts'
import { LoopBudget } from '../../src/net/loop-budget.ts'
import type { ConnectRequest } from '../../src/core/seam/mqtt.ts'
import { eventually } from '../builders/within.ts'
import { connectPacket, BrokerFixture } from './broker-fixture.ts'

let certificates: Certificates
let fixture: BrokerFixture
let mqtts = 0
let request: ConnectRequest | undefined
const http = createHttpServer((req, res) => res.end(`${req.method} ${req.url}`))

before(async () => {
  certificates = await openCertificates({ names: ['*.iot.local-1.amazonaws.com'] })
})
afterEach(() => fixture.stop())
after(() => http.close())

async function start(options: object = {}): Promise<void> {
  request = undefined
  fixture = await new BrokerFixture({
    connect: async (asked) => {
      request = asked
      return { accept: true, identity: { principal: 'x' } }
    },
  }).start({ tls: certificates.tls, onHttpSocket: (socket) => http.emit('connection', socket), ...options })
  mqtts = await fixture.broker.listen('mqtts', { host: '127.0.0.1', port: 0, setting: '--mqtts' })
}

const dial = async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const socket = connectTls({
    port: mqtts,
    host: '127.0.0.1',
    ca: certificates.tls.ca,
    servername: 'localhost',
    ...options,
  })
  await once(socket, 'secureConnect')
  return socket
}

/** The first bytes of a TLS 1.2 client. */
async function clientHello(): Promise<Buffer> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connectTls({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    maxVersion: 'TLSv1.2',
  }).on('error', () => {})
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  client.destroy()
  socket.destroy()
  server.close()
  return bytes
}

const fetch = (get: typeof httpsGet | typeof httpGet, options: RequestOptions & ConnectionOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', agent: false, ...options }, (res) => {
      let text = ''
      res.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text))
    }).on('error', reject)
  })

test('a client that trusts the authority connects over TLS, by name and by address', async () => {
  await start()
  for (const host of ['127.0.0.1', 'localhost']) {
    const client = await mqtt.connectAsync(`mqtts://${host}:${mqtts}`, {
      ca: certificates.tls.ca,
      rejectUnauthorized: true,
    })
    await client.endAsync()
  }
  const proxied = await dial({ servername: 'abc-ats.iot.local-1.amazonaws.com' })
  assert.equal(proxied.authorized, true)
  proxied.destroy()
  assert.equal(request?.transport, 'tls')
})

test('TLS 1.3 shows the ECDSA certificate; a client that can do RSA only, or ECDSA only, is served', async () => {
  await start()
  const kinds = async (options: ConnectionOptions): Promise<string | undefined> => {
    const socket = await dial(options)
    const { asymmetricKeyType } = socket.getPeerX509Certificate()!.publicKey
    assert.equal(socket.authorized, true)
    socket.destroy()
    return asymmetricKeyType
  }
  assert.equal(await kinds({}), 'ec')
  const rsa = 'RSA-PSS+SHA256:RSA+SHA256'
  assert.equal(await kinds({ sigalgs: rsa }), 'rsa')
  assert.equal(await kinds({ sigalgs: rsa, maxVersion: 'TLSv1.2' }), 'rsa')
  assert.equal(await kinds({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }), 'rsa')
  assert.equal(await kinds({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }), 'rsa')
  assert.equal(await kinds({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }), 'ec')
})

test('the client’s certificate becomes part of the request, signed by the hub or not', async () => {
  await start()
  const ours = await certificates.issueClientCertificate({ commonName: 'thing', days: 10 })
  const other = await openCertificates()
  const theirs = await other.issueClientCertificate({ commonName: 'stranger', days: 10 })
  for (const [issued, name, authorized] of [
    [ours, 'thing', true],
    [theirs, 'stranger', false],
  ] as const) {
    const raw = fixture.adopt(
      await dial({ cert: issued.pem, key: issued.privateKey, ALPNProtocols: ['x-amzn-mqtt-ca'] }),
    )
    raw.send(connectPacket(name))
    await raw.next('connack')
    assert.equal(request?.certificate?.sha256, issued.sha256)
    assert.equal(request?.certificate?.commonName, name)
    assert.equal(request?.certificate?.authorized, authorized)
    assert.deepEqual([request?.alpn, request?.servername, request?.local], ['x-amzn-mqtt-ca', 'localhost', true])
  }
})

test('a client of TLS 1.2 without SNI and ALPN is let in; one that resumes its TLS session keeps its certificate', async () => {
  await start()
  const issued = await certificates.issueClientCertificate({ commonName: 'thing', days: 10 })
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = { maxVersion, cert: issued.pem, key: issued.privateKey, servername: '' }
    const socket = await dial(options)
    let session: Buffer | undefined
    socket.on('session', (ticket: Buffer) => (session = ticket))
    const raw = fixture.adopt(socket)
    raw.send(connectPacket('first'))
    await raw.next('connack')
    assert.equal(request?.servername, undefined)
    const again = fixture.adopt(await dial({ ...options, session: session ?? socket.getSession() }))
    again.send(connectPacket('second'))
    await again.next('connack')
    assert.equal(request?.certificate?.sha256, issued.sha256, maxVersion)
  }
})

test('a TLS port serves HTTP as well, told apart by ALPN or by the first byte', async () => {
  await start()
  const plain = { port: mqtts, ca: certificates.tls.ca, servername: 'localhost' }
  assert.equal(await fetch(httpsGet, { ...plain, path: '/first-byte', ALPNProtocols: [] }), 'GET /first-byte')
  assert.equal(await fetch(httpsGet, { ...plain, path: '/alpn', ALPNProtocols: ['http/1.1'] }), 'GET /alpn')
  assert.equal(await fetch(httpsGet, { ...plain, path: '/aws', ALPNProtocols: ['x-amzn-http-ca'] }), 'GET /aws')
})

test('a client that offers only protocols nobody knows is let in, one that insists on HTTP/2 is not', async () => {
  await start()
  const raw = fixture.adopt(await dial({ ALPNProtocols: ['my-own'] }))
  raw.send(connectPacket('device'))
  await raw.next('connack')
  await assert.rejects(dial({ ALPNProtocols: ['h2'] }))
})

test('what goes wrong in a handshake is told in words, and the hub lives on', async () => {
  await start({ connectMs: 1000 })
  // Node's own client hangs up where OpenSSL's sends an alert.
  connectTls({ port: mqtts, host: '127.0.0.1' }).once('error', () => {})
  await fixture.told('(tls): it hung up during the TLS handshake')
  const distrusting = connectTcp(mqtts, '127.0.0.1').on('error', () => {})
  distrusting.write(await clientHello())
  distrusting.once('data', () => distrusting.end(Buffer.from('15030300020230', 'hex')))
  await fixture.told('127.0.0.1 (tls): it does not trust the hub’s certificate')
  await assert.rejects(fetch(httpGet, { port: mqtts, path: '/' }))
  await fixture.told('it speaks plain HTTP on a TLS port')
  connectTls({
    port: mqtts,
    host: '127.0.0.1',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  }).once('error', () => {})
  await fixture.told('TLS older than 1.2')
  const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${mqtts}`, { ca: certificates.tls.ca })
  await client.endAsync()
})

test('TLS handshakes wait until there is time for them, and for those who say nothing nobody waits', async () => {
  const waiting: (() => void)[] = []
  const budget = new (class extends LoopBudget {
    override turn(): Promise<void> {
      return new Promise((resolve) => waiting.push(resolve))
    }
  })()
  await start({ budget })
  const mute = connectTcp(mqtts, '127.0.0.1')
  await once(mute, 'connect')
  const secured: string[] = []
  const dialled = ['a', 'b'].map((name) => dial().then((socket) => (secured.push(name), socket)))
  await eventually(
    'two who wait',
    () => new Promise<number>((resolve) => setImmediate(() => resolve(waiting.length))),
    (count) => count === 2,
  )
  assert.deepEqual(secured, [])
  for (const resume of waiting) resume()
  for (const socket of await Promise.all(dialled)) socket.destroy()
  mute.destroy()
})

test('a handshake that does not get anywhere is given up', async () => {
  await start({ connectMs: 50 })
  const mute = connectTcp(mqtts, '127.0.0.1')
  await once(mute.resume(), 'close')
  await fixture.told('(tls): it did not finish the TLS handshake in time')
})

test('sockets that say nothing do not keep the hub from stopping', async () => {
  await start()
  const mute = connectTcp(mqtts, '127.0.0.1')
  await once(mute, 'connect')
  const secure = await dial()
  secure.on('error', () => {})
  await fixture.broker.stop()
  await Promise.all([mute, secure].map((socket) => socket.closed || once(socket.resume(), 'close')))
  assert.deepEqual(fixture.notices, [], 'nobody is blamed for being dropped')
})

test('MQTT over WebSocket: the sub-protocol is echoed, other paths and protocols are refused', async () => {
  await start({ webSocketPaths: ['/mqtt', '/$iothub/websocket'] })
  const server = createHttpServer()
  server.on('upgrade', (req, socket, head) => fixture.broker.upgrade(req, socket, head, false))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const [offered, chosen] of [
    [['mqtt'], 'mqtt'],
    [['mqttv3.1'], 'mqttv3.1'],
    [['mqttv3.1', 'mqtt'], 'mqtt'],
  ] as const) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/$iothub/websocket?x=1`, [...offered])
    await once(socket, 'open')
    assert.equal(socket.protocol, chosen)
    socket.terminate()
  }
  const refusal = (path: string, protocols: string[]): Promise<number | undefined> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols)
      socket
        .on('error', () => {})
        .on('unexpected-response', (_request, res) => {
          res.resume()
          resolve(res.statusCode)
        })
    })
  assert.equal(await refusal('/elsewhere', ['mqtt']), 404)
  assert.equal(await refusal('/mqtt', ['AMQPWSB10']), 400)
  assert.equal(await refusal('/mqtt', []), 400)
  const client = await mqtt.connectAsync(`ws://127.0.0.1:${port}/mqtt?X-Amz-Signature=s`, { clientId: 'web' })
  const message = new Promise<Buffer>((resolve) => client.once('message', (_topic, payload) => resolve(payload)))
  await client.subscribeAsync('a', { qos: 1 })
  await client.publishAsync('a', Buffer.alloc(300_000, 'x'), { qos: 1 })
  assert.equal((await message).length, 300_000)
  assert.equal(request?.transport, 'ws')
  assert.equal(request?.upgrade?.url, '/mqtt?X-Amz-Signature=s')
  assert.equal(request?.upgrade?.headers['sec-websocket-protocol'], 'mqtt')
  await client.endAsync()
  await fixture.told('web disconnected CLIENT_INITIATED')
  await new Promise((resolve) => server.close(resolve))
})

test('a client that has closed its WebSocket is gone, not blamed for what it is still sent', async () => {
  await start()
  const server = createHttpServer()
  server.on('upgrade', (req, socket, head) => fixture.broker.upgrade(req, socket, head, false))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connectTcp({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  let heard = Buffer.alloc(0)
  client.on('data', (bytes) => (heard = Buffer.concat([heard, bytes])))
  const hears = async (hex: string): Promise<void> => {
    while (!heard.toString('hex').includes(hex)) await once(client, 'data')
  }
  client.write(
    'GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
  )
  client.write(Buffer.from('828f00000000' + '100d00044d5154540402000000017a', 'hex'))
  await hears('820420020000')
  client.write(Buffer.from('888000000000', 'hex'))
  await hears('8800')
  fixture.broker.send(fixture.connection('z').id, { topic: 'a', payload: Buffer.from('late'), qos: 0 })
  await fixture.told('z disconnected')
  assert.ok(fixture.log.includes('z disconnected CONNECTION_LOST'), fixture.log.join('\n'))
  assert.deepEqual(fixture.notices, [])
  client.destroy()
  await new Promise((resolve) => server.close(resolve))
})

test('the PUBACK and the reply to a message leave together, each in a WebSocket frame of its own', async () => {
  await start()
  fixture.hooks.publish = async (connection, { topic, payload }) => {
    const committed = new Promise((resolve) => setImmediate(resolve))
    setImmediate(() => fixture.broker.send(connection.id, { topic, payload, qos: 0 }))
    await committed
    return { route: 'consume' }
  }
  const server = createHttpServer()
  server.on('upgrade', (req, socket, head) => fixture.broker.upgrade(req, socket, head, false))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/mqtt`, 'mqtt')
  const upgraded = once(socket, 'upgrade') as Promise<[IncomingMessage]>
  const [[{ socket: wire }]] = await Promise.all([upgraded, once(socket, 'open')])
  socket.send(Buffer.from('100d00044d5154540402000000017a', 'hex'))
  await once(socket, 'message')
  socket.send(Buffer.from('3206000174000178', 'hex'))
  const [bytes] = (await once(wire, 'data')) as [Buffer]
  assert.equal(bytes.toString('hex'), '8204' + '40020001' + '8206' + '300400017478')
  socket.terminate()
  await new Promise((resolve) => server.close(resolve))
})

test('a port that is taken is an error that names it, its owner and the setting to change', async () => {
  await start()
  const owner = process.platform === 'linux' ? ` by .+ \\(pid ${process.pid}\\)` : '.*'
  await assert.rejects(fixture.broker.listen('mqtt', { host: '127.0.0.1', port: fixture.port, setting: '--mqtt' }), {
    code: 'CONFLICT',
    message: new RegExp(
      `port ${fixture.port} on 127.0.0.1 is taken${owner}: stop that, or choose another port with --mqtt`,
    ),
  })
  await assert.rejects(fixture.broker.listen('mqtt', { host: '192.0.2.1', port: 0, setting: '--mqtt' }), {
    code: 'INVALID',
    message: /192\.0\.2\.1 is no address of this machine/,
  })
})
