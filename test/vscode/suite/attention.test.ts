import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { connectAsync } from 'mqtt'
import { after, before, describe, it } from 'mocha'
import { commands as editor, env } from 'vscode'
import type { HubApi } from '../../../src/shared/api.ts'
import { commands } from '../../../src/vscode/commands.ts'
import type { Exports } from '../../../src/vscode/exports.ts'
import { device, outline, set, started, stopped, until } from './extension-fixture.ts'

describe('what needs attention', () => {
  let hub: Exports
  let api: HubApi
  let mqtt: number
  const lines = () => outline(hub.attention)
  const stray = (shown: object) =>
    connectAsync(`mqtt://127.0.0.1:${mqtt}`, { clientId: 'stray', reconnectPeriod: 0, ...shown })

  before(async () => {
    await set('memory', true)
    ;({ hub, api, mqtt } = await started())
  })

  after(async () => {
    await stopped()
    await set('memory', undefined)
  })

  it('a client that is not let in is named, with count, cause and cure, and gone once it is', async () => {
    for (let times = 0; times < 2; times += 1) await assert.rejects(stray({ username: 'admin', password: 'admin' }))
    const [told, cause, cure, ...more] = await until(lines, (shown) => shown.some((line) => line.includes('(2 ×)')))
    assert.equal(told, 'stray — was not let in (2 ×)')
    assert.equal(cause, '  no cloud has clients that connect like this')
    assert.match(cure!, /^ {2}AWS IoT Core takes /)
    assert.deepEqual(more, [])
    await (await stray({})).endAsync()
    await until(lines, (shown) => shown.length === 0)
  })

  it('is copied, and dismissed', async () => {
    const client = await device(mqtt, 'lamp')
    await client.subscribeAsync('$aws/things/lamp/jobs/notify')
    await client.publishAsync('$aws/things/lamp/shadow/update', '{"state":{"reported":{"on":true}},"colour":1}', {
      qos: 1,
    })
    await until(lines, (shown) => shown.some((line) => line.includes('colour was accepted, but ignored')))
    const [node] = await hub.attention.getChildren()
    await editor.executeCommand(commands.copyNotice, node)
    assert.match(await env.clipboard.readText(), /^aws: .*colour was accepted, but ignored\n.*iotHub\.strict/)
    await editor.executeCommand(commands.dismissNotice, node)
    await until(lines, (shown) => shown.length === 0)
    await client.endAsync()
    assert.deepEqual(await api.notices(), [])
  })

  it('a port that is taken is there, too, as long as the hub has not started', async () => {
    await stopped()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    await set('mqtt', port)
    void editor.executeCommand(commands.start)
    await until(lines, (shown) =>
      shown.some((line) => line.startsWith('The hub did not start — ') && line.includes(String(port))),
    )
    other.close()
    await set('mqtt', 0)
    await editor.executeCommand(commands.start)
    await until(lines, (shown) => shown.length === 0)
  })
})
