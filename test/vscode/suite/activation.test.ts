import assert from 'node:assert/strict'
import { after, describe, it } from 'mocha'
import { commands as editor } from 'vscode'
import { commands } from '../../../src/vscode/commands.ts'
import manifest from '../../../package.json'
import { activationFigure } from './activation-figure.ts'
import { say } from './reporter.ts'
import { activated, extension } from './stage.ts'

// The first file of the suite: nothing has used the extension yet.
describe('activation', () => {
  after(async () => say(await activationFigure()))

  it('loads nothing of the hub and starts nothing', async () => {
    const { host } = await activated()
    assert.equal(host.state.type, 'stopped')
    assert.equal(host.api(), undefined)
    const loaded = Object.keys(require.cache).filter((path) => path.startsWith(extension.extensionPath))
    assert.deepEqual(loaded.filter((path) => path.endsWith('hub.cjs')), [])
    assert.ok(loaded.some((path) => path.endsWith('extension.cjs')), 'the extension itself must be seen, or the test sees nothing')
  })

  it('registers every command that the manifest declares, and no other', async () => {
    const registered = (await editor.getCommands(true)).filter((id) => id.startsWith('iotHub.') && !/\.(focus|open|resetViewLocation|removeView|toggleVisibility)$/.test(id))
    const declared = manifest.contributes.commands.map(({ command }) => command)
    assert.deepEqual(Object.values(commands).filter((id) => !registered.includes(id)), [])
    assert.deepEqual(declared.toSorted(), Object.values(commands).toSorted())
  })

  it('has both views', async () => {
    await editor.executeCommand('iotHub.devices.focus')
    await editor.executeCommand('iotHub.jobs.focus')
  })
})
