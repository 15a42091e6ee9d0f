import type { FileDecorationProvider, TreeDragAndDropController } from 'vscode'
import type { HubOptions } from '../shared/options.ts'
import type { Host } from './host.ts'
import type { HubTree } from './tree/hub-tree.ts'
import type { TreeNode } from './tree/node.ts'

/**
 * What `activate` gives to who looks at the extension from inside the editor: its own tests. No promise to anybody
 * else.
 */
export interface Exports {
  host: Host
  decorations: FileDecorationProvider
  /** What the settings mean for the hub. */
  options(): HubOptions
  /** Stops the hub and deletes what it knows, as the command does when it has asked. */
  wipe(): Promise<void>
  devices: HubTree
  jobs: HubTree
  attention: HubTree
  drag: Record<'devices' | 'jobs', TreeDragAndDropController<TreeNode>>
}
