import { isIP } from 'node:net'
import { asSaid, say, type Said, type Words } from '../core/said.ts'
import { isLoopback } from '../shared/loopback.ts'

/** The part of a request by which web pages are told from programs, before anything else of it is looked at. */
export interface Knock {
  method: string
  /** Lower-case names. */
  headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Why this Host may not be asked for here; `undefined`: it may. `strangers` says in words what is refused. */
export interface PageFault {
  /** For the client, and for people. */
  text: Words
  /** It came from a browser. */
  page: boolean
}

/**
 * Why a request or a WebSocket handshake may not come in, whatever else it shows. A browser is on this machine whatever
 * page it shows, and lets any page on the web post to it; and a page whose own name is made to resolve to this machine
 * (DNS rebinding) names that in `Host`. So `Host` must be an address, `localhost`, or one of `names` (which may begin
 * with `*.`), and what a browser says of the page must fit. Programs say nothing of pages, and HTTP/1.0 nothing of a
 * host.
 */
export function pageFault({ method, headers }: Knock, names: readonly string[]): PageFault | undefined {
  const { host, origin, referer, 'sec-fetch-site': site } = headers as Record<string, string | undefined>
  const page = origin !== undefined || site !== undefined
  if (host === undefined ? page : !isOwnHost(host, names)) return { page, text: explainHost(host) }
  if (origin !== undefined) return isKnownOrigin(origin, host) ? undefined : { page, text: explainOrigin(origin) }
  if (site !== undefined)
    return isKnownSite(site, host, { method, headers }) ? undefined : { page, text: explainSite(site) }
  // Browsers that say neither still say where a form was.
  const posts = referer !== undefined && method !== 'GET' && method !== 'HEAD'
  return posts && !isKnownOrigin(referer, host)
    ? { page: true, text: say`${explainOrigin(referer)} (from its Referer)` }
    : undefined
}

/**
 * Whether a Host header can only come from someone who means this hub: an address, this machine, or one of its `names`.
 */
function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  const name = hostName(host)
  if (name === undefined) return false
  return isIP(name) !== 0 || isLocalhost(name) || names.some((own) => isNamed(own.toLowerCase(), name))
}

/** Whether a request with this Origin comes not from a browser, from a page of this machine, or from VS Code. */
export function isOwnOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined) return false
  if (/^vscode(-[a-z]+)*:$/.test(url.protocol)) return true
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false
  const name = hostName(url.host)
  return name !== undefined && (isLocalhost(name) || isLoopback(name))
}

/**
 * Schemes that a page from the web can be of; `null` and `file:` say too little to tell. Others are those of installed
 * apps.
 */
const PAGES: ReadonlySet<string> = new Set(['http:', 'https:', 'file:'])

/**
 * Whether a page of this origin may reach the clouds: one of this machine, one of the very host that is asked (which is
 * ours, or it is asked in vain), or one of an installed app (`capacitor:`, `app:`).
 */
function isKnownOrigin(origin: string, host: string | undefined): boolean {
  if (isOwnOrigin(origin)) return true
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined) return false
  const name = hostName(url.host)
  return !PAGES.has(url.protocol) || (name !== undefined && name === hostName(host))
}

/**
 * [Fetch Metadata] What a browser says of a page without an Origin: images, scripts, links. A link that people follow
 * is theirs.
 */
function isKnownSite(site: string, host: string | undefined, { method, headers }: Knock): boolean {
  if (site === 'same-origin' || site === 'none') return true
  const name = hostName(host)
  // Two names of one site are as good as strangers; for an address or `localhost` it is the same machine on another
  // port.
  if (site === 'same-site' && name !== undefined && (isIP(name) !== 0 || isLocalhost(name))) return true
  const followed = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return followed && (method === 'GET' || method === 'HEAD')
}

/** Browsers resolve all of `*.localhost` to this machine themselves [RFC 6761 6.3]. */
const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost')

/** `*` stands for one label, as in certificates. */
function isNamed(own: string, name: string): boolean {
  if (!own.startsWith('*.')) return own === name
  const dot = name.indexOf('.')
  return dot > 0 && name.slice(dot) === own.slice(1)
}

/** Characters of it that are shown: the client chooses its length. */
const SHOWN = 200
const shortened = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)

const explainHost = (host = '(none)'): Said =>
  say`Host ${shortened(host)}: is no address and no name of this hub. ${asSaid(HOW_TO_ASK)}`

const HOW_TO_ASK = 'Ask by address or localhost, or start the hub with --names and that name'

const explainSite = (site: string): Said =>
  say`Sec-Fetch-Site ${shortened(site)}: only pages of this machine or of the hub's own host may speak to the hub`

/** Why a page of this origin is refused, and what helps if it may be one's own. */
function explainOrigin(origin: string): Said {
  const why = say`Origin ${shortened(origin)}: only pages of this machine or of the hub's own host may speak to the hub`
  return origin === 'null' || origin === 'file://' ? say`${why}. ${asSaid(SERVE_IT)}` : why
}

const SERVE_IT = 'If this is a page of yours that was opened from a file, serve it from http://localhost'

/** Without port, brackets and the dot that ends a full name, in lower case. */
function hostName(host: string | undefined): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:/@\s[\]]+))(?::\d*)?$/.exec(host ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '')
}
