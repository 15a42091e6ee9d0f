import type { JobDraft } from './job-draft.ts'
import { JsonText, memberText } from './json-text.ts'

/**
 * The draft that a JSON text tells, such as a `*.iotjob.json` file, with its document as it is written there; whether
 * it is a draft is for the hub to say. `value` is what the text means, for who has parsed it already. Throws a
 * SyntaxError.
 */
export function readJobDraft(text: string, value: unknown = JSON.parse(text)): JobDraft {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'document')) return value as JobDraft
  return { ...(value as JobDraft), document: new JsonText(memberText(text, 'document')) }
}
