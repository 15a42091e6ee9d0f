import { Disposable, l10n, type ExtensionContext, type LogOutputChannel } from 'vscode'
import type { Host } from './host.ts'
import { inUsersLanguage } from './in-words.ts'
import type { HubSession } from './hub-session/hub-session.ts'

/** Gives life the face that the parts of the extension see. */
export function createHost(context: ExtensionContext, life: HubSession, log: LogOutputChannel): Host {
  return {
    extensionUri: context.extensionUri,
    memory: context.workspaceState,
    log,
    get state() {
      return life.state
    },
    api: () => {
      const api = life.api()
      return api && inUsersLanguage(api)
    },
    onChange: (listener) => new Disposable(life.onChange(listener)),
    onState: (listener) => new Disposable(life.onState(listener)),
    words: () => l10n.bundle ?? {},
  }
}
