import type { Option } from '../core/option.ts'
import type { Label } from '../core/said.ts'
import type { JsonObject } from '../core/twin/model.ts'

/** A sort of work, with a document of its own form: a method call, a patch of twins, an upgrade. */
export interface JobKind {
  /** Stays in files and stored jobs. */
  readonly id: string
  readonly title: Label
  /**
   * Ready documents, each with what it is for. By the first one of a dialect's first kind a device can come to every
   * end that its cloud knows.
   */
  readonly templates: { id: string; title: Label; document: unknown }[]
  /** JSON Schema of such a job's document. */
  readonly documentSchema: JsonObject
  /** What people may choose besides the document; it comes as `NewJob.options`, complete. */
  readonly options?: readonly Option[]
  /** What a file is to such a job; absent: it takes none. */
  readonly file?: { title: Label; required: boolean }
}

/** There is always one. */
export type JobKinds = readonly [JobKind, ...JobKind[]]

/** The kind of that id; the first one where none is named. */
export const kindIn = (kinds: JobKinds, id: string | undefined): JobKind | undefined =>
  id === undefined ? kinds[0] : kinds.find((kind) => kind.id === id)
