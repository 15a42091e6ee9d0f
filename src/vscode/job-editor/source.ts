import type { Disposable } from 'vscode'
import type { JobDraft } from '../../shared/job-draft.ts'
import type { DraftInWork, EditorMode, EditorStart } from '../../shared/messages.ts'

/** Where the draft that an editor shows comes from, and where what people change goes to. */
export interface DraftSource {
  readonly mode: EditorMode
  read(): EditorStart | { problem: string }
  write(draft: DraftInWork, changed: readonly (keyof JobDraft)[], documentText: string): Promise<void>
  /** What is to be checked and created: of a file everything that it says, also what the form has no place for. */
  meant(draft: DraftInWork): Promise<DraftInWork>
  /** Somebody else has changed it. */
  onChange(listener: () => void): Disposable
  /** It is not wanted any more: the job was created, or people start afresh. */
  discard(): void
  openAsText(): void
}
