import { l10n, MarkdownString, ThemeColor, ThemeIcon, TreeItem } from 'vscode'
import { commands } from '../../commands.ts'
import type { HubState } from '../../hub-session/state.ts'
import type { TreeNode } from '../node.ts'

/** That the hub did not start, and why; a click does what most likely helps. */
export class FailureNode implements TreeNode {
  readonly id = 'failure'
  readonly parent = undefined

  constructor(private readonly state: Extract<HubState, { type: 'failed' }>) {}

  item(): TreeItem {
    const { reason, conflict } = this.state
    const item = new TreeItem(l10n.t('The hub did not start'))
    item.iconPath = new ThemeIcon('error', new ThemeColor('charts.red'))
    item.description = reason
    item.tooltip = new MarkdownString().appendText(reason)
    item.contextValue = conflict === undefined ? 'failure' : 'failure port'
    item.command =
      conflict === undefined
        ? { command: commands.showLog, title: l10n.t('Show Log') }
        : { command: commands.useFreePorts, title: l10n.t('Use Free Port') }
    item.accessibilityInformation = { label: l10n.t('The hub did not start: {0}', reason), role: 'treeitem' }
    return item
  }
}
