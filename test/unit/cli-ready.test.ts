import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Output } from '../../src/cli/output.ts'
import { readyEvent, readyText } from '../../src/cli/ready.ts'
import { defaultOptions } from '../../src/shared/options.ts'

const endpoints = { host: 'localhost', mqtt: 1883, mqtts: 8883, http: 8880, https: 8443, ca: '/ca.pem', token: '/token' }

const pipe = { write: () => true }
const output = new Output({ stdout: pipe, stderr: pipe, env: {}, json: false, quiet: false, verbose: false })

test('the ports that were opened because clients insist on them are told to people and to machines', () => {
  const aliased = { ...endpoints, aliases: [443, 3000] }
  assert.deepEqual(readyEvent(aliased, defaultOptions)['aliases'], [443, 3000])
  assert.match(readyText(output, '1.0.0', aliased, defaultOptions), /Also on ports +443, 3000\n/)
})

test('where there are none, nothing is said of them', () => {
  assert.equal('aliases' in readyEvent(endpoints, defaultOptions), false)
  assert.doesNotMatch(readyText(output, '1.0.0', endpoints, defaultOptions), /Also on/)
})
