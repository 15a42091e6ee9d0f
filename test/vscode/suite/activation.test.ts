import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compileFunction } from 'node:vm'
import { after, describe, it } from 'mocha'
import { commands as editor } from 'vscode'
import { commands } from '../../../src/vscode/commands.ts'
import manifest from '../../../package.json'
import { activationFigure } from './activation-figure.ts'
import { say } from './reporter.ts'
import { activated, extension } from './extension-fixture.ts'

// The first file of the suite: nothing has used the extension yet.
describe('activation', () => {
  after(async () => say(await activationFigure()))

  it('loads nothing of the hub and starts nothing', async () => {
    const { host } = await activated()
    assert.equal(host.state.type, 'stopped')
    assert.equal(host.api(), undefined)
    const loaded = Object.keys(require.cache).filter((path) => path.startsWith(extension.extensionPath))
    assert.deepEqual(
      loaded.filter((path) => path.endsWith('hub.cjs')),
      [],
    )
    assert.ok(
      loaded.some((path) => path.endsWith('extension.cjs')),
      'the extension itself must be seen, or the test sees nothing',
    )
  })

  it('asks for the API once: VS Code works out each time who asks', () => {
    const path = join(extension.extensionPath, 'dist', 'extension.cjs')
    const asked: string[] = []
    const load = createRequire(path)
    const ask = (name: string): unknown => {
      asked.push(name)
      return load(name)
    }
    const names = ['require', 'module', 'exports', '__filename', '__dirname']
    const module = { exports: {} }
    compileFunction(readFileSync(path, 'utf8'), names)(ask, module, module.exports, path, dirname(path))
    assert.ok('activate' in module.exports)
    assert.equal(asked.filter((name) => name === 'vscode').length, 1)
    assert.deepEqual(
      asked.filter((name) => name !== 'vscode' && !name.startsWith('node:')),
      [],
    )
  })

  it('registers every command that the manifest declares, and no other', async () => {
    const registered = (await editor.getCommands(true)).filter(
      (id) => id.startsWith('iotHub.') && !/\.(focus|open|resetViewLocation|removeView|toggleVisibility)$/.test(id),
    )
    const declared = manifest.contributes.commands.map(({ command }) => command)
    assert.deepEqual(
      Object.values(commands).filter((id) => !registered.includes(id)),
      [],
    )
    assert.deepEqual(declared.toSorted(), Object.values(commands).toSorted())
  })

  it('has both views', async () => {
    await editor.executeCommand('iotHub.devices.focus')
    await editor.executeCommand('iotHub.jobs.focus')
  })
})
