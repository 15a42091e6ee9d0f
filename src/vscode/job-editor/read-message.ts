import type { JobDraft, TargetDraft } from '../../shared/job-draft.ts'
import type { DraftInWork, FromJobEditor } from '../../shared/messages.ts'

const plain = ['ready', 'discard', 'openAsText', 'startHub'] as const
const longest = 500

/**
 * What a page sent, if it is a message: a webview is to be trusted no more than any page. Of a draft it is only seen to that it is an
 * object; the hub judges what is in it.
 */
export function readMessage(input: unknown): FromJobEditor | undefined {
  if (!isObject(input)) return undefined
  const { type, request, draft, dialect, search, targets, changed, documentText, job, text } = input
  const simple = plain.find((name) => name === type)
  if (simple !== undefined) return { type: simple }
  switch (type) {
    case 'draft':
      return isDraft(draft) && isTexts(changed) && isText(documentText) ? { type, draft, changed: changed as (keyof JobDraft)[], documentText } : undefined
    case 'count':
      return isNumber(request) && isText(dialect) && Array.isArray(targets) && targets.every(isObject) ? { type, request, dialect, targets: targets as unknown as TargetDraft[] } : undefined
    case 'findDevices':
      return isNumber(request) && isText(dialect) && isText(search) ? { type, request, dialect, search } : undefined
    case 'check':
      return isNumber(request) && isDraft(draft) ? { type, request, draft } : undefined
    case 'submit':
      return isDraft(draft) && draft.document !== undefined ? { type, draft: { ...draft, document: draft.document } } : undefined
    case 'saveAs':
      return isDraft(draft) ? { type, draft } : undefined
    case 'openProgress':
      return isText(job) ? { type, job } : undefined
    case 'cspViolation':
      return isText(text) ? { type, text: text.slice(0, longest) } : undefined
    default:
      return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isDraft = (value: unknown): value is DraftInWork => isObject(value) && isText(value['dialect']) && isText(value['name'])
const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
const isNumber = (value: unknown): value is number => typeof value === 'number'
