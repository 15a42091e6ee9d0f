import { deviceName, tokenOf, updatePayload } from '../packets.ts'
import { answer } from './answer.ts'
import { Device, type Behavior } from './device.ts'
import { gauges, type Gauges } from './gauges.ts'

/** A crowd of devices at one broker. */
export interface LoadCalls extends Gauges {
  /** Adds devices, by index, on connections that last until the process ends. */
  connect(port: number, first: number, count: number): Promise<void>
  /** Every device keeps one update in flight for that long; resolves once all have been answered. */
  updates(job: string, ms: number): Promise<RoundTrips>
  /** Every device will take the next execution it is told of and carry it out. */
  arm(job: string): void
  /** Resolves when every device has been told all it is to be told and has carried out its execution. */
  finished(): Promise<Traffic>
}

/** What has come in. */
export interface Traffic {
  packets: number
  bytes: number
}

export interface RoundTrips extends Traffic {
  /** Answered within the time. */
  count: number
  /** From the first update to the last that counts. */
  ms: number
}

/** So many connections are opened at a time. */
const ABREAST = 250
/** No answer for so long, in milliseconds, is the end of the run. */
const PATIENCE = 20_000

const devices: Device[] = []
let tokens = 0

/** Runs a behavior until `done` is called, and fails if nothing happens for too long. */
function act(make: (done: () => void, fail: (why: string) => void) => Behavior, begin: () => void): Promise<Traffic> {
  return new Promise((resolve, reject) => {
    const before = received()
    let seen = before.packets
    const finish = (settle: () => void): void => {
      clearInterval(watch)
      for (const device of devices) device.behavior = undefined
      settle()
    }
    const watch = setInterval(() => {
      const { packets } = received()
      if (packets === seen)
        finish(() =>
          reject(new Error(`nothing came in for ${PATIENCE} ms; steps of the devices: ${JSON.stringify(census())}`)),
        )
      seen = packets
    }, PATIENCE)
    const done = (): void => {
      const { packets, bytes } = received()
      finish(() => resolve({ packets: packets - before.packets, bytes: bytes - before.bytes }))
    }
    const behavior = make(done, (why) => finish(() => reject(new Error(why))))
    for (const device of devices) {
      device.behavior = behavior
      device.step = 0
      device.answers = 0
    }
    begin()
  })
}

const received = (): Traffic =>
  devices.reduce(({ packets, bytes }, device) => ({ packets: packets + device.packets, bytes: bytes + device.bytes }), {
    packets: 0,
    bytes: 0,
  })

function census(): Record<number, number> {
  const steps: Record<number, number> = {}
  for (const { step } of devices) steps[step] = (steps[step] ?? 0) + 1
  return steps
}

/**
 * One update in flight per device: the next goes out when PUBACK and answer are both there. `step` is the answers still
 * missing.
 */
async function updates(job: string, ms: number): Promise<RoundTrips> {
  let count = 0
  let busy = devices.length
  const from = performance.now()
  let last = from
  const send = (device: Device): void => {
    device.step = 1
    device.update(job, updatePayload('IN_PROGRESS', tokenOf(++tokens)))
  }
  const traffic = await act(
    (done, fail) => {
      const answered = (device: Device): void => {
        if (device.step > 0 || device.unacknowledged > 0) return
        const now = performance.now()
        if (now - from >= ms) {
          if (--busy === 0) done()
          return
        }
        last = now
        count += 1
        send(device)
      }
      return {
        published: (device, topic, payload) => {
          if (!topic.endsWith('/accepted'))
            return topic.endsWith('/rejected') ? fail(`${topic}: ${payload.toString()}`) : undefined
          device.step -= 1
          answered(device)
        },
        acknowledged: answered,
        lost: (device, why) => fail(`${device.name}: ${why}`),
      }
    },
    () => {
      for (const device of devices) {
        send(device)
        device.flush()
      }
    },
  )
  return { ...traffic, count, ms: last - from }
}

/** Messages of the service to each device in one job: notify and notify-next at either end, two answers. */
const MESSAGES = 6

/** From being told of an execution to having it done. `step` is what has been heard. */
function work(job: string): Promise<Traffic> {
  let busy = devices.length
  return act(
    (done, fail) => {
      const finished = (device: Device): void => {
        if (device.step === MESSAGES && device.unacknowledged === 0 && --busy === 0) done()
      }
      return {
        published: (device, topic, payload) => {
          device.step += 1
          if (topic.endsWith('/rejected')) return fail(`${topic}: ${payload.toString()}`)
          if (topic.endsWith('/notify-next') && payload.includes('"execution"'))
            device.update(job, updatePayload('IN_PROGRESS', tokenOf(++tokens)))
          else if (topic.endsWith('/accepted') && ++device.answers === 1)
            device.update(job, updatePayload('SUCCEEDED', tokenOf(++tokens)))
          finished(device)
        },
        acknowledged: finished,
        lost: (device, why) => fail(`${device.name}: ${why}`),
      }
    },
    () => {},
  )
}

let working: Promise<Traffic> | undefined

const calls: LoadCalls = {
  ...gauges(),
  connect: async (port, first, count) => {
    for (let at = first; at < first + count; at += ABREAST) {
      const some = Array.from({ length: Math.min(ABREAST, first + count - at) }, (_, index) =>
        Device.connect(port, deviceName(at + index)),
      )
      devices.push(...(await Promise.all(some)))
    }
  },
  updates,
  arm: (job) => {
    working = work(job)
    // A caller that asks for `finished` hears of a failure.
    working.catch(() => {})
  },
  finished: () => working!,
}
answer(calls)
