import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Context } from '../../src/dialect/dialect.ts'
import { UnprovenContext } from '../../src/hub/unproven-context.ts'
import type { TurnContext } from '../../src/hub/context.ts'
import { ContextFixture } from '../builders/context-fixture.ts'

/** A turn of a client that has shown no credential yet, or has; the types of the acts that came through. */
function turnOf(bench: ContextFixture, admitted: boolean, deed: (ctx: Context) => unknown): string[] {
  const { acts } = bench.turn((inner) => deed(new UnprovenContext(inner as TurnContext, 'mine', () => admitted)))
  return acts.map(({ action }) => action.type)
}

const changes: [string, (ctx: Context) => unknown][] = [
  ['make a device', (ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 'x' })],
  ['keep something', (ctx) => ctx.own('secrets').set('a', {})],
  ['drop something', (ctx) => ctx.own('secrets').delete('a')],
  ['send to a client', (ctx) => ctx.send('c', { topic: 't', payload: '' }, 'rule')],
  ['tell other sessions', (ctx) => ctx.emit('news', {})],
  ['publish', (ctx) => ctx.publish({ topic: 't', payload: '', qos: 0 }, 'rule')],
  [
    'end a connection',
    (ctx) => ctx.act({ type: 'disconnect', connection: 'c', reason: 'FORBIDDEN', note: '' }, 'rule'),
  ],
  ['write to another socket', (ctx) => ctx.act({ type: 'write', socket: 'other', bytes: Buffer.alloc(1) }, 'rule')],
]
for (const [what, change] of changes) {
  test(`before it has shown a credential, a session of a client from elsewhere cannot ${what}; then it can`, () => {
    const bench = new ContextFixture()
    const refused = turnOf(bench, false, (ctx) => assert.throws(() => change(ctx), { code: 'UNAUTHORIZED' }))
    assert.deepEqual([bench.engine.devices.size, bench.tables.table('aws.secrets').size, refused], [0, 0, []])
    turnOf(bench, true, change)
  })
}

test('it can answer on its own socket, and look something up', () => {
  const acts = turnOf(new ContextFixture(), false, (ctx) => {
    ctx.act({ type: 'write', socket: 'mine', bytes: Buffer.alloc(1) }, 'rule')
    ctx.act({ type: 'heartbeat', socket: 'mine', everyMs: 1000 }, 'rule')
    ctx.act({ type: 'end', socket: 'mine' }, 'rule')
    assert.equal(ctx.own('secrets').get('a'), undefined)
    assert.equal(ctx.own('secrets').size, 0)
    assert.equal(ctx.engine.devices.size, 0)
  })
  assert.deepEqual(acts, ['write', 'heartbeat', 'end'])
})
