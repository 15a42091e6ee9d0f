import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'mocha'
import {
  commands as editor,
  ConfigurationTarget,
  debug,
  EventEmitter,
  tasks,
  workspace,
  type Task,
  type TaskExecution,
} from 'vscode'
import { commands } from '../../../src/vscode/commands.ts'
import type { Exports } from '../../../src/vscode/exports.ts'
import type { Host } from '../../../src/vscode/host.ts'
import type { HubState } from '../../../src/vscode/hub-session/state.ts'
import { HubTerminal } from '../../../src/vscode/task/hub-terminal.ts'
import { activated, anyPorts, set, started, stopped, until } from './extension-fixture.ts'

const folder = workspace.workspaceFolders![0]!
const inFolder = (name: string) => join(folder.uri.fsPath, name)
const tasksFile = inFolder('.vscode/tasks.json')

/** Writes down whether the hub could be reached when it ran: its port is in the file that a running hub leaves. */
const program = (data: string) => `
const { readFileSync, writeFileSync } = require('node:fs')
let told
try { told = JSON.parse(readFileSync(${JSON.stringify(join(data, 'hub.json'))}, 'utf8')) } catch (error) { told = String(error) }
writeFileSync(${JSON.stringify(inFolder('told.json'))}, JSON.stringify(told))
`

describe('the hub as a task', () => {
  let hub: Exports

  beforeEach(async () => {
    hub = await activated()
    await anyPorts()
    writeFileSync(inFolder('program.js'), program(hub.options().data))
  })

  afterEach(async () => {
    for (const execution of tasks.taskExecutions) execution.terminate()
    await until(
      () => tasks.taskExecutions.length,
      (count) => count === 0,
    )
    await stopped()
    for (const name of [tasksFile, inFolder('told.json'), inFolder('program.js')]) rmSync(name, { force: true })
    for (const name of ['mqtt', 'mqtts', 'http', 'https']) await set(name, undefined)
  })

  it('starts the hub, and stops it when it is ended', async () => {
    const execution = await tasks.executeTask(await provided())
    await stateIs(hub, 'running')
    execution.terminate()
    await stateIs(hub, 'stopped')
  })

  it('finds a hub that runs, and leaves it running when it is ended', async () => {
    const { api } = await started()
    const ready = began()
    const execution = await tasks.executeTask(await provided())
    await ready
    execution.terminate()
    await until(
      () => tasks.taskExecutions.length,
      (count) => count === 0,
    )
    assert.equal(hub.host.state.type, 'running')
    assert.equal(hub.host.api(), api)
  })

  it('goes with the hub: through a restart, and to its end', async () => {
    const execution = await tasks.executeTask(await provided())
    await stateIs(hub, 'running')
    const end = ended(execution)
    await editor.executeCommand(commands.restart)
    await stateIs(hub, 'running')
    assert.ok(tasks.taskExecutions.includes(execution))
    await stopped()
    assert.equal(await end, 0)
  })

  it('ends the hub it has begun once: closing what is left of it later stops no other', async () => {
    const stops: string[] = []
    const told = new EventEmitter<HubState>()
    const around = { state: { type: 'stopped' }, onState: told.event } as Host
    const terminal = new HubTerminal(
      around,
      { start: async () => ({ type: 'starting' }), stop: async () => stops.push('stop') },
      'settings.json',
    )
    const end = new Promise<number>((resolve) => terminal.onDidClose(resolve))
    terminal.open()
    told.fire({ type: 'stopped' })
    assert.equal(await end, 0)
    terminal.close()
    assert.deepEqual(stops, [])
  })

  it('fails if the hub cannot start', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    await set('mqtt', (server.address() as AddressInfo).port)
    const end = tasks.executeTask(await provided()).then(ended)
    assert.equal(await end, 1)
    await new Promise((resolve) => server.close(resolve))
  })

  it('stops a debugger that waits for a hub that cannot start', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    await set('mqtt', (server.address() as AddressInfo).port)
    await workspace.getConfiguration('debug').update('onTaskErrors', 'abort', ConfigurationTarget.Workspace)
    try {
      const program = inFolder('program.js')
      const launch = { type: 'node', request: 'launch', name: 'device', program, preLaunchTask: 'iot-hub: start' }
      assert.equal(await debug.startDebugging(folder, { ...launch, runtimeExecutable: process.execPath }), false)
      assert.equal(existsSync(inFolder('told.json')), false)
    } finally {
      await workspace.getConfiguration('debug').update('onTaskErrors', undefined, ConfigurationTarget.Workspace)
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('lets a task that depends on it wait until the hub is ready', async () => {
    const reading = {
      label: 'read',
      type: 'process',
      command: process.execPath,
      args: [inFolder('program.js')],
      options: { env: { ELECTRON_RUN_AS_NODE: '1' } },
      dependsOn: 'the hub',
      problemMatcher: [],
    }
    writeFileSync(
      tasksFile,
      JSON.stringify({ version: '2.0.0', tasks: [{ type: 'iot-hub', label: 'the hub' }, reading] }),
    )
    const task = await until(
      async () => (await tasks.fetchTasks()).find(({ name }) => name === 'read'),
      (found) => found !== undefined,
    )
    await tasks.executeTask(task!)
    assert.equal(await told(), process.pid)
  })

  it('lets a debugger wait until the hub is ready', async () => {
    const over = new Promise<void>((resolve) =>
      debug.onDidTerminateDebugSession(({ parentSession }) => void (parentSession === undefined && resolve())),
    )
    const launched = await debug.startDebugging(folder, {
      type: 'node',
      request: 'launch',
      name: 'device',
      program: inFolder('program.js'),
      preLaunchTask: 'iot-hub: start',
      runtimeExecutable: process.execPath,
    })
    assert.equal(launched, true)
    assert.equal(await told(), process.pid)
    assert.equal(hub.host.state.type, 'running', 'the end of the program is not the end of the hub')
    await over
  })
})

async function provided(): Promise<Task> {
  const [task] = await tasks.fetchTasks({ type: 'iot-hub' })
  assert.equal(task?.name, 'start')
  assert.equal(task.isBackground, true)
  return task
}

const stateIs = (hub: Exports, type: string) =>
  until(
    () => hub.host.state.type,
    (now) => now === type,
  )

/** Resolves when the next task has begun: before that there is nothing to terminate. */
const began = (): Promise<void> =>
  new Promise((resolve) => {
    const listening = tasks.onDidStartTask(() => {
      listening.dispose()
      resolve()
    })
  })

/** Its exit code, when it has ended. */
const ended = (execution: TaskExecution): Promise<number | undefined> =>
  new Promise((resolve) => {
    const listening = tasks.onDidEndTaskProcess((event) => {
      if (event.execution !== execution) return
      listening.dispose()
      resolve(event.exitCode)
    })
  })

/** The process of the hub that the program saw, or why it saw none. */
async function told(): Promise<unknown> {
  const text = await until(
    () => (existsSync(inFolder('told.json')) ? readFileSync(inFolder('told.json'), 'utf8') : ''),
    (written) => written !== '',
  )
  const seen = JSON.parse(text) as { pid?: number }
  return seen.pid ?? seen
}
