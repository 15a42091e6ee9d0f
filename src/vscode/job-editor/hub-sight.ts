import type { DialectView } from '../../shared/api.ts'
import type { HubSight } from '../../shared/messages.ts'
import type { Host } from '../host.ts'

/**
 * The hub as the form shows it. What the clouds bring came with the extension: jobs can be written while it is down.
 */
export async function sightOf(
  host: Pick<Host, 'api'>,
  shipped: () => Promise<DialectView[]> = shippedDialects,
): Promise<HubSight> {
  const api = host.api()
  if (api === undefined) return { up: false, dialects: await shipped(), groups: [] }
  try {
    const [dialects, groups, status] = await Promise.all([api.dialects(), api.groups(), api.status()])
    return { up: true, dialects, groups, ...(status.clock === 'virtual' && { virtualNow: status.now }) }
  } catch {
    // It went away between the question and the answer.
    return { up: false, dialects: await shipped(), groups: [] }
  }
}

/** In English. */
export const shippedDialects = async (): Promise<DialectView[]> => (await import('../hub-bundle.ts')).dialectViews()
