import { hostname, networkInterfaces } from 'node:os'
import { isIP } from 'node:net'
import { invalid } from '../core/errors.ts'
import { isLoopback } from '../shared/loopback.ts'

/** The names and addresses by which others reach this machine, if the hub listens beyond loopback; else none. */
export function lanNames(host: string): string[] {
  if (isLoopback(host) || host === 'localhost') return []
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) =>
    (interfaces ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
  )
  const own = hostname()
  const everywhere = host === '0.0.0.0' || host === '::'
  return [
    ...new Set([...(everywhere ? addresses : [host]), own, ...(own.includes('.') ? [] : [`${own}.local`])]),
  ].filter((name) => !name.includes('%'))
}

/** By which containers on this machine call it; `.internal` is nobody's on the internet. */
const FROM_CONTAINERS = ['host.docker.internal', 'gateway.docker.internal', 'host.containers.internal']

/** The names that this machine itself goes by, whoever listens. */
export function ownNames(host: string): string[] {
  const own = hostname()
  return [...new Set([host, own, ...(own.includes('.') ? [] : [`${own}.local`]), ...FROM_CONTAINERS])].filter(
    (name) => isIP(name) === 0,
  )
}

const NAME = /^(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/i

/** The names that the user adds. INVALID for what cannot be one. */
export function addedNames(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const wrong = names.find((name) => isIP(name) === 0 && !NAME.test(name))
  if (wrong !== undefined)
    throw invalid('names', wrong, 'must be names or addresses without ports, with commas between')
  return names
}

/** Interfaces of virtual machines, containers and tunnels: no board is there. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|utun|tun|tap|wg|zt|tailscale)/i

/**
 * The address at which boards on the network find a hub that listens everywhere; `undefined` if it does not, or there
 * is no network.
 */
export function lanAddress(host: string): string | undefined {
  if (host !== '0.0.0.0' && host !== '::') return undefined
  const interfaces = Object.entries(networkInterfaces()).sort(
    ([a], [b]) => Number(VIRTUAL.test(a)) - Number(VIRTUAL.test(b)),
  )
  return interfaces
    .flatMap(([, addresses]) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
}

/** Where the HTTP listener is reached from this machine, without asking for names. */
export function localUrl(host: string, port: number): string {
  const address = host === '0.0.0.0' || host === 'localhost' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}

/**
 * Whether an `http:` URL is the bare address of this machine, or one of its own names: what is sent there does not
 * leave it.
 */
export function isOnThisMachine(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname: bare, href, host } = new URL(url)
  if (protocol !== 'http:' || href !== `http://${host}/` || (url !== href && `${url}/` !== href)) return false
  const address = bare.replace(/^\[(.*)\]$/, '$1')
  if (isLoopback(address) || ['localhost', hostname().toLowerCase()].includes(address)) return true
  return Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address))
}

/** The name to give to people and clients. Not `localhost` for 127.0.0.1: that may be taken for `::1`, too. */
export function publicHost(host: string): string {
  if (host === '127.0.0.1') return host
  return isLoopback(host) || host === '0.0.0.0' || host === '::' ? 'localhost' : host
}
