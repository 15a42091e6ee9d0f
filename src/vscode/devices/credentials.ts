import { l10n, window } from 'vscode'
import type { CredentialView, HubApi } from '../../shared/api.ts'
import { back, confirm, done, pick } from '../ask.ts'
import { nameOf } from '../../shared/keys.ts'
import { credentialFacts, credentialIcon, credentialLabel } from './credential-look.ts'

type How = 'revoke' | 'delete'

/** Shows what lets a device in, and takes away what the user picks. */
export async function manageCredentials(api: HubApi, device: string): Promise<void> {
  const title = l10n.t('Credentials of {0}', nameOf(device))
  const credential = await pickCredential(api, device, title)
  if (credential === undefined) return
  const rows = credential.can.map((how) => ({
    label: `$(${how === 'revoke' ? 'circle-slash' : 'trash'}) ${verb(how)}`,
    value: how,
  }))
  const how = await pick({ title: `${title}: ${credentialLabel(credential)}`, canGoBack: true }, rows)
  if (how === back) return manageCredentials(api, device)
  if (how !== undefined) await withdrawCredential(api, device, credential, how)
}

/** Lets the user pick one; says so where there is none to be picked. */
export async function pickCredential(
  api: HubApi,
  device: string,
  title: string,
  how?: How,
): Promise<CredentialView | undefined> {
  const found = (await api.credentials(device)).filter(({ can }) => how === undefined || can.includes(how))
  if (found.length === 0) {
    await window.showInformationMessage(l10n.t('{0} has no credentials for that.', nameOf(device)))
    return undefined
  }
  const rows = found.map((credential) => ({
    label: `$(${credentialIcon(credential)}) ${credentialLabel(credential)}`,
    description: credentialFacts(credential, Date.now()).join(' · '),
    value: credential,
  }))
  const chosen = await pick({ title }, rows)
  return chosen === back ? undefined : chosen
}

/** Asks first: what is taken away cannot be given back. */
export async function withdrawCredential(
  api: HubApi,
  device: string,
  credential: CredentialView,
  how: How,
): Promise<void> {
  const label = credentialLabel(credential)
  const { mode } = await api.status()
  const shared = credential.alsoOf.length > 0
  const detail = [
    how === 'revoke'
      ? l10n.t('It lets nobody in any more; who came in by it is sent away.')
      : l10n.t('The hub forgets it; who came in by it is sent away.'),
    ...(how === 'delete' && shared
      ? [l10n.t('It stays that of the other devices: {0}', credential.alsoOf.join(', '))]
      : []),
    ...(how === 'delete' && mode === 'open'
      ? [l10n.t('In open mode whoever shows it again is let in again; revoke it to keep it out.')]
      : []),
  ]
  const text =
    how === 'revoke'
      ? l10n.t('Revoke {0} of {1}?', label, nameOf(device))
      : l10n.t('Delete {0} of {1}?', label, nameOf(device))
  if (!(await confirm(text, detail.join(' '), verb(how)))) return
  await api.withdrawCredential(device, credential.id, how)
  done(how === 'revoke' ? l10n.t('{0} revoked', label) : l10n.t('{0} deleted', label))
}

const verb = (how: How): string => (how === 'revoke' ? l10n.t('Revoke Credential') : l10n.t('Delete Credential'))
