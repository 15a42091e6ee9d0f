import { Disposable } from 'vscode'
import type { JobDraft } from '../../shared/job-draft.ts'
import type { Host } from '../host.ts'
import type { DraftSource } from './source.ts'

const kept = 'jobEditor.draft'

/** A job without a file: what is known of it already, or what was left when an editor was closed before the job was created. */
export function newSource({ memory }: Pick<Host, 'memory'>, init: Partial<JobDraft> | undefined): DraftSource {
  return {
    mode: 'new',
    read() {
      const left = memory.get<Partial<JobDraft>>(kept)
      return init === undefined && left !== undefined ? { draft: left, restored: true } : { draft: init ?? {}, restored: false }
    },
    write: async (draft) => memory.update(kept, draft),
    onChange: () => new Disposable(() => {}),
    discard: () => void memory.update(kept, undefined),
    openAsText: () => {},
  }
}
