import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { commands as editor, extensions } from 'vscode'
import { commands } from '../../../src/vscode/commands.ts'
import manifest from '../../../package.json'

describe('the extension', () => {
  const extension = extensions.getExtension(`${manifest.publisher}.${manifest.name}`)

  it('is there', () => assert.ok(extension))

  it('activates and registers every command of the catalogue', async () => {
    await extension!.activate()
    const registered = await editor.getCommands(true)
    assert.deepEqual(Object.values(commands).filter((id) => !registered.includes(id)), [])
  })
})
