import { isIPv6 } from 'node:net'
import type { Endpoints } from '../shared/api.ts'

/** The URL of one of the hub's listeners. */
export function listenerUrl(scheme: 'mqtt' | 'mqtts' | 'http' | 'https' | 'ws', endpoints: Endpoints): string {
  const { host } = endpoints
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${endpoints[scheme === 'ws' ? 'http' : scheme]}`
}
