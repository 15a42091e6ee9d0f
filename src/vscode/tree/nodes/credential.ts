import { l10n, MarkdownString, ThemeColor, ThemeIcon, TreeItem } from 'vscode'
import type { CredentialView } from '../../../shared/api.ts'
import { credentialFacts, credentialIcon, credentialLabel } from '../../devices/credential-look.ts'
import { nameOf } from '../../../shared/keys.ts'
import type { TreeNode } from '../node.ts'

/** A certificate or secret of a device. */
export class CredentialNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: TreeNode,
    readonly device: string,
    readonly view: CredentialView,
  ) {
    this.id = `${parent.id}/${view.id}`
  }

  item(): TreeItem {
    const { view } = this
    const label = credentialLabel(view)
    const facts = credentialFacts(view, Date.now())
    const item = new TreeItem(label)
    item.iconPath = new ThemeIcon(
      credentialIcon(view),
      new ThemeColor(view.status === 'active' ? 'charts.green' : 'disabledForeground'),
    )
    item.description = facts.slice(0, 2).join(' · ')
    item.contextValue = ['credential', view.status, ...view.can].join(' ')
    item.tooltip = new MarkdownString().appendText(
      [
        view.id,
        ...facts,
        ...(view.expiresAt === undefined ? [] : [l10n.t('until {0}', new Date(view.expiresAt).toLocaleString())]),
      ].join('\n'),
    )
    item.accessibilityInformation = {
      label: l10n.t('{0} of {1}: {2}', label, nameOf(this.device), facts.join(', ')),
      role: 'treeitem',
    }
    return item
  }
}
