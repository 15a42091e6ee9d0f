import { l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode'
import type { DeviceQuery, HubApi } from '../../../shared/api.ts'
import { counted } from '../../../shared/counted.ts'
import { idOf } from '../affected.ts'
import type { Extent, TreeNode } from '../node.ts'
import { firstOf } from '../paging.ts'
import { DeviceNode } from './device.ts'
import { LoadMoreNode } from './load-more.ts'

/** Which devices to show. */
export type DeviceFilter = Pick<DeviceQuery, 'search' | 'online'>

/** A cloud, with those of its devices that the filter lets through. */
export class CloudNode implements TreeNode {
  readonly id: string
  readonly parent = undefined
  #total = 0
  #online = 0

  constructor(
    readonly dialect: string,
    private readonly title: string,
    private readonly filter: () => DeviceFilter,
  ) {
    this.id = idOf.cloud(dialect)
  }

  /** Rejects when it has nothing to show any more. */
  async reload(api: HubApi): Promise<boolean> {
    const before = [this.#total, this.#online]
    const query = { ...this.filter(), dialect: this.dialect, limit: 1 }
    const [all, online] = await Promise.all([api.devices(query), api.devices({ ...query, online: true })])
    this.#total = all.total
    this.#online = query.online === false ? 0 : online.total
    if (this.#total === 0) throw new Error(`no device of ${this.dialect} to show`)
    return before[0] !== this.#total || before[1] !== this.#online
  }

  item(): TreeItem {
    const item = new TreeItem(this.title, TreeItemCollapsibleState.Expanded)
    item.iconPath = new ThemeIcon('cloud')
    item.description = l10n.t('{0} of {1} online', this.#online, this.#total)
    item.contextValue = 'cloud'
    const label = counted(
      this.#total,
      l10n.t('{0}: {1} of 1 device online', this.title, this.#online),
      l10n.t('{0}: {1} of {2} devices online', this.title, this.#online, this.#total),
    )
    item.accessibilityInformation = { label, role: 'treeitem' }
    return item
  }

  async children(api: HubApi, extent: Extent): Promise<TreeNode[]> {
    const query = { ...this.filter(), dialect: this.dialect }
    const { items, total, next } = await firstOf(extent.wanted(this.id), (page) => api.devices({ ...query, ...page }))
    const nodes: TreeNode[] = items.map((view) => new DeviceNode(this, view))
    return next === undefined ? nodes : [...nodes, new LoadMoreNode(this, items.length, total)]
  }
}
