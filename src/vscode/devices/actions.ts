import { l10n, window } from 'vscode'
import type { DialectView, HubApi } from '../../shared/api.ts'
import { askText, back, done, pick } from '../ask.ts'
import { dialectOf, nameOf } from '../../shared/keys.ts'

type Option = DialectView['actions'][number]['input'][number]

/** Lets the user pick one of the cloud's actions, asks for what it takes, and does it. */
export async function actOn(api: HubApi, device: string): Promise<void> {
  const dialect = (await api.dialects()).find(({ name }) => name === dialectOf(device))
  const actions = dialect?.actions ?? []
  if (actions.length === 0)
    return void window.showInformationMessage(l10n.t('There is nothing to do by hand with {0}.', nameOf(device)))
  const title = nameOf(device)
  const action = await pick(
    { title },
    actions.map((each) => ({ label: each.title, value: each })),
  )
  if (action === undefined || action === back) return
  const input: Record<string, string | number | boolean> = {}
  for (const option of action.input) {
    const given = await askFor(`${title}: ${action.title}`, option)
    if (given === undefined || given === back) return
    input[option.name] = given
  }
  done(await api.act(device, action.id, input))
}

async function askFor(title: string, option: Option): Promise<string | number | boolean | typeof back | undefined> {
  const placeholder = `${option.title}: ${option.about}`
  if (option.type === 'choice')
    return pick(
      { title, placeholder },
      option.choices.map((choice) => ({ label: choice, value: choice })),
    )
  if (option.type === 'flag')
    return pick({ title, placeholder }, [
      { label: l10n.t('Yes'), value: true },
      { label: l10n.t('No'), value: false },
    ])
  const text = await askText({ title, placeholder, value: String(option.default) }, () => undefined)
  return typeof text === 'string' && option.type === 'number' ? Number(text) : text
}
