import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DescribeCertificateCommand,
  ListThingsCommand,
  RegisterCertificateWithoutCACommand,
  ResourceAlreadyExistsException,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot'
import type { ConnectRequest } from '../../src/core/seam/mqtt.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { AwsBroker, connectRequest, deviceCertificate, mutualTls, upgrade } from '../builders/aws-connections.ts'
import { failsWith } from '../builders/fails-with.ts'
import { say, textOf } from '../../src/core/said.ts'

const { sha256: id, pem } = deviceCertificate
const credential =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fiotdevicegateway%2Faws4_request'

const recognized: [what: string, request: ConnectRequest, open: string, strict: string][] = [
  ['a bare client on this machine', connectRequest('x'), 'fallback', 'no'],
  ['a bare client elsewhere, who will be told why not', connectRequest('x', { local: false }), 'fallback', 'no'],
  ['a user name that says nothing', connectRequest('x', { username: 'me' }), 'no', 'no'],
  ['a password alone', connectRequest('x', { password: Buffer.from('p') }), 'no', 'no'],
  ['a certificate', mutualTls('x', { local: false }), 'path', 'path'],
  ['the SDK v1 user name', connectRequest('x', { username: '?SDK=JavaScript&Version=2.2.16' }), 'marker', 'marker'],
  [
    'a custom authorizer with its SDK',
    connectRequest('x', { username: 'me?x-amz-customauthorizer-name=A&SDK=IoTDeviceSDK/JS' }),
    'marker',
    'marker',
  ],
  [
    'a custom authorizer in the URL',
    connectRequest('x', upgrade('/mqtt?x-amz-customauthorizer-name=A')),
    'marker',
    'marker',
  ],
  [
    'a custom authorizer in a header',
    connectRequest('x', upgrade('/mqtt', { 'x-amz-customauthorizer-name': 'A' })),
    'marker',
    'marker',
  ],
  ['a signed upgrade', connectRequest('x', upgrade(`/mqtt?${credential}`)), 'credential', 'credential'],
  ['the ALPN of port 443', mutualTls('x', { alpn: 'x-amzn-mqtt-ca' }), 'marker', 'marker'],
]

for (const [what, request, open, strict] of recognized) {
  test(`${what} is AWS’s: ${open} in open mode, ${strict} in strict mode`, () => {
    const { settings } = new AwsBroker()
    assert.deepEqual(
      [aws.mqtt.recognize(request, settings), aws.mqtt.recognize(request, { ...settings, mode: 'strict' })],
      [open, strict],
    )
  })
}

test('open mode registers an unknown certificate as active, and the thing of that name', async () => {
  const broker = new AwsBroker()
  assert.deepEqual(broker.authenticate(mutualTls('lamp')), {
    accept: true,
    identity: { principal: id, device: 'aws/lamp' },
  })
  const { certificateDescription } = await broker.iot.send(new DescribeCertificateCommand({ certificateId: id }))
  assert.deepEqual([certificateDescription?.status, certificateDescription?.certificatePem], ['ACTIVE', pem])
})

test('strict mode drops who is unknown, inactive or without credentials', async () => {
  const broker = new AwsBroker({ settings: { mode: 'strict' } })
  const dropped = (request: ConnectRequest, reason: RegExp): void => {
    const verdict = broker.authenticate(request)
    assert.ok(!verdict.accept && verdict.drop === true && reason.test(textOf(verdict.reason)), JSON.stringify(verdict))
  }
  dropped(mutualTls('lamp'), /is not registered/)
  dropped(mutualTls('lamp', { certificate: { ...deviceCertificate, validTo: broker.now } }), /has expired/)
  dropped(connectRequest('lamp', { username: '?SDK=x' }), /no client certificate/)
  dropped(connectRequest('lamp', { username: '?x-amz-customauthorizer-name=A' }), /no custom authorizer A/)
  dropped(mutualTls('lamp', { protocolVersion: 3 }), /3\.1\.1 and 5/)
  await broker.iot.send(new RegisterCertificateWithoutCACommand({ certificatePem: pem }))
  dropped(mutualTls('lamp'), /is INACTIVE/)
  await broker.iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: 'ACTIVE' }))
  dropped(mutualTls('lamp'), /no policy allows iot:Connect on client\/lamp/)
  const everything = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'iot:*', Resource: '*' },
  })
  await broker.iot.send(new CreatePolicyCommand({ policyName: 'all', policyDocument: everything }))
  await broker.iot.send(
    new AttachPolicyCommand({ policyName: 'all', target: `arn:aws:iot:us-west-2:123456789012:cert/${id}` }),
  )
  assert.deepEqual(broker.authenticate(mutualTls('lamp')), { accept: true, identity: { principal: id } })
})

test('in open mode an inactive certificate is dropped all the same', async () => {
  const broker = new AwsBroker()
  await broker.iot.send(new RegisterCertificateWithoutCACommand({ certificatePem: pem, status: 'INACTIVE' }))
  const verdict = broker.authenticate(mutualTls('lamp'))
  assert.deepEqual(verdict, { accept: false, reason: say`certificate ${id} is ${'INACTIVE'}`, drop: true })
})

test('what connecting has registered can still be registered by hand, once', async () => {
  const broker = new AwsBroker()
  broker.authenticate(mutualTls('lamp'))
  await broker.iot.send(new RegisterCertificateWithoutCACommand({ certificatePem: pem, status: 'ACTIVE' }))
  const again = broker.iot.send(new RegisterCertificateWithoutCACommand({ certificatePem: pem, status: 'ACTIVE' }))
  assert.equal((await failsWith(ResourceAlreadyExistsException, again)).resourceId, id)
})

test('signed and custom-authorized clients are let in under what they showed', () => {
  const broker = new AwsBroker()
  const principal = (request: ConnectRequest) => {
    const verdict = broker.authenticate(request)
    return verdict.accept ? verdict.identity.principal : verdict.reason
  }
  assert.equal(
    principal(mutualTls('a', { transport: 'wss', ...upgrade(`/mqtt?${credential}&X-Amz-Signature=00`) })),
    'AKIA',
  )
  assert.equal(
    principal(connectRequest('b', { username: 'me?x-amz-customauthorizer-name=A&SDK=x', password: Buffer.from('p') })),
    'me',
  )
  assert.equal(principal(connectRequest('c', { username: '?x-amz-customauthorizer-name=A' })), 'A')
  assert.deepEqual(broker.ignored, [])
})

test('strict mode tells that a signature is believed, and lets it in even where nothing may be ignored: everybody signs', async () => {
  const broker = new AwsBroker({ settings: { mode: 'strict', refuseIgnored: true } })
  assert.equal(broker.authenticate(connectRequest('a', upgrade(`/mqtt?${credential}`))).accept, true)
  await broker.iot.send(new ListThingsCommand({}))
  assert.deepEqual(broker.ignored, [])
  assert.deepEqual(
    broker.warnings.map(({ text }) => text),
    Array(2).fill('SigV4 signatures from this machine are believed, whatever key they are made with'),
  )
})

test('client ids have 1 to 128 bytes; only a clean session may go without', () => {
  const broker = new AwsBroker()
  const code = (request: ConnectRequest) => {
    const verdict = broker.authenticate(request)
    return verdict.accept ? 'accepted' : verdict.returnCode
  }
  assert.equal(code(connectRequest('x'.repeat(128))), 'accepted')
  assert.equal(code(connectRequest('x'.repeat(129))), 2)
  assert.equal(code(connectRequest('ü'.repeat(65))), 2)
  assert.equal(code(connectRequest('')), 'accepted')
  assert.equal(code(connectRequest('', { clean: false })), 2)
})

const wills: [what: string, will: object, open: RegExp | undefined, strict?: RegExp][] = [
  ['QoS 2', { qos: 2 }, /QoS 2/, /QoS 2/],
  ['retain on a topic that begins with $', { topic: '$aws/things/lamp/shadow/update', retain: true }, /cannot retain/],
  ['a topic too long', { topic: '1/2/3/4/5/6/7/8/9' }, undefined, /more than 7 slashes/],
  ['a topic that the broker cannot carry', { topic: '/'.repeat(101) }, /slashes/],
  ['QoS 1, retained', { retain: true }, undefined],
]
for (const [what, change, open, strict = open] of wills) {
  const outcome = (expected: RegExp | undefined): string => (expected === undefined ? 'let in' : 'dropped')
  test(`a last will with ${what} is ${outcome(open)} in open mode, ${outcome(strict)} in strict mode`, () => {
    const will = { topic: 'gone', payload: Buffer.alloc(1), qos: 1 as const, retain: false, ...change }
    for (const [mode, expected] of [
      ['open', open],
      ['strict', strict],
    ] as const) {
      const broker = new AwsBroker({ settings: { mode } })
      const verdict = broker.authenticate(connectRequest('lamp', { will, ...upgrade(`/mqtt?${credential}`) }))
      if (expected === undefined) assert.equal(verdict.accept, true)
      else
        assert.ok(
          !verdict.accept && verdict.drop === true && expected.test(textOf(verdict.reason)),
          JSON.stringify(verdict),
        )
    }
  })
}

test('a last will that the policy forbids refuses the CONNECT; retaining it takes a permission of its own', async () => {
  const broker = new AwsBroker()
  broker.authenticate(mutualTls('lamp'))
  const allow = (Action: string, Resource: string): object => ({ Effect: 'Allow', Action, Resource })
  const arn = 'arn:aws:iot:us-east-1:123456789012'
  const Statement = [allow('iot:Connect', '*'), allow('iot:Publish', `${arn}:topic/gone`)]
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await broker.iot.send(new CreatePolicyCommand({ policyName: 'some', policyDocument }))
  await broker.iot.send(new AttachPolicyCommand({ policyName: 'some', target: `${arn}:cert/${id}` }))
  const comes = (topic: string, retain = false): string => {
    const will = { topic, payload: Buffer.alloc(0), qos: 0 as const, retain }
    const verdict = broker.authenticate(mutualTls('lamp', { will }))
    return verdict.accept ? 'let in' : textOf(verdict.reason)
  }
  assert.equal(comes('gone'), 'let in')
  assert.match(comes('other'), /last will: .*iot:Publish/)
  assert.match(comes('gone', true), /last will: .*iot:RetainPublish/)
})

test('people hear at CONNECT of a last will that no service will take, or that nobody will get', () => {
  const broker = new AwsBroker()
  const comes = (topic: string) => {
    broker.authenticate(connectRequest('lamp', { will: { topic, payload: Buffer.alloc(0), qos: 1, retain: false } }))
    return broker.warnings.splice(0).map(({ about, text }) => `${about}: ${text}`)
  }
  assert.deepEqual(comes('lamp/gone'), [])
  assert.match(comes('$aws/things/lamp/shadow/update').join(), /^aws\/lamp: its last will .* reaches subscribers only/)
  assert.match(comes('$aws/things/lamp/jobs/notify-next').join(), /never delivered/)
})

test('a client id that is no thing name makes no thing', () => {
  const broker = new AwsBroker()
  assert.deepEqual(broker.authenticate(connectRequest('my client')), {
    accept: true,
    identity: { principal: 'my client' },
  })
  assert.equal(broker.engine.devices.size, 0)
})

test('a client that names no id is no thing, and nothing of it is kept', () => {
  const broker = new AwsBroker()
  const { connection } = broker.come(connectRequest('auto-1', { unnamed: true }))
  assert.deepEqual(connection.identity, { principal: 'anonymous' })
  broker.go(connection)
  assert.equal(broker.engine.devices.size, 0)
  assert.equal(broker.tables.table('aws.presence').size, 0)
})

test('in strict mode a session stands for a thing only if somebody has registered it', () => {
  const broker = new AwsBroker({ settings: { mode: 'strict' } })
  const request = connectRequest('lamp', upgrade(`/mqtt?${credential}`))
  assert.deepEqual(broker.authenticate(request), { accept: true, identity: { principal: 'AKIA' } })
  broker.turn((ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 'lamp' }))
  assert.deepEqual(broker.authenticate(request), { accept: true, identity: { principal: 'AKIA', device: 'aws/lamp' } })
})
