import type { Disposable } from 'vscode'
import type { NoticeView } from '../../shared/api.ts'
import { noticeLine } from '../../shared/notice-line.ts'
import { Batcher } from '../batcher.ts'
import type { Host } from '../host.ts'

/** Puts what the hub wants people to know into the log, each thing once, and hands on what there is to know now. */
export function followNotices(host: Host, onNotices: (notices: readonly NoticeView[]) => void): Disposable {
  const told = new Set<string>()
  const batcher = new Batcher<'notices'>(async () => {
    const notices = (await host.api()?.notices()) ?? []
    for (const notice of notices.filter(({ id }) => !told.has(id))) {
      told.add(notice.id)
      write(host, notice)
    }
    onNotices(notices)
  })
  const registrations = [
    host.onChange(({ type }) => {
      // After a gap in what we heard anything may be different.
      if (type === 'notice' || type === 'clock') batcher.add('notices')
    }),
    host.onState((state) => {
      told.clear()
      onNotices([])
      if (state.type === 'running' || state.type === 'attached') batcher.add('notices')
    }),
  ]
  return {
    dispose() {
      batcher.dispose()
      registrations.forEach((registration) => registration.dispose())
    },
  }
}

function write({ log }: Host, notice: NoticeView): void {
  const { kind, count, cure } = notice
  const line = `${noticeLine(notice)}${count > 1 ? ` (${count} ×)` : ''}${cure === undefined ? '' : ` → ${cure}`}`
  if (kind === 'ignored') log.info(`accepted, but ignored: ${line}`)
  else if (kind === 'refused') log.info(`refused: ${line}`)
  else log.warn(line)
}
