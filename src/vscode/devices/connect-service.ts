import { env, l10n, QuickPickItemKind } from 'vscode'
import type { HubApi, ServiceKitView } from '../../shared/api.ts'
import { back, done, pick, type Choice } from '../ask.ts'

/** Picks a cloud, and hands out what its back ends need, one thing after the other. Secrets are never on the screen. */
export async function connectService(api: HubApi): Promise<void> {
  const dialects = (await api.dialects()).filter(({ services }) => services)
  const title = l10n.t('Connect a Service')
  const dialect =
    dialects.length === 1
      ? dialects[0]
      : await pick(
          { title, placeholder: l10n.t('Which cloud does its code speak to?') },
          dialects.map((each) => ({ label: each.title, value: each })),
        )
  if (dialect === undefined || dialect === back) return
  const kit = await api.serviceKit(dialect.name)
  for (;;) {
    const chosen = await pick({ title: `${title}: ${kit.title}`, stay: true }, rowsOf(kit))
    if (chosen === undefined || chosen === back) return
    await env.clipboard.writeText(chosen.text)
    done(chosen.said)
  }
}

interface Copied {
  text: string
  said: string
}

function rowsOf({ facts, environment }: ServiceKitView): Choice<Copied>[] {
  const lines = environment.map(({ name, value }) => `${name}=${value}`).join('\n')
  const names = environment.map(({ name }) => name).join(', ')
  return [
    {
      label: `$(copy) ${l10n.t('Copy the environment')}`,
      description: names,
      value: { text: `${lines}\n`, said: l10n.t('Environment copied; there are secrets in it') },
    },
    { label: '', kind: QuickPickItemKind.Separator, value: { text: '', said: '' } },
    ...facts.map(({ label, value, secret }) => ({
      label: `$(${secret === true ? 'key' : 'copy'}) ${label}`,
      description: secret === true ? '••••••••' : value,
      value: {
        text: value,
        said: secret === true ? l10n.t('{0} copied; it is a secret', label) : l10n.t('{0} copied', label),
      },
    })),
  ]
}
