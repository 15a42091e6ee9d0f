import { ConfigurationTarget, workspace, type ConfigurationChangeEvent } from 'vscode'
import { optionSpecs, type HubOptions, type OptionName } from '../shared/options.ts'
import { readOptions, type Places } from './hub-session/read-options.ts'

/** All settings are `iotHub.<option>`; the options are those of the CLI. */
const settingsSection = 'iotHub'

export const settingOf = (option: OptionName | string): string => `${settingsSection}.${option}`

/** There is one hub for all folders of a workspace: the first one's settings hold. */
const ofWorkspace = () => workspace.getConfiguration(settingsSection, workspace.workspaceFolders?.[0]?.uri ?? null)

/** The hub's options as the user set them. */
export function currentOptions(places: Places, onWrong: (setting: string, value: unknown) => void): HubOptions {
  const settings = ofWorkspace()
  return readOptions(
    (name) => settings.get(name),
    places,
    (name, value) => onWrong(settingOf(name), value),
  )
}

/** Changes options for this workspace. */
export async function changeOptions(changes: Partial<HubOptions>): Promise<void> {
  const settings = ofWorkspace()
  for (const [name, value] of Object.entries(changes)) await settings.update(name, value, ConfigurationTarget.Workspace)
}

export const affectsOptions = (event: ConfigurationChangeEvent): boolean =>
  [...optionSpecs.map(({ name }) => name), 'clouds'].some((name) => event.affectsConfiguration(settingOf(name)))
