import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fulfilled, Need } from '../../src/core/seam/needs.ts'
import type { Connection, Incoming, PublishVerdict } from '../../src/core/seam/mqtt.ts'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { MqttGate } from '../../src/hub/mqtt-gate.ts'
import { VirtualClock } from '../../src/core/virtual-clock.ts'
import { Notices } from '../../src/hub/notices.ts'
import type { LiveView } from '../../src/hub/views.ts'
import { ContextFixture } from '../builders/context-fixture.ts'

const file: Need = { type: 'object', ref: { bucket: 'b', key: 'k' }, maxBytes: 10 }
const message = (topic: string, will?: true): Incoming => ({
  topic,
  payload: Buffer.alloc(topic === 'large' ? 11 : 0),
  qos: 1,
  retain: false,
  dup: false,
  ...(will && { will }),
})
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Topics that begin with `file` want one. Files are found, and clients have caught up, when the test says so. */
function gate({ fulfils = true } = {}) {
  const bench = new ContextFixture()
  const said: string[] = []
  const files: ((found: Fulfilled[number]) => void)[] = []
  const behind: (() => void)[] = []
  const state = { slow: false, crowded: false }
  const dialect = {
    name: 'aws',
    limits: { payloadBytes: 10 },
    mqtt: {
      authenticate: () => {
        said.push('somebody connects')
        return { accept: true, identity: { principal: 'p' } }
      },
      onPublish: (_ctx: unknown, { id }: Connection, { topic }: Incoming) => {
        said.push(`${id} ${topic}`)
        if (topic === 'broken') throw new Error('broken')
        if (topic === 'forbidden') return { route: 'close', reason: 'not that topic' }
        return topic.startsWith('file') ? { route: 'fetch', needs: [file] } : { route: 'consume' }
      },
      ...(fulfils && {
        onFulfilled: (_ctx: unknown, { id }: Connection, { topic }: Incoming, [found]: Fulfilled) => {
          said.push(`${id} ${topic} = ${String(found)}`)
          if (found instanceof Error) throw found
          if (found !== undefined) return { route: 'close', reason: 'not that file' }
          return { route: 'forward' }
        },
      }),
    },
  } as unknown as Dialect
  const subject = new MqttGate({
    now: () => bench.now,
    dialects: [dialect],
    settings: bench.settings,
    notices: new Notices(new VirtualClock(0), () => {}),
    live: { add: () => {}, remove: () => {} } as unknown as LiveView,
    turn: (_dialect, input, decide) => ({ ...bench.turn(decide, input), effects: [], committed: Promise.resolve() }),
    crowded: () => (state.crowded ? 'too much waits' : undefined),
    fulfil: () => new Promise((resolve) => files.push(resolve)),
    whenCaughtUp: (_connection, then) => (state.slow ? void behind.push(then) : then()),
  })
  const connection = bench.connect('c1')
  const publish = (topic: string, by = connection, will?: true): Promise<PublishVerdict> =>
    subject.publish(by, message(topic, will))
  return { said, files, behind, state, subject, connection, other: bench.connect('c2'), publish }
}

test('what a client says while a file is fetched for it is decided after that; other clients do not notice', async () => {
  const { said, files, publish, other } = gate()
  const verdicts = [publish('file 1'), publish('a'), publish('file 2'), publish('b')]
  await publish('c', other)
  assert.deepEqual(said, ['c1 file 1', 'c2 c'])
  files[0]?.(undefined)
  await tick()
  assert.deepEqual(said.slice(2), ['c1 file 1 = undefined', 'c1 a', 'c1 file 2'])
  files[1]?.(undefined)
  assert.deepEqual(
    (await Promise.all(verdicts)).map(({ route }) => route),
    ['forward', 'consume', 'forward', 'consume'],
  )
  assert.deepEqual(said.slice(5), ['c1 file 2 = undefined', 'c1 b'])
  void publish('d')
  assert.equal(said.at(-1), 'c1 d', 'at once, as nothing is being fetched any more')
})

test('a decision about a file that fails, or ends the connection, is the last: what waits behind it is not decided', async () => {
  for (const [found, as] of [
    [new Error('no such disk'), 'SERVER_INITIATED'],
    [{ ref: { bucket: 'b', key: 'k' }, size: 1, etag: 'e' }, 'FORBIDDEN'],
  ] as const) {
    const { said, files, publish, other } = gate()
    const first = publish('file 1').then(
      ({ route }) => route,
      (error: Error) => error.message,
    )
    const next = publish('a')
    await tick()
    files[0]?.(found)
    assert.equal(await first, found instanceof Error ? 'no such disk' : 'close')
    const verdict = await next
    assert.ok(verdict.route === 'close' && verdict.as === as)
    assert.ok(!said.includes('c1 a'))
    assert.deepEqual(await publish('b', other), { route: 'consume' })
  }
})

test('who is gone by then has said what it said', async () => {
  const { said, files, publish, subject, connection } = gate()
  const verdicts = [publish('file 1'), publish('a')]
  await tick()
  subject.disconnected(connection, 'CONNECTION_LOST')
  files[0]?.(undefined)
  assert.deepEqual(
    (await Promise.all(verdicts)).map(({ route }) => route),
    ['forward', 'consume'],
  )
  assert.deepEqual(said, ['c1 file 1', 'c1 file 1 = undefined', 'c1 a'])
})

test('what a client sent along with a message that ends its connection is not decided, but its will', async () => {
  for (const [topic, as] of [
    ['forbidden', 'FORBIDDEN'],
    ['large', 'CLIENT_ERROR'],
  ] as const) {
    const { said, publish, connection, other } = gate()
    const verdicts = await Promise.all([
      publish(topic),
      publish('a'),
      publish('gone', connection, true),
      publish('b', other),
    ])
    assert.deepEqual(
      verdicts.map(({ route }) => route),
      ['close', 'close', 'consume', 'consume'],
    )
    assert.ok(verdicts[1]?.route === 'close' && verdicts[1].as === as)
    assert.deepEqual(
      said.filter((one) => !one.endsWith(topic)),
      ['c1 gone', 'c2 b'],
    )
  }
})

test('what a client sent along with a message that the hub failed over is not decided either', async () => {
  const { said, publish } = gate()
  assert.throws(() => publish('broken'), /broken/)
  assert.equal((await publish('a')).route, 'close')
  assert.deepEqual(said, ['c1 broken'])
})

test('an oversized message behind a file is the last that is decided', async () => {
  const { said, files, publish } = gate()
  const verdicts = [publish('file 1'), publish('large'), publish('a')]
  await tick()
  files[0]?.(undefined)
  assert.deepEqual(
    (await Promise.all(verdicts)).map(({ route }) => route),
    ['forward', 'close', 'close'],
  )
  assert.deepEqual(said, ['c1 file 1', 'c1 file 1 = undefined'])
})

test('from a connection that the hub has ended nothing more is decided, but its will', async () => {
  const { said, files, publish, subject, connection } = gate()
  const verdicts = [publish('file 1'), publish('a'), publish('gone', connection, true)]
  await tick()
  subject.disconnected(connection, 'FORBIDDEN')
  files[0]?.(undefined)
  assert.deepEqual(
    (await Promise.all(verdicts)).map((verdict) => ('as' in verdict ? verdict.as : verdict.route)),
    ['FORBIDDEN', 'FORBIDDEN', 'consume'],
  )
  assert.deepEqual(said, ['c1 file 1', 'c1 gone'])
})

test('nothing is fetched for a client that does not read its answers', async () => {
  const { files, behind, state, publish } = gate()
  state.slow = true
  const verdict = publish('file 1')
  await tick()
  assert.equal(files.length, 0)
  behind[0]?.()
  await tick()
  files[0]?.(undefined)
  assert.deepEqual(await verdict, { route: 'forward' })
})

test('a dialect that asks for a file and cannot take it is a defect, not an acknowledged message', async () => {
  await assert.rejects(gate({ fulfils: false }).publish('file 1'), /onFulfilled/)
})

test('while too much waits to be stored, who connects is told to come again, and nothing is decided about him', async () => {
  const { said, state, subject, connection } = gate()
  state.crowded = true
  const verdict = await subject.connect({ ...connection.request, local: true }, 'aws')
  assert.deepEqual(verdict, { accept: false, returnCode: 3, reason: 'too much waits' })
  assert.deepEqual(said, [])
  state.crowded = false
  assert.equal((await subject.connect({ ...connection.request, local: true }, 'aws')).accept, true)
})
