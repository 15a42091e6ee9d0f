import { commands as editor, l10n, window } from 'vscode'
import type { DeviceView, DialectView, HubApi } from '../../shared/api.ts'
import { pick, type Choice, type Question, type back } from '../ask.ts'
import { commands } from '../commands.ts'
import { DeviceNode } from '../tree/nodes/device.ts'
import { deviceState } from '../tree/states.ts'

/** What a command of a device was called with: an item of the tree, a row of a page, or a key. */
export function deviceKeyOf(given: unknown): string | undefined {
  if (given instanceof DeviceNode) return given.view.key
  if (isRow(given)) return given.device
  return typeof given === 'string' ? given : undefined
}

/** VS Code hands on what a page says of the row whose menu was opened. */
const isRow = (given: unknown): given is { device: string } =>
  typeof given === 'object' &&
  given !== null &&
  'webviewSection' in given &&
  given.webviewSection === 'device' &&
  'device' in given &&
  typeof given.device === 'string'

const rowOf = ({ key, name, state }: DeviceView, titles: Map<string, string>, dialect: string): Choice<string> => {
  const { word, icon } = deviceState(state)
  return {
    label: name,
    description: [titles.get(dialect), word].filter(Boolean).join(' · '),
    iconPath: icon,
    value: key,
  }
}

/** Rows of the devices whose name holds what was typed; at most fifty, the hub searches. */
export async function deviceRows(api: HubApi, typed: string, dialect?: string): Promise<Choice<string>[]> {
  const { dialects } = dialect === undefined ? await api.status() : { dialects: [] }
  const titles = new Map(dialects.map(({ name, title }) => [name, title]))
  const search = typed.trim()
  const { items } = await api.devices({
    limit: 50,
    ...(search !== '' && { search }),
    ...(dialect !== undefined && { dialect }),
  })
  return items.map((view) => rowOf(view, titles, view.dialect))
}

/** Lets the user pick a device, of this cloud only if one is given; `undefined`: changed their mind. */
export async function pickDevice(
  api: HubApi,
  question: Question,
  dialect?: string,
): Promise<string | typeof back | undefined> {
  const { total } = await api.devices({ limit: 1, ...(dialect !== undefined && { dialect }) })
  if (total === 0) return offerFirst()
  return pick({ placeholder: l10n.t('Type to search by name'), ...question }, (typed) =>
    deviceRows(api, typed, dialect),
  )
}

/** There is none to pick: offers to connect one instead. */
async function offerFirst(): Promise<undefined> {
  const connect = l10n.t('Connect a Device')
  const choice = await window.showInformationMessage(l10n.t('There is no device yet.'), connect)
  if (choice === connect) await editor.executeCommand(commands.connectDevice)
}

/** Lets the user pick a cloud; the only one needs no question. */
export async function pickDialect(api: HubApi, question: Question): Promise<DialectView | typeof back | undefined> {
  const dialects = await api.dialects()
  const [only] = dialects
  if (dialects.length === 1) return only
  return pick(
    question,
    dialects.map((dialect) => ({ label: dialect.title, value: dialect })),
  )
}
