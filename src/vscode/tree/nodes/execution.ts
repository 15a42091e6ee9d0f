import { l10n, TreeItem } from 'vscode'
import type { ExecutionView } from '../../../shared/api.ts'
import { commands } from '../../commands.ts'
import { uriOf } from '../../documents/uri.ts'
import { nameOf } from '../../../shared/keys.ts'
import type { TreeNode } from '../node.ts'
import { executionState } from '../states.ts'

/** A job on a device; shown under either, each time by the name of the other. */
export class ExecutionNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: TreeNode,
    readonly job: string,
    readonly view: ExecutionView,
    private readonly label: string,
  ) {
    this.id = `${parent.id}/execution/${job}/${view.device}/${view.number}`
  }

  item(): TreeItem {
    const { status, number, progress, device } = this.view
    const { word, icon } = executionState(status)
    const item = new TreeItem(this.label)
    item.iconPath = icon
    item.resourceUri = uriOf({ type: 'execution', job: this.job, device })
    item.description = [
      word,
      ...(progress !== undefined && status === 'IN_PROGRESS' ? [`${progress} %`] : []),
      ...(number > 1 ? [l10n.t('attempt {0}', number)] : []),
    ].join(' · ')
    item.contextValue = `execution ${status}`
    item.command = { command: commands.openExecution, title: l10n.t('Open Execution'), arguments: [this] }
    item.accessibilityInformation = {
      label: l10n.t('Job {0} on device {1}: {2}', nameOf(this.job), nameOf(device), word),
      role: 'treeitem',
    }
    return item
  }
}
