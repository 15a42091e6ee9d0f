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

/** Schemes that a page from the web can be of; `null` and `file:` say too little to tell. Others are those of installed apps. */
const PAGES: ReadonlySet<string> = new Set(['http:', 'https:', 'file:'])

/**
 * Whether a request with this Origin may reach the clouds: browsers let any page on the web open WebSockets and post to this
 * machine. Besides pages of our own, those of the very host that is asked may, which device libraries name as well, and
 * apps that show pages of theirs (`capacitor:`, `app:`).
 */
export function isKnownOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || isOwnOrigin(origin)) return true
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined) return false
  const name = hostName(url.host)
  return !PAGES.has(url.protocol) || (name !== undefined && name === hostName(host))
}

/** Why a page of this origin is refused, and what helps if it may be one's own. */
export function explainOrigin(origin: string | undefined): string {
  const why = `Origin ${origin}: only pages of this machine or of the hub's own host may speak to the hub`
  return origin === 'null' || origin === 'file://' ? `${why}. If this is a page of yours that was opened from a file, serve it from http://localhost` : why
}

/** Without port and brackets, in lower case. */
function hostName(host: string | undefined): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:/@\s]+))(?::\d*)?$/.exec(host ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase()
}
