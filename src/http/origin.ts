import { isIP } from 'node:net'
import { isLoopback } from '../shared/loopback.ts'

/**
 * Whether a Host header can only come from someone who means this hub. A web page whose name has been made to resolve
 * to this machine (DNS rebinding) shows in it the page's name, never an address, `localhost` or one of our `names`.
 */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  const name = hostName(host)
  if (name === undefined) return false
  return isIP(name) !== 0 || name === 'localhost' || names.some((own) => own.toLowerCase() === name)
}

/** Whether a request with this Origin may come in: not from a browser, from a page of this machine, or from VS Code. */
export function isOwnOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined) return false
  if (/^vscode(-[a-z]+)*:$/.test(url.protocol)) return true
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false
  const name = hostName(url.host)
  return name === 'localhost' || isLoopback(name)
}

/**
 * Whether a request with this Origin may reach the clouds: browsers let any page on the web open WebSockets and post to this
 * machine. Besides pages of our own, those of the very host that is asked may; device libraries name that one as well.
 */
export function isKnownOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (isOwnOrigin(origin)) return true
  const from = origin !== undefined && URL.canParse(origin) ? hostName(new URL(origin).host) : undefined
  return from !== undefined && from === hostName(host)
}

/** Without port and brackets, in lower case. */
function hostName(host: string | undefined): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:/@\s]+))(?::\d*)?$/.exec(host ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase()
}
