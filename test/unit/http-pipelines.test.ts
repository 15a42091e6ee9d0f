import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { ask, startServer, type TestServer } from '../builders/http-server.ts'
import { within } from '../builders/within.ts'
import { readAnswers, type Read } from './http-pipelines/answers.ts'
import { DOORS, Doors, type Door } from './http-pipelines/doors.ts'
import { anyTalk, type Talk } from './http-pipelines/talk.ts'

const RUNS = Number(process.env['RUNS'] ?? 60)
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: h2c\r\n'
const WEB_SOCKET = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
const last = 'Connection: close\r\n'

describe('requests that follow each other on one connection', () => {
  let hub: TestServer
  let doors: Doors
  const waiting = new Map<string, () => void>()
  before(async () => {
    hub = await startServer(
      async ({ path, body }) => {
        // `/slow/7/…` is answered 7 ms later, `/held` once the test says so.
        const [, kind, ms] = path.split('/')
        if (kind === 'slow') await sleep(Number(ms))
        if (kind === 'held') await new Promise<void>((resolve) => waiting.set(path, resolve))
        if (kind === 'large') return { status: 200, body: `${path}|`.padEnd(300_000, '.') }
        return { status: 200, body: path + body.toString() }
      },
      { onUpgrade: (_req, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n') },
    )
    doors = await Doors.open(hub)
  })
  after(async () => {
    doors.close()
    await hub.server.stop()
  })

  for (const door of DOORS) {
    describe(`(${door})`, () => {
      it('survives two that offer another protocol in one write, and a third one', async () => {
        const { socket } = await doors.enter(door)
        socket.write(get('/1', UPGRADE) + get('/2', UPGRADE))
        await sleep(50)
        socket.write(get('/3'))
        assert.deepEqual(bodies(await answersOn(socket)), ['/1', '/2'])
        await assertServes()
      })

      it('answers one that offers another protocol, and those behind it, on a connection that stays open', async () => {
        const received = await say(door, get('/1', UPGRADE) + get('/2') + get('/3', last))
        assert.deepEqual(bodies(received), ['/1', '/2', '/3'])
      })

      it('answers any number that offer another protocol on one connection, one after the other', async () => {
        const { socket } = await doors.enter(door)
        const warnings: Error[] = []
        const warned = (warning: Error): void => void warnings.push(warning)
        process.on('warning', warned)
        for (let i = 0; i < 15; i += 1) {
          socket.write(`POST /${i} HTTP/1.1\r\nHost: a\r\n${UPGRADE}Content-Length: 2\r\n\r\n${String(i).padStart(2)}`)
          assert.match(await next(socket), new RegExp(`keep-alive[^]*/${i}[ ]?${i}$`))
        }
        socket.destroy()
        await sleep(0)
        process.off('warning', warned)
        assert.deepEqual(warnings, [])
      })

      it('ignores the offer of another protocol while an earlier answer is due, answers it as the last', async () => {
        const received = await say(
          door,
          get('/slow/20') + `POST /2 HTTP/1.1\r\nHost: a\r\n${UPGRADE}Content-Length: 3\r\n\r\nabc`,
        )
        assert.deepEqual(received, [
          { status: 200, close: false, body: '/slow/20' },
          { status: 200, close: true, body: '/2abc' },
        ])
      })

      it('sends no 101 before an earlier answer is out', async () => {
        const received = await say(door, get('/slow/20') + get('/mqtt', WEB_SOCKET) + get('/3'))
        assert.deepEqual(statuses(received), [200, 400])
        assert.match(received[1]!.body, /answers to the requests before/)
        assert.deepEqual(statuses(await say(door, get('/mqtt', WEB_SOCKET))), [101])
      })

      it('takes a WebSocket handshake that comes after an answer', async () => {
        const { socket } = await doors.enter(door)
        socket.write(get('/1'))
        await next(socket)
        socket.write(get('/mqtt', WEB_SOCKET))
        assert.deepEqual(statuses(await answersOn(socket)), [101])
      })

      it('takes a WebSocket handshake in HTTP/1.0, with another method or a body for an ordinary request', async () => {
        const old = get('/1', WEB_SOCKET).replace('1.1', '1.0')
        assert.deepEqual(bodies(await say(door, old)), ['/1'])
        const post = `POST /2 HTTP/1.1\r\nHost: a\r\n${WEB_SOCKET}Content-Length: 3\r\n\r\nabc`
        const chunked = get('/3', `${WEB_SOCKET}Transfer-Encoding: chunked\r\n`) + '3\r\nabc\r\n0\r\n\r\n'
        assert.deepEqual(bodies(await say(door, post + get('/x', last))), ['/2abc', '/x'])
        assert.deepEqual(bodies(await say(door, chunked + get('/x', last))), ['/3abc', '/x'])
      })

      it('does nothing that comes behind a request which closes the connection', async () => {
        assert.deepEqual(bodies(await say(door, get('/slow/20', last) + get('/never'))), ['/slow/20'])
        assert.ok(!hub.requests.some(({ path }) => path === '/never'))
      })

      it('lets a client read a large answer although it has offered another protocol behind it', async () => {
        const received = await say(door, get('/large') + get('/large', UPGRADE))
        assert.deepEqual(
          received.map(({ body }) => body.length),
          [300_000, 300_000],
        )
      })

      it('answers what came before garbage, then 400 in its turn', async () => {
        const received = await say(door, get('/slow/20/a') + get('/slow/1/b') + '\x00garbage\r\n\r\n')
        assert.deepEqual(bodies(received), ['/slow/20/a', '/slow/1/b', ''])
        assert.deepEqual(statuses(received), [200, 200, 400])
      })

      it('answers what came before a malformed body, then 400 in its turn', async () => {
        const chunked = 'POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'
        assert.deepEqual(statuses(await say(door, get('/slow/20') + chunked)), [200, 400])
      })

      it('is no proxy: CONNECT is answered 405 in its turn', async () => {
        const request = 'CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n'
        assert.deepEqual(statuses(await say(door, request)), [405])
        const received = await say(door, get('/slow/20') + request + get('/3'))
        assert.deepEqual(statuses(received), [200, 405])
        assert.ok(received[1]!.close)
      })

      it('answers in turn what Node answers by itself', async () => {
        const behind = get('/3', UPGRADE) + get('/4')
        assert.deepEqual(statuses(await say(door, `GET /2 HTTP/1.1\r\n\r\n${behind}`)), [400])
        const received = await say(door, get('/2', 'Expect: miracles\r\n') + behind)
        assert.deepEqual(statuses(received), [417, 200])
      })
    })
  }

  it('survives whatever a connection says, and answers in order what it answers', async () => {
    let over = false
    const untroubled = (async () => {
      while (!over) await within(assertServes(), 'an answer to a well-behaved client')
    })()
    const property = fc.asyncProperty(fc.constantFrom(...DOORS), anyTalk, perform)
    await Promise.all([
      untroubled,
      fc
        .assert(property, { numRuns: RUNS, endOnFailure: true, includeErrorInReport: true })
        .finally(() => (over = true)),
    ])
  })

  async function perform(door: Door, { writes, paths, ending }: Talk): Promise<void> {
    const { socket, reset } = await doors.enter(door)
    const received = answersOn(socket, true)
    let broken = false
    // A client that still sends as the server closes may lose what it has not read: TCP is like that.
    socket.on('error', () => (broken = true))
    for (const bytes of writes) {
      if (socket.destroyed) break
      await new Promise((resolve) => socket.write(bytes, 'latin1', resolve))
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (ending === 'reset') reset()
    if (ending === 'end') socket.end()
    const answers = await received
    const answered = answers.filter(({ status }) => status === 200)
    assert.deepEqual(
      answered.map(({ body }) => body.split('|')[0]),
      paths.slice(0, answered.length),
    )
    const whole = answered.length === paths.length || answers.at(-1)?.close === true || answers.at(-1)?.status === 101
    assert.ok(whole || broken || ending !== 'wait', `stuck after ${JSON.stringify(answers)}`)
  }

  const say = async (door: Door, bytes: string): Promise<Read[]> => {
    const { socket } = await doors.enter(door)
    socket.write(bytes, 'latin1')
    return answersOn(socket)
  }

  async function assertServes(): Promise<void> {
    assert.equal((await ask(hub.port, { path: '/valid' })).body, '/valid')
  }
})

const statuses = (answers: Read[]): number[] => answers.map(({ status }) => status)
const bodies = (answers: Read[]): string[] => answers.map(({ body }) => body)

/** What comes until the server hangs up. */
async function answersOn(socket: Socket, mayBreak = false): Promise<Read[]> {
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')))
  socket.on('error', () => {})
  await within(
    new Promise((resolve) => (socket.destroyed ? resolve(0) : socket.once('close', resolve))),
    'the server to hang up',
  )
  return readAnswers(received, mayBreak)
}

const next = (socket: Socket): Promise<string> =>
  within(new Promise((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString()))), 'an answer')
