import type { Hub } from '../hub/hub.ts'
import { noticeLine } from '../shared/notice-line.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'

/** Notices that are told one by one in one go; whoever causes more of them must not fill the terminal. */
const MOST_AT_ONCE = 20
/** Between two looks. */
const GATHER_MS = 1000

/**
 * Shows each of a started hub's notices once, on stderr, those there are and, at most once a second, those to come.
 * Resolves once the first look is over, to a last look at what came since.
 */
export async function showNotices(hub: Hub, output: Output): Promise<() => Promise<void>> {
  let told: ReadonlySet<string> = new Set()
  let looking = false
  let again = false

  const show = async (): Promise<void> => {
    const notices = await hub.api.notices()
    const fresh = notices.filter(({ id }) => !told.has(id))
    // What the hub has forgotten is forgotten here, too.
    told = new Set(notices.map(({ id }) => id))
    for (const notice of fresh.slice(0, MOST_AT_ONCE)) {
      output.complain(
        `${messages.notice[notice.kind]}: ${noticeLine(notice)}`,
        notice.kind === 'ignored' ? 'dim' : 'yellow',
      )
      // What everybody hears of once is not repeated with each.
      if (notice.cure !== undefined && notice.kind !== 'ignored') output.complain(messages.cure(notice.cure), 'dim')
    }
    if (fresh.length > MOST_AT_ONCE) output.complain(messages.moreNotices(fresh.length - MOST_AT_ONCE), 'yellow')
  }

  const look = (): void => {
    again = looking
    if (looking) return
    looking = true
    setTimeout(() => {
      looking = false
      if (again) look()
    }, GATHER_MS).unref()
    show().catch((error: unknown) => output.fail(error))
  }

  hub.events.on(({ type }) => {
    if (type === 'notice') look()
  })
  await show()
  return show
}
