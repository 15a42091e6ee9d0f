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
 * Opens all four listeners, on each address of the host. A taken port is a CONFLICT that names it, its owner where that
 * can be known, and the flag to change.
 */
export async function bindAll(options: HubOptions, broker: Broker, http: HttpServer): Promise<ListenerPorts> {
  const addresses = addressesOf(options.host)
  const mqtt = (flag: 'mqtt' | 'mqtts'): Promise<number> =>
    openOnAll(addresses, options[flag], (port, host) => broker.listen(flag, { port, host, setting: `--${flag}` }))
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

/** A port that some clients insist on. */
export interface Alias {
  port: number
  because: Label
  /** Rejects as Node does, or as broker and HTTP server do, if it cannot be had. */
  open(): Promise<unknown>
}

/** All ports that clients of these clouds insist on. A `tls` listener tells MQTT from HTTP by itself. */
export function aliasesOf(
  dialects: readonly Dialect[],
  host: string,
  parts: { broker: Broker; http: HttpServer; protocols: ProtocolGate },
): Alias[] {
  const { broker, http, protocols } = parts
  const listen = ({ listener, port }: HardPort, host: string): Promise<unknown> => {
    if (listener === 'http') return http.listenHttp(port, host)
    if (listener === 'https') return http.listenHttps(port, host)
    return broker.listen(listener === 'mqtt' ? 'mqtt' : 'mqtts', { port, host, setting: '--aliases' })
  }
  const each = async (open: (address: string) => Promise<unknown>): Promise<void> => {
    for (const address of addressesOf(host)) await open(address)
  }
  return dialects.flatMap(({ name, ports = [], protocols: fronts = [] }) => [
    ...ports.map((hard) => ({
      port: hard.port,
      because: hard.because,
      open: () => each((address) => listen(hard, address)),
    })),
    ...fronts.map((front) => ({
      port: front.port,
      because: front.because,
      open: () => each((address) => protocols.listen(name, front, address)),
    })),
  ])
}

/**
 * Opens these ports, each once, but for those the hub has already; resolves to them. Where one cannot be had, `note`
 * hears why; nothing fails.
 */
export async function openAliases(
  aliases: readonly Alias[],
  taken: ListenerPorts,
  note: (text: Words) => void,
): Promise<number[]> {
  const opened: number[] = []
  const done = new Set<number>(Object.values(taken))
  for (const { port, because, open } of aliases) {
    if (done.has(port)) continue
    done.add(port)
    await open().then(
      () => opened.push(port),
      (error: unknown) => note(say`port ${port} could not be opened, ${asSaid(why(error))}; ${asSaid(because)}`),
    )
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
