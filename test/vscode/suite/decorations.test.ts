import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { after, before, describe, it } from 'mocha'
import { Uri, type FileDecoration, type ThemeColor, type TreeItem } from 'vscode'
import type { HubApi } from '../../../src/shared/api.ts'
import { jsonTextOf } from '../../../src/shared/json-text.ts'
import type { Exports } from '../../../src/vscode/exports.ts'
import type { HubTree } from '../../../src/vscode/tree/hub-tree.ts'
import { activated, device, set, started, stopped, until } from './extension-fixture.ts'

const uri = (path: string) => Uri.from({ scheme: 'local-iot-hub', path })
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
    // As the editor does: what it shows it asks for again whenever that is said to have changed.
    const shown = new Map<string, string | undefined>()
    const show = async (of: Uri): Promise<void> => void shown.set(of.path, await mark(of))
    const listening = hub.decorations.onDidChangeFileDecorations!((uris) => {
      for (const of of uris === undefined ? [execution, details, twin] : [uris].flat()) void show(of)
    })
    const all = () => [execution, details, twin].map(({ path }) => shown.get(path))
    const became = async (...marks: (string | undefined)[]): Promise<void> =>
      void (await until(all, (now) => isDeepStrictEqual(now, marks)))

    await show(twin)
    await became(undefined, undefined, undefined)
    await api.createJob({
      dialect: 'aws',
      name: 'blink',
      targets: [{ device: 'lamp' }],
      document: jsonTextOf({ operation: 'blink' }),
    })
    await Promise.all([execution, details].map(show))
    await became('Q queued descriptionForeground', 'P in progress charts.blue', undefined)
    const client = await device(mqtt, 'lamp')
    await client.publishAsync('$aws/things/lamp/jobs/blink/update', JSON.stringify({ status: 'FAILED' }), { qos: 1 })
    await client.endAsync()
    await became('F failed charts.red', 'F completed with failures charts.orange', 'F failed charts.red')
    listening.dispose()
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
