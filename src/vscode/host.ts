import type { Disposable, LogOutputChannel, Memento, Uri } from 'vscode'
import type { Change, HubApi } from '../shared/api.ts'
import type { Translations } from '../shared/messages.ts'
import type { HubState } from './hub-session/state.ts'

/** What every part of the extension gets: the hub as this window sees it, and where to say things. */
export interface Host {
  readonly extensionUri: Uri
  /** Kept for this workspace, across windows and restarts. */
  readonly memory: Memento
  readonly log: LogOutputChannel
  readonly state: HubState
  /**
   * The hub's API; `undefined` unless it is running or attached. Ask every time: the hub may stop between two calls.
   */
  api(): HubApi | undefined
  /**
   * Called with everything that changes in the hub, one by one and uncounted: batcher before you ask the API or draw.
   */
  onChange(listener: (change: Change) => void): Disposable
  /** Called after the state has become another one. After `stopped` or `attached` all that was known before is void. */
  onState(listener: (state: HubState) => void): Disposable
  /** English to the user's language, for webviews; empty in English. */
  words(): Translations
}
