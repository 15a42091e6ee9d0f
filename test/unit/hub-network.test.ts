import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { aws } from '../../src/dialect/aws/index.ts'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { lanAddress, localUrl } from '../../src/hub/network.ts'
import { ContextFixture } from '../builders/context-fixture.ts'
import { tlsCredentials } from '../builders/tls-credentials.ts'

test('only a hub that listens everywhere has an address for boards, and it is one of this machine’s', () => {
  for (const host of ['127.0.0.1', 'localhost', '::1', '192.168.1.5']) assert.equal(lanAddress(host), undefined)
  const own = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  )
  assert.equal(lanAddress('0.0.0.0') !== undefined, own.length > 0)
  assert.ok(own.length === 0 || own.includes(lanAddress('::')!))
})

for (const [host, url] of [
  ['127.0.0.1', 'http://127.0.0.1:80'],
  ['0.0.0.0', 'http://127.0.0.1:80'],
  ['localhost', 'http://127.0.0.1:80'],
  ['192.168.1.5', 'http://192.168.1.5:80'],
  ['::', 'http://[::1]:80'],
  ['fd00::5', 'http://[fd00::5]:80'],
] as const) {
  test(`a hub that listens on ${host} is called at ${url}`, () => assert.equal(localUrl(host, 80), url))
}

test('devices are told the address for boards, where there is one', () => {
  const endpoint = { host: 'localhost', mqtt: 1, mqtts: 2, http: 3, https: 4 }
  for (const [lan, told] of [
    [undefined, 'localhost'],
    ['192.168.1.5', '192.168.1.5'],
  ] as const) {
    const settings = { endpoint: { ...endpoint, ...(lan !== undefined && { lan }) } }
    const certificate = { pem: tlsCredentials.clientCert, sha256: '', privateKey: tlsCredentials.clientKey }
    const thing = new ContextFixture({ settings }).turn((ctx) =>
      aws.enrolment.enrol(ctx, 'pump', [certificate], 'ca'),
    ).result
    assert.equal(thing.facts.find(({ label }) => label === 'Endpoint')?.value, told)
    const lamp = new ContextFixture({ settings, dialect: 'iothub-course' }).turn((ctx) =>
      iothubCourse.enrolment.enrol(ctx, 'p/lamp', [], 'ca'),
    ).result
    assert.equal(lamp.facts[0]?.value, `${told}:2`)
  }
})
