import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from '../../src/dialect/registry.ts'
import type { HubApi } from '../../src/shared/api.ts'
import { sightOf } from '../../src/vscode/job-editor/hub-sight.ts'

test('without a hub, and in a window where none ever ran, there are all clouds with what they bring', async () => {
  const { up, dialects: shown } = await sightOf({ api: () => undefined })
  assert.equal(up, false)
  assert.deepEqual(
    shown.map(({ name, title }) => [name, title]),
    dialects.map(({ name, title }) => [name, title]),
  )
  for (const { templates, documentSchema } of shown.flatMap(({ kinds }) => kinds))
    assert.ok(templates.length > 0 && Object.keys(documentSchema).length > 0)
})

test('a hub that goes away between question and answer is none', async () => {
  const gone = () => Promise.reject(new Error('gone'))
  const api = { dialects: gone, groups: gone, status: gone } as unknown as HubApi
  assert.deepEqual(await sightOf({ api: () => api }, async () => []), { up: false, dialects: [], groups: [] })
})
