import { l10n, ThemeIcon, TreeItem } from 'vscode'
import { commands } from '../../commands.ts'
import type { DeviceDetail } from '../../../shared/api.ts'
import type { TreeNode } from '../node.ts'

/** How a device is connected; if it is not, the way to connect it. */
export class ConnectionNode implements TreeNode {
  readonly id: string

  constructor(
    readonly parent: TreeNode,
    private readonly device: DeviceDetail,
    private readonly connection?: DeviceDetail['connections'][number],
  ) {
    this.id = `${parent.id}/connection${connection === undefined ? '' : `/${connection.id}`}`
  }

  item(): TreeItem {
    const { connection, device } = this
    const item = new TreeItem(connection === undefined ? l10n.t('Not connected') : l10n.t('Connected'))
    item.iconPath = new ThemeIcon(connection === undefined ? 'debug-disconnect' : 'plug')
    item.contextValue = 'connection'
    if (connection !== undefined) {
      item.description = `${connection.transport} · ${connection.remoteAddress}`
      item.tooltip = l10n.t(
        '{0} from {1}, known as {2}',
        connection.transport,
        connection.remoteAddress,
        connection.principal,
      )
    } else {
      item.description =
        device.seenAt === undefined
          ? l10n.t('never seen')
          : l10n.t('last seen {0}', new Date(device.seenAt).toLocaleString())
      item.command = { command: commands.connectDevice, title: l10n.t('Connect a Device'), arguments: [this.parent] }
    }
    return item
  }
}
