import { isDeepStrictEqual } from 'node:util'
import type { TextDocument } from 'vscode'
import type { HubApi } from '../../shared/api.ts'
import { contentOf, prettyJson } from './contents.ts'
import type { Subject } from './paths.ts'
import { baseOf, type Base } from './twin-edit.ts'

/** A text and the state of the hub that it shows. */
export interface DocumentState {
  text: string
  /** Of a twin. */
  base?: Base
}

/** The text as it stands in the hub, which the editor has read or is told to read. */
export interface Opened extends DocumentState {
  subject: Subject
  /**
   * What the editor has last shown untouched. It may not have taken up a newer text yet, or never will because somebody
   * types.
   */
  shown: DocumentState & { mtime: number }
  /** Grows when the text becomes another: the editor reads again only then. */
  mtime: number
}

export function openedAs(
  now: DocumentState,
  subject: Subject,
  mtime: number,
  shown: Opened['shown'] = { ...now, mtime },
): Opened {
  return { ...now, subject, mtime, shown }
}

/** As if it had never become another than what the editor has shown. */
export const asShown = ({ subject, shown }: Opened): Opened => openedAs(loadedOf(shown), subject, shown.mtime)

export const loadedOf = ({ text, base }: DocumentState): DocumentState => ({ text, ...(base && { base }) })

/** The editor calls a document saved although somebody has typed on while it was being saved. */
export const isTouched = (document: TextDocument, { text, shown }: Opened) =>
  document.isDirty || (document.getText() !== text && document.getText() !== shown.text)

/** What says the same already stays as the user has laid it out. */
export function asWritten(loaded: DocumentState, before: DocumentState | undefined): DocumentState {
  const same =
    before !== undefined &&
    before.text !== loaded.text &&
    loaded.base !== undefined &&
    isDeepStrictEqual(parsed(before.text), loaded.base.document)
  return same ? { ...loaded, text: before.text } : loaded
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export async function loadDocument(api: HubApi, subject: Subject): Promise<DocumentState> {
  if (subject.type !== 'twin') return { text: await contentOf(api, subject) }
  const twin = await api.twin(subject.device, subject.name)
  return { text: prettyJson(twin.document), base: baseOf(twin) }
}
