import { env, l10n } from 'vscode'
import type { HubApi } from '../../shared/api.ts'
import { back, confirm, done } from '../ask.ts'
import { commands } from '../commands.ts'
import { compareTwin, openTwin } from '../documents/open.ts'
import { nameOf } from '../../shared/keys.ts'
import type { DevicesView } from '../tree/devices-view.ts'
import { CredentialNode } from '../tree/nodes/credential.ts'
import { DeviceNode } from '../tree/nodes/device.ts'
import { ExecutionNode } from '../tree/nodes/execution.ts'
import { JobNode } from '../tree/nodes/job.ts'
import { TwinNode } from '../tree/nodes/twin.ts'
import { addDevice, connectDevice } from './connect.ts'
import { actOn } from './actions.ts'
import { connectService } from './connect-service.ts'
import { manageCredentials, pickCredential, withdrawCredential } from './credentials.ts'
import { findDevice, revealDevice } from './find-device.ts'
import { deviceKeyOf, pickDevice } from './pick-device.ts'
import type { WithHub } from '../with-hub.ts'

/** What can be done with devices and their twins. All need the hub; without an item they ask for one. */
export function deviceCommands(withHub: WithHub, devices: DevicesView) {
  return {
    [commands.addDevice]: withHub(async (api) => {
      const key = await addDevice(api)
      if (key !== undefined) await revealDevice(devices, key)
    }),
    [commands.connectDevice]: withHub((api, given?: unknown) => connectDevice(api, deviceKeyOf(given))),
    [commands.deviceActions]: withHub((api, given?: unknown) =>
      withDevice(api, given, l10n.t('Do Something with'), (device) => actOn(api, device)),
    ),
    [commands.connectService]: withHub(connectService),
    [commands.showCredentials]: withHub((api, given?: unknown) =>
      withDevice(api, given, l10n.t('Credentials of'), (device) => manageCredentials(api, device)),
    ),
    [commands.revokeCredential]: withHub((api, given?: unknown) =>
      withdraw(api, given, 'revoke', l10n.t('Revoke a Credential of')),
    ),
    [commands.deleteCredential]: withHub((api, given?: unknown) =>
      withdraw(api, given, 'delete', l10n.t('Delete a Credential of')),
    ),
    [commands.removeDevice]: withHub((api, given?: unknown, selected?: unknown) => removeDevices(api, given, selected)),
    [commands.findDevice]: withHub((api) => findDevice(api, devices)),
    [commands.revealDevice]: withHub((_, given?: unknown) => {
      const key = given instanceof ExecutionNode ? given.view.device : deviceKeyOf(given)
      return key === undefined ? undefined : revealDevice(devices, key)
    }),
    [commands.clearFilter]: () => devices.setFilter({}),
    [commands.copyName]: (given?: unknown) => copyName(given),
    [commands.openTwin]: withHub((api, given?: unknown) =>
      withTwin(api, given, l10n.t('Open the Shadow or Twin of'), (device, name) => openTwin(api, device, name)),
    ),
    [commands.compareTwin]: withHub((api, given?: unknown) =>
      withTwin(api, given, l10n.t('Compare the Shadow or Twin of'), compareTwin),
    ),
  }
}

async function withDevice(
  api: HubApi,
  given: unknown,
  title: string,
  deed: (device: string) => unknown,
): Promise<void> {
  const device = deviceKeyOf(given) ?? (await pickDevice(api, { title }))
  if (typeof device === 'string') await deed(device)
}

async function withdraw(api: HubApi, given: unknown, how: 'revoke' | 'delete', title: string): Promise<void> {
  if (given instanceof CredentialNode) return withdrawCredential(api, given.device, given.view, how)
  await withDevice(api, given, title, async (device) => {
    const credential = await pickCredential(api, device, title, how)
    if (credential !== undefined) await withdrawCredential(api, device, credential, how)
  })
}

async function withTwin(
  api: HubApi,
  given: unknown,
  title: string,
  deed: (device: string, name: string | undefined) => unknown,
): Promise<void> {
  if (given instanceof TwinNode) return void (await deed(given.device, given.name))
  const device = deviceKeyOf(given) ?? (await pickDevice(api, { title }))
  if (typeof device === 'string') await deed(device, undefined)
}

async function removeDevices(api: HubApi, given: unknown, selected: unknown): Promise<void> {
  const chosen = (Array.isArray(selected) ? selected : [given]).map(deviceKeyOf).filter((key) => key !== undefined)
  const asked = chosen.length > 0 ? undefined : await pickDevice(api, { title: l10n.t('Remove a Device') })
  if (asked === back) return
  const keys = asked === undefined ? chosen : [asked]
  if (keys.length === 0) return
  if (!(await confirmRemoval(keys))) return
  for (const key of keys) await api.removeDevice(key)
}

const confirmRemoval = (keys: readonly string[]): Promise<boolean> =>
  keys.length === 1
    ? confirm(
        l10n.t('Remove the device {0}?', nameOf(keys[0]!)),
        l10n.t('Its shadows or twins, executions and credentials are deleted for good, and its connection is closed.'),
        l10n.t('Remove Device'),
      )
    : confirm(
        l10n.t('Remove {0} devices?', keys.length),
        l10n.t(
          'Their shadows or twins, executions and credentials are deleted for good, and their connections are closed.',
        ),
        l10n.t('Remove {0} Devices', keys.length),
      )

async function copyName(given: unknown): Promise<void> {
  const name =
    given instanceof DeviceNode || given instanceof JobNode
      ? given.view.name
      : given instanceof ExecutionNode
        ? nameOf(given.view.device)
        : undefined
  if (name === undefined) return
  await env.clipboard.writeText(name)
  done(l10n.t('{0} copied', name))
}
