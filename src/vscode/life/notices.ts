import type { Disposable } from 'vscode'
import type { NoticeView } from '../../shared/api.ts'
import { Gather } from '../gather.ts'
import type { Host } from '../host.ts'

/** Puts what the hub wants people to know into the log, each thing once, and hands on the newest warning. */
export function followNotices(host: Host, onWarning: (text: string | undefined) => void): Disposable {
  const told = new Set<string>()
  const gather = new Gather<'notices'>(async () => {
    const fresh = ((await host.api()?.notices()) ?? []).filter(({ kind, text }) => !told.has(`${kind} ${text}`))
    for (const notice of fresh) {
      told.add(`${notice.kind} ${notice.text}`)
      write(host, notice)
    }
    const warning = fresh.findLast(({ kind }) => kind === 'warning')
    if (warning !== undefined) onWarning(warning.text)
  })
  const registrations = [
    host.onChange(({ type }) => {
      if (type === 'notice') gather.add('notices')
    }),
    host.onState((state) => {
      told.clear()
      onWarning(undefined)
      if (state.type === 'running' || state.type === 'attached') gather.add('notices')
    }),
  ]
  return {
    dispose() {
      gather.dispose()
      registrations.forEach((registration) => registration.dispose())
    },
  }
}

function write({ log }: Host, { kind, text, count }: NoticeView): void {
  const line = count > 1 ? `${text} (${count} ×)` : text
  if (kind === 'ignored') log.info(`accepted, but ignored: ${line}`)
  else if (kind === 'refused') log.info(`refused: ${line}`)
  else log.warn(line)
}
