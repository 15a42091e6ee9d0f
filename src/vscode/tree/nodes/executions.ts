import { l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode'
import type { DeviceDetail, HubApi } from '../../../shared/api.ts'
import { nameOf } from '../../../shared/keys.ts'
import type { Extent, TreeNode } from '../node.ts'
import { ExecutionNode } from './execution.ts'
import { LoadMoreNode } from './load-more.ts'

/** What a device has done and has to do. */
export class ExecutionsNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: TreeNode,
    private readonly device: string,
    private readonly executions: DeviceDetail['executions'],
  ) {
    this.id = `${parent.id}/executions`
  }

  item(): TreeItem {
    const { length } = this.executions
    const item = new TreeItem(
      l10n.t('Executions'),
      length === 0 ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed,
    )
    item.iconPath = new ThemeIcon('checklist')
    item.description = length === 0 ? l10n.t('none yet') : String(length)
    item.contextValue = 'executions'
    return item
  }

  async children(api: HubApi, extent: Extent): Promise<TreeNode[]> {
    const executions = (await api.device(this.device)).executions.toSorted(
      (one, other) => other.queuedAt - one.queuedAt,
    )
    const shown = executions.slice(0, extent.wanted(this.id))
    const nodes: TreeNode[] = shown.map((view) => new ExecutionNode(this, view.job, view, nameOf(view.job)))
    return shown.length === executions.length
      ? nodes
      : [...nodes, new LoadMoreNode(this, shown.length, executions.length)]
  }
}
