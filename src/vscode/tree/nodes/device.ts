import { l10n, MarkdownString, TreeItem, TreeItemCollapsibleState } from 'vscode'
import type { DeviceView, HubApi } from '../../../shared/api.ts'
import { counted } from '../../../shared/counted.ts'
import { firstOf } from '../paging.ts'
import { uriOf } from '../../documents/uri.ts'
import { idOf } from '../affected.ts'
import type { TreeNode } from '../node.ts'
import { deviceState } from '../states.ts'
import { ConnectionNode } from './connection.ts'
import { CredentialsNode } from './credentials.ts'
import { ExecutionsNode } from './executions.ts'
import { TwinNode } from './twin.ts'

/** So many parts of a device are shown. */
const most = 1000

/** A device; what changes about it stands behind its name. */
export class DeviceNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: TreeNode,
    public view: DeviceView,
  ) {
    this.id = idOf.device(view.key)
  }

  async reload(api: HubApi): Promise<void> {
    this.view = await api.device(this.view.key)
  }

  item(): TreeItem {
    const { name, kind, state, online, pending } = this.view
    const { word, icon } = deviceState(state)
    // That it has something to do is what “working” says already.
    const others = state === 'working' ? pending - 1 : pending
    const waiting = others <= 0 ? '' : counted(others, l10n.t('1 job pending'), l10n.t('{0} jobs pending', others))
    const item = new TreeItem(name, TreeItemCollapsibleState.Collapsed)
    item.iconPath = icon
    item.resourceUri = uriOf({ type: 'twin', word: 'twin', device: this.view.key })
    item.description = [kind, state === 'failed' && !online ? `${word} · ${l10n.t('offline')}` : word, waiting]
      .filter(Boolean)
      .join(' · ')
    item.contextValue = ['device', online ? 'online' : 'offline', state, ...(pending > 0 ? ['pending'] : [])].join(' ')
    item.accessibilityInformation = {
      label:
        waiting === ''
          ? l10n.t('Device {0} is {1}', name, word)
          : l10n.t('Device {0} is {1}, {2}', name, word, waiting),
      role: 'treeitem',
    }
    return item
  }

  async children(api: HubApi): Promise<TreeNode[]> {
    const detail = await api.device(this.view.key)
    const parts =
      detail.parts === undefined
        ? []
        : (await firstOf(most, (page) => api.devices({ parent: detail.key, ...page }))).items
    const named = detail.twins.filter((name) => name !== '').sort()
    return [
      new TwinNode(this, detail.key, undefined, detail.twinWord),
      ...named.map((name) => new TwinNode(this, detail.key, name, detail.twinWord)),
      ...parts.map((part) => new DeviceNode(this, part)),
      new ExecutionsNode(this, detail.key, detail.executions),
      new CredentialsNode(this, detail.key),
      ...(detail.connections.length === 0
        ? [new ConnectionNode(this, detail)]
        : detail.connections.map((connection) => new ConnectionNode(this, detail, connection))),
    ]
  }

  async tooltip(api: HubApi): Promise<MarkdownString> {
    const detail = await api.device(this.view.key)
    const text = new MarkdownString()
    text
      .appendMarkdown('**')
      .appendText(detail.name)
      .appendMarkdown('**\n\n')
      .appendText(deviceState(detail.state).word)
    const line = (label: string, value: string) => text.appendMarkdown('  \n').appendText(`${label} ${value}`)
    if (detail.seenAt !== undefined)
      line(l10n.t('Last change of connection:'), new Date(detail.seenAt).toLocaleString())
    for (const { module, version } of detail.modules)
      text.appendMarkdown('  \n').appendText(l10n.t('Runs {0} {1}', module, version))
    if (detail.groups.length > 0) line(l10n.t('Groups:'), detail.groups.join(', '))
    for (const [name, value] of Object.entries(detail.attributes)) line(`${name}:`, value)
    return text
  }
}
