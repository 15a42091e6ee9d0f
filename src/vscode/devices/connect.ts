import { l10n } from 'vscode'
import type { DialectView, HubApi } from '../../shared/api.ts'
import { askText, back, pick, type Choice } from '../ask.ts'
import { nameFault } from './device-name.ts'
import { deviceRows, pickDialect } from './pick-device.ts'
import { offerKit } from './kit.ts'

const steps = (title: string, step: number, total: number) => l10n.t('{0} ({1} of {2})', title, step, total)

/** Pick a cloud, pick a device or name a new one, get what its program needs. */
export async function connectDevice(api: HubApi, device?: string): Promise<void> {
  const title = l10n.t('Connect a Device')
  if (device !== undefined) return offerKit(api, device)
  for (;;) {
    const dialect = await pickDialect(api, {
      title: steps(title, 1, 3),
      placeholder: l10n.t('Which cloud does its code speak to?'),
    })
    if (dialect === undefined || dialect === back) return
    const chosen = await chooseDevice(api, dialect, steps(title, 2, 3))
    if (chosen === back) continue
    if (chosen !== undefined) await offerKit(api, chosen)
    return
  }
}

/** A new device by hand; resolves to its key. */
export async function addDevice(api: HubApi): Promise<string | undefined> {
  const title = l10n.t('Add a Device')
  for (;;) {
    const dialect = await pickDialect(api, { title: steps(title, 1, 2), placeholder: l10n.t('Of which cloud?') })
    if (dialect === undefined || dialect === back) return undefined
    const device = await nameDevice(api, dialect, steps(title, 2, 2))
    if (device === back) continue
    if (device !== undefined) await offerKit(api, device)
    return device
  }
}

async function chooseDevice(
  api: HubApi,
  dialect: DialectView,
  title: string,
): Promise<string | typeof back | undefined> {
  const several = (await api.dialects()).length > 1
  const found = await pick<{ key: string } | { name: string } | 'new'>(
    { title, placeholder: l10n.t('An existing device, or a name for a new one'), canGoBack: several },
    async (typed) => {
      const name = typed.trim()
      const existing: Choice<{ key: string }>[] = (await deviceRows(api, name, dialect.name)).map((row) => ({
        ...row,
        value: { key: row.value },
      }))
      if (existing.some(({ label }) => label === name)) return existing
      const fresh: Choice<{ name: string } | 'new'> =
        name === '' || nameFault(dialect.deviceName, name) !== undefined
          ? { label: `$(add) ${l10n.t('New device…')}`, value: 'new', alwaysShow: true }
          : { label: `$(add) ${l10n.t('New device “{0}”', name)}`, value: { name }, alwaysShow: true }
      return [fresh, ...existing]
    },
  )
  if (found === undefined || found === back) return found
  if (found === 'new') return nameDevice(api, dialect, title)
  return 'key' in found ? found.key : register(api, dialect, found.name)
}

async function nameDevice(api: HubApi, dialect: DialectView, title: string): Promise<string | typeof back | undefined> {
  const name = await askText(
    { title, placeholder: l10n.t('Name of the device in {0}', dialect.title), canGoBack: true },
    (text) => nameFault(dialect.deviceName, text),
  )
  return name === undefined || name === back ? name : register(api, dialect, name)
}

const register = async (api: HubApi, dialect: DialectView, name: string): Promise<string> =>
  (await api.registerDevice(dialect.name, name)).key
