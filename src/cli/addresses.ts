import { isIPv6 } from 'node:net'
import type { Endpoints } from '../shared/api.ts'

/** The host under which this machine reaches a listener that is bound to `host`. */
export function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

/** The URL of one of the hub's listeners, seen from this machine. */
export function urlOf(scheme: 'mqtt' | 'mqtts' | 'http' | 'https' | 'ws', endpoints: Endpoints): string {
  const host = reachable(endpoints.host)
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${endpoints[scheme === 'ws' ? 'http' : scheme]}`
}
