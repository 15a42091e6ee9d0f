import assert from 'node:assert/strict'
import { commands as editor, ConfigurationTarget, extensions, workspace } from 'vscode'
import type { HubApi } from '../../../src/shared/api.ts'
import type { HubState } from '../../../src/vscode/hub-session/state.ts'
import { commands } from '../../../src/vscode/commands.ts'
import type { Exports } from '../../../src/vscode/exports.ts'
import type { HubTree } from '../../../src/vscode/tree/hub-tree.ts'
import type { TreeNode } from '../../../src/vscode/tree/node.ts'
import { connectDevice } from '../../builders/listening-device.ts'
import manifest from '../../../package.json'

export const extension = extensions.getExtension<Exports>(`${manifest.publisher}.${manifest.name}`)!

/** What the running extension lets tests see. */
export const activated = (): Promise<Exports> => Promise.resolve(extension.activate())

export const set = (name: string, value: unknown): Thenable<void> =>
  workspace.getConfiguration('iotHub').update(name, value, ConfigurationTarget.Workspace)

/** Free ports, so that suites and people do not meet. */
export async function anyPorts(): Promise<void> {
  for (const name of ['mqtt', 'mqtts', 'http', 'https']) await set(name, 0)
}

/** Starts the hub by its command, on free ports. */
export async function started(): Promise<{ hub: Exports; api: HubApi; mqtt: number }> {
  const hub = await activated()
  await anyPorts()
  const state = await editor.executeCommand<HubState>(commands.start)
  assert.equal(state?.type, 'running', JSON.stringify(state))
  return { hub, api: hub.host.api()!, mqtt: state.type === 'running' ? state.endpoints.mqtt : 0 }
}

export const stopped = (): Thenable<unknown> => editor.executeCommand(commands.stop)

/** A device of that name. */
export const device = connectDevice

/** Looks until it is so, as people do; fails with what it saw last. */
export async function until<T>(look: () => T | Promise<T>, so: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const seen = await look()
    if (so(seen)) return seen
    if (Date.now() > deadline) assert.fail(`it never came about: ${JSON.stringify(seen).slice(0, 1000)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** An item and all below it as lines of text, as the view would show them: label, description. */
export async function outline(tree: HubTree, node?: TreeNode, depth = 0): Promise<string[]> {
  const lines: string[] = []
  for (const child of await tree.getChildren(node)) {
    const { label, description } = tree.getTreeItem(child)
    lines.push(
      `${'  '.repeat(depth)}${String(label)}${typeof description === 'string' && description !== '' ? ` — ${description}` : ''}`,
      ...(await outline(tree, child, depth + 1)),
    )
  }
  return lines
}
