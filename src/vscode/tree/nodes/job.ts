import { l10n, MarkdownString, TreeItem, TreeItemCollapsibleState } from 'vscode'
import type { HubApi, JobView } from '../../../shared/api.ts'
import { counted } from '../../../shared/counted.ts'
import { countOf, inOrder, isBad, isRetriable } from '../../../shared/states.ts'
import { commands } from '../../commands.ts'
import { uriOf } from '../../documents/uri.ts'
import { idOf } from '../affected.ts'
import type { TreeNode } from '../node.ts'
import { executionState, jobState } from '../states.ts'
import { JobStateNode } from './job-state.ts'

/** A job, with how far it is. */
export class JobNode implements TreeNode {
  readonly id: string
  readonly parent = undefined

  constructor(public view: JobView) {
    this.id = idOf.job(view.key)
  }

  async reload(api: HubApi): Promise<void> {
    // A single job comes with its history, which is worked out from all its executions.
    const view = (await api.jobs()).find(({ key }) => key === this.view.key)
    if (view === undefined) throw new Error(`no job ${this.view.key} any more`)
    this.view = view
  }

  item(): TreeItem {
    const { name, status, counts, planned } = this.view
    const { word, icon } = jobState(status, counts)
    const done = counts['SUCCEEDED'] ?? 0
    const failed = countOf(counts, isBad)
    const item = new TreeItem(name, TreeItemCollapsibleState.Collapsed)
    item.iconPath = icon
    item.resourceUri = uriOf({ type: 'jobDetails', job: this.view.key })
    // A sidebar of usual width cuts what comes late: the icon says the last word, too.
    item.description = [`${done}/${planned}`, ...(failed > 0 ? [l10n.t('{0} failed', failed)] : []), word].join(' · ')
    const active = status === 'IN_PROGRESS' || status === 'SCHEDULED'
    item.contextValue = [
      'job',
      active ? 'active' : 'ended',
      ...(countOf(counts, isRetriable) > 0 ? ['retriable'] : []),
    ].join(' ')
    item.accessibilityInformation = { label: spokenOf(this.view), role: 'treeitem' }
    item.command = { command: commands.openProgress, title: l10n.t('Show Progress'), arguments: [this] }
    return item
  }

  async children(): Promise<TreeNode[]> {
    const { counts } = this.view
    const states = inOrder(Object.keys(counts)).filter((status) => (counts[status] ?? 0) > 0)
    return states.map((status) => new JobStateNode(this, this.view.key, status, counts[status] ?? 0))
  }

  async tooltip(api: HubApi): Promise<MarkdownString> {
    const job = await api.job(this.view.key)
    const { name, status, description, upgrade, counts, planned, rolledOut, createdAt, comment } = job
    const text = new MarkdownString()
    text.appendMarkdown('**').appendText(name).appendMarkdown('** · ').appendText(jobState(status, counts).word)
    if (description !== undefined && description !== '') text.appendMarkdown('\n\n').appendText(description)
    if (upgrade !== undefined) {
      const what = `${upgrade.module} ${upgrade.version}`.trim()
      text.appendMarkdown('\n\n').appendText(l10n.t('Upgrade: {0}', what))
    }
    const reach = counted(
      planned,
      l10n.t('Rolled out to {0} of 1 device', rolledOut),
      l10n.t('Rolled out to {0} of {1} devices', rolledOut, planned),
    )
    text.appendMarkdown('\n\n').appendText(reach)
    for (const status of inOrder(Object.keys(counts)))
      text.appendMarkdown('  \n').appendText(`${executionState(status).word} ${counts[status] ?? 0}`)
    text.appendMarkdown('\n\n').appendText(l10n.t('Created {0}', new Date(createdAt).toLocaleString()))
    if (comment !== undefined) text.appendMarkdown('  \n').appendText(comment)
    return text
  }
}

/** A job in one sentence. */
function spokenOf({ name, status, counts, planned }: JobView): string {
  const { word } = jobState(status, counts)
  const done = counts['SUCCEEDED'] ?? 0
  const failed = countOf(counts, isBad)
  return counted(
    planned,
    l10n.t('Job {0} is {1}: {2} of 1 device succeeded, {3} failed', name, word, done, failed),
    l10n.t('Job {0} is {1}: {2} of {3} devices succeeded, {4} failed', name, word, done, planned, failed),
  )
}
