import { HubError, invalid } from '../errors.ts'
import { equal, isObject, own, put } from './json.ts'
import { mergeSection } from './merge.ts'
import type { JsonObject, PatchMode } from './model.ts'
import { say } from '../said.ts'

/** How a cloud shows a twin to its applications and lets them change it, as far as it takes to read an edit of that. */
export interface TwinForm {
  /** Where the desired state stands in the document. */
  readonly desiredAt: readonly string[]
  /** What a document asks for if it is the cloud's own request to change a twin; `undefined` if it is none. */
  request(document: JsonObject): TwinRequest | undefined
}

export interface TwinRequest {
  /** A patch in which null deletes; null itself deletes all of it. */
  desired: JsonObject | null
  mode: PatchMode
  /** The request counts for this version only. */
  version?: number
}

export interface TwinWish {
  /** All that is to be desired from now on. */
  desired: JsonObject
  version?: number
}

/** An edit of a twin's document. */
export interface TwinEdit {
  /** The document as it was given back, or a request of its cloud instead. */
  edited: JsonObject
  /** The document that the edit began with. */
  shown: JsonObject
  /**
   * The desired state that it is to take the place of: the one that was shown, unless somebody has seen a later one
   * since.
   */
  over: JsonObject
}

/** What the edit wants. INVALID names what has no place in the document, FORBIDDEN what is not people's to change. */
export function readEdit(form: TwinForm, { edited, shown, over }: TwinEdit): TwinWish {
  const asked = form.request(edited)
  const desired = asked === undefined ? editedDesired(form, edited, shown) : patched(over, asked)
  refuseNested(form, desired, over)
  return { desired, ...(asked?.version !== undefined && { version: asked.version }) }
}

/**
 * Refuses a desired state that is the cloud's whole document or a request: it was put a level too deep, and would be
 * published so.
 */
export function refuseNested(form: TwinForm, desired: JsonObject, before: JsonObject): void {
  if (!holdsForm(form, desired) || holdsForm(form, before)) return
  const path = form.desiredAt.join('.')
  const rule = say`must be the desired state itself, not a document that holds one at ${path}`
  throw new HubError('INVALID', say`${path}: ${rule}`, { field: path, rule })
}

/** What lies in the document at the path. */
export function at(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? own(value, key) : undefined), document)
}

/** The document with this value at the path, first of its siblings if it was not there. */
export function withAt(document: JsonObject, [key, ...deeper]: readonly string[], value: unknown): JsonObject {
  if (key === undefined) return document
  const is = own(document, key)
  const next = deeper.length === 0 ? value : withAt(isObject(is) ? is : {}, deeper, value)
  const result: JsonObject = {}
  if (!Object.hasOwn(document, key)) put(result, key, next)
  for (const [name, other] of Object.entries(document)) put(result, name, name === key ? next : other)
  return result
}

const patched = (old: JsonObject, { desired, mode }: TwinRequest): JsonObject =>
  desired === null ? {} : mergeSection(old, desired, { mode, nulls: 'delete' })

function editedDesired({ desiredAt }: TwinForm, edited: JsonObject, shown: JsonObject): JsonObject {
  const wrong = firstOther(withAt(edited, desiredAt, null), withAt(shown, desiredAt, null))
  if (wrong?.known === false) {
    const rule = say`has no place here: what the device is to do goes into ${desiredAt.join('.')}`
    throw new HubError('INVALID', say`${wrong.path}: ${rule}`, { field: wrong.path, rule })
  }
  if (wrong !== undefined) {
    const rule = say`is what the device or the hub says: only ${desiredAt.join('.')} can be edited`
    throw new HubError('FORBIDDEN', say`${wrong.path}: ${rule}`, { field: wrong.path, rule })
  }
  const desired = at(edited, desiredAt) ?? {}
  if (!isObject(desired)) throw invalid(desiredAt.join('.'), desired, 'must be an object')
  return desired
}

/** The first member that one has otherwise than the other; what is new before what is changed. */
function firstOther(
  edited: JsonObject,
  shown: JsonObject,
  within: readonly string[] = [],
): { path: string; known: boolean } | undefined {
  const path = (key: string): string => [...within, key].join('.')
  const added = Object.keys(edited).find((key) => !Object.hasOwn(shown, key))
  if (added !== undefined) return { path: path(added), known: false }
  for (const [key, was] of Object.entries(shown)) {
    const is = own(edited, key)
    if (equal(is, was)) continue
    return (isObject(is) && isObject(was) && firstOther(is, was, [...within, key])) || { path: path(key), known: true }
  }
  return undefined
}

/** Whether an object lies at the end of the path, or where it would without the first steps of it. */
const holdsForm = ({ desiredAt }: TwinForm, value: JsonObject): boolean =>
  desiredAt.some((_, first) => isObject(at(value, desiredAt.slice(first))))
