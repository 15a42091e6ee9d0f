import { l10n } from 'vscode'
import type { HubApi } from '../../shared/api.ts'
import { back, pick, type Choice } from '../ask.ts'
import { nameOf } from '../../shared/keys.ts'
import { idOf } from '../tree/affected.ts'
import type { DevicesView } from '../tree/devices-view.ts'
import type { DeviceFilter } from '../tree/nodes/cloud.ts'
import { deviceRows } from './pick-device.ts'

type Wish = { device: string } | { filter: DeviceFilter }

/** Goes to one device among ten thousand, or shows only some of them. */
export async function findDevice(api: HubApi, devices: DevicesView): Promise<void> {
  const wish = await pick<Wish>(
    { title: l10n.t('Find a Device'), placeholder: l10n.t('Type a part of its name') },
    async (typed) => {
      const rows = await deviceRows(api, typed)
      return [...filters(typed.trim()), ...rows.map((row) => ({ ...row, value: { device: row.value } }))]
    },
  )
  if (wish === undefined || wish === back) return
  if ('filter' in wish) return devices.setFilter(wish.filter)
  await revealDevice(devices, wish.device)
}

/** Shows a device in the tree; one that lies beyond what is shown is filtered for. */
export async function revealDevice(devices: DevicesView, key: string): Promise<void> {
  const id = idOf.device(key)
  let node = await devices.tree.lookUp(id)
  if (node === undefined) {
    devices.setFilter({ search: nameOf(key) })
    node = await devices.tree.lookUp(id)
  }
  if (node !== undefined) await devices.view.reveal(node, { select: true, focus: true, expand: true })
}

function filters(search: string): Choice<Wish>[] {
  const row = (label: string, filter: DeviceFilter): Choice<Wish> => ({
    label: `$(filter) ${label}`,
    alwaysShow: true,
    value: { filter },
  })
  return search === ''
    ? [
        row(l10n.t('Show only devices that are online'), { online: true }),
        row(l10n.t('Show only devices that are offline'), { online: false }),
      ]
    : [row(l10n.t('Show only devices named like “{0}”', search), { search })]
}
