import { env, l10n, QuickPickItemKind } from 'vscode'
import type { HubApi, KitOfferView } from '../../shared/api.ts'
import { back, done, pick, type Choice } from '../ask.ts'
import { nameOf } from '../../shared/keys.ts'
import { manageCredentials } from './credentials.ts'
import { saveKit } from './save-kit.ts'

type Wish =
  | { code: KitOfferView['snippets'][number] }
  | { copy: { label: string; value: string } }
  | { secret: string }
  | 'files'
  | 'facts'
  | 'credentials'

/**
 * Shows what a device's program can be given, and gives it, one thing after the other. Keys are made when they are
 * wanted,
 * not when somebody looks.
 */
export async function offerKit(api: HubApi, device: string): Promise<void> {
  const [offer, { endpoints }] = await Promise.all([api.kitOffer(device), api.status()])
  for (;;) {
    const placeholder = l10n.t(
      'What do you need for the program of {0}? Nothing is made until you choose',
      nameOf(device),
    )
    const wish = await pick<Wish>({ title: offer.title, placeholder, stay: true }, rowsOf(offer, endpoints.ca))
    if (wish === undefined || wish === back) return
    if (wish === 'credentials') await manageCredentials(api, device)
    else if (wish === 'facts')
      await copy(
        offer.facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
        l10n.t('Connection facts copied'),
      )
    else if (wish === 'files') {
      if (await saveKit(api, offer)) return
    } else if ('copy' in wish) await copy(wish.copy.value, l10n.t('{0} copied', wish.copy.label))
    else if ('secret' in wish) await copySecret(api, device, wish.secret)
    else if (await saveKit(api, offer, wish.code)) return
  }
}

function rowsOf({ snippets, files, facts, secrets }: KitOfferView, ca: string): Choice<Wish>[] {
  const heading = (label: string): Choice<Wish> => ({ label, kind: QuickPickItemKind.Separator, value: 'facts' })
  const names = files.map(({ name }) => name).join(', ')
  const path = { label: l10n.t('Path of the hub’s CA certificate'), value: ca }
  return [
    heading(l10n.t('code and keys, saved to a folder')),
    ...snippets.map((code): Choice<Wish> => ({
      label: `$(code) ${code.title}`,
      description: [code.file, names].join(', '),
      value: { code },
    })),
    ...(files.length > 0
      ? [
          {
            label: `$(save) ${l10n.t('Only the keys and certificates…')}`,
            description: names,
            value: 'files',
          } satisfies Choice<Wish>,
        ]
      : []),
    heading(l10n.t('to the clipboard')),
    ...(ca === ''
      ? []
      : [{ label: `$(copy) ${path.label}`, description: path.value, value: { copy: path } } satisfies Choice<Wish>]),
    ...(facts.length > 0
      ? [
          {
            label: `$(copy) ${l10n.t('Copy the connection facts')}`,
            description: l10n.t('all but the secrets'),
            value: 'facts',
          } satisfies Choice<Wish>,
        ]
      : []),
    ...facts.map((fact): Choice<Wish> => ({
      label: `$(copy) ${fact.label}`,
      description: fact.value,
      value: { copy: fact },
    })),
    // A secret is never on the screen: it goes straight to the clipboard.
    ...secrets.map((secret): Choice<Wish> => ({
      label: `$(key) ${secret}`,
      description: '••••••••',
      value: { secret },
    })),
    heading(l10n.t('what lets it in')),
    { label: `$(shield) ${l10n.t('Credentials: look, revoke, delete…')}`, value: 'credentials' },
  ]
}

async function copySecret(api: HubApi, device: string, label: string): Promise<void> {
  const { facts } = await api.connectionKit(device)
  const fact = facts.find((found) => found.label === label)
  if (fact !== undefined) await copy(fact.value, l10n.t('{0} copied; it is a secret', label))
}

async function copy(text: string, said: string): Promise<void> {
  await env.clipboard.writeText(text)
  done(said)
}
