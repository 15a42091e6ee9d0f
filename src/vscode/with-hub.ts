import { commands as editor, l10n, window } from 'vscode'
import type { HubApi } from '../shared/api.ts'
import { notRunning } from './ask.ts'
import { commands } from './commands.ts'
import type { Host } from './host.ts'

/** Makes a command of a deed that needs the hub: offers to start it, and tells of what it refuses. */
export type WithHub = <A extends unknown[]>(
  deed: (api: HubApi, ...given: A) => unknown,
) => (...given: A) => Promise<unknown>

export const createWithHub =
  (host: Host): WithHub =>
  (deed) =>
  async (...given) => {
    const api = host.api() ?? (await startFirst(host))
    if (api === undefined) return undefined
    try {
      return await deed(api, ...given)
    } catch (error) {
      host.log.debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
      void window.showErrorMessage(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

async function startFirst(host: Host): Promise<HubApi | undefined> {
  const start = l10n.t('Start Hub')
  if ((await window.showInformationMessage(notRunning(), start)) !== start) return undefined
  await editor.executeCommand(commands.start)
  return host.api()
}
