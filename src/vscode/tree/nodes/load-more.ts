import { l10n, ThemeIcon, TreeItem, type Command } from 'vscode'
import { commands } from '../../commands.ts'
import type { TreeNode } from '../node.ts'

/** Stands at the end of a list that is longer than what is shown. */
export class LoadMoreNode implements TreeNode {
  readonly id: string

  constructor(
    /** `undefined`: the list is the whole tree. */
    readonly parent: TreeNode | undefined,
    private readonly shown: number,
    private readonly total: number,
  ) {
    this.id = `${parent?.id ?? ''}/more`
  }

  item(): TreeItem {
    const item = new TreeItem(l10n.t('Load more…'))
    item.iconPath = new ThemeIcon('ellipsis')
    item.description = l10n.t('{0} of {1} shown', this.shown, this.total)
    item.contextValue = 'more'
    item.command = { command: commands.loadMore, title: l10n.t('Load more…'), arguments: [this] } satisfies Command
    item.accessibilityInformation = {
      label: l10n.t('{0} of {1} shown; load more', this.shown, this.total),
      role: 'treeitem',
    }
    return item
  }
}
