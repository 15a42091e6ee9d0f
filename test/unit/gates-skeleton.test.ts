import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findSkeleton } from '../../scripts/skeleton.ts'
import { plant } from '../builders/plant.ts'

const whole = (path: string): { [file: string]: string } =>
  Object.fromEntries(['index.ts', 'README.md', 'capability.ts', 'examples.ts'].map((name) => [`${path}/${name}`, '']))

test('the dialects have the same files and folders at their top', () => {
  assert.deepEqual(findSkeleton(), [])
})

test('a file or folder that no dialect has, and a file that is missing, are found in every dialect', () => {
  const { 'src/dialect/one/README.md': _, ...one } = whole('src/dialect/one')
  const folder = plant({
    ...one,
    'src/dialect/one/auth/connect.ts': '',
    'src/dialect/one/mail/send.ts': '',
    'src/dialect/dialect.ts': '',
    ...whole('test/conformance/toy'),
    'test/conformance/toy/toy.test.ts': '',
    'test/conformance/toy/names.ts': '',
  })
  assert.deepEqual(
    findSkeleton(folder).map((fault) => fault.replace(/;.*/, '')),
    [
      'src/dialect/one: has no README.md, as every dialect has',
      'src/dialect/one/mail: no dialect has that at its top',
      'test/conformance/toy/names.ts: no dialect has that at its top',
    ],
  )
})
