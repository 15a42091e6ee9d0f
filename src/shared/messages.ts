import type { DialectView, ExecutionDetail, ExecutionView, GroupView, JobDetail, JobView, MessageView, Page, Problem } from './api.ts'
import type { JobDraft, TargetDraft } from './job-draft.ts'

/** Every webview says `ready` first and is sent its whole state; it keeps what must outlive a reload in its own state. */
export type ToJobEditor =
  | { type: 'init'; dialects: DialectView[]; groups: GroupView[]; draft: JobDraft; readOnly: boolean; words: Words }
  | { type: 'groups'; groups: GroupView[] }
  | { type: 'matches'; request: number; count?: number; problem?: string }
  | { type: 'devices'; request: number; names: string[] }
  /** The answer to `submit` and `check`; none: fine. After a successful submit the host closes or reuses the editor. */
  | { type: 'problems'; problems: Problem[] }
  | { type: 'created'; job: string }

export type FromJobEditor =
  | { type: 'ready' }
  /** The draft has changed; kept by the host for the file or the next opening. */
  | { type: 'draft'; draft: JobDraft }
  | { type: 'count'; request: number; dialect: string; targets: TargetDraft[] }
  | { type: 'findDevices'; request: number; dialect: string; search: string }
  | { type: 'check'; draft: JobDraft }
  | { type: 'submit'; draft: JobDraft }
  | { type: 'cspViolation'; text: string }

export type ToProgress =
  | { type: 'init'; sequence: number; job: JobDetail; words: Words }
  /** Newer counts and status; `sequence` grows by one, a gap asks for everything with `ready`. */
  | { type: 'job'; sequence: number; job: JobView; at: number }
  | { type: 'page'; request: number; page: Page<ExecutionView> }
  | { type: 'execution'; request: number; execution: ExecutionDetail; messages: MessageView[] }
  /** Executions that have changed since; rows not shown are ignored. */
  | { type: 'rows'; rows: ExecutionView[] }
  | { type: 'gone' }

export type FromProgress =
  | { type: 'ready' }
  | { type: 'page'; request: number; status?: string; search?: string; after?: string; limit: number }
  | { type: 'execution'; request: number; device: string }
  | { type: 'cancel' | 'forceCancel' | 'retryFailed' | 'delete' }
  | { type: 'openDocument' }
  | { type: 'openDevice'; device: string }
  | { type: 'cspViolation'; text: string }

/** English words to those of the user's language; a word that is missing stays English. */
export type Words = Record<string, string>
