import { l10n, ThemeIcon, TreeItem } from 'vscode'
import type { TwinWord } from '../../../shared/api.ts'
import { commands } from '../../commands.ts'
import type { TreeNode } from '../node.ts'

/** The way to a twin's document. */
export class TwinNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: TreeNode,
    readonly device: string,
    /** `undefined`: the one without a name. */
    readonly name: string | undefined,
    private readonly word: TwinWord,
  ) {
    this.id = `${parent.id}/twin${name === undefined ? '' : `/${name}`}`
  }

  item(): TreeItem {
    const shadow = this.word === 'shadow'
    const label = this.name ?? (shadow ? l10n.t('Shadow') : l10n.t('Twin'))
    const item = new TreeItem(label)
    item.iconPath = new ThemeIcon('json')
    item.contextValue = 'twin'
    if (this.name !== undefined) item.description = shadow ? l10n.t('named shadow') : l10n.t('named twin')
    item.command = {
      command: commands.openTwin,
      title: shadow ? l10n.t('Open Shadow') : l10n.t('Open Twin'),
      arguments: [this],
    }
    item.accessibilityInformation = { label: l10n.t('{0}, opens as a document', label), role: 'treeitem' }
    return item
  }
}
