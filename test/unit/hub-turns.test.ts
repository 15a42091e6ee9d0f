import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrokerPort } from '../../src/broker/port.ts'
import { VirtualClock } from '../../src/core/virtual-clock.ts'
import { Engine } from '../../src/core/engine.ts'
import { subjectOf, type DomainEvent } from '../../src/core/events.ts'
import { SequentialIds } from '../../src/core/ids.ts'
import { MemoryTables } from '../../src/core/table.ts'
import { ChangeFeed } from '../../src/hub/change-feed.ts'
import type { TurnContext } from '../../src/hub/context.ts'
import { TurnRunner } from '../../src/hub/turn-runner.ts'
import { Notices } from '../../src/hub/notices.ts'
import { Turns } from '../../src/hub/turns.ts'

const input = { type: 'api', call: 'test' } as const
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A hub's inside with a commit that is let go by hand; everything that happens is written down in order. */
function inside(onEvent: (ctx: TurnContext, event: DomainEvent) => void = () => {}) {
  const order: string[] = []
  const failures: string[] = []
  const tables = new MemoryTables()
  const clock = new VirtualClock(1000)
  const engine = new Engine(tables, new SequentialIds())
  const settings = {
    mode: 'open' as const,
    refuseIgnored: false,
    endpoint: { host: 'localhost', mqtt: 1, mqtts: 2, http: 3, https: 4 },
  }
  const connections = { get: () => undefined, ofDevice: () => [], bySession: () => undefined, identify: () => {} }
  let settle: { resolve(): void; reject(error: Error): void } | undefined
  const commit = (): Promise<void> => new Promise((resolve, reject) => (settle = { resolve, reject }))
  const store = { commit, changes: 0, refusing: <T>(_: Error, decide: () => T): T => decide() }
  const turns = new Turns(
    {
      engine,
      ids: new SequentialIds(),
      tables,
      settings,
      options: new Map(),
      connections,
      retained: () => ({ retained: () => [], retainedOn: () => undefined }),
      notices: new Notices(clock, () => {}),
      wall: () => clock.now(),
      memory: new Map(),
    },
    clock,
    onEvent,
    store,
  )
  const broker = {
    send: (connection: string) => order.push(`send to ${connection}`),
    publish: async (_: string, { topic }: { topic: string }) => void order.push(`publish ${topic}`),
  } as unknown as BrokerPort
  const ports = {
    broker,
    respond: () => {},
    write: () => {},
    end: () => {},
    heartbeat: () => {},
    wake: () => {},
    onFailure: (text: string) => failures.push(text),
  }
  const changes = new ChangeFeed()
  const runner = new TurnRunner(turns, ports, changes, () => order.push('look'))
  return {
    order,
    failures,
    engine,
    turns,
    runner,
    changes,
    written: () => settle!.resolve(),
    broken: () => settle!.reject(new Error('disk full')),
  }
}

test('nothing is performed before the commit; then who waits for it comes first, then the effects in their order', async () => {
  const { order, runner, written } = inside()
  const { committed } = runner.run('x', input, (ctx) => {
    ctx.send('c1', { topic: 'reply', payload: '' }, 'rule 1')
    ctx.publish({ topic: 'notify', payload: '', qos: 1 }, 'rule 2')
  })
  const acknowledged = committed.then(() => order.push('acknowledge'))
  await tick()
  assert.deepEqual(order, ['look'])
  written()
  await acknowledged
  await tick()
  assert.deepEqual(order, ['look', 'acknowledge', 'send to c1', 'publish notify'])
})

test('what could not be stored is neither acknowledged nor performed, and people are told', async () => {
  const { order, failures, runner, broken } = inside()
  const { committed } = runner.run('x', input, (ctx) => ctx.send('c1', { topic: 'reply', payload: '' }, 'rule'))
  broken()
  await assert.rejects(committed, /disk full/)
  await tick()
  assert.deepEqual(order, ['look'])
  assert.deepEqual(failures, ['What was decided could not be stored, so it was not acknowledged'])
})

test('every event reaches its dialect in the same turn, also those that the dialect itself causes', () => {
  const heard: string[] = []
  const { turns } = inside((ctx, event) => {
    heard.push(event.type)
    if (event.type === 'device.created') ctx.engine.groups.create(ctx.turn, { dialect: 'x', name: 'g' })
  })
  turns.run('x', input, ({ engine, turn }) => {
    const { key } = engine.devices.create(turn, { dialect: 'x', name: 'd' })
    engine.jobs.create(turn, {
      key: 'x/j',
      targets: [{ type: 'device', device: key }],
      selection: 'SNAPSHOT',
      document: '{}',
    })
  })
  assert.deepEqual(heard, ['device.created', 'job.created', 'execution.queued', 'group.created', 'queue.changed'])
})

const aboutOf = (event: DomainEvent): string => (event.type === 'dialect.own' ? event.name : subjectOf(event))

test('an event is heard in the context of the dialect whose it is, whoever caused it', () => {
  const heard: string[] = []
  const { turns } = inside((ctx, event) => heard.push(`${ctx.dialect} hears of ${aboutOf(event)}`))
  turns.run('x', input, (ctx) => {
    ctx.emit('news', {})
    for (const dialect of ['y', 'x']) ctx.engine.devices.create(ctx.turn, { dialect, name: 'd' })
  })
  assert.deepEqual(heard, ['x hears of news', 'y hears of y/d', 'x hears of x/d'])
})

test('a decision that throws still has what it had changed stored and told', async () => {
  const { engine, runner, changes, written } = inside()
  const told: unknown[] = []
  changes.on((change) => told.push(change))
  const half = (): unknown =>
    runner.run('x', input, ({ engine, turn }) => {
      engine.devices.create(turn, { dialect: 'x', name: 'd' })
      throw new Error('a defect')
    })
  assert.throws(half, /a defect/)
  written()
  await tick()
  assert.ok(engine.devices.get('x/d'))
  assert.deepEqual(told, [{ type: 'device', key: 'x/d' }])
})

test('every effect carries its dialect, the input that caused it and the rule that asked for it', () => {
  const { turns } = inside()
  const { effects } = turns.run('x', input, (ctx) => ctx.publish({ topic: 't', payload: 'p', qos: 0 }, 'x 1.2'))
  assert.deepEqual(effects, [
    { type: 'publish', message: { topic: 't', payload: 'p', qos: 0 }, dialect: 'x', cause: { input, rule: 'x 1.2' } },
  ])
})
