import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extensionPage, findPage } from '../../scripts/extension-page.ts'

test('the extension’s page has its pictures inside, and no link that needs a repository', () => {
  const page = extensionPage()
  assert.equal(page.match(/\]\(data:image\/png;base64,iVBOR/g)?.length, 2)
  assert.deepEqual(findPage(page), [])
})

test('a picture by path, a link by path and a command for people who build are found', () => {
  assert.equal(findPage('![x](media/x.png) [y](docs/y.md) run npm ci').length, 3)
  assert.deepEqual(findPage('[z](https://example.org) [top](#top)'), [])
})
