import { hostname, networkInterfaces } from 'node:os'
import { isLoopback } from '../shared/loopback.ts'

/** The names and addresses by which others reach this machine, if the hub listens beyond loopback; else none. */
export function lanNames(host: string): string[] {
  if (isLoopback(host) || host === 'localhost') return []
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) => (interfaces ?? []).filter(({ internal }) => !internal).map(({ address }) => address))
  const own = hostname()
  const everywhere = host === '0.0.0.0' || host === '::'
  return [...new Set([...(everywhere ? addresses : [host]), own, ...(own.includes('.') ? [] : [`${own}.local`])])].filter((name) => !name.includes('%'))
}

/** Where the HTTP listener is reached from this machine, without asking for names. */
export function localUrl(host: string, port: number): string {
  const address = host === '0.0.0.0' || host === 'localhost' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** The name to give to people and clients. */
export const publicHost = (host: string): string => (isLoopback(host) || host === '0.0.0.0' || host === '::' ? 'localhost' : host)
