import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectRequest, ConnectVerdict } from '../../src/core/seam/mqtt.ts'
import { authenticate, recognise } from '../../src/dialect/iothub/auth.ts'
import { register } from '../../src/dialect/iothub/devices.ts'
import { iothub } from '../../src/dialect/iothub/index.ts'
import { signToken } from '../../src/dialect/iothub/jwt.ts'
import { Bench, type BenchOptions } from '../builders/context.ts'

const NOW = Date.UTC(2026, 0, 1)
const SECONDS = NOW / 1000

const connect = (change: Partial<Omit<ConnectRequest, 'password'>> & { password?: string } = {}): ConnectRequest => {
  const { password = 'secret', ...rest } = change
  return {
    ...{ connection: 'c', clientId: 'P/D', username: 'P/D', clean: false, keepalive: 60, protocolVersion: 4, transport: 'tcp', local: true, remoteAddress: '::1' },
    ...rest,
    password: Buffer.from(password),
  }
}

function bench(mode: 'open' | 'strict' = 'open'): { bench: Bench; ask: (request: ConnectRequest) => ConnectVerdict } {
  const options: BenchOptions = { dialect: 'iothub', now: NOW, settings: { mode }, onEvent: (ctx, event) => iothub.onEvent(ctx, event) }
  const made = new Bench(options)
  return { bench: made, ask: (request) => made.turn((ctx) => authenticate(ctx, request)).result }
}

const codeOf = (verdict: ConnectVerdict): number => (verdict.accept ? 0 : (verdict.returnCode ?? -1))

const claims: [string, ConnectRequest, ReturnType<typeof recognise>][] = [
  ['the first SDK', connect(), 'certain'],
  ['the first SDK with a client id of its own', connect({ clientId: 'P/D/ota' }), 'certain'],
  ['the second SDK', connect({ clientId: 'P-D' }), 'certain'],
  ['the second SDK with a client id of its own', connect({ clientId: 'P-D-ota' }), 'certain'],
  ['another client with a device’s user name', connect({ clientId: 'mqttx_1' }), 'likely'],
  ['a token', connect({ username: 'app', clientId: 'x', password: signToken('app', SECONDS, SECONDS) }), 'likely'],
  ['AWS with its SDK in the user name', connect({ username: '?SDK=JavaScript' }), 'no'],
  ['AWS with a certificate', connect({ certificate: { sha256: '', sha1: '', pem: '', validTo: 0, authorized: true } }), 'no'],
  ['Azure', connect({ username: 'hub.azure-devices.net/device/?api-version=2021-04-12' }), 'no'],
  ['Alibaba', connect({ username: 'device&product', clientId: 'x|securemode=3|' }), 'no'],
  ['three levels', connect({ username: 'a/b/c' }), 'no'],
  ['no name before the slash', connect({ username: '/b' }), 'no'],
]
for (const [who, request, claim] of claims) test(`${who}: the claim is ${claim}`, () => assert.equal(recognise(request), claim))

test('a client without a password is nobody’s here', () => {
  const { password: _, ...request } = connect()
  assert.equal(recognise(request), 'no')
})

test('open mode registers an unknown device with the secret it brings, and holds it to that', () => {
  const { bench: made, ask } = bench()
  assert.deepEqual(ask(connect()), { accept: true, identity: { principal: 'P/D', device: 'iothub/P/D' } })
  assert.equal(made.engine.devices.require('iothub/P/D').type, 'P')
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
  for (const [mode, code] of [['open', 0], ['strict', 4]] as const) {
    const { bench: made, ask } = bench(mode)
    made.turn((ctx) => ctx.engine.devices.ensure(ctx.turn, 'iothub', 'P/D'))
    assert.equal(codeOf(ask(connect())), code)
    assert.equal(codeOf(ask(connect({ password: 'other' }))), 4)
  }
})

test('a suspended device is not authorised', () => {
  const { bench: made, ask } = bench()
  ask(connect())
  made.turn((ctx) => ctx.engine.devices.update(ctx.turn, 'iothub/P/D', { enabled: false }))
  assert.equal(codeOf(ask(connect())), 5)
  assert.equal(codeOf(ask(connect({ password: 'other' }))), 4)
})

test('suspending a device ends all its connections', () => {
  const { bench: made, ask } = bench()
  ask(connect())
  made.connect('one', 'iothub/P/D')
  made.connect('two', 'iothub/P/D')
  made.connect('other', 'iothub/P/E')
  const { acts } = made.turn((ctx) => ctx.engine.devices.update(ctx.turn, 'iothub/P/D', { enabled: false }))
  assert.deepEqual(acts.map(({ action }) => (action.type === 'disconnect' ? action.connection : action.type)), ['one', 'two'])
})

const app = (password: string): ConnectRequest => connect({ username: 'app', clientId: 'x', password })
const tampered = (token: string): string => [token.split('.')[0], Buffer.from('{"username":"app"}').toString('base64url'), token.split('.')[2]].join('.')
const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"username":"app"}').toString('base64url')}.`
const tokens: [string, string, number][] = [
  ['a token for that user', signToken('app', SECONDS + 10, SECONDS), 0],
  ['one that has expired', signToken('app', SECONDS, SECONDS - 10), 4],
  ['one whose expiry is no number', signToken('app', NaN, SECONDS), 4],
  ['one for another user', signToken('else', SECONDS + 10, SECONDS), 4],
  ['one with another content', tampered(signToken('else', SECONDS + 10, SECONDS)), 4],
  ['one that is not signed', unsigned, 4],
]
for (const [what, token, code] of tokens) {
  test(`${what}: CONNACK ${code}`, () => {
    const verdict = bench('strict').ask(app(token))
    assert.equal(codeOf(verdict), code)
    if (verdict.accept) assert.deepEqual(verdict.identity, { principal: 'app' })
  })
}

test('in open mode a deleted device stays deleted, until it is made anew or comes with another secret', () => {
  const { bench: made, ask } = bench()
  const remove = (): void => void made.turn((ctx) => ctx.engine.devices.delete(ctx.turn, 'iothub/P/D'))
  assert.equal(codeOf(ask(connect())), 0)
  remove()
  const refused = ask(connect())
  assert.equal(codeOf(refused), 4)
  assert.match(refused.accept ? '' : refused.reason, /P\/D was deleted/)
  assert.equal(made.engine.devices.get('iothub/P/D'), undefined)
  assert.equal(codeOf(ask(connect({ password: 'another' }))), 0)
  remove()
  assert.equal(codeOf(ask(connect({ password: 'another' }))), 4)
  made.turn((ctx) => register(ctx, { product: 'P', device: 'D', secret: 'another' }))
  assert.equal(codeOf(ask(connect({ password: 'another' }))), 0)
})
