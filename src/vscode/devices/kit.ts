import { env, l10n, languages, window, workspace } from 'vscode'
import type { ConnectionKit } from '../../shared/api.ts'
import { back, done, pick, type Choice } from '../ask.ts'
import { nameOf } from '../keys.ts'
import { saveFiles } from './save-files.ts'

type Wish = { snippet: ConnectionKit['snippets'][number] } | { fact: ConnectionKit['facts'][number] } | 'files' | 'facts'

/** Asks what the user wants of a kit, and gives it. */
export async function offerKit(kit: ConnectionKit): Promise<void> {
  const wish = await pick<Wish>({ title: kit.title, placeholder: l10n.t('What do you need for the firmware of {0}?', nameOf(kit.device)), stay: true }, rowsOf(kit))
  if (wish === undefined || wish === back) return
  if (wish === 'files') return saveFiles(kit)
  if (wish === 'facts') return copy(kit.facts.filter(({ secret }) => secret === undefined).map(({ label, value }) => `${label}: ${value}`).join('\n'), l10n.t('Connection facts copied'))
  if ('fact' in wish) return copy(wish.fact.value, wish.fact.secret === undefined ? l10n.t('{0} copied', wish.fact.label) : l10n.t('{0} copied; it is a secret', wish.fact.label))
  const document = await workspace.openTextDocument({ content: wish.snippet.code, language: await known(wish.snippet.language) })
  await window.showTextDocument(document)
}

function rowsOf({ snippets, files, facts }: ConnectionKit): Choice<Wish>[] {
  const names = files.map(({ name }) => name).join(', ')
  return [
    ...snippets.map((snippet): Choice<Wish> => ({ label: `$(code) ${snippet.title}`, description: snippet.language, detail: l10n.t('Opens as a new document'), value: { snippet } })),
    ...(files.length > 0 ? [{ label: `$(save) ${l10n.t('Save the files to a folder…')}`, detail: names, value: 'files' } satisfies Choice<Wish>] : []),
    ...(facts.length > 0 ? [{ label: `$(copy) ${l10n.t('Copy the connection facts')}`, detail: l10n.t('all but the secrets'), value: 'facts' } satisfies Choice<Wish>] : []),
    // A secret is never on the screen: it goes straight to the clipboard.
    ...facts.map((fact): Choice<Wish> => ({ label: `$(${fact.secret === undefined ? 'copy' : 'key'}) ${fact.label}`, description: fact.secret === undefined ? fact.value : '••••••••', value: { fact } })),
  ]
}

async function copy(text: string, said: string): Promise<void> {
  await env.clipboard.writeText(text)
  done(said)
}

/** Editors without an extension for a language show its code as plain text. */
async function known(language: string): Promise<string> {
  return (await languages.getLanguages()).includes(language) ? language : 'plaintext'
}
