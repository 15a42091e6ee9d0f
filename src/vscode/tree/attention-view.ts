import { Disposable, l10n, window, type TreeView } from 'vscode'
import { followNotices } from '../attention/follow-notices.ts'
import { isUrgent } from '../attention/notice-words.ts'
import { setContext } from '../context-keys.ts'
import type { Host } from '../host.ts'
import { HubTree } from './hub-tree.ts'
import type { TreeNode } from './node.ts'
import { FailureNode } from './nodes/failure.ts'
import { NoticeNode } from './nodes/notice.ts'

/** The view of what needs attention, the latest first; there only while something does. */
export class AttentionView {
  readonly tree: HubTree
  readonly view: TreeView<TreeNode>
  readonly #registrations: Disposable

  constructor(host: Host) {
    this.tree = new HubTree(host, {
      roots: async (api) => {
        const notices = (await api.notices()).toSorted((one, other) => other.lastAt - one.lastAt)
        // What may stay as it is stands below what may not.
        return [...notices.filter(isUrgent), ...notices.filter((notice) => !isUrgent(notice))].map(
          (notice) => new NoticeNode(notice),
        )
      },
      withoutHub: () => (host.state.type === 'failed' ? [new FailureNode(host.state)] : []),
      parentOf: () => undefined,
    })
    this.view = window.createTreeView('iotHub.attention', { treeDataProvider: this.tree })
    const show = (all: number, urgent: number) => {
      setContext('iotHub.needsAttention', all > 0)
      this.view.badge = urgent === 0 ? undefined : { value: urgent, tooltip: l10n.t('Need attention: {0}', urgent) }
    }
    this.#registrations = Disposable.from(
      this.tree,
      this.view,
      this.view.onDidChangeVisibility(({ visible }) => this.tree.watched(visible)),
      followNotices(host, (notices) => {
        const failed = host.state.type === 'failed' ? 1 : 0
        show(notices.length + failed, notices.filter(isUrgent).length + failed)
        this.tree.touch(undefined)
      }),
      host.onState(() => this.tree.reset()),
    )
    this.tree.watched(this.view.visible)
  }

  dispose(): void {
    this.#registrations.dispose()
  }
}
