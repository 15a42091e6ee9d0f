import type { DialectView, GroupView, Problem } from './api.ts'
import type { JobDraft, TargetDraft } from './job-draft.ts'
import type { JsonText } from './json-text.ts'

/**
 * Every webview says `ready` first and is sent its whole state; it keeps what must outlive a reload in its own state.
 */
export type ToJobEditor =
  | { type: 'init'; mode: EditorMode; start: EditorStart; hub: HubSight; look: EditorLook; words: Translations }
  /** The hub came, went, or has other groups. */
  | { type: 'hub'; hub: HubSight }
  | { type: 'look'; look: EditorLook }
  /** The file was changed by somebody else (undo, the text editor, git). */
  | { type: 'draft'; draft: Partial<JobDraft> }
  /** The file cannot be shown as a form, and why. */
  | { type: 'unreadable'; problem: string }
  /** Devices came, went or changed: what was counted may be another number now. */
  | { type: 'devicesChanged' }
  | { type: 'matches'; request: number; count?: number; problem?: string }
  /** The first names that were found, and how many there are. */
  | { type: 'devices'; request: number; names: string[]; total: number }
  /** The answer to `check`; none: fine. */
  | { type: 'problems'; request: number; problems: Problem[] }
  /** The answers to `submit`. After `created` the host closes an editor that has no file. */
  | { type: 'refused'; problems: Problem[] }
  | { type: 'created'; job: string; name: string }

export type FromJobEditor =
  | { type: 'ready' }
  /** The draft is another one than when it was last sent, in these members; for the file, or for the next opening. */
  | { type: 'draft'; draft: DraftInWork; changed: (keyof JobDraft)[]; documentText: string }
  | { type: 'count'; request: number; dialect: string; targets: TargetDraft[] }
  | { type: 'findDevices'; request: number; dialect: string; search: string }
  | { type: 'check'; request: number; draft: DraftInWork }
  | { type: 'submit'; draft: JobDraft }
  | { type: 'saveAs'; draft: DraftInWork }
  /** Forget what was kept from last time. */
  | { type: 'discard' }
  | { type: 'openAsText' }
  | { type: 'openProgress'; job: string }
  | { type: 'startHub' }
  | { type: 'cspViolation'; text: string }

/** A job that is still to be made, or one that a `*.iotjob.json` file tells. */
export type EditorMode = 'new' | 'file'

/** What an editor begins with. */
export interface EditorStart {
  /** Names the editor for as long as it lives, also over reloads; the page keeps it. */
  id: string
  draft: Partial<JobDraft>
  /** The document as it was typed, where that is not simply the draft's. */
  documentText?: string
  /**
   * When the host was last told of a change, in milliseconds; 0: never. What the page itself has kept may be newer or
   * older.
   */
  at: number
  /** It is left over from an editor that was closed before its job was created. */
  restored: boolean
}

/** A draft whose document may be half written and is absent then. */
export type DraftInWork = Omit<JobDraft, 'document'> & { document?: JsonText }

/** The hub as the job editor sees it. While it is down, the clouds are those that the extension brings. */
export interface HubSight {
  up: boolean
  dialects: DialectView[]
  groups: GroupView[]
  /** What the hub's clock shows, if it is a virtual one. */
  virtualNow?: number
}

/** The user's settings for text editors. */
export interface EditorLook {
  fontFamily: string
  /** Pixels. */
  fontSize: number
  fontLigatures: boolean
  tabSize: number
  insertSpaces: boolean
  wordWrap: boolean
}

/** English words to those of the user's language; a word that is missing stays English. */
export type Translations = Record<string, string>
