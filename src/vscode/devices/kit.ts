import { env, l10n, languages, QuickPickItemKind, window, workspace } from 'vscode'
import type { ConnectionKit } from '../../shared/api.ts'
import { back, done, pick, type Choice } from '../ask.ts'
import { nameOf } from '../keys.ts'
import { saveFiles } from './save-files.ts'

type Wish = { snippet: ConnectionKit['snippets'][number] } | { fact: ConnectionKit['facts'][number] } | 'files' | 'facts'

/** Asks what the user wants of a kit and gives it, one thing after the other: its keys are not kept, so there is no second time. */
export async function offerKit(kit: ConnectionKit): Promise<void> {
  for (let saved = kit.files.length === 0; ; ) {
    const wish = await pick<Wish>({ title: kit.title, placeholder: l10n.t('What do you need for the firmware of {0}?', nameOf(kit.device)), stay: true }, rowsOf(kit))
    if (wish === undefined || wish === back) return
    if (wish === 'files') saved = (await saveFiles(kit)) || saved
    else if (wish === 'facts') await copy(kit.facts.filter(({ secret }) => secret === undefined).map(({ label, value }) => `${label}: ${value}`).join('\n'), l10n.t('Connection facts copied'))
    else if ('fact' in wish) await copy(wish.fact.value, wish.fact.secret === undefined ? l10n.t('{0} copied', wish.fact.label) : l10n.t('{0} copied; it is a secret', wish.fact.label))
    else {
      await open(wish.snippet)
      if (!saved) void offerFiles(kit)
      return
    }
  }
}

async function offerFiles(kit: ConnectionKit): Promise<void> {
  const save = l10n.t('Save Files…')
  const text = l10n.t('The code expects these files beside it: {0}', kit.files.map(({ name }) => name).join(', '))
  if ((await window.showInformationMessage(text, save)) === save) await saveFiles(kit)
}

/** A new document: now the user reads that, and asks no more. */
async function open({ code, language }: ConnectionKit['snippets'][number]): Promise<void> {
  await window.showTextDocument(await workspace.openTextDocument({ content: code, language: await known(language) }))
}

function rowsOf({ snippets, files, facts }: ConnectionKit): Choice<Wish>[] {
  const names = files.map(({ name }) => name).join(', ')
  const heading = (label: string): Choice<Wish> => ({ label, kind: QuickPickItemKind.Separator, value: 'facts' })
  return [
    heading(l10n.t('code, as a new document')),
    ...snippets.map((snippet): Choice<Wish> => ({ label: `$(code) ${snippet.title}`, description: snippet.language, value: { snippet } })),
    heading(l10n.t('files and facts')),
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
