import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onShadowPublish, shadowEvent } from '../../src/dialect/aws/twin/shadow.ts'
import { parseShadowTopic, type ShadowTopic } from '../../src/dialect/aws/twin/topics.ts'
import { ContextFixture, published, type ContextFixtureOptions } from '../builders/context-fixture.ts'

const T0 = 1_591_141_596_789
const CLASSIC = '$aws/things/lamp/shadow'
const NAMED = '$aws/things/lamp/shadow/name/conf'

/**
 * A shadow service on its own: `say` publishes a request and returns what came back, as `topic payload` lines without
 * the prefix.
 */
function service(options: Partial<ContextFixtureOptions> = {}): {
  bench: ContextFixture
  say: (topic: string, payload?: unknown) => string[]
} {
  const bench = new ContextFixture({ now: T0, onEvent: shadowEvent, ...options })
  const device = bench.connect('device')
  const say = (topic: string, payload: unknown = ''): string[] => {
    const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    const outcome = bench.turn((ctx) => onShadowPublish(ctx, device, parseShadowTopic(topic) as ShadowTopic, bytes))
    const messages = published(outcome)
    assert.equal(messages.length, outcome.acts.length, 'everything is an ordinary publish')
    for (const { qos, retain } of messages) assert.deepEqual([qos, retain], [1, undefined])
    return messages.map(
      (message) => `${message.topic.replace(NAMED, 'N').replace(CLASSIC, 'C')} ${String(message.payload)}`,
    )
  }
  return { bench, say }
}

test('update, get and delete answer byte for byte in the order of the contract', () => {
  const { bench, say } = service()
  say(`${CLASSIC}/update`, { state: { desired: { power: 'ON' } } })
  for (let i = 0; i < 9; i++) say(`${CLASSIC}/update`, { state: {} })
  bench.now = T0 + 5000
  assert.deepEqual(
    say(`${CLASSIC}/update`, {
      state: { desired: { color: 'RED', power: null }, reported: { engine: 'ON' } },
      clientToken: 'tok',
      version: 10,
    }),
    [
      'C/update/accepted {"state":{"desired":{"color":"RED","power":null},"reported":{"engine":"ON"}},"metadata":{"desired":{"color":{"timestamp":1591141601}},"reported":{"engine":{"timestamp":1591141601}}},"version":11,"timestamp":1591141601,"clientToken":"tok"}',
      'C/update/delta {"version":11,"timestamp":1591141601,"state":{"color":"RED"},"metadata":{"color":{"timestamp":1591141601}},"clientToken":"tok"}',
      'C/update/documents {"previous":{"state":{"desired":{"power":"ON"}},"metadata":{"desired":{"power":{"timestamp":1591141596}}},"version":10},"current":{"state":{"desired":{"color":"RED"},"reported":{"engine":"ON"}},"metadata":{"desired":{"color":{"timestamp":1591141601}},"reported":{"engine":{"timestamp":1591141601}}},"version":11},"timestamp":1591141601,"clientToken":"tok"}',
    ],
  )
  bench.now = T0 + 6000
  assert.deepEqual(say(`${CLASSIC}/get`, { clientToken: 'g', version: 3 }), [
    'C/get/accepted {"state":{"desired":{"color":"RED"},"reported":{"engine":"ON"},"delta":{"color":"RED"}},"metadata":{"desired":{"color":{"timestamp":1591141601}},"reported":{"engine":{"timestamp":1591141601}},"delta":{"color":{"timestamp":1591141601}}},"version":11,"timestamp":1591141602,"clientToken":"g"}',
  ])
  assert.deepEqual(say(`${CLASSIC}/delete`, { clientToken: 'd' }), [
    'C/delete/accepted {"version":11,"timestamp":1591141602,"clientToken":"d"}',
  ])
  assert.deepEqual(say(`${CLASSIC}/delete`, { clientToken: 'd2' }), [
    `C/delete/rejected {"code":404,"message":"No shadow exists with name: 'lamp'","timestamp":1591141602,"clientToken":"d2"}`,
  ])
})

test('the first update makes the shadow at version 1, from nothing', () => {
  const { say } = service()
  assert.deepEqual(say(`${NAMED}/update`, { state: { reported: { a: [1, { b: 2 }] } } }), [
    'N/update/accepted {"state":{"reported":{"a":[1,{"b":2}]}},"metadata":{"reported":{"a":[{"timestamp":1591141596},{"b":{"timestamp":1591141596}}]}},"version":1,"timestamp":1591141596}',
    'N/update/documents {"previous":{"state":{},"metadata":{},"version":0},"current":{"state":{"reported":{"a":[1,{"b":2}]}},"metadata":{"reported":{"a":[{"timestamp":1591141596},{"b":{"timestamp":1591141596}}]}},"version":1},"timestamp":1591141596}',
  ])
})

const rejections: { name: string; topic: string; payload: unknown; rejected: string }[] = [
  {
    name: 'get without a classic shadow',
    topic: `${CLASSIC}/get`,
    payload: { clientToken: 't' },
    rejected: `C/get/rejected {"code":404,"message":"No shadow exists with name: 'lamp'","timestamp":1591141596,"clientToken":"t"}`,
  },
  {
    name: 'get without a named shadow',
    topic: `${NAMED}/get`,
    payload: '',
    rejected: `N/get/rejected {"code":404,"message":"No shadow exists with name: 'conf'","timestamp":1591141596}`,
  },
  {
    name: 'delete without a shadow',
    topic: `${NAMED}/delete`,
    payload: 'rubbish',
    rejected: `N/delete/rejected {"code":404,"message":"No shadow exists with name: 'conf'","timestamp":1591141596}`,
  },
  {
    name: 'an update with the wrong version',
    topic: `${CLASSIC}/update`,
    payload: { state: {}, version: 7, clientToken: 't' },
    rejected: 'C/update/rejected {"code":409,"message":"Version conflict","timestamp":1591141596,"clientToken":"t"}',
  },
  {
    name: 'an update that is not JSON',
    topic: `${CLASSIC}/update`,
    payload: '{',
    rejected: 'C/update/rejected {"code":400,"message":"Invalid JSON","timestamp":1591141596}',
  },
  {
    name: 'a get that is not JSON',
    topic: `${CLASSIC}/get`,
    payload: '{',
    rejected: 'C/get/rejected {"code":400,"message":"Invalid JSON","timestamp":1591141596}',
  },
  {
    name: 'an update without state',
    topic: `${NAMED}/update`,
    payload: { clientToken: 't' },
    rejected:
      'N/update/rejected {"code":400,"message":"Missing required node: state","timestamp":1591141596,"clientToken":"t"}',
  },
]

for (const row of rejections) {
  test(`${row.name} is rejected, the token echoed, and nothing changes`, () => {
    const { bench, say } = service()
    assert.deepEqual(say(row.topic, row.payload), [row.rejected])
    assert.equal(bench.tables.table('twins').size, 0)
  })
}

const topicsOf = (lines: string[]): string[] => lines.map((line) => line.slice(0, line.indexOf(' ')))
const bodyOf = (lines: string[], topic: string): Record<string, unknown> =>
  JSON.parse(lines.find((line) => line.startsWith(`${topic} `))?.slice(topic.length + 1) ?? 'null') as Record<
    string,
    unknown
  >

test('null deletes a key at any depth and null for a section removes it', () => {
  const { say } = service()
  say(`${CLASSIC}/update`, { state: { desired: { a: { b: { c: 1, d: 2 } } }, reported: { x: 1 } } })
  say(`${CLASSIC}/update`, { state: { desired: { a: { b: { c: null } } } } })
  assert.deepEqual(bodyOf(say(`${CLASSIC}/get`), 'C/get/accepted')['state'], {
    desired: { a: { b: { d: 2 } } },
    reported: { x: 1 },
    delta: { a: { b: { d: 2 } } },
  })
  const removed = say(`${CLASSIC}/update`, { state: { desired: null } })
  assert.equal(
    removed[0],
    'C/update/accepted {"state":{"desired":null},"metadata":{},"version":3,"timestamp":1591141596}',
  )
  assert.deepEqual(bodyOf(say(`${CLASSIC}/get`), 'C/get/accepted')['state'], { reported: { x: 1 } })
})

test('null for the whole state clears both sections and is answered with null', () => {
  const { say } = service()
  say(`${CLASSIC}/update`, { state: { desired: { a: 1 }, reported: { x: 1 } } })
  const [accepted, documents, ...more] = say(`${CLASSIC}/update`, { state: null, clientToken: 't' })
  assert.equal(
    accepted,
    'C/update/accepted {"state":null,"metadata":{},"version":2,"timestamp":1591141596,"clientToken":"t"}',
  )
  assert.match(documents ?? '', /"current":\{"state":\{\},"metadata":\{\},"version":2\}/)
  assert.deepEqual(more, [])
  assert.deepEqual(say(`${CLASSIC}/get`), [
    'C/get/accepted {"state":{},"metadata":{},"version":2,"timestamp":1591141596}',
  ])
})

test('a section whose last key was deleted is no longer shown', () => {
  const { say } = service()
  say(`${CLASSIC}/update`, { state: { desired: { a: 1 } } })
  const documents = bodyOf(say(`${CLASSIC}/update`, { state: { desired: { a: null } } }), 'C/update/documents')
  assert.deepEqual(documents['current'], { state: {}, metadata: {}, version: 2 })
})

test('an empty state is a valid update, and a shadow with neither section is valid', () => {
  const { say } = service()
  assert.deepEqual(topicsOf(say(`${CLASSIC}/update`, { state: {} })), ['C/update/accepted', 'C/update/documents'])
  assert.deepEqual(say(`${CLASSIC}/get`), [
    'C/get/accepted {"state":{},"metadata":{},"version":1,"timestamp":1591141596}',
  ])
})

test('untouched leaves keep their stamps, also in get and delta', () => {
  const { bench, say } = service()
  say(`${CLASSIC}/update`, { state: { desired: { a: 1, b: { c: 1 } } } })
  bench.now += 10_000
  const delta = bodyOf(say(`${CLASSIC}/update`, { state: { desired: { b: { d: 2 } } } }), 'C/update/delta')
  assert.deepEqual(delta['metadata'], {
    a: { timestamp: 1591141596 },
    b: { c: { timestamp: 1591141596 }, d: { timestamp: 1591141606 } },
  })
})

test('a delta goes out after every update that leaves one, also after reported-only ones, pruned to the differing path', () => {
  const { say } = service()
  say(`${CLASSIC}/update`, { state: { desired: { a: { x: 1, y: 2 }, list: [1, 2] } } })
  const still = say(`${CLASSIC}/update`, { state: { reported: { a: { x: 1 }, list: [1, 3], own: true } } })
  assert.deepEqual(bodyOf(still, 'C/update/delta')['state'], { a: { y: 2 }, list: [1, 2] })
  assert.deepEqual(topicsOf(still), ['C/update/accepted', 'C/update/delta', 'C/update/documents'])
  const met = say(`${CLASSIC}/update`, { state: { reported: { a: { y: 2 }, list: [1, 2] } } })
  assert.deepEqual(topicsOf(met), ['C/update/accepted', 'C/update/documents'])
})

test('version counts updates, must match where given, and survives deletion for 48 hours', () => {
  const { bench, say } = service()
  const update = (version?: number): unknown =>
    bodyOf(say(`${NAMED}/update`, { state: {}, version }), 'N/update/accepted')?.['version']
  assert.equal(update(0), 1)
  assert.equal(update(1), 2)
  assert.match(say(`${NAMED}/update`, { state: {}, version: 1 })[0] ?? '', /409.*Version conflict/)
  assert.equal(update(), 3)
  assert.match(say(`${NAMED}/delete`)[0] ?? '', /"version":3/)
  bench.now += 48 * 3_600_000 - 1
  assert.equal(update(), 5, 'the deletion counts')
  say(`${NAMED}/delete`)
  bench.now += 48 * 3_600_000
  assert.equal(update(), 1)
})

test('a state that grows beyond 8192 bytes is refused with 413; metadata does not count', () => {
  const { bench, say } = service()
  const room = (bytes: number): string => 'x'.repeat(bytes - '{"desired":{"a":""},"reported":{"b":""}}'.length)
  const first = 'x'.repeat(4000)
  say(`${CLASSIC}/update`, { state: { desired: { a: first } } })
  assert.deepEqual(topicsOf(say(`${CLASSIC}/update`, { state: { reported: { b: room(8192 - 4000) } } })), [
    'C/update/accepted',
    'C/update/delta',
    'C/update/documents',
  ])
  assert.deepEqual(say(`${CLASSIC}/update`, { state: { reported: { b: room(8193 - 4000) } }, clientToken: 't' }), [
    'C/update/rejected {"code":413,"message":"The payload exceeds the maximum size allowed","timestamp":1591141596,"clientToken":"t"}',
  ])
  assert.equal(bench.engine.twins.get('aws/lamp')?.version, 2)
})

test('no thing needs to exist, and classic and named shadows of one thing are apart', () => {
  const { bench, say } = service()
  say(`${CLASSIC}/update`, { state: { desired: { a: 1 } } })
  say(`${NAMED}/update`, { state: { desired: { b: 1 } } })
  assert.equal(bench.engine.devices.get('aws/lamp'), undefined)
  assert.deepEqual(bodyOf(say(`${NAMED}/get`), 'N/get/accepted')['state'], { desired: { b: 1 }, delta: { b: 1 } })
  say(`${CLASSIC}/delete`)
  assert.match(say(`${NAMED}/get`)[0] ?? '', /^N\/get\/accepted/)
})

test('a change that did not come from a shadow request is told in the same way, without a token', () => {
  const { bench } = service()
  const outcome = bench.turn((ctx) => ctx.engine.twins.update(ctx.turn, 'aws/lamp', undefined, { desired: { a: 1 } }))
  assert.deepEqual(
    published(outcome).map(({ topic }) => topic),
    [`${CLASSIC}/update/accepted`, `${CLASSIC}/update/delta`, `${CLASSIC}/update/documents`],
  )
  assert.doesNotMatch(String(published(outcome)[0]?.payload), /clientToken/)
})

test('members that mean nothing are counted; under --strict they are refused, the token echoed', () => {
  const request = { state: {}, metadata: {}, clientToken: 't' }
  const lenient = service()
  lenient.say(`${CLASSIC}/update`, request)
  assert.deepEqual(lenient.bench.ignored, ['shadow update: metadata'])
  const strict = service({ settings: { refuseIgnored: true } })
  assert.match(
    strict.say(`${CLASSIC}/update`, request).join(),
    /^C\/update\/rejected \{"code":400,.*"clientToken":"t"\}$/,
  )
  assert.equal(strict.bench.tables.table('twins').size, 0)
})

test('people are told of an integer that was rounded, about the connection that sent it', () => {
  const { bench, say } = service()
  say(`${CLASSIC}/update`, '{"state":{"reported":{"ns":1700000000000000001}}}')
  assert.deepEqual(
    bench.warnings.map(({ about }) => about),
    ['device'],
  )
})

test('without a connection (HTTP Publish) a request is carried out, and rejected, all the same', () => {
  const { bench } = service()
  const get: ShadowTopic = { thing: 'lamp', operation: 'get' }
  const ask = (request: ShadowTopic, payload: string): string[] =>
    published(bench.turn((ctx) => onShadowPublish(ctx, undefined, request, Buffer.from(payload)))).map(
      ({ topic }) => topic,
    )
  assert.deepEqual(ask(get, ''), [`${CLASSIC}/get/rejected`])
  assert.deepEqual(ask({ ...get, operation: 'update' }, '{"state":{"reported":{"ns":1700000000000000001}}}'), [
    `${CLASSIC}/update/accepted`,
    `${CLASSIC}/update/documents`,
  ])
  assert.deepEqual(
    bench.warnings.map(({ about }) => about),
    ['aws/lamp'],
  )
})

test('a defect is not dressed up as a rejection', () => {
  const bench = new ContextFixture()
  const outcome = bench.turn((ctx) => {
    const broken = { ...ctx, engine: undefined as never }
    assert.throws(
      () => onShadowPublish(broken, undefined, { thing: 'lamp', operation: 'get' }, Buffer.from('')),
      TypeError,
    )
  })
  assert.deepEqual(outcome.acts, [])
})
