import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Context } from '../../src/dialect/dialect.ts'
import { UnprovenContext } from '../../src/hub/unproven-context.ts'
import type { TurnContext } from '../../src/hub/context.ts'
import { ContextFixture } from '../builders/context-fixture.ts'

/** A client's context before it is admitted, and the acts that came through. */
function unproven(): { ctx: Context; admit: () => void; bench: ContextFixture; acts: string[] } {
  const bench = new ContextFixture()
  const acts: string[] = []
  let admitted = false
  let ctx!: Context
  bench.turn((inner) => {
    const act: Context['act'] = ({ type }) => void acts.push(type)
    const send: Context['send'] = () => void acts.push('send')
    const publish: Context['publish'] = () => void acts.push('publish')
    ctx = new UnprovenContext({ ...inner, act, send, publish } as unknown as TurnContext, 'mine', () => admitted)
  })
  return { ctx, admit: () => void (admitted = true), bench, acts }
}

const changes: [string, (ctx: Context) => unknown][] = [
  ['make a device', (ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 'x' })],
  ['keep something', (ctx) => ctx.own('secrets').set('a', {})],
  ['drop something', (ctx) => ctx.own('secrets').delete('a')],
  ['send to a client', (ctx) => ctx.send('c', { topic: 't', payload: '' }, 'rule')],
  ['publish', (ctx) => ctx.publish({ topic: 't', payload: '', qos: 0 }, 'rule')],
  [
    'end a connection',
    (ctx) => ctx.act({ type: 'disconnect', connection: 'c', reason: 'FORBIDDEN', note: '' }, 'rule'),
  ],
  ['write to another socket', (ctx) => ctx.act({ type: 'write', socket: 'other', bytes: Buffer.alloc(1) }, 'rule')],
]
for (const [what, change] of changes) {
  test(`before it has shown a credential, a session of a client from elsewhere cannot ${what}; then it can`, () => {
    const { ctx, admit, bench, acts } = unproven()
    assert.throws(() => change(ctx), { code: 'UNAUTHORIZED' })
    assert.deepEqual([bench.engine.devices.size, bench.tables.table('aws.secrets').size, acts], [0, 0, []])
    admit()
    change(ctx)
  })
}

test('it can answer on its own socket, and look something up', () => {
  const { ctx, acts } = unproven()
  ctx.act({ type: 'write', socket: 'mine', bytes: Buffer.alloc(1) }, 'rule')
  ctx.act({ type: 'end', socket: 'mine' }, 'rule')
  assert.deepEqual(acts, ['write', 'end'])
  assert.equal(ctx.own('secrets').get('a'), undefined)
  assert.equal(ctx.own('secrets').size, 0)
  assert.equal(ctx.engine.devices.size, 0)
})
