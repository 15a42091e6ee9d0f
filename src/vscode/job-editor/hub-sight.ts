import type { DialectView } from '../../shared/api.ts'
import type { HubSight } from '../../shared/messages.ts'
import type { Host } from '../host.ts'

const kept = 'jobEditor.dialects'

/** The hub as the form shows it; what the clouds bring is kept, so that jobs can be written while the hub is down. */
export async function sightOf(host: Pick<Host, 'api' | 'memory'>): Promise<HubSight> {
  const api = host.api()
  const known = host.memory.get<DialectView[]>(kept, [])
  if (api === undefined) return { up: false, dialects: known, groups: [] }
  try {
    const [dialects, groups, status] = await Promise.all([api.dialects(), api.groups(), api.status()])
    if (JSON.stringify(dialects) !== JSON.stringify(known)) await host.memory.update(kept, dialects)
    return { up: true, dialects, groups, ...(status.clock === 'virtual' && { virtualNow: status.now }) }
  } catch {
    // It went away between the question and the answer.
    return { up: false, dialects: known, groups: [] }
  }
}
