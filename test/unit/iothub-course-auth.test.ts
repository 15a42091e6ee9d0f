import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import type { ConnectRequest, ConnectVerdict } from '../../src/core/seam/mqtt.ts'
import type { Credential } from '../../src/dialect/credential.ts'
import { authenticate, recognize } from '../../src/dialect/iothub-course/auth/connect.ts'
import { register } from '../../src/dialect/iothub-course/registry/devices.ts'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { COURSE_KEY, signToken } from '../../src/dialect/iothub-course/auth/jwt.ts'
import { tokenKeys } from '../../src/dialect/iothub-course/auth/token-key.ts'
import { admitClient } from '../../src/hub/access.ts'
import { ContextFixture, type ContextFixtureOptions } from '../builders/context-fixture.ts'
import { textOf } from '../../src/core/said.ts'

const NOW = Date.UTC(2026, 0, 1)
const SECONDS = NOW / 1000

const connect = (change: Partial<Omit<ConnectRequest, 'password'>> & { password?: string } = {}): ConnectRequest => {
  const { password = 'secret', ...rest } = change
  return {
    ...{
      connection: 'c',
      clientId: 'P/D',
      username: 'P/D',
      clean: false,
      keepalive: 60,
      protocolVersion: 4,
      transport: 'tcp',
      local: true,
      remoteAddress: '::1',
    },
    ...rest,
    password: Buffer.from(password),
  }
}

function bench(mode: 'open' | 'strict' = 'open'): {
  bench: ContextFixture
  ask: (request: ConnectRequest) => ConnectVerdict
} {
  const options: ContextFixtureOptions = {
    dialect: 'iothub-course',
    now: NOW,
    settings: { mode },
    onEvent: (ctx, event) => iothubCourse.onEvent(ctx, event),
  }
  const made = new ContextFixture(options)
  return { bench: made, ask: (request) => made.turn((ctx) => authenticate(ctx, request)).result }
}

const codeOf = (verdict: ConnectVerdict): number => (verdict.accept ? 0 : (verdict.returnCode ?? -1))

const claims: [string, ConnectRequest, ReturnType<typeof recognize>][] = [
  ['the first SDK', connect(), 'marker'],
  ['the first SDK with a client id of its own', connect({ clientId: 'P/D/ota' }), 'marker'],
  ['the second SDK', connect({ clientId: 'P-D' }), 'marker'],
  ['the second SDK with a client id of its own', connect({ clientId: 'P-D-ota' }), 'marker'],
  ['another client with a device’s user name', connect({ clientId: 'mqttx_1' }), 'path'],
  [
    'a token',
    connect({ username: 'app', clientId: 'x', password: signToken(COURSE_KEY, 'app', SECONDS, SECONDS) }),
    'path',
  ],
  ['AWS with its SDK in the user name', connect({ username: '?SDK=JavaScript' }), 'no'],
  [
    'AWS with a certificate',
    connect({ certificate: { sha256: '', sha1: '', pem: '', validTo: 0, authorized: true } }),
    'no',
  ],
  ['Azure', connect({ username: 'hub.azure-devices.net/device/?api-version=2021-04-12' }), 'no'],
  ['Alibaba', connect({ username: 'device&product', clientId: 'x|securemode=3|' }), 'no'],
  ['three levels', connect({ username: 'a/b/c' }), 'no'],
  ['no name before the slash', connect({ username: '/b' }), 'no'],
]
for (const [who, request, claim] of claims)
  test(`${who}: the claim is ${claim}`, () => assert.equal(recognize(request), claim))

test('a client without a password is nobody’s here', () => {
  const { password: _, ...request } = connect()
  assert.equal(recognize(request), 'no')
})

test('open mode registers an unknown device with the secret it brings, and holds it to that', () => {
  const { bench: made, ask } = bench()
  assert.deepEqual(ask(connect()), { accept: true, identity: { principal: 'P/D', device: 'iothub-course/P/D' } })
  assert.equal(made.engine.devices.require('iothub-course/P/D').type, 'P')
  assert.equal(codeOf(ask(connect({ password: 'other' }))), 4)
  assert.equal(codeOf(ask(connect({ clientId: 'P/D/second' }))), 0)
  assert.equal(codeOf(ask(connect({ username: 'P/E', password: '' }))), 4)
  assert.equal(made.engine.devices.size, 1)
})

test('strict mode lets in registered devices only', () => {
  const { bench: made, ask } = bench('strict')
  assert.equal(codeOf(ask(connect())), 4)
  made.turn((ctx) => register(ctx, { product: 'P', device: 'D', secret: 'secret' }))
  assert.equal(codeOf(ask(connect())), 0)
})

test('a device that something else registered is known by the first secret it brings, in open mode', () => {
  for (const [mode, code] of [
    ['open', 0],
    ['strict', 4],
  ] as const) {
    const { bench: made, ask } = bench(mode)
    made.turn((ctx) => ctx.engine.devices.ensure(ctx.turn, 'iothub-course', 'P/D'))
    assert.equal(codeOf(ask(connect())), code)
    assert.equal(codeOf(ask(connect({ password: 'other' }))), 4)
  }
})

test('a suspended device is not authorised', () => {
  const { bench: made, ask } = bench()
  ask(connect())
  made.turn((ctx) => ctx.engine.devices.update(ctx.turn, 'iothub-course/P/D', { enabled: false }))
  assert.equal(codeOf(ask(connect())), 5)
  assert.equal(codeOf(ask(connect({ password: 'other' }))), 4)
})

test('suspending a device ends all its connections', () => {
  const { bench: made, ask } = bench()
  ask(connect())
  made.connect('one', 'iothub-course/P/D')
  made.connect('two', 'iothub-course/P/D')
  made.connect('other', 'iothub-course/P/E')
  const { acts } = made.turn((ctx) => ctx.engine.devices.update(ctx.turn, 'iothub-course/P/D', { enabled: false }))
  assert.deepEqual(
    acts.map(({ action }) => (action.type === 'disconnect' ? action.connection : action.type)),
    ['one', 'two'],
  )
})

const app = (password: string): ConnectRequest => connect({ username: 'app', clientId: 'x', password })
const tampered = (token: string): string =>
  [token.split('.')[0], Buffer.from('{"username":"app"}').toString('base64url'), token.split('.')[2]].join('.')
const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"username":"app"}').toString('base64url')}.`
const tokens: [string, string, number][] = [
  ['a token for that user', signToken(COURSE_KEY, 'app', SECONDS + 10, SECONDS), 0],
  ['one that has expired', signToken(COURSE_KEY, 'app', SECONDS, SECONDS - 10), 4],
  ['one whose expiry is no number', signToken(COURSE_KEY, 'app', NaN, SECONDS), 4],
  ['one for another user', signToken(COURSE_KEY, 'else', SECONDS + 10, SECONDS), 4],
  ['one with another content', tampered(signToken(COURSE_KEY, 'else', SECONDS + 10, SECONDS)), 4],
  ['one that is not signed', unsigned, 4],
]
test('from elsewhere a device comes in by a secret that is known here, an application by a token of the hub’s own key', () => {
  for (const mode of ['open', 'strict'] as const) {
    const { bench: made } = bench(mode)
    const far = (request: ConnectRequest): number =>
      codeOf(
        made.turn((ctx) =>
          admitClient(iothubCourse.mqtt, ctx, { ...request, local: false, remoteAddress: '192.168.1.9' }),
        ).result,
      )
    assert.equal(far(connect()), 4, 'nobody knows it')
    assert.equal(made.engine.devices.size, 0)
    made.turn((ctx) => register(ctx, { product: 'P', device: 'D', secret: 'secret' }))
    assert.deepEqual([far(connect()), far(connect({ password: 'other' })), far(connect({ password: '' }))], [0, 4, 4])
    const [{ value: key } = { value: '' }] = made.turn((ctx) => tokenKeys.list(ctx)).result
    assert.deepEqual(
      [
        far(app(signToken(COURSE_KEY, 'app', SECONDS + 10, SECONDS))),
        far(app(signToken(key, 'app', SECONDS + 10, SECONDS))),
      ],
      [4, 0],
    )
    assert.equal(far(app(signToken(key, 'app', SECONDS, SECONDS - 10))), 4)
  }
})

test('from elsewhere the API wants a token by the hub’s own key', () => {
  const { bench: made } = bench()
  const {
    result: [{ value: key } = { value: '' }],
  } = made.turn((ctx) => tokenKeys.list(ctx))
  const shown = (authorization?: string): Credential => {
    const headers = authorization === undefined ? {} : { authorization }
    return made.turn((ctx) => iothubCourse.http.credential(ctx, { headers } as unknown as HttpRequest)).result
  }
  assert.equal(shown(`Bearer ${signToken(key, 'anybody', SECONDS + 10, SECONDS)}`).given, true)
  const wrong = [
    undefined,
    'Bearer x',
    'Basic YTpi',
    `Bearer ${signToken(COURSE_KEY, 'a', SECONDS + 10, SECONDS)}`,
    `Bearer ${signToken(key, 'a', SECONDS, SECONDS)}`,
  ]
  for (const authorization of wrong) {
    const credential = shown(authorization)
    assert.ok(!credential.given && textOf(credential.why).includes('`iot-hub keys`'), authorization)
  }
})

test('the key for tokens is made once, long and random, and may be changed', () => {
  const { bench: made } = bench()
  const value = (): string => made.turn((ctx) => tokenKeys.list(ctx)).result[0]!.value
  const first = value()
  assert.match(first, /^[0-9a-f]{64}$/)
  assert.equal(value(), first)
  made.turn((ctx) => tokenKeys.set(ctx, 'JWT_SECRET', 'a key of our own'))
  assert.equal(value(), 'a key of our own')
  assert.throws(
    () => made.turn((ctx) => tokenKeys.set(ctx, 'JWT_SECRET', 'short')),
    (error: Error) => !error.message.includes('"short"'),
  )
  assert.throws(() => made.turn((ctx) => tokenKeys.set(ctx, 'SECRET', 'x'.repeat(20))), /must be JWT_SECRET/)
})

for (const [what, token, code] of tokens) {
  test(`${what}: CONNACK ${code}`, () => {
    const verdict = bench('strict').ask(app(token))
    assert.equal(codeOf(verdict), code)
    if (verdict.accept) assert.deepEqual(verdict.identity, { principal: 'app' })
  })
}

test('in open mode a deleted device stays deleted, until it is made anew or comes with another secret', () => {
  const { bench: made, ask } = bench()
  const remove = (): void => void made.turn((ctx) => ctx.engine.devices.delete(ctx.turn, 'iothub-course/P/D'))
  assert.equal(codeOf(ask(connect())), 0)
  remove()
  const refused = ask(connect())
  assert.equal(codeOf(refused), 4)
  assert.match(refused.accept ? '' : textOf(refused.reason), /P\/D was deleted/)
  assert.equal(made.engine.devices.get('iothub-course/P/D'), undefined)
  assert.equal(codeOf(ask(connect({ password: 'another' }))), 0)
  remove()
  assert.equal(codeOf(ask(connect({ password: 'another' }))), 4)
  made.turn((ctx) => register(ctx, { product: 'P', device: 'D', secret: 'another' }))
  assert.equal(codeOf(ask(connect({ password: 'another' }))), 0)
})

test('people hear at CONNECT of a last will that the ACL will drop, and of none that it lets pass', () => {
  const { bench: made, ask } = bench()
  const comes = (topic: string, qos: 0 | 1 | 2): string[] => {
    assert.equal(codeOf(ask(connect({ will: { topic, payload: Buffer.alloc(0), qos, retain: false } }))), 0)
    return made.warnings.splice(0).map(({ about, text }) => `${about}: ${text}`)
  }
  assert.deepEqual(comes('update_status/P/D/1', 1), [])
  assert.deepEqual(comes('upload_data/P/D/gone/2', 2), [])
  assert.match(comes('update_status/P/E/1', 1).join(), /^iothub-course\/P\/D: its last will on .* is never delivered/)
})

test('a last will counts as any other message of the device, with QoS 2 as well', () => {
  const { bench: made, ask } = bench()
  ask(connect())
  const connection = made.connect('P/D', 'iothub-course/P/D')
  const status = { topic: 'update_status/P/D/1', payload: Buffer.from('{"on":false}'), retain: false, dup: false }
  const { result } = made.turn((ctx) => iothubCourse.mqtt.onPublish(ctx, connection, { ...status, qos: 2, will: true }))
  assert.equal(result.route, 'forward')
  assert.deepEqual(made.engine.devices.require('iothub-course/P/D').tags['status'], { on: false })
})
