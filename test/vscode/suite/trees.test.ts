import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { commands as editor } from 'vscode'
import type { HubApi } from '../../../src/shared/api.ts'
import { jsonTextOf } from '../../../src/shared/json-text.ts'
import { commands } from '../../../src/vscode/commands.ts'
import type { Exports } from '../../../src/vscode/exports.ts'
import { device, outline, set, started, stopped, until } from './extension-fixture.ts'

/** Only what is looked at is drawn, and a view that VS Code itself has opened may have come before it meanwhile. */
const looking = async <T>(seen: () => T): Promise<T> => {
  await editor.executeCommand('iotHub.devices.focus')
  return seen()
}

describe('the trees', () => {
  let hub: Exports
  let api: HubApi
  let mqtt: number

  before(async () => {
    await set('memory', true)
    ;({ hub, api, mqtt } = await started())
    let drawn = false
    const listening = hub.devices.onDidChangeTreeData(() => (drawn = true))
    await until(
      () =>
        looking(() => {
          // What is told before the view has asked for everything is not told again.
          hub.devices.touch(undefined)
          return drawn
        }),
      (seen) => seen,
    )
    listening.dispose()
  })

  after(async () => {
    await stopped()
    await set('memory', undefined)
  })

  it('are empty at first, so that the welcome shows', async () => {
    assert.deepEqual(await outline(hub.devices), [])
    assert.deepEqual(await outline(hub.jobs), [])
  })

  it('show a device by its cloud as it connects, and as it leaves', async () => {
    const drawn: (string | undefined)[] = []
    const listening = hub.devices.onDidChangeTreeData((nodes) =>
      drawn.push(...(nodes ?? [undefined]).map((node) => node?.id)),
    )
    // VS Code may ask for all of it by itself meanwhile; what it finds then it need not be told.
    let asked = 0
    const getChildren = hub.devices.getChildren.bind(hub.devices)
    hub.devices.getChildren = (node) => {
      if (node === undefined) asked += 1
      return getChildren(node)
    }
    const brought = (): Promise<number> =>
      until(
        () => looking(() => drawn.length + asked),
        (count) => count > 0,
      )

    const client = await device(mqtt, 'washer-1')
    await brought()
    const lines = await outline(hub.devices)
    const [cloud, washer, ...below] = lines
    assert.deepEqual([cloud, washer], ['AWS IoT Core — 1 of 1 online', '  washer-1 — online'])
    assert.deepEqual(below.slice(0, 3), ['    Shadow', '    Executions — none yet', '    Credentials'])
    assert.match(below[3]!, /^ {4}Connected — tcp · .*127\.0\.0\.1$/)
    drawn.length = 0
    asked = 0
    await client.endAsync()
    await brought()
    assert.ok(!drawn.includes(undefined), `one device is no reason to draw the whole tree: ${drawn.join()}`)
    await until(
      () => outline(hub.devices),
      ([cloud, row]) => cloud === 'AWS IoT Core — 0 of 1 online' && row === '  washer-1 — offline',
    )
    hub.devices.getChildren = getChildren
    listening.dispose()
  })

  it('show a job with its states and executions, and under the device', async () => {
    await api.createJob({
      dialect: 'aws',
      name: 'reboot-all',
      targets: [{ device: 'washer-1' }],
      document: jsonTextOf({ operation: 'reboot' }),
    })
    const lines = await until(
      () => outline(hub.jobs),
      (seen) => seen.length === 3,
    )
    assert.deepEqual(lines, ['reboot-all — 0/1 · in progress', '  queued — 1', '    washer-1 — queued'])
    assert.ok((await outline(hub.devices)).includes('      reboot-all — queued'))
    const [job] = await hub.jobs.getChildren()
    assert.equal(hub.jobs.getTreeItem(job!).contextValue, 'job active')
    assert.equal(hub.jobs.getTreeItem(job!).id, 'job/aws/reboot-all')
  })

  it('say everything in words too', async () => {
    const [cloud] = await hub.devices.getChildren()
    const [washer] = await hub.devices.getChildren(cloud)
    assert.equal(
      hub.devices.getTreeItem(washer!).accessibilityInformation?.label,
      'Device washer-1 is offline, 1 job pending',
    )
    const item = await hub.devices.resolveTreeItem(hub.devices.getTreeItem(washer!), washer!, {
      isCancellationRequested: false,
      onCancellationRequested: () => ({ dispose() {} }),
    })
    assert.ok(item.tooltip)
  })

  it('page a fleet, and load more on demand', async () => {
    for (let number = 0; number < 205; number += 1)
      await api.addDevice('iothub-course', `Oven/oven-${String(number).padStart(3, '0')}`)
    const cloud = (await hub.devices.getChildren()).find(({ id }) => id === 'cloud/iothub-course')
    assert.ok(cloud)
    const page = await hub.devices.getChildren(cloud)
    assert.equal(page.length, 201)
    const more = page.at(-1)!
    assert.equal(hub.devices.getTreeItem(more).description, '200 of 205 shown')
    await editor.executeCommand(commands.loadMore, more)
    assert.equal((await hub.devices.getChildren(cloud)).length, 205)
  })

  it('forget what is gone', async () => {
    await api.deleteJob('aws/reboot-all', { force: true })
    await until(
      () => outline(hub.jobs),
      (seen) => seen.length === 0,
    )
    await api.removeDevice('aws/washer-1')
    await until(
      () => outline(hub.devices),
      (lines) => !lines.some((line) => line.includes('washer-1') || line.startsWith('AWS')),
    )
  })
})
