import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTiers } from '../../scripts/tiers.ts'
import { plant } from '../builders/plant.ts'

test('a folder of tests that no script runs is told', () => {
  const folder = plant({
    'package.json': '{ "scripts": { "test": "node test/run.mjs unit net", "test:sdks": "node test/run.mjs sdks" } }',
    'test/vscode/run.ts': "runFiles('e2e')",
    'test/vscode/suite/a.test.ts': '',
    'test/unit/a.test.ts': '',
    'test/net/deep/a.test.ts': '',
    'test/sdks/python/a.test.ts': '',
    'test/e2e/a.test.ts': '',
    'test/builders/a.ts': '',
    'test/forgotten/deep/a.test.ts': '',
  })
  assert.deepEqual(findTiers(folder), ['test/forgotten: no script of package.json runs its tests'])
})

test('every folder of tests is run', () => {
  assert.deepEqual(findTiers(), [])
})
