import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Change, Endpoints, HubApi } from '../../src/shared/api.ts'
import { defaultOptions } from '../../src/shared/options.ts'
import {
  HubSession,
  type SessionEnd,
  type HubMaker,
  type ReachableHub,
} from '../../src/vscode/hub-session/hub-session.ts'

const endpoints: Endpoints = { host: 'localhost', mqtt: 1, mqtts: 2, http: 3, https: 4, ca: '', token: '' }

class FakeHub implements ReachableHub {
  readonly api = {} as HubApi
  readonly endpoints = endpoints
  readonly deeds: string[] = []
  readonly gone: Promise<SessionEnd>
  handsOver = false
  vanish!: (how?: SessionEnd) => void
  tell: (change: Change) => void = () => {}

  constructor() {
    this.gone = new Promise((resolve) => (this.vanish = (how = 'lost') => resolve(how)))
  }

  onChange(listener: (change: Change) => void) {
    this.tell = listener
    return () => {}
  }

  async leave(how = { handOver: false }) {
    this.deeds.push(how.handOver ? 'hand over' : 'leave')
    this.vanish('left')
  }

  async end() {
    this.deeds.push('end')
    this.vanish()
  }
}

/** A life with a maker of its own, on a clock that moves with each pause. */
function living(maker: Partial<HubMaker>) {
  let now = 0
  let loads = 0
  const errors: string[] = []
  const succeeded: string[] = []
  const states: string[] = []
  const life = new HubSession({
    load: async () => {
      loads += 1
      return {
        start: () => Promise.reject(new Error('not expected')),
        join: async () => undefined,
        wipe: () => Promise.reject(new Error('not expected')),
        ...maker,
      }
    },
    now: () => now,
    pause: async (milliseconds) => void (now += milliseconds),
    successor: ({ mqtt }) => ({ ...defaultOptions, mqtt }),
    onSucceeded: ({ type }) => succeeded.push(type),
    onError: (what) => errors.push(what),
  })
  life.onState(({ type }) => states.push(type))
  return { life, states, errors, succeeded, loads: () => loads, pass: (milliseconds: number) => (now += milliseconds) }
}

const locked = () => Object.assign(new Error('in use'), { code: 'LOCKED' })

describe('the life of the hub', () => {
  it('loads nothing until it is told to start', async () => {
    const { life, loads } = living({})
    assert.equal(life.state.type, 'stopped')
    assert.equal(life.api(), undefined)
    assert.equal(loads(), 0)
  })

  it('starts its own where none runs, and stops it', async () => {
    const hub = new FakeHub()
    const { life, states } = living({ start: async () => hub })
    await life.start(defaultOptions)
    assert.equal(life.api(), hub.api)
    await life.stop()
    assert.equal(life.api(), undefined)
    assert.deepEqual(states, ['starting', 'running', 'stopping', 'stopped'])
    assert.deepEqual(hub.deeds, ['leave'])
  })

  it('joins one that runs; stopping leaves it, unless it is to end for all', async () => {
    const hubs = [new FakeHub(), new FakeHub()]
    const { life, states } = living({ join: async () => hubs[states.filter((state) => state === 'attached').length] })
    await life.start(defaultOptions)
    await life.stop()
    await life.start(defaultOptions)
    await life.stop({ forAll: true })
    assert.deepEqual(
      hubs.map(({ deeds }) => deeds),
      [['leave'], ['end']],
    )
  })

  it('does one thing at a time: two starts are one, a stop waits for the start', async () => {
    let starts = 0
    const { life, states } = living({
      start: async () => {
        starts += 1
        return new FakeHub()
      },
    })
    await Promise.all([life.start(defaultOptions), life.start(defaultOptions), life.stop()])
    assert.equal(starts, 1)
    assert.deepEqual(states, ['starting', 'running', 'stopping', 'stopped'])
  })

  it('tells why it did not start, and can be told to try again', async () => {
    const hub = new FakeHub()
    let free = false
    const { life } = living({
      start: async () =>
        free
          ? hub
          : Promise.reject(
              Object.assign(new Error('taken'), { code: 'CONFLICT', data: { field: '--http', port: 8880 } }),
            ),
    })
    assert.deepEqual(await life.start(defaultOptions), {
      type: 'failed',
      reason: 'taken',
      conflict: { setting: 'http', port: 8880 },
    })
    free = true
    assert.equal((await life.start(defaultOptions)).type, 'running')
  })

  it('waits for a predecessor that is still writing its state down', async () => {
    let tries = 0
    const { life } = living({ start: async () => ((tries += 1) < 4 ? Promise.reject(locked()) : new FakeHub()) })
    assert.equal((await life.start(defaultOptions)).type, 'running')
    assert.equal(tries, 4)
  })

  it('does not wait for ever', async () => {
    const { life } = living({ start: () => Promise.reject(locked()) })
    assert.deepEqual(await life.start(defaultOptions), { type: 'failed', reason: 'in use' })
  })

  it('starts its own when the host it has just joined goes: that was a window being reloaded', async () => {
    const host = new FakeHub()
    const own = new FakeHub()
    const { life, states } = living({
      join: async () => (states.includes('attached') ? undefined : host),
      start: async () => own,
    })
    await life.start(defaultOptions)
    host.vanish()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(life.api(), own.api)
    assert.deepEqual(states, ['starting', 'attached', 'stopped', 'starting', 'running'])
  })

  it('is stopped when its host goes later', async () => {
    const host = new FakeHub()
    const { life, states, pass } = living({ join: async () => host })
    await life.start(defaultOptions)
    pass(60_000)
    host.vanish()
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(states, ['starting', 'attached', 'stopped'])
  })

  const later = () => new Promise((resolve) => setImmediate(resolve))

  for (const [how, handsOver] of [
    ['handedOver', false],
    ['lost', true],
  ] as const) {
    it(`runs the hub of its host on, on the same ports, when that is ${how}`, async () => {
      const [host, own] = [new FakeHub(), new FakeHub()]
      host.handsOver = handsOver
      const ports: number[] = []
      const start = async ({ mqtt }: { mqtt: number }) => {
        ports.push(mqtt)
        return own
      }
      const { life, states, succeeded, pass } = living({
        join: async () => (states.includes('attached') ? undefined : host),
        start,
      })
      await life.start(defaultOptions)
      pass(60_000)
      host.vanish(how)
      await later()
      assert.equal(life.api(), own.api)
      assert.deepEqual([ports, succeeded], [[endpoints.mqtt], ['running']])
      assert.deepEqual(states, ['starting', 'attached', 'starting', 'running'])
    })
  }

  it('is a guest again where another guest was faster', async () => {
    const [host, other] = [new FakeHub(), new FakeHub()]
    const { life, states, succeeded } = living({ join: async () => (states.includes('attached') ? other : host) })
    await life.start(defaultOptions)
    host.vanish('handedOver')
    await later()
    assert.equal(life.api(), other.api)
    assert.deepEqual(succeeded, ['attached'])
  })

  it('does not run on what was stopped on purpose, nor what was lost with all it knew', async () => {
    for (const how of ['stopped', 'lost'] as const) {
      const host = new FakeHub()
      const { life, states, pass } = living({ join: async () => host })
      await life.start(defaultOptions)
      pass(60_000)
      host.vanish(how)
      await later()
      assert.deepEqual(states, ['starting', 'attached', 'stopped'])
    }
  })

  it('hands its own hub over when its window closes', async () => {
    const hub = new FakeHub()
    const { life } = living({ start: async () => hub })
    await life.start(defaultOptions)
    await life.stop({ handOver: true })
    assert.deepEqual(hub.deeds, ['hand over'])
  })

  it('passes on changes of the hub it has, not of one it has left', async () => {
    const hub = new FakeHub()
    const { life } = living({ start: async () => hub })
    const heard: string[] = []
    life.onChange(({ type }) => heard.push(type))
    await life.start(defaultOptions)
    hub.tell({ type: 'clock' })
    await life.stop()
    hub.tell({ type: 'notice' })
    assert.deepEqual(heard, ['clock'])
  })

  it('stops even if the hub does not stop cleanly, and says so', async () => {
    const hub = new FakeHub()
    hub.leave = () => Promise.reject(new Error('disk full'))
    const { life, errors } = living({ start: async () => hub })
    await life.start(defaultOptions)
    assert.equal((await life.stop()).type, 'stopped')
    assert.deepEqual(errors, ['The hub did not stop cleanly'])
  })
})
