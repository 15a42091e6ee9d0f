import type { Broker } from '../broker/broker.ts'
import { cannotListen } from '../broker/channel/listeners.ts'
import type { Dialect, HardPort } from '../dialect/dialect.ts'
import type { HttpServer } from '../http/server.ts'
import type { HubOptions } from '../shared/options.ts'
import { addressesOf } from './addresses.ts'
import { openOnAll } from './open-on-all.ts'
import type { ProtocolGate } from './protocol-gate.ts'
import { asSaid, say, wordsOf, type Label, type Words } from '../core/said.ts'

/** The ports a hub listens on. */
export interface ListenerPorts {
  mqtt: number
  mqtts: number
  http: number
  https: number
}

/**
 * Opens all four listeners, on each address of the host. Those for MQTT also serve what clients of these clouds insist
 * on speaking there. A taken port is a CONFLICT that names it, its owner where that can be known, and the flag to
 * change.
 */
export async function bindAll(
  options: HubOptions,
  dialects: readonly Dialect[],
  broker: Broker,
  http: HttpServer,
): Promise<ListenerPorts> {
  const addresses = addressesOf(options.host)
  const wanted = wantedOf(dialects)
  const mqtt = (flag: 'mqtt' | 'mqtts'): Promise<number> => {
    const kind = listenerFor(new Set([flag, ...(wanted.get(options[flag])?.kinds ?? [])]))
    return openOnAll(addresses, options[flag], (port, host) =>
      broker.listen(kind === 'mqtt' || kind === 'mqtts' ? kind : 'any', { port, host, setting: `--${flag}` }),
    )
  }
  const web = (flag: 'http' | 'https', listen: (port: number, host: string) => Promise<number>): Promise<number> =>
    openOnAll(addresses, options[flag], (port, host) =>
      listen(port, host).catch(async (error: NodeJS.ErrnoException) => {
        throw await cannotListen(error, { host, port, setting: `--${flag}` })
      }),
    )
  return {
    mqtt: await mqtt('mqtt'),
    mqtts: await mqtt('mqtts'),
    http: await web('http', (port, host) => http.listenHttp(port, host)),
    https: await web('https', (port, host) => http.listenHttps(port, host)),
  }
}

type Kind = HardPort['listener']

/** What clients of all clouds insist on speaking on one port, and which they are. */
interface Wanted {
  kinds: Set<Kind>
  because: Label[]
}

function wantedOf(dialects: readonly Dialect[]): Map<number, Wanted> {
  const wanted = new Map<number, Wanted>()
  for (const { port, listener, because } of dialects.flatMap(({ ports = [] }) => ports)) {
    const there = wanted.get(port) ?? { kinds: new Set(), because: [] }
    there.kinds.add(listener)
    there.because.push(because)
    wanted.set(port, there)
  }
  return wanted
}

const SECURE: ReadonlySet<Kind> = new Set<Kind>(['mqtts', 'https', 'tls'])

/** One listener for all of them: over TLS, and on a port for anything, it finds out what is spoken. */
export function listenerFor(kinds: ReadonlySet<Kind>): 'http' | 'https' | 'mqtt' | 'mqtts' | 'any' {
  const [only] = kinds
  if (kinds.size === 1 && only !== undefined && only !== 'tls') return only
  return [...kinds].every((kind) => SECURE.has(kind)) ? 'mqtts' : 'any'
}

/** What the hub's own listeners serve anyway. */
const SERVED: Record<keyof ListenerPorts, ReadonlySet<Kind>> = {
  mqtt: new Set<Kind>(['mqtt', ...SECURE, 'http']),
  mqtts: new Set<Kind>(['mqtt', ...SECURE, 'http']),
  http: new Set<Kind>(['http']),
  https: new Set<Kind>(['https']),
}

/** A port that some clients insist on. */
export interface Alias {
  port: number
  because: readonly Label[]
  /** What is to be spoken there; absent: a protocol of the cloud's own. */
  kinds?: ReadonlySet<Kind>
  /** Rejects as Node does, or as broker and HTTP server do, if it cannot be had. */
  open(): Promise<unknown>
}

/** All ports that clients of these clouds insist on, each once for all that is to be spoken there. */
export function aliasesOf(
  dialects: readonly Dialect[],
  host: string,
  parts: { broker: Broker; http: HttpServer; protocols: ProtocolGate },
): Alias[] {
  const { broker, http, protocols } = parts
  const listen = (kinds: ReadonlySet<Kind>, port: number, host: string): Promise<unknown> => {
    const listener = listenerFor(kinds)
    if (listener === 'http') return http.listenHttp(port, host)
    if (listener === 'https') return http.listenHttps(port, host)
    return broker.listen(listener, { port, host, setting: '--aliases' })
  }
  const each = async (open: (address: string) => Promise<unknown>): Promise<void> => {
    for (const address of addressesOf(host)) await open(address)
  }
  return [
    ...[...wantedOf(dialects)].map(([port, { kinds, because }]) => ({
      port,
      kinds,
      because,
      open: () => each((address) => listen(kinds, port, address)),
    })),
    ...dialects.flatMap(({ name, protocols: fronts = [] }) =>
      fronts.map((front) => ({
        port: front.port,
        because: [front.because],
        open: () => each((address) => protocols.listen(name, front, address)),
      })),
    ),
  ]
}

/**
 * Opens these ports, but for those the hub has already; resolves to them. Where one cannot be had, or something else is
 * spoken there, `note` hears why; nothing fails.
 */
export async function openAliases(
  aliases: readonly Alias[],
  taken: ListenerPorts,
  note: (text: Words) => void,
): Promise<number[]> {
  const opened: number[] = []
  const own = new Map(Object.entries(taken).map(([name, port]) => [port, SERVED[name as keyof ListenerPorts]]))
  for (const { port, because, kinds, open } of aliases) {
    const served = own.get(port)
    if (served !== undefined && kinds !== undefined && [...kinds].every((kind) => served.has(kind))) continue
    if (served !== undefined || opened.includes(port)) {
      for (const reason of because) note(say`port ${port} is there for something else; ${asSaid(reason)}`)
      continue
    }
    const failed = (error: unknown): void => {
      for (const reason of because)
        note(say`port ${port} could not be opened, ${asSaid(why(error))}; ${asSaid(reason)}`)
    }
    await open().then(() => opened.push(port), failed)
  }
  return opened
}

/** Broker and HTTP server say it in different words. */
function why(error: unknown): Words {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE' || code === 'CONFLICT') return 'it is taken'
  if (code === 'EACCES' || code === 'FORBIDDEN') return 'it needs rights that the hub does not have'
  return wordsOf(error)
}
