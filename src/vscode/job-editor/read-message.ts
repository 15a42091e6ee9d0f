import type { JobDraft, TargetDraft } from '../../shared/job-draft.ts'
import { JsonText } from '../../shared/json-text.ts'
import type { DraftInWork, FromJobEditor } from '../../shared/messages.ts'

const plain = ['ready', 'discard', 'openAsText', 'startHub'] as const
const longest = 500

/**
 * What a page sent, if it is a message: a webview is to be trusted no more than any page. Of a draft it is only seen to
 * that it is an object, and of its document that it is a text; the hub judges what is in them.
 */
export function readFromJobEditor(input: unknown): FromJobEditor | undefined {
  if (!isObject(input)) return undefined
  const { type, request, draft, dialect, search, targets, changed, documentText, job, text } = input
  const simple = plain.find((name) => name === type)
  if (simple !== undefined) return { type: simple }
  switch (type) {
    case 'draft':
      if (!isDraft(draft) || !isTexts(changed) || !isText(documentText)) return undefined
      return { type, draft: readDraft(draft), changed: changed as (keyof JobDraft)[], documentText }
    case 'count':
      return isNumber(request) && isText(dialect) && Array.isArray(targets) && targets.every(isObject)
        ? { type, request, dialect, targets: targets as unknown as TargetDraft[] }
        : undefined
    case 'findDevices':
      return isNumber(request) && isText(dialect) && isText(search) ? { type, request, dialect, search } : undefined
    case 'check':
      return isNumber(request) && isDraft(draft) ? { type, request, draft: readDraft(draft) } : undefined
    case 'submit':
      return isDraft(draft) && draft.document !== undefined ? { type, draft: readDraft(draft) as JobDraft } : undefined
    case 'saveAs':
      return isDraft(draft) ? { type, draft: readDraft(draft) } : undefined
    case 'openProgress':
      return isText(job) ? { type, job } : undefined
    case 'cspViolation':
      return isText(text) ? { type, text: text.slice(0, longest) } : undefined
    default:
      return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isDraft = (value: unknown): value is DraftInWork =>
  isObject(value) &&
  isText(value['dialect']) &&
  isText(value['name']) &&
  (value['document'] === undefined || isJsonText(value['document']))
const isJsonText = (value: unknown): value is JsonText => isObject(value) && isText(value['text'])
/** A message carries what a document holds, not that it is one. */
const readDraft = (draft: DraftInWork): DraftInWork =>
  draft.document === undefined ? draft : { ...draft, document: new JsonText(draft.document.text) }
const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
const isNumber = (value: unknown): value is number => typeof value === 'number'
