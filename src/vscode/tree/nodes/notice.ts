import { l10n, MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode'
import type { NoticeView } from '../../../shared/api.ts'
import { cureOf, whatOf, whoOf, whyOf } from '../../attention/notice-words.ts'
import { commands } from '../../commands.ts'
import type { TreeNode } from '../node.ts'

const icons = {
  refused: ['error', 'charts.red'],
  warning: ['warning', 'charts.yellow'],
  ignored: ['info', 'charts.blue'],
} as const

/** Something that needs attention: whom it is about, what happened and how often; why and what to do stand below it. */
export class NoticeNode implements TreeNode {
  readonly id: string
  readonly parent = undefined

  constructor(readonly view: NoticeView) {
    this.id = `notice/${view.id}`
  }

  /** All that there is to read of it, to be sent to somebody. */
  get text(): string {
    const { view } = this
    const [why, cure] = [whyOf(view), cureOf(view)]
    const sentences = [...(why === undefined ? [] : [why]), ...(cure === undefined ? [] : [cure])]
    return [l10n.t('{0}: {1}', whoOf(view), whatOf(view)), ...sentences].join('\n')
  }

  item(): TreeItem {
    const { view } = this
    const [icon, color] = icons[view.kind]
    const times = view.count > 1 ? ` (${view.count} ×)` : ''
    const item = new TreeItem(whoOf(view), TreeItemCollapsibleState.Expanded)
    item.iconPath = new ThemeIcon(icon, new ThemeColor(color))
    item.description = `${whatOf(view)}${times}`
    item.contextValue = ['notice', ...(view.about?.type === 'device' ? ['device'] : [])].join(' ')
    item.tooltip = this.#tooltip()
    item.accessibilityInformation = {
      label: l10n.t('{0}: {1}', whoOf(view), `${whatOf(view)}${times}`),
      role: 'treeitem',
    }
    if (view.about?.type === 'device') {
      item.command = {
        command: commands.revealDevice,
        title: l10n.t('Show Device in the Tree'),
        arguments: [view.about.name],
      }
    }
    return item
  }

  async children(): Promise<TreeNode[]> {
    const [why, cure] = [whyOf(this.view), cureOf(this.view)]
    return [
      ...(why === undefined ? [] : [new SentenceNode(this, 'cause', 'question', why)]),
      ...(cure === undefined ? [] : [new SentenceNode(this, 'cure', 'lightbulb', cure)]),
    ]
  }

  #tooltip(): MarkdownString {
    const { firstAt, lastAt } = this.view
    const text = new MarkdownString()
    text.appendMarkdown('**').appendText(whoOf(this.view)).appendMarkdown('**\n\n').appendText(whatOf(this.view))
    for (const sentence of [whyOf(this.view), cureOf(this.view)])
      if (sentence !== undefined) text.appendMarkdown('\n\n').appendText(sentence)
    const at = (instant: number) => new Date(instant).toLocaleString()
    text.appendMarkdown('\n\n').appendText(l10n.t('first {0}, last {1}', at(firstAt), at(lastAt)))
    return text
  }
}

/** One thing that is said of a notice. */
class SentenceNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: NoticeNode,
    what: 'cause' | 'cure',
    private readonly icon: string,
    private readonly text: string,
  ) {
    this.id = `${parent.id}/${what}`
  }

  item(): TreeItem {
    const item = new TreeItem(this.text)
    item.iconPath = new ThemeIcon(this.icon)
    item.tooltip = new MarkdownString().appendText(this.text)
    item.contextValue = 'sentence'
    return item
  }
}
