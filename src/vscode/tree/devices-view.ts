import { Disposable, l10n, window, type TreeView } from 'vscode'
import { setContext } from '../context-keys.ts'
import type { Host } from '../host.ts'
import { cloudItemOf, deviceItemOf } from './affected.ts'
import { devicesDrag } from './drag.ts'
import { HubTree } from './hub-tree.ts'
import type { TreeNode } from './node.ts'
import { CloudNode, type DeviceFilter } from './nodes/cloud.ts'

/** The view of all devices by cloud. */
export class DevicesView {
  readonly tree: HubTree
  readonly view: TreeView<TreeNode>
  readonly #registrations: Disposable
  #filter: DeviceFilter = {}

  constructor(host: Host) {
    this.tree = new HubTree(host, {
      roots: async (api) => {
        const { dialects } = await api.status()
        const clouds = dialects.map(({ name, title }) => new CloudNode(name, title, () => this.#filter))
        const shown = await Promise.all(
          clouds.map((cloud) =>
            cloud.reload(api).then(
              () => true,
              () => false,
            ),
          ),
        )
        return clouds.filter((_, index) => shown[index])
      },
      parentOf: (id) => (id.startsWith('device/') ? cloudItemOf(id) : undefined),
    })
    this.view = window.createTreeView('iotHub.devices', {
      treeDataProvider: this.tree,
      showCollapseAll: true,
      canSelectMany: true,
      dragAndDropController: devicesDrag,
    })
    this.#registrations = Disposable.from(
      this.tree,
      this.view,
      this.view.onDidChangeVisibility(({ visible }) => this.tree.watched(visible)),
      host.onState(() => this.tree.reset()),
      host.onChange((change) => {
        const id = deviceItemOf(change)
        // After a gap in what we heard, and after a leap of time, anything may be different.
        if (id !== undefined || change.type === 'clock') this.tree.touch(id)
      }),
    )
    this.tree.watched(this.view.visible)
  }

  get filter(): DeviceFilter {
    return this.#filter
  }

  /** Shows only some devices; `{}`: all. */
  setFilter(filter: DeviceFilter): void {
    this.#filter = filter
    const words = [
      ...(filter.search === undefined ? [] : [`“${filter.search}”`]),
      ...(filter.online === undefined ? [] : [filter.online ? l10n.t('online') : l10n.t('offline')]),
    ]
    this.view.description = words.join(' · ')
    setContext('iotHub.filtered', words.length > 0)
    this.tree.reset()
  }

  dispose(): void {
    this.#registrations.dispose()
  }
}
