import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'mocha'
import {
  commands as editor,
  DataTransfer,
  DataTransferItem,
  TabInputCustom,
  TabInputWebview,
  Uri,
  window,
  workspace,
} from 'vscode'
import type { HubApi } from '../../../src/shared/api.ts'
import { jsonTextOf } from '../../../src/shared/json-text.ts'
import { commands } from '../../../src/vscode/commands.ts'
import type { Exports } from '../../../src/vscode/exports.ts'
import type { HubTree } from '../../../src/vscode/tree/hub-tree.ts'
import type { TreeNode } from '../../../src/vscode/tree/node.ts'
import { set, started, stopped, until } from './extension-fixture.ts'

const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) }
const [file, broken] = ['night', 'broken'].map((name) =>
  join(workspace.workspaceFolders![0]!.uri.fsPath, `${name}.iotjob.json`),
) as [string, string]

describe('dragging and dropping', () => {
  let hub: Exports
  let api: HubApi

  before(async () => {
    await set('memory', true)
    ;({ hub, api } = await started())
    await api.addDevice('aws', 'lamp')
    await api.addDevice('iothub-course', 'Oven/one')
    await api.createJob({
      dialect: 'aws',
      name: 'blink',
      targets: [{ device: 'lamp' }],
      document: jsonTextOf({ operation: 'blink' }),
    })
    writeFileSync(
      file,
      JSON.stringify({
        dialect: 'aws',
        name: 'night',
        targets: [{ query: 'thingName:*' }],
        document: { operation: 'sleep' },
      }),
    )
  })

  afterEach(() => editor.executeCommand('workbench.action.closeAllEditors'))

  after(async () => {
    rmSync(file)
    await stopped()
    await set('memory', undefined)
  })

  const forms = () =>
    window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof TabInputWebview && input.viewType.includes('iotHub.jobEditor')).length

  async function node(tree: HubTree, id: string, under?: TreeNode): Promise<TreeNode> {
    for (const child of await tree.getChildren(under)) {
      if (child.id === id) return child
      if (child.id.startsWith('cloud/')) {
        const found = await node(tree, id, child).catch(() => undefined)
        if (found !== undefined) return found
      }
    }
    throw new Error(`no item ${id}`)
  }

  async function taken(...keys: string[]): Promise<DataTransfer> {
    const transfer = new DataTransfer()
    const nodes = await Promise.all(keys.map((key) => node(hub.devices, `device/${key}`)))
    await hub.drag.devices.handleDrag!(nodes, transfer, token)
    return transfer
  }

  const ofFiles = (...uris: Uri[]): DataTransfer => {
    const transfer = new DataTransfer()
    transfer.set('text/uri-list', new DataTransferItem(uris.join('\r\n')))
    return transfer
  }

  it('a device dropped beside all jobs begins a new one', async () => {
    await hub.drag.jobs.handleDrop!(undefined, await taken('aws/lamp'), token)
    await until(forms, (count) => count === 1)
  })

  it('a device dropped on a job, or on what is under it, begins one like it', async () => {
    const job = await node(hub.jobs, 'job/aws/blink')
    const [state] = await hub.jobs.getChildren(job)
    for (const [index, target] of [job, state!].entries()) {
      await hub.drag.jobs.handleDrop!(target, await taken('aws/lamp'), token)
      await until(forms, (count) => count === index + 1)
    }
  })

  it('a job’s file dropped on a device begins the file’s job for it, dropped beside all it is opened', async () => {
    await hub.drag.devices.handleDrop!(await node(hub.devices, 'device/aws/lamp'), ofFiles(Uri.file(file)), token)
    await until(forms, (count) => count === 1)
    for (const { handleDrop } of [hub.drag.jobs, hub.drag.devices]) {
      await handleDrop!(undefined, ofFiles(Uri.file(file)), token)
      await until(
        () => window.tabGroups.activeTabGroup.activeTab?.input,
        (input) => input instanceof TabInputCustom && input.uri.fsPath === file,
      )
      await editor.executeCommand('workbench.action.closeAllEditors')
    }
  })

  it('what does not fit begins nothing', async () => {
    const [lamp, oven, job] = await Promise.all([
      node(hub.devices, 'device/aws/lamp'),
      node(hub.devices, 'device/iothub-course/Oven/one'),
      node(hub.jobs, 'job/aws/blink'),
    ])
    await hub.drag.jobs.handleDrop!(undefined, await taken('aws/lamp', 'iothub-course/Oven/one'), token)
    await hub.drag.jobs.handleDrop!(job, await taken('iothub-course/Oven/one'), token)
    await hub.drag.devices.handleDrop!(oven, ofFiles(Uri.file(file)), token)
    writeFileSync(broken, '{ "dialect": ')
    await hub.drag.devices.handleDrop!(lamp, ofFiles(Uri.file(broken)), token)
    rmSync(broken)
    await hub.drag.jobs.handleDrop!(undefined, await taken('aws/lamp'), token)
    // Editors appear in the order in which they were asked for.
    await until(forms, (count) => count > 0)
    assert.equal(forms(), 1)
  })

  it('other files and other items are none of its business', async () => {
    const lamp = await node(hub.devices, 'device/aws/lamp')
    await hub.drag.devices.handleDrop!(
      lamp,
      ofFiles(
        Uri.file('/somewhere/package.json'),
        Uri.from({ scheme: 'local-iot-hub', path: '/devices/aws/lamp/twin.json' }),
      ),
      token,
    )
    const transfer = new DataTransfer()
    await hub.drag.devices.handleDrag!([(await hub.devices.getChildren(lamp))[0]!], transfer, token)
    assert.deepEqual([...transfer], [])
    assert.equal(forms(), 0)
  })

  it('each has its command', async () => {
    writeFileSync(file, JSON.stringify({ name: 'night', document: { operation: 'sleep' } }))
    await editor.executeCommand(commands.createJobFromFileForDevice, 'aws/lamp', Uri.file(file))
    await until(forms, (count) => count === 1)
    await editor.executeCommand(commands.createJobLike, 'aws/blink', ['aws/lamp'])
    await until(forms, (count) => count === 2)
  })
})
