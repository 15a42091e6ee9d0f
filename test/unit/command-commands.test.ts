import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewCommand } from '../../src/core/command/model.ts'
import { Engine } from '../../src/core/engine.ts'
import { HubError } from '../../src/core/errors.ts'
import type { DomainEvent } from '../../src/core/events.ts'
import { SequentialIds } from '../../src/core/ids.ts'
import { MemoryTables } from '../../src/core/table.ts'
import { Turn } from '../../src/core/turn.ts'

const DEVICE = 'azure/lock'
const T0 = 1_000_000

const question = (id: string, change: Partial<NewCommand> = {}): NewCommand => ({
  ...{ device: DEVICE, id, name: 'lockDoor', payload: '{}', asker: `http ${id}`, answerMs: 5000, reachable: true },
  ...change,
})

/** An engine on a clock; each call returns what it gave rise to. */
function bench(tables = new MemoryTables()) {
  const engine = new Engine(tables, new SequentialIds())
  let now = T0
  const turn = (decide: (turn: Turn, commands: Engine['commands']) => unknown): string[] => {
    const current = new Turn(now, { type: 'api', call: 'test' })
    decide(current, engine.commands)
    return current.events.map(told)
  }
  const pass = (ms: number): string[] => {
    now += ms
    return turn((current) => engine.tick(current))
  }
  return { engine, turn, pass }
}

function told(event: DomainEvent): string {
  if (event.type === 'command.due') return `${event.command.id} due`
  assert.equal(event.type, 'command.ended')
  const { command, outcome } = event as DomainEvent & { type: 'command.ended' }
  return `${command.id} ${outcome.type}${outcome.type === 'ANSWERED' ? ` ${outcome.answer.status} ${String(outcome.answer.payload)}` : ''}`
}

const answer = (text: string) => ({ payload: Buffer.from(text), status: 200 })

test('a reachable device is asked at once, and its first answer ends the command', () => {
  const { engine, turn } = bench()
  assert.deepEqual(
    turn((now, commands) => commands.call(now, question('1'))),
    ['1 due'],
  )
  assert.equal(engine.nextDeadline(), T0 + 5000)
  assert.deepEqual(
    turn((now, commands) => assert.equal(commands.answer(now, DEVICE, '1', answer('ok')), true)),
    ['1 ANSWERED 200 ok'],
  )
  assert.deepEqual(
    turn((now, commands) => assert.equal(commands.answer(now, DEVICE, '1', answer('again')), false)),
    [],
  )
  assert.equal(engine.nextDeadline(), undefined)
})

test('answers to several questions may come in any order, and only from the device that was asked', () => {
  const { turn } = bench()
  turn((now, commands) => ['1', '2'].forEach((id) => commands.call(now, question(id))))
  assert.deepEqual(
    turn((now, commands) => commands.answer(now, 'azure/other', '2', answer('x'))),
    [],
  )
  assert.deepEqual(
    turn((now, commands) => commands.answer(now, DEVICE, '2', answer('b'))),
    ['2 ANSWERED 200 b'],
  )
  assert.deepEqual(
    turn((now, commands) => commands.answer(now, DEVICE, '1', answer('a'))),
    ['1 ANSWERED 200 a'],
  )
})

test('a device that says nothing in time has timed out, at that very instant', () => {
  const { turn, pass } = bench()
  turn((now, commands) => commands.call(now, question('1')))
  assert.deepEqual(pass(4999), [])
  assert.deepEqual(pass(1), ['1 TIMED_OUT'])
  assert.deepEqual(
    turn((now, commands) => commands.answer(now, DEVICE, '1', answer('late'))),
    [],
  )
})

test('a device that is not reachable is unreachable at once, unless somebody wants to wait', () => {
  const { engine, turn, pass } = bench()
  assert.deepEqual(
    turn((now, commands) => commands.call(now, question('1', { reachable: false }))),
    ['1 UNREACHABLE'],
  )
  assert.equal(engine.commands.get(DEVICE, '1'), undefined)
  assert.deepEqual(
    turn((now, commands) => commands.call(now, question('2', { reachable: false, connectMs: 10_000 }))),
    [],
  )
  assert.deepEqual(pass(10_000), ['2 UNREACHABLE'])
})

test('a waiting command goes out when the device comes, and its answer time begins then', () => {
  const { turn, pass } = bench()
  turn((now, commands) => commands.call(now, question('1', { reachable: false, connectMs: 10_000 })))
  assert.deepEqual(
    turn((now, commands) => commands.answer(now, DEVICE, '1', answer('not asked'))),
    [],
  )
  pass(9000)
  assert.deepEqual(
    turn((now, commands) => commands.reachable(now, DEVICE)),
    ['1 due'],
  )
  assert.deepEqual(
    turn((now, commands) => commands.reachable(now, DEVICE)),
    [],
  )
  assert.deepEqual(pass(4999), [])
  assert.deepEqual(pass(1), ['1 TIMED_OUT'])
})

test('a device that goes away will not answer what it was asked; what waits for it goes on waiting', () => {
  const { engine, turn } = bench()
  turn((now, commands) => commands.call(now, question('1')))
  turn((now, commands) => commands.call(now, question('2', { reachable: false, connectMs: 10_000 })))
  assert.deepEqual(
    turn((now, commands) => commands.lost(now, DEVICE)),
    ['1 DISCONNECTED'],
  )
  assert.deepEqual(
    engine.commands.ofDevice(DEVICE).map(({ id }) => id),
    ['2'],
  )
})

test('a withdrawn command is gone without a word', () => {
  const { turn, pass } = bench()
  turn((now, commands) => commands.call(now, question('1')))
  assert.deepEqual(
    turn((_, commands) => commands.withdraw(DEVICE, '1')),
    [],
  )
  assert.deepEqual(pass(60_000), [])
})

test('commands outlive a restart: answers still find them, and they still time out', () => {
  const tables = new MemoryTables()
  const before = bench(tables)
  before.turn((now, commands) => ['1', '2'].forEach((id) => commands.call(now, question(id))))
  const after = bench(tables)
  assert.deepEqual(
    after.turn((now, commands) => commands.answer(now, DEVICE, '1', answer('ok'))),
    ['1 ANSWERED 200 ok'],
  )
  assert.deepEqual(after.pass(5000), ['2 TIMED_OUT'])
})

test('many that fall due together are given up a slice at a time', () => {
  const { engine, turn, pass } = bench()
  turn((now, commands) => Array.from({ length: 250 }, (_, i) => commands.call(now, question(`c${i}`))))
  assert.equal(pass(5000).length, 100)
  assert.equal(engine.nextDeadline(), T0 + 5000)
  assert.equal(pass(0).length, 100)
  assert.equal(pass(0).length, 50)
})

test('bad questions are refused and change nothing', () => {
  const { engine, turn } = bench()
  const code = (wanted: string) => (error: unknown) => error instanceof HubError && error.code === wanted
  turn((now, commands) => commands.call(now, question('1')))
  assert.throws(() => turn((now, commands) => commands.call(now, question('1'))), code('ALREADY_EXISTS'))
  assert.throws(() => turn((now, commands) => commands.call(now, question('2', { answerMs: 0 }))), code('INVALID'))
  assert.throws(() => turn((now, commands) => commands.call(now, question('a b'))), code('INVALID'))
  assert.throws(() => turn((now, commands) => commands.call(now, question(''))), code('INVALID'))
  assert.equal([...engine.commands.all()].length, 1)
})
