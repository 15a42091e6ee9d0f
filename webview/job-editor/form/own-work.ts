import type { JobKindView } from '../../../src/shared/api.ts'
import { templateText } from './from-draft.ts'

/** Whether somebody has written this document, rather than taken it from a template or left it empty. */
export function isOwnWork(text: string, kind: Pick<JobKindView, 'templates'> | undefined): boolean {
  const same = (other: string): boolean => other.trim() === text.trim()
  return !['', '{}'].some(same) && !(kind?.templates ?? []).some(({ document }) => same(templateText(document)))
}
