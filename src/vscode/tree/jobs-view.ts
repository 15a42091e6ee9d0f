import { Disposable, window, type TreeView } from 'vscode'
import type { Host } from '../host.ts'
import { jobItemOf } from './affected.ts'
import { jobsDrop } from './drag.ts'
import { HubTree } from './hub-tree.ts'
import type { TreeNode } from './node.ts'
import { JobNode } from './nodes/job.ts'
import { LoadMoreNode } from './nodes/load-more.ts'

/** The view of all jobs, the newest first. */
export class JobsView {
  readonly tree: HubTree
  readonly view: TreeView<TreeNode>
  readonly #registrations: Disposable

  constructor(host: Host) {
    this.tree = new HubTree(host, {
      roots: async (api, extent) => {
        const jobs = (await api.jobs()).toSorted((one, other) => other.createdAt - one.createdAt)
        const shown = jobs.slice(0, extent.wanted(''))
        const nodes: TreeNode[] = shown.map((view) => new JobNode(view))
        return shown.length === jobs.length ? nodes : [...nodes, new LoadMoreNode(undefined, shown.length, jobs.length)]
      },
      parentOf: () => undefined,
    })
    this.view = window.createTreeView('iotHub.jobs', {
      treeDataProvider: this.tree,
      showCollapseAll: true,
      dragAndDropController: jobsDrop,
    })
    this.#registrations = Disposable.from(
      this.tree,
      this.view,
      this.view.onDidChangeVisibility(({ visible }) => this.tree.watched(visible)),
      host.onState(() => this.tree.reset()),
      host.onChange((change) => {
        const id = jobItemOf(change)
        // After a gap in what we heard, and after a leap of time, anything may be different.
        if (id !== undefined || change.type === 'clock') this.tree.touch(id)
      }),
    )
    this.tree.watched(this.view.visible)
  }

  dispose(): void {
    this.#registrations.dispose()
  }
}
