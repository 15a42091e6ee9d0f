import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, it } from 'mocha'
import { commands as editor, env, workspace } from 'vscode'
import { defaultOptions, optionSpecs } from '../../../src/shared/options.ts'
import { commands } from '../../../src/vscode/commands.ts'
import type { HubState } from '../../../src/vscode/hub-session/state.ts'
import { activated, anyPorts, device, extension, set, started, stopped, until } from './extension-fixture.ts'

describe('the life of the hub', () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
    await stopped()
    for (const { name } of optionSpecs) await set(name, undefined)
  })

  it('starts, says where it listens, and stops', async () => {
    const { hub, api } = await started()
    assert.equal((await api.status()).mode, 'open')
    assert.ok(existsSync(join(hub.options().data, 'hub.json')))
    await stopped()
    assert.equal(hub.host.state.type, 'stopped')
    assert.equal(hub.host.api(), undefined)
    assert.ok(!existsSync(join(hub.options().data, 'hub.json')))
  })

  it('starts once, however often it is told to', async () => {
    const { api } = await started()
    const again = await editor.executeCommand<HubState>(commands.start)
    assert.equal(again?.type, 'running')
    assert.equal((await activated()).host.api(), api)
  })

  it('knows after a restart what it knew before: stopping writes everything down', async () => {
    const { hub, mqtt } = await started()
    const client = await device(mqtt, 'survivor')
    await client.endAsync()
    await editor.executeCommand(commands.restart)
    assert.equal((await hub.host.api()!.device('aws/survivor')).name, 'survivor')
  })

  it('takes its options from the settings, one for one', async () => {
    const hub = await activated()
    const settings = workspace.getConfiguration('iotHub')
    for (const { name } of optionSpecs) {
      const { defaultValue } = settings.inspect(name) ?? {}
      assert.deepEqual(defaultValue, name === 'data' ? '' : defaultOptions[name], name)
    }
    await set('mode', 'strict')
    await set('mqtt', 0)
    await set('bucket', 'objects')
    const { mode, mqtt, bucket, data } = hub.options()
    assert.deepEqual({ mode, mqtt }, { mode: 'strict', mqtt: 0 })
    assert.equal(bucket, join(workspace.workspaceFolders![0]!.uri.fsPath, 'objects'))
    assert.ok(
      !data.startsWith(workspace.workspaceFolders![0]!.uri.fsPath),
      'state stays out of the workspace unless asked for',
    )
    await set('data', 'state')
    assert.equal(hub.options().data, join(workspace.workspaceFolders![0]!.uri.fsPath, 'state'))
  })

  it('says which port is taken, and starts on free ones when told to', async () => {
    const hub = await activated()
    await anyPorts()
    const port = await taken(closers)
    await set('mqtt', port)
    const state = await Promise.race([
      editor.executeCommand<HubState>(commands.start),
      until(
        () => hub.host.state,
        ({ type }) => type === 'failed',
      ),
    ])
    assert.ok(state?.type === 'failed')
    assert.deepEqual(state.conflict, { setting: 'mqtt', port })
    assert.match(state.reason, new RegExp(`${port}.*taken.*iotHub\\.mqtt`))
    const now = await editor.executeCommand<HubState>(commands.useFreePorts)
    assert.ok(now?.type === 'running')
    assert.notEqual(now.endpoints.mqtt, port)
    assert.equal(workspace.getConfiguration('iotHub').get('mqtt'), now.endpoints.mqtt)
  })

  it('joins a hub that another process runs on the same data, and leaves it running', async () => {
    const hub = await activated()
    await anyPorts()
    const other = await hubProcess(closers, hub.options())
    const state = await editor.executeCommand<HubState>(commands.start)
    assert.ok(state?.type === 'attached')
    assert.equal(state.endpoints.mqtt, other.mqtt)
    const heard: string[] = []
    const listening = hub.host.onChange((change) => heard.push(change.type))
    const client = await device(other.mqtt, 'guest-device')
    await until(
      () => heard,
      (changes) => changes.length > 0,
    )
    listening.dispose()
    assert.equal((await hub.host.api()!.device('aws/guest-device')).online, true)
    await client.endAsync()
    other.child.kill('SIGKILL')
    // A window that has just joined and is left alone goes on by itself.
    await until(
      () => hub.host.state.type,
      (type) => type === 'running',
    )
    assert.equal((await hub.host.api()!.device('aws/guest-device')).online, false)
  })

  it('joins the hub again that it was a guest of, when that comes back', async () => {
    const hub = await activated()
    await anyPorts()
    const options = { ...hub.options(), memory: true }
    const first = await hubProcess(closers, options)
    void editor.executeCommand(commands.reset)
    await until(
      () => hub.host.state.type,
      (type) => type === 'attached',
    )
    first.child.kill('SIGKILL')
    // What it knew is lost with it: there is nothing to be run on.
    await until(
      () => hub.host.state.type,
      (type) => type === 'stopped',
    )
    const second = await hubProcess(closers, options)
    const state = await until(
      () => hub.host.state,
      ({ type }) => type === 'attached',
    )
    assert.equal(state.type === 'attached' && state.endpoints.mqtt, second.mqtt)
    await assert.rejects(hub.wipe(), { code: 'LOCKED' })
  })

  it('runs the hub of another window on, on the same ports and with what it knew, when that dies', async () => {
    const hub = await activated()
    await anyPorts()
    const other = await hubProcess(closers, hub.options())
    await (await device(other.mqtt, 'survivor-2')).endAsync()
    void editor.executeCommand(commands.reset)
    await until(
      () => hub.host.state.type,
      (type) => type === 'attached',
    )
    other.child.kill('SIGKILL')
    const state = await until(
      () => hub.host.state,
      ({ type }) => type === 'running',
    )
    assert.equal(state.type === 'running' && state.endpoints.mqtt, other.mqtt)
    assert.equal((await hub.host.api()!.device('aws/survivor-2')).name, 'survivor-2')
  })

  it('names the addresses at which it listens, not those that changed settings will bring', async () => {
    await started()
    await set('host', '0.0.0.0')
    await editor.executeCommand(commands.copyAddresses)
    const copied = (await env.clipboard.readText()).split('\n')
    assert.equal(copied.length, 4)
    for (const address of copied) assert.match(address, /^(mqtts?|https?):\/\/localhost:\d+$/)
  })

  it('deletes nothing of a hub that somebody else has begun since the window was opened', async () => {
    const hub = await activated()
    await anyPorts()
    const { data } = hub.options()
    const other = await hubProcess(closers, hub.options())
    const client = await device(other.mqtt, 'keepsake')
    await client.endAsync()
    assert.equal(hub.host.state.type, 'stopped')
    // The command looks first, and so finds that it is a guest.
    void editor.executeCommand(commands.reset)
    await until(
      () => hub.host.state.type,
      (type) => type === 'attached',
    )
    assert.equal((await hub.host.api()!.device('aws/keepsake')).name, 'keepsake')
    await assert.rejects(hub.wipe(), { code: 'LOCKED' })
    assert.ok(existsSync(join(data, 'state')) && existsSync(join(data, 'token')))
  })

  it('deletes what the hub knew in the folder that it ran in, whatever the settings say by now', async () => {
    const { hub } = await started()
    const { data } = hub.options()
    assert.ok(existsSync(join(data, 'state')))
    await set('data', 'elsewhere')
    await hub.wipe()
    assert.equal(hub.host.state.type, 'stopped')
    assert.ok(!existsSync(join(data, 'state')) && !existsSync(join(data, 'token')))
  })
})

/** A port that somebody else listens on. */
async function taken(closers: (() => unknown)[]): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

/** A hub in a process of its own, made of the same code. */
async function hubProcess(closers: (() => unknown)[], options: object): Promise<{ child: ChildProcess; mqtt: number }> {
  const script = `require(${JSON.stringify(join(extension.extensionPath, 'dist', 'hub.cjs'))}).hubMaker.start(${JSON.stringify(options)}).then(({ endpoints }) => console.log(JSON.stringify(endpoints)))`
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  })
  closers.push(() => child.kill('SIGKILL'))
  for await (const line of createInterface(child.stdout)) return { child, ...(JSON.parse(line) as { mqtt: number }) }
  throw new Error('the hub’s process ended before it was ready')
}
