import { TreeItem, TreeItemCollapsibleState } from 'vscode'
import type { HubApi } from '../../../shared/api.ts'
import { nameOf } from '../../../shared/keys.ts'
import type { Extent, TreeNode } from '../node.ts'
import { firstOf } from '../paging.ts'
import { executionState } from '../states.ts'
import { ExecutionNode } from './execution.ts'
import { LoadMoreNode } from './load-more.ts'

/** A job's executions in one state. */
export class JobStateNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: TreeNode,
    private readonly job: string,
    private readonly status: string,
    private readonly count: number,
  ) {
    this.id = `${parent.id}/state/${status}`
  }

  item(): TreeItem {
    const { word, icon } = executionState(this.status)
    const item = new TreeItem(word, TreeItemCollapsibleState.Collapsed)
    item.iconPath = icon
    item.description = String(this.count)
    item.contextValue = 'jobState'
    item.accessibilityInformation = { label: `${word}: ${this.count}`, role: 'treeitem' }
    return item
  }

  async children(api: HubApi, extent: Extent): Promise<TreeNode[]> {
    const { items, total, next } = await firstOf(extent.wanted(this.id), (page) =>
      api.executions(this.job, { status: this.status, ...page }),
    )
    const nodes: TreeNode[] = items.map((view) => new ExecutionNode(this, this.job, view, nameOf(view.device)))
    return next === undefined ? nodes : [...nodes, new LoadMoreNode(this, items.length, total)]
  }
}
