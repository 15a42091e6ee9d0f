import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Output } from '../../src/cli/output.ts'
import { readyEvent, readyText } from '../../src/cli/ready.ts'
import { defaultOptions } from '../../src/shared/options.ts'

const endpoints = {
  host: 'localhost',
  mqtt: 1883,
  mqtts: 8883,
  http: 8880,
  https: 8443,
  ca: '/ca.pem',
  token: '/token',
}

const pipe = { write: () => true }
const output = new Output({ stdout: pipe, stderr: pipe, env: {}, json: false, quiet: false, verbose: false })

test('the ports that were opened because clients insist on them are told to people and to machines', () => {
  const aliased = { ...endpoints, aliases: [443, 3000] }
  assert.deepEqual(readyEvent(aliased, defaultOptions)['aliases'], [443, 3000])
  assert.match(readyText(output, '1.0.0', aliased, defaultOptions), /Also on ports +443, 3000\n/)
})

test('a hub that listens to other machines says what it lets in, in either mode', () => {
  const exposed = { ...endpoints, lan: '192.168.1.5', exposed: true as const }
  assert.equal(readyEvent(exposed, defaultOptions)['exposed'], true)
  for (const mode of ['open', 'strict'] as const) {
    const text = readyText(output, '1.0.0', exposed, { ...defaultOptions, host: '0.0.0.0', mode })
    assert.match(
      text,
      /credential of this hub only, in either mode:\n.*iot-hub device add aws washer-1, .*\n.*iot-hub keys.*API token.*\n.*presigned URLs/,
    )
    assert.match(text, mode === 'open' ? /registered as they connect from this machine/ : /must be registered first/)
    assert.match(text, /on this machine any credentials will do\n +export AWS_ACCESS_KEY_ID=local/)
  }
  assert.equal('exposed' in readyEvent(endpoints, defaultOptions), false)
  assert.doesNotMatch(readyText(output, '1.0.0', endpoints, defaultOptions), /[Oo]ther machines/)
})

test('a hub on one address of the network, where this machine is one of many, shows lines that work there', () => {
  const text = readyText(
    output,
    '1.0.0',
    { ...endpoints, host: '192.168.1.5', exposed: true },
    { ...defaultOptions, host: '192.168.1.5' },
  )
  assert.match(text, /mosquitto_sub -h 192\.168\.1\.5 -p 8883 .*\\\n +--cafile/)
  assert.match(text, /eval "\$\(iot-hub keys\)"; export AWS_DEFAULT_REGION=us-east-1\n/)
})

test('where there are none, nothing is said of them', () => {
  assert.equal('aliases' in readyEvent(endpoints, defaultOptions), false)
  assert.doesNotMatch(readyText(output, '1.0.0', endpoints, defaultOptions), /Also on/)
})
