import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { generate, parser } from 'mqtt-packet'
import { deviceName } from '../packets.ts'
import { answer } from './answer.ts'
import { gauges, type Gauges } from './gauges.ts'

/** Many clients that do the same thing at the same time. */
export interface CrowdCalls extends Gauges {
  /** Opens so many HTTP connections at once; each updates a shadow again and again for that long. */
  post(port: number, connections: number, ms: number): Promise<Posts>
  /** Connects so many MQTT clients at once, and keeps them; how long each waited for its CONNACK, in milliseconds. */
  greet(port: number, first: number, clients: number): Promise<number[]>
  /** Each that is connected updates its shadow again and again for that long; how many updates were answered. */
  update(ms: number): Promise<number>
  /** Drops all of them at once; resolves when they are gone. */
  drop(): Promise<void>
  /** Shakes hands over TLS so many times, one after the other, and hangs up; `sigalgs` as OpenSSL writes them. */
  shake(port: number, times: number, sigalgs?: string): Promise<void>
  /** One client asks for a PINGRESP every few milliseconds, until `pings` is called. */
  startPinging(port: number): Promise<void>
  /** How long it has waited for each, in milliseconds. */
  pings(): number[]
}

interface Posts {
  /** How long each connection waited for its first answer since all were opened, in milliseconds. */
  first: number[]
  /** How long each later request took. */
  later: number[]
  /** Connections that broke, and answers that were no success. */
  errors: number
}

const PING_EVERY_MS = 5
const PINGREQ = generate({ cmd: 'pingreq' })

const present: Socket[] = []

const shadowUpdate = (device: string, n: number): string => {
  const body = JSON.stringify({ state: { reported: { n, mode: 'eco', rssi: -61 } } })
  return `POST /things/${device}/shadow HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

function post(port: number, connections: number, ms: number): Promise<Posts> {
  const posts: Posts = { first: [], later: [], errors: 0 }
  const from = performance.now()
  const one = (device: string): Promise<void> =>
    new Promise((resolve) => {
      let count = 0
      let asked = from
      let received = ''
      const socket = connect({ host: '127.0.0.1', port, noDelay: true })
      const ask = (): void => void socket.write(shadowUpdate(device, (count += 1)))
      socket.once('connect', ask)
      socket.on('error', () => (posts.errors += 1))
      socket.on('close', () => resolve())
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1')
        const end = received.indexOf('\r\n\r\n')
        if (end < 0) return
        const length = Number(/content-length: (\d+)/i.exec(received)?.[1])
        if (received.length < end + 4 + length) return
        if (!received.startsWith('HTTP/1.1 200')) posts.errors += 1
        received = ''
        const now = performance.now()
        if (count === 1) posts.first.push(now - from)
        else posts.later.push(now - asked)
        asked = now
        if (now - from < ms) ask()
        else socket.destroy()
      })
    })
  return Promise.all(Array.from({ length: connections }, (_, i) => one(deviceName(i)))).then(() => posts)
}

function greet(port: number, first: number, clients: number): Promise<number[]> {
  const from = performance.now()
  const one = (clientId: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true })
      present.push(socket)
      socket.once('connect', () =>
        socket.write(
          generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 0 }),
        ),
      )
      socket.once('error', reject)
      socket.once('data', (bytes: Buffer) => {
        if (bytes[0] !== 0x20 || bytes[3] !== 0) return reject(new Error(`${clientId} was not let in`))
        socket.off('error', reject).on('error', () => {})
        resolve(performance.now() - from)
      })
    })
  return Promise.all(Array.from({ length: clients }, (_, i) => one(deviceName(first + i))))
}

/** An update is answered when both its PUBACK and the accepted document are there. */
function update(ms: number): Promise<number> {
  const from = performance.now()
  const one = (socket: Socket, device: string): Promise<number> =>
    new Promise((resolve) => {
      const topic = `$aws/things/${device}/shadow/update`
      let [count, due] = [0, 1]
      const ask = (): void => {
        due = 2
        const payload = JSON.stringify({ state: { reported: { n: count, mode: 'eco' } } })
        socket.write(generate({ cmd: 'publish', topic, payload, qos: 1, messageId: 7, dup: false, retain: false }))
      }
      const packets = parser().on('packet', ({ cmd }) => {
        if (!['suback', 'puback', 'publish'].includes(cmd) || (due -= 1) > 0) return
        if (cmd !== 'suback') count += 1
        if (performance.now() - from < ms) ask()
        else resolve(count)
      })
      socket.on('data', (bytes: Buffer) => void packets.parse(bytes))
      const subscriptions = [{ topic: `${topic}/accepted`, qos: 0 as const }]
      socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
    })
  const counts = present.map((socket, i) => one(socket, deviceName(i)))
  return Promise.all(counts).then((all) => all.reduce((sum, count) => sum + count, 0))
}

async function drop(): Promise<void> {
  const gone = present.splice(0).map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy()))
  await Promise.all(gone)
}

async function shake(port: number, times: number, sigalgs?: string): Promise<void> {
  const options = { host: '127.0.0.1', port, rejectUnauthorized: false, ...(sigalgs !== undefined && { sigalgs }) }
  for (let i = 0; i < times; i += 1) {
    await new Promise<void>((resolve, reject) => {
      const socket = connectTls(options, () => socket.destroy())
      socket.once('error', reject).once('close', () => resolve())
    })
  }
}

let pinged: number[] = []
let stopPinging = (): void => {}

async function startPinging(port: number): Promise<void> {
  pinged = []
  await greet(port, 999_999, 1)
  const socket = present.pop()!
  let asked = 0
  let timer: NodeJS.Timeout | undefined
  const ping = (): void => {
    asked = performance.now()
    socket.write(PINGREQ)
  }
  socket.on('data', () => {
    pinged.push(performance.now() - asked)
    timer = setTimeout(ping, PING_EVERY_MS)
  })
  stopPinging = () => {
    clearTimeout(timer)
    socket.destroy()
  }
  ping()
}

const calls: CrowdCalls = {
  ...gauges(),
  post,
  greet,
  update,
  drop,
  shake,
  startPinging,
  pings: () => {
    stopPinging()
    return pinged
  },
}
answer(calls)
