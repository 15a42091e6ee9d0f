import { setTimeout as sleep } from 'node:timers/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What can be asked of every process under measurement. */
export interface Gauges {
  /** CPU time used so far by the whole process, in milliseconds. */
  cpu(): number
  /** After collecting garbage, in bytes. */
  memory(): Promise<Memory>
  /** Begins to watch for how long the event loop is held up. */
  watchDelay(): void
  /** How long it was since then, in milliseconds; ends the watch. */
  delay(): Delay
}

export interface Memory {
  rss: number
  /** The JavaScript heap in use and what it holds outside of it. */
  heap: number
}

export interface Delay {
  max: number
  p99: number
  /** The most CPU time that the process used in one go: a longer block than that was the machine's doing. */
  work: number
}

export function gauges(): Gauges {
  let watch = monitorEventLoopDelay({ resolution: 1 })
  let timer: NodeJS.Timeout | undefined
  let work = 0
  const cpu = (): number => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  return {
    cpu,
    memory: async () => {
      // Pages go back to the system some time after the collection.
      for (let round = 0; round < 4; round += 1) {
        globalThis.gc?.()
        await sleep(50)
      }
      const { rss, heapUsed, external } = process.memoryUsage()
      return { rss, heap: heapUsed + external }
    },
    watchDelay: () => {
      watch = monitorEventLoopDelay({ resolution: 1 })
      watch.enable()
      let last = cpu()
      work = 0
      timer = setInterval(() => {
        const now = cpu()
        work = Math.max(work, now - last)
        last = now
      }, 1)
    },
    delay: () => {
      watch.disable()
      clearInterval(timer)
      return { max: watch.max / 1e6, p99: watch.percentile(99) / 1e6, work }
    },
  }
}
