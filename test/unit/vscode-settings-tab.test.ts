import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingsCommand } from '../../src/vscode/settings-tab.ts'

test('settings are opened on the tab that has all of the hub’s', () => {
  assert.equal(settingsCommand({ folders: true, remote: true }), 'workbench.action.openWorkspaceSettings')
  assert.equal(settingsCommand({ folders: true, remote: false }), 'workbench.action.openWorkspaceSettings')
  assert.equal(settingsCommand({ folders: false, remote: true }), 'workbench.action.openRemoteSettings')
  assert.equal(settingsCommand({ folders: false, remote: false }), 'workbench.action.openSettings')
})
