// A hub in a process of its own, told and asked by messages: `node --expose-gc --import tsx test/fuzz/hub-process.ts
// FOLDER`.
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createHub } from '../../src/hub/create-hub.ts'
import { defaultOptions } from '../../src/shared/options.ts'

/**
 * How the hub is, after a collection of garbage. Bytes and milliseconds; the block is the longest since it was last
 * asked.
 */
export interface Health {
  heap: number
  external: number
  resident: number
  longestBlockMs: number
  devices: number
  connections: number
  /** Open sockets of the process, whatever is spoken on them. */
  sockets: number
  /** What it says went wrong inside it. */
  faults: string[]
}

const folder = process.argv[2]!
const hub = createHub({ ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, data: join(folder, 'data') })
const delays = monitorEventLoopDelay({ resolution: 5 })
const endpoints = await hub.start()
delays.enable()

process.on('message', (asked) => void (asked === 'stop' ? stop() : tell()))
process.send!({ endpoints })

async function tell(): Promise<void> {
  // The collection itself is no block of the hub's.
  const longestBlockMs = delays.max / 1e6
  globalThis.gc?.()
  delays.reset()
  const { heapUsed, external, rss } = process.memoryUsage()
  const { devices, connections } = await hub.api.status()
  const faults = (await hub.api.notices())
    .filter(({ kind, text }) => kind === 'warning' && / failed\b/.test(text) && !text.includes('TLS handshake'))
    .map(({ text }) => text)
  const sockets = process.getActiveResourcesInfo().filter((type) => type === 'TCPSocketWrap').length
  const health: Health = {
    heap: heapUsed,
    external,
    resident: rss,
    longestBlockMs,
    devices,
    connections,
    sockets,
    faults,
  }
  process.send!({ health })
}

async function stop(): Promise<void> {
  await hub.stop()
  process.disconnect()
}
