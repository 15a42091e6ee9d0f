import assert from 'node:assert/strict'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { Aedes, type Client } from 'aedes'
import type { DeviceScript } from '../../src/core/seam/device-script.ts'
import { reliable, type Behavior } from '../../src/sim/behavior.ts'
import { SimDevice, type DeviceEvent } from '../../src/sim/device.ts'
import { SimFleet } from '../../src/sim/fleet.ts'
import { randomOf } from '../../src/sim/random.ts'

/** A protocol as small as can be: `to/NAME` carries `Heard` as JSON, `from/NAME` what the device says. */
const script = (name: string): DeviceScript => ({
  session: { clientId: name, clean: true },
  subscriptions: [{ filter: `to/${name}`, qos: 1 }],
  hello: () => [{ topic: `from/${name}`, payload: 'hello', qos: 1 }],
  read: (_topic, payload) => JSON.parse(payload.toString()) as ReturnType<DeviceScript['read']>,
  report: ({ id }, status, progress) => [{ topic: `from/${name}`, payload: `${id} ${status} ${progress}`, qos: 1 }],
})
const quick: Behavior = { ...reliable, steps: 1, startMs: [0, 1], stepMs: [0, 1] }
const offer = (id: string, attempt = 1): object => ({ type: 'offer', work: { id, attempt, document: {} } })

let broker: Aedes
let server: Server
let url: string
let heard: string[]
let waiting: { text: string; done: () => void }[]
const devices: { stop(): Promise<void> }[] = []

before(async () => {
  broker = await Aedes.createBroker()
  server = createServer(broker.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
  broker.on('publish', ({ topic, payload }) => {
    if (!topic.startsWith('from/')) return
    heard.push(`${topic.slice(5)}: ${payload.toString()}`)
    waiting = waiting.filter(({ text, done }) => (heard.includes(text) ? done() : true))
  })
})
beforeEach(() => {
  heard = []
  waiting = []
  broker.authenticate = (_client, _username, _password, done) => done(null, true)
  broker.authorizeSubscribe = (_client, subscription, done) => done(null, subscription)
})
afterEach(() => Promise.all(devices.splice(0).map((device) => device.stop())))
after(() => {
  server.close()
  return new Promise<void>((resolve) => broker.close(resolve))
})

const hears = (text: string): Promise<void> =>
  new Promise((done) => (heard.includes(text) ? done() : waiting.push({ text, done })))
const tell = (name: string, message: object): Promise<void> =>
  new Promise((resolve, reject) =>
    broker.publish(
      { cmd: 'publish', topic: `to/${name}`, payload: JSON.stringify(message), qos: 1, retain: false, dup: false },
      (error) => (error ? reject(error) : resolve()),
    ),
  )

function device(name: string, behavior = quick, onEvent?: (event: DeviceEvent) => void): SimDevice {
  const made = new SimDevice({
    url,
    script: script(name),
    behavior,
    random: randomOf(1, name),
    reconnectMs: [5, 10],
    ...(onEvent && { onEvent }),
  })
  devices.push(made)
  return made
}

/** Resolves with the first event for which `wanted` holds. */
function watch(): {
  onEvent: (event: DeviceEvent) => void
  sees: (wanted: (event: DeviceEvent) => boolean) => Promise<void>
} {
  const seen: DeviceEvent[] = []
  const watchers = new Set<() => void>()
  return {
    onEvent: (event) => {
      seen.push(event)
      for (const look of watchers) look()
    },
    sees: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!seen.some(wanted)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
  }
}

test('a device connects, subscribes and says hello', async () => {
  const states: string[] = []
  const one = device('one', quick, (event) => event.type === 'state' && states.push(event.state))
  await one.connect()
  await hears('one: hello')
  assert.equal(one.state, 'idle')
  await one.stop()
  assert.deepEqual(states, ['connecting', 'idle', 'off'])
})

test('it carries offered work out as planned and then asks for more', async () => {
  const one = device('worker')
  await one.connect()
  await tell('worker', offer('wash'))
  await hears('worker: wash SUCCEEDED 100')
  await tell('worker', offer('spin'))
  await hears('worker: spin SUCCEEDED 100')
  assert.deepEqual(heard, [
    'worker: hello',
    'worker: wash IN_PROGRESS 0',
    'worker: wash IN_PROGRESS 50',
    'worker: wash SUCCEEDED 100',
    'worker: hello',
    'worker: spin IN_PROGRESS 0',
    'worker: spin IN_PROGRESS 50',
    'worker: spin SUCCEEDED 100',
  ])
})

test('a repeated offer of the same execution is ignored, during it and after; another attempt is new work', async () => {
  const { onEvent, sees } = watch()
  const taken: number[] = []
  const one = device('twice', quick, (event) => {
    if (event.type === 'taken') taken.push(event.work.attempt)
    onEvent(event)
  })
  await one.connect()
  await tell('twice', offer('wash'))
  await tell('twice', offer('wash'))
  await hears('twice: wash SUCCEEDED 100')
  await tell('twice', offer('wash'))
  await tell('twice', offer('wash', 2))
  await sees((event) => event.type === 'taken' && event.work.attempt === 2)
  assert.deepEqual(taken, [1, 2])
})

test('while it works it takes nothing else', async () => {
  const { onEvent, sees } = watch()
  const taken: string[] = []
  const one = device('busy', { ...quick, startMs: [60_000, 60_000] }, (event) => {
    if (event.type === 'taken') taken.push(event.work.id)
    onEvent(event)
  })
  await one.connect()
  await tell('busy', offer('wash'))
  await tell('busy', offer('spin'))
  await tell('busy', { type: 'accepted', work: 'wash' })
  await sees((event) => event.type === 'accepted')
  assert.deepEqual(taken, ['wash'])
  assert.equal(one.state, 'working')
})

test('withdrawn and refused work is dropped, and it asks for more', async () => {
  const { onEvent, sees } = watch()
  const one = device('dropper', { ...quick, startMs: [60_000, 60_000] }, onEvent)
  await one.connect()
  for (const [id, end] of [
    ['wash', { type: 'withdrawn', work: 'wash' }],
    ['spin', { type: 'refused', work: 'spin', reason: 'no' }],
  ] as const) {
    await tell('dropper', offer(id))
    await sees((event) => event.type === 'taken' && event.work.id === id)
    await tell('dropper', end)
    await sees((event) => event.type === end.type)
    assert.equal(one.state, 'idle')
  }
  await one.stop()
  assert.deepEqual(heard, ['dropper: hello', 'dropper: hello', 'dropper: hello'])
})

test('work that hangs makes way for other work only', async () => {
  const { onEvent, sees } = watch()
  const one = device('hanger', { ...quick, odds: { fail: 0, reject: 0, hang: 1 }, steps: 0 }, onEvent)
  await one.connect()
  await tell('hanger', offer('wash'))
  await sees((event) => event.type === 'reported' && event.work.id === 'wash')
  await tell('hanger', offer('wash'))
  await tell('hanger', offer('spin'))
  await sees((event) => event.type === 'taken' && event.work.id === 'spin')
  await hears('hanger: spin IN_PROGRESS 0')
  assert.deepEqual(heard, ['hanger: hello', 'hanger: wash IN_PROGRESS 0', 'hanger: spin IN_PROGRESS 0'])
})

test('after a lost connection it comes back, subscribes and asks again', async () => {
  const { onEvent, sees } = watch()
  const one = device('lost', quick, onEvent)
  const clients: Client[] = []
  broker.on('clientReady', (client) => clients.push(client))
  await one.connect()
  await hears('lost: hello')
  heard.length = 0
  clients.at(-1)!.conn.destroy()
  await sees((event) => event.type === 'state' && event.state === 'offline')
  await hears('lost: hello')
  await tell('lost', offer('wash'))
  await hears('lost: wash SUCCEEDED 100')
})

test('a device that the hub refuses gives up and says why', async () => {
  broker.authenticate = (_client, _username, _password, done) =>
    done(Object.assign(new Error('no'), { returnCode: 5 }), false)
  const one = device('stranger')
  await assert.rejects(one.connect(), /Not authorized/)
  assert.equal(one.state, 'failed')
})

test('a device whose subscription is refused gives up and says which', async () => {
  broker.authorizeSubscribe = (_client, _subscription, done) => done(null, null)
  const one = device('deaf')
  await assert.rejects(one.connect(), /the hub refuses the subscription to to\/deaf/)
  assert.equal(one.state, 'failed')
})

test('a stopped device does not report any more', async () => {
  const { onEvent, sees } = watch()
  const one = device('stopped', { ...quick, startMs: [50, 50] }, onEvent)
  await one.connect()
  await tell('stopped', offer('wash'))
  await sees((event) => event.type === 'taken')
  await one.stop()
  const other = device('next', { ...quick, startMs: [100, 100] })
  await other.connect()
  await tell('next', offer('wash'))
  await hears('next: wash SUCCEEDED 100')
  assert.deepEqual(
    heard.filter((line) => line.startsWith('stopped: wash')),
    [],
  )
})

test('a fleet starts with its share, the rest comes later, and all do the work', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `fleet-${i}`)
  const fleet = new SimFleet({ url, names, script, behavior: quick, online: 0.75, connecting: 3 })
  devices.push(fleet)
  await fleet.start()
  assert.equal(fleet.online, 15)
  assert.equal(fleet.states.off, 5)
  await fleet.connectLater()
  assert.equal(fleet.states.idle, 20)
  await Promise.all(names.map((name) => tell(name, offer('wash'))))
  await Promise.all(names.map((name) => hears(`${name}: wash SUCCEEDED 100`)))
  assert.deepEqual(fleet.totals, {
    taken: 20,
    reported: { IN_PROGRESS: 40, SUCCEEDED: 20, FAILED: 0, REJECTED: 0 },
    accepted: 0,
    refused: 0,
    withdrawn: 0,
  })
  await fleet.stop()
  assert.equal(fleet.states.off, 20)
})

test('a fleet connects no more than so many at a time, and says how many could not', async () => {
  let inside = 0
  let most = 0
  broker.authenticate = (client, _username, _password, done) => {
    most = Math.max(most, (inside += 1))
    setImmediate(() => {
      inside -= 1
      done(client.id === 'f-3' ? Object.assign(new Error('no'), { returnCode: 5 }) : null, client.id !== 'f-3')
    })
  }
  const fleet = new SimFleet({ url, names: ['f-1', 'f-2', 'f-3', 'f-4', 'f-5', 'f-6'], script, connecting: 2 })
  devices.push(fleet)
  await assert.rejects(fleet.start(), /^Error: 1 of 6 devices could not connect; the first was f-3: .*Not authorized/)
  assert.ok(most <= 2)
  assert.equal(fleet.online, 5)
  assert.equal(fleet.states.failed, 1)
})

test('a fleet without a hub gives up and names the reason', async () => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  const fleet = new SimFleet({ url: `mqtt://127.0.0.1:${port}`, names: ['alone'], script, reconnectMs: [5, 10] })
  devices.push(fleet)
  await assert.rejects(fleet.start(), /1 of 1 device could not connect; the first was alone: .*ECONNREFUSED/)
})

test('a device whose cloud tells it only once keeps what comes while it works, and does it afterwards', async () => {
  const made = new SimDevice({
    url,
    script: { ...script('pushed'), pushed: true },
    behavior: quick,
    random: randomOf(1, 'pushed'),
  })
  devices.push(made)
  await made.connect()
  for (const id of ['wash', 'spin', 'dry', 'spin']) await tell('pushed', offer(id))
  await hears('pushed: dry SUCCEEDED 100')
  assert.deepEqual(
    heard.filter((line) => line.endsWith('SUCCEEDED 100')),
    ['pushed: wash SUCCEEDED 100', 'pushed: spin SUCCEEDED 100', 'pushed: dry SUCCEEDED 100'],
  )
})
