import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readFromProgress } from '../../src/vscode/progress/read-message.ts'

describe('what a progress page sends', () => {
  it('is read where it is what it should be', () => {
    const messages = [
      { type: 'ready' },
      { type: 'page', request: 1, limit: 200 },
      { type: 'page', request: 2, limit: 1000, status: 'FAILED', search: 'w', after: 'aws/d1' },
      { type: 'page', request: 3, limit: 200, sort: 'progress', descending: true },
      { type: 'watch', devices: ['aws/d1'] },
      { type: 'select' },
      { type: 'select', device: 'aws/d1' },
      { type: 'forceCancel' },
      { type: 'openTwin', device: 'aws/d1' },
      { type: 'revealDevice', device: 'aws/d1' },
      { type: 'cspViolation', text: 'img-src' },
    ]
    for (const message of messages) assert.deepEqual(readFromProgress(message), message)
  })

  it('is refused where it is not', () => {
    const inputs = [
      undefined,
      null,
      'ready',
      { type: 'rm' },
      { type: 'page', request: 1, limit: 0 },
      { type: 'page', request: 1, limit: 1e6 },
      { type: 'page', request: '1', limit: 10 },
      { type: 'page', request: 1, limit: 10, after: 7 },
      { type: 'page', request: 1, limit: 10, sort: 'colour' },
      { type: 'page', request: 1, limit: 10, sort: 'device', descending: 'yes' },
      { type: 'watch', devices: 'aws/d1' },
      { type: 'watch', devices: [7] },
      { type: 'watch', devices: new Array(10_000).fill('aws/d1') },
      { type: 'select', device: {} },
      { type: 'openTwin' },
    ]
    for (const input of inputs) assert.equal(readFromProgress(input), undefined, JSON.stringify(input)?.slice(0, 80))
  })

  it('keeps nothing that was not asked for', () => {
    assert.deepEqual(readFromProgress({ type: 'cancel', force: true }), { type: 'cancel' })
  })
})
