import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultOptions } from '../../src/shared/options.ts'
import { choose, movedPorts, withChoices } from '../../src/vscode/hub-session/port-choices.ts'

test('what was chosen for a hub holds until its setting is changed', () => {
  const choices = choose(defaultOptions, {}, { mqtt: 1884, host: '0.0.0.0' })
  assert.deepEqual(withChoices(defaultOptions, choices), { ...defaultOptions, mqtt: 1884, host: '0.0.0.0' })
  const changed = { ...defaultOptions, mqtt: 1890 }
  assert.deepEqual(withChoices(changed, choices), { ...changed, host: '0.0.0.0' })
})

test('who chooses what the settings say has chosen nothing', () => {
  const choices = choose(defaultOptions, {}, { mqtt: 1884, host: '0.0.0.0' })
  assert.deepEqual(Object.keys(choose(defaultOptions, choices, { host: defaultOptions.host })), ['mqtt'])
})

test('ports that are others than last time are named, unless any free one is wanted', () => {
  const before = { mqtt: 1883, mqtts: 8883, http: 8880, https: 8443 }
  const now = { ...before, mqtt: 1884, http: 40_000 }
  assert.deepEqual(movedPorts(before, now, { ...before, mqtt: 1884, http: 0 }), ['mqtt'])
  assert.deepEqual(movedPorts(before, before, before), [])
  assert.deepEqual(movedPorts(undefined, now, before), [])
})
