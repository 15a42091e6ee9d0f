import type { Notices } from '../../src/hub/notices.ts'
import type { NoticeView } from '../../src/shared/api.ts'

/** What was accepted but ignored, as often as it was. */
export const ignoredIn = (notices: Notices): string[] => saidIn(notices, 'ignored').map(({ text }) => text)

/** What people were warned of, as often as they were, and whom it is about. */
export const warningsIn = (notices: Notices): { about: string; text: string }[] =>
  saidIn(notices, 'warning').map(({ about, text }) => ({ about: about?.name ?? '', text }))

const saidIn = (notices: Notices, kind: NoticeView['kind']): NoticeView[] =>
  notices.list().flatMap((notice) => (notice.kind === kind ? Array<NoticeView>(notice.count).fill(notice) : []))
