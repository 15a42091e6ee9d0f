import { randomUUID } from 'node:crypto'
import { Disposable } from 'vscode'
import type { JobDraft } from '../../shared/job-draft.ts'
import type { DraftInWork } from '../../shared/messages.ts'
import type { Host } from '../host.ts'
import type { DraftSource } from './source.ts'

const slot = 'jobEditor.draft'

/**
 * The job that was written last and not created; VS Code keeps a page's own state too, but not at once and not when it
 * is closed.
 */
interface Kept {
  id: string
  at: number
  draft: DraftInWork
  documentText: string
}

/**
 * A job without a file: what is known of it already, or what an editor that was closed has left behind. An editor that
 * is brought back after a reload has the `id` that it had.
 */
export function newSource(
  { memory }: Pick<Host, 'memory'>,
  init: Partial<JobDraft> | undefined,
  id?: string,
): DraftSource {
  const own = id ?? randomUUID()
  /** Whose draft is kept may also be another editor's, which is not ours to throw away. */
  let ours = own
  return {
    mode: 'new',
    read() {
      const kept = memory.get<Kept>(slot)
      const fits = kept !== undefined && init === undefined && (id === undefined || kept.id === id)
      if (!fits) return { id: own, draft: init ?? {}, at: 0, restored: false }
      ours = kept.id
      // The document is the text as it was typed; an older version has kept it as a value besides.
      const { document: _, ...draft } = kept.draft
      return { id: own, draft, documentText: kept.documentText, at: kept.at, restored: id === undefined }
    },
    write: async (draft, _, documentText) =>
      memory.update(slot, { id: own, at: Date.now(), draft, documentText } satisfies Kept),
    meant: async (draft) => draft,
    onChange: () => new Disposable(() => {}),
    discard() {
      const kept = memory.get<Kept>(slot)
      if (kept?.id === own || kept?.id === ours) void memory.update(slot, undefined)
    },
    openAsText: () => {},
  }
}
