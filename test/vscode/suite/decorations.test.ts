import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { Uri, type FileDecoration, type ThemeColor, type TreeItem } from 'vscode'
import type { HubApi } from '../../../src/shared/api.ts'
import { jsonTextOf } from '../../../src/shared/json-text.ts'
import type { Exports } from '../../../src/vscode/exports.ts'
import type { HubTree } from '../../../src/vscode/tree/hub-tree.ts'
import { activated, device, set, started, stopped, until } from './extension-fixture.ts'

const uri = (path: string) => Uri.from({ scheme: 'iothub', path })
const execution = uri('/jobs/aws/blink/executions/aws/lamp.json')
const details = uri('/jobs/aws/blink/details.json')
const twin = uri('/devices/aws/lamp/twin.json')

describe('the marks of documents', () => {
  let hub: Exports
  let api: HubApi
  let mqtt: number
  const mark = async (of: Uri): Promise<string | undefined> => {
    const found = (await hub.decorations.provideFileDecoration(of, {
      isCancellationRequested: false,
      onCancellationRequested: () => ({ dispose() {} }),
    })) as FileDecoration | undefined
    return found && `${found.badge} ${found.tooltip} ${(found.color as ThemeColor & { id: string }).id}`
  }

  before(async () => {
    await set('memory', true)
    hub = await activated()
    let all = false
    const listening = hub.decorations.onDidChangeFileDecorations!((uris) => void (all ||= uris === undefined))
    ;({ api, mqtt } = await started())
    // A hub that has just come makes everything another.
    await until(
      () => all,
      (told) => told,
    )
    listening.dispose()
    await (await device(mqtt, 'lamp')).endAsync()
  })

  after(async () => {
    await stopped()
    await set('memory', undefined)
  })

  it('are the state’s letter, word and colour, and change with it', async () => {
    assert.equal(await mark(twin), undefined, 'there is nothing to be said of a device that has nothing to do')
    await api.createJob({
      dialect: 'aws',
      name: 'blink',
      targets: [{ device: 'lamp' }],
      document: jsonTextOf({ operation: 'blink' }),
    })
    assert.equal(await mark(execution), 'Q queued descriptionForeground')
    assert.equal(await mark(details), 'P in progress charts.blue')
    const told: string[] = []
    const listening = hub.decorations.onDidChangeFileDecorations!((uris) =>
      told.push(...[uris].flat().map((one) => one?.path ?? 'all')),
    )
    const client = await device(mqtt, 'lamp')
    await client.publishAsync('$aws/things/lamp/jobs/blink/update', JSON.stringify({ status: 'FAILED' }), { qos: 1 })
    await until(
      () => told,
      (paths) => [execution, details, twin].every(({ path }) => paths.includes(path)),
    )
    listening.dispose()
    await client.endAsync()
    assert.equal(await mark(execution), 'F failed charts.red')
    assert.equal(await mark(details), 'F completed with failures charts.orange')
    assert.equal(await mark(twin), 'F failed charts.red')
  })

  it('are on the items of the trees too, as these stand for the same documents', async () => {
    const [cloud] = await hub.devices.getChildren()
    const [lamp] = await hub.devices.getChildren(cloud)
    const [job] = await hub.jobs.getChildren()
    const [state] = await hub.jobs.getChildren(job)
    const [run] = await hub.jobs.getChildren(state)
    const of = (tree: HubTree, node: typeof cloud): TreeItem['resourceUri'] => tree.getTreeItem(node!).resourceUri
    assert.deepEqual(
      [of(hub.devices, lamp), of(hub.jobs, job), of(hub.jobs, run)].map(String),
      [twin, details, execution].map(String),
    )
  })

  it('are none where there is nothing, and none of other files', async () => {
    for (const path of ['/devices/aws/nobody/twin.json', '/jobs/aws/none/details.json', '/else'])
      assert.equal(await mark(uri(path)), undefined)
    assert.equal(await mark(Uri.file('/jobs/aws/blink/details.json')), undefined)
  })

  it('go with the hub', async () => {
    assert.notEqual(await mark(details), undefined)
    let all = false
    const listening = hub.decorations.onDidChangeFileDecorations!((uris) => void (all ||= uris === undefined))
    await stopped()
    await until(
      () => all,
      (told) => told,
    )
    listening.dispose()
    assert.equal(await mark(details), undefined)
  })
})
