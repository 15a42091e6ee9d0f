import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Operation } from '../../src/store/journal-lines.ts'
import { retainedOnce } from '../../src/store/migrations/retained-once.ts'

const migrated = (...operations: Operation[]): Operation[] => operations.flatMap((operation) => retainedOnce(operation))

test('of what AWS had retained the copy with the time becomes the one', () => {
  const own = { topic: 'a/b', payload: 'b24=', qos: 1, at: 17 }
  assert.deepEqual(
    migrated(
      ['aws.retained', 'a/b', own],
      ['mqttRetained', 'aws/a/b', { dialect: 'aws', topic: 'a/b', payload: 'on' }],
    ),
    [
      [
        'mqttRetained',
        'aws/a/b',
        { dialect: 'aws', topic: 'a/b', payload: 'b24=', encoding: 'base64', qos: 1, at: 17 },
      ],
    ],
  )
  assert.deepEqual(migrated(['aws.retained', 'a/b'], ['mqttRetained', 'aws/a/b']), [['mqttRetained', 'aws/a/b']])
})

test('what other clouds had retained stays, its time unknown, and nothing else changes', () => {
  const record = { dialect: 'iothub-course', topic: 'aws/x', payload: 'on' }
  assert.deepEqual(migrated(['mqttRetained', 'iothub-course/aws/x', record], ['devices', 'aws/x', { name: 'x' }]), [
    ['mqttRetained', 'iothub-course/aws/x', { ...record, at: 0 }],
    ['devices', 'aws/x', { name: 'x' }],
  ])
  assert.deepEqual(migrated(['mqttRetained', 'iothub-course/x']), [['mqttRetained', 'iothub-course/x']])
})
