import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ignoring } from '../../src/vscode/devices/gitignore.ts'

test('secrets are ignored under a heading', () => {
  assert.equal(ignoring('', ['private.pem.key', '.env'], 'Keys'), '# Keys\n/private.pem.key\n/.env\n')
})

test('what a .gitignore has is kept, and only what is missing is added', () => {
  assert.equal(
    ignoring('node_modules\r\n.env', ['private.pem.key', '.env'], 'Keys'),
    'node_modules\r\n.env\n# Keys\n/private.pem.key\n',
  )
  assert.equal(ignoring('/.env\n  private.pem.key\n', ['private.pem.key', '.env'], 'Keys'), undefined)
  assert.equal(ignoring('', [], 'Keys'), undefined)
})
