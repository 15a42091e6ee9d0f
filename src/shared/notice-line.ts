import type { NoticeView } from './api.ts'

/** A notice in one line of English: whom it is about, what happened, and why. */
export function noticeLine({ about, text, cause }: Pick<NoticeView, 'about' | 'text' | 'cause'>): string {
  return [...(about === undefined ? [] : [about.name]), text, ...(cause === undefined ? [] : [cause])].join(': ')
}
