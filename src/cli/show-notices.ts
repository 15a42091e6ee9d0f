import type { Hub } from '../hub/hub.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'

/** Shows each of a started hub's notices once, on stderr, those there are and those to come. */
export function showNotices(hub: Hub, output: Output): void {
  const shown = new Set<string>()
  const show = (): void => {
    for (const { kind, text } of hub.api.notices()) {
      const line = `${messages.notice[kind]}: ${text}`
      if (shown.has(line)) continue
      shown.add(line)
      output.complain(line, kind === 'ignored' ? 'dim' : 'yellow')
    }
  }
  show()
  hub.events.on(({ type }) => {
    if (type === 'notice') show()
  })
}
