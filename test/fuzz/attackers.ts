import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import fc from 'fast-check'
import type { Endpoints } from '../../src/shared/api.ts'
import type { Attack } from './corpora/bytes.ts'
import { http } from './corpora/http.ts'
import { mqtt } from './corpora/mqtt.ts'
import { tls } from './corpora/tls.ts'
import { webSocket } from './corpora/web-socket.ts'

/** What is spoken to which listener, and how often. */
interface Front {
  name: string
  weight: number
  corpus: fc.Arbitrary<Attack>
  connect(endpoints: Endpoints): Socket
}

const host = '127.0.0.1'
const inTheClear = (port: keyof Endpoints) => (endpoints: Endpoints) =>
  connectTcp({ host, port: Number(endpoints[port]) })
const encrypted = (port: keyof Endpoints) => (endpoints: Endpoints) =>
  connectTls({ host, port: Number(endpoints[port]), rejectUnauthorized: false })

const fronts: Front[] = [
  { name: 'MQTT', weight: 30, corpus: mqtt, connect: inTheClear('mqtt') },
  { name: 'HTTP', weight: 30, corpus: http, connect: inTheClear('http') },
  { name: 'WebSocket', weight: 15, corpus: webSocket, connect: inTheClear('http') },
  { name: 'HTTP to the MQTT port', weight: 3, corpus: http, connect: inTheClear('mqtt') },
  { name: 'MQTT to the HTTP port', weight: 3, corpus: mqtt, connect: inTheClear('http') },
  { name: 'noise to the MQTT port over TLS', weight: 4, corpus: tls, connect: inTheClear('mqtts') },
  { name: 'noise to HTTPS', weight: 4, corpus: tls, connect: inTheClear('https') },
  { name: 'MQTT over TLS', weight: 2, corpus: mqtt, connect: encrypted('mqtts') },
  { name: 'HTTPS', weight: 2, corpus: http, connect: encrypted('https') },
  { name: 'HTTPS on the MQTT port', weight: 1, corpus: http, connect: encrypted('mqtts') },
  { name: 'secure WebSocket', weight: 1, corpus: webSocket, connect: encrypted('https') },
]
const lots = fronts.flatMap((front) => Array.from({ length: front.weight }, () => front))

/** How many connections are open at a time. */
const AT_A_TIME = 24
/** Connections of one front in a row. */
const BATCH = 15
const LINGER_MS = 60

/**
 * Attacks until `done` says that it was enough of inputs; the same seed sends the same bytes in the same order. Returns
 * inputs by front.
 */
export async function attack(
  endpoints: Endpoints,
  seed: number,
  done: (inputs: number) => boolean,
): Promise<Map<string, number>> {
  const sent = new Map<string, number>()
  let inputs = 0
  for (let batch = 0; !done(inputs); batch += 1) {
    const front = lots[(batch * 37 + seed) % lots.length]!
    const attacks = fc.sample(front.corpus, { numRuns: BATCH, seed: seed * 65_536 + batch })
    const waiting = attacks.values()
    const one = async (): Promise<void> => {
      for (const { pieces, ending, inputs: count } of waiting) {
        await play(front.connect(endpoints), pieces, ending)
        inputs += count
        sent.set(front.name, (sent.get(front.name) ?? 0) + count)
      }
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, one))
  }
  return sent
}

/** Sends the pieces, each in a turn of its own, and ends. Whatever the hub does to the connection is fine. */
async function play(socket: Socket, pieces: Buffer[], ending: Attack['ending']): Promise<void> {
  socket.on('error', () => {})
  socket.resume()
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await Promise.race([once(socket, 'encrypted' in socket ? 'secureConnect' : 'connect').catch(() => {}), gone])
  for (const piece of pieces) {
    if (!socket.writable) break
    socket.write(piece)
    await new Promise(setImmediate)
  }
  if (ending === 'reset') reset(socket)
  else if (ending === 'end') socket.end()
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, LINGER_MS))])
  socket.destroy()
  await gone
}

/** Only a socket in the clear can be reset outright. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}
