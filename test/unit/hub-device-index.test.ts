import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeviceIndex } from '../../src/hub/api/device-index.ts'
import { EngineFixture } from '../builders/engine-fixture.ts'

const fixture = new EngineFixture()
const add = (...keys: string[]): void =>
  fixture.turn((turn, { devices }) => {
    for (const key of keys) devices.create(turn, { dialect: key.split('/')[0]!, name: key.slice(key.indexOf('/') + 1) })
  })
const index = new DeviceIndex(fixture.engine.devices, () => true)
const names = (dialect?: string, after?: string): string[] => {
  const { keys, start, to } = index.range(dialect, after)
  return keys.slice(start, to)
}

test('devices come by dialect and name, whatever the order in which they came, and the index follows who comes and goes', () => {
  assert.deepEqual(names(), [])
  add('b/2', 'a/9', 'b/1', 'ab/1', 'a/10')
  assert.deepEqual(names(), ['a/10', 'a/9', 'ab/1', 'b/1', 'b/2'])
  assert.deepEqual(names('a'), ['a/10', 'a/9'])
  assert.deepEqual(names('ab'), ['ab/1'])
  assert.deepEqual(names('c'), [])
  fixture.turn((turn, { devices }) => devices.delete(turn, 'b/1'))
  add('b/0', 'a/p/q')
  assert.deepEqual(names(), ['a/10', 'a/9', 'a/p/q', 'ab/1', 'b/0', 'b/2'])
})

test('a page begins behind the last key seen, also if that is gone', () => {
  assert.deepEqual(names(undefined, 'a/9'), ['a/p/q', 'ab/1', 'b/0', 'b/2'])
  assert.deepEqual(names(undefined, 'b/1'), ['b/2'])
  assert.deepEqual(names('a', 'a/10'), ['a/9', 'a/p/q'])
  assert.deepEqual(names('b', 'a/10'), ['b/0', 'b/2'])
  assert.deepEqual(names(undefined, 'z/z'), [])
})
