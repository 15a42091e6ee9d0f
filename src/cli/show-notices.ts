import type { Hub } from '../hub/hub.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'

/** Shows each of a started hub's notices once, on stderr, those there are and those to come. Resolves once the first look is over. */
export async function showNotices(hub: Hub, output: Output): Promise<void> {
  const shown = new Set<string>()
  const show = async (): Promise<void> => {
    for (const { kind, text } of await hub.api.notices()) {
      const line = `${messages.notice[kind]}: ${text}`
      if (shown.has(line)) continue
      shown.add(line)
      output.complain(line, kind === 'ignored' ? 'dim' : 'yellow')
    }
  }
  hub.events.on(({ type }) => {
    if (type === 'notice') show().catch((error: unknown) => output.fail(error))
  })
  await show()
}
