import { l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode'
import type { HubApi } from '../../../shared/api.ts'
import type { TreeNode } from '../node.ts'
import { CredentialNode } from './credential.ts'

/** What lets a device in; asked for only when somebody opens it. */
export class CredentialsNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: TreeNode,
    private readonly device: string,
  ) {
    this.id = `${parent.id}/credentials`
  }

  item(): TreeItem {
    const item = new TreeItem(l10n.t('Credentials'), TreeItemCollapsibleState.Collapsed)
    item.iconPath = new ThemeIcon('shield')
    item.contextValue = 'credentials'
    return item
  }

  async children(api: HubApi): Promise<TreeNode[]> {
    return (await api.credentials(this.device)).map((view) => new CredentialNode(this, this.device, view))
  }
}
