import type { Broker } from '../broker/broker.ts'
import { cannotListen } from '../broker/listeners.ts'
import type { Dialect, HardPort } from '../dialect/dialect.ts'
import type { HttpServer } from '../http/server.ts'
import type { HubOptions } from '../shared/options.ts'
import type { ProtocolGate } from './protocol-gate.ts'

/** The ports a hub listens on. */
export interface Ports {
  mqtt: number
  mqtts: number
  http: number
  https: number
}

/** Opens all four listeners. A taken port is a CONFLICT that names it, its owner where that can be known, and the flag to change. */
export async function bindAll(options: HubOptions, broker: Broker, http: HttpServer): Promise<Ports> {
  const { host } = options
  const explained = (flag: 'http' | 'https', bound: Promise<number>): Promise<number> =>
    bound.catch(async (error: NodeJS.ErrnoException) => Promise.reject(await cannotListen(error, { host, port: options[flag], setting: `--${flag}` })))
  return {
    mqtt: await broker.listen('mqtt', { port: options.mqtt, host, setting: '--mqtt' }),
    mqtts: await broker.listen('mqtts', { port: options.mqtts, host, setting: '--mqtts' }),
    http: await explained('http', http.listenHttp(options.http, host)),
    https: await explained('https', http.listenHttps(options.https, host)),
  }
}

/** A port that some clients insist on. */
export interface Alias {
  port: number
  because: string
  /** Rejects as Node does, or as broker and HTTP server do, if it cannot be had. */
  open(): Promise<unknown>
}

/** All ports that clients of these clouds insist on. A `tls` listener tells MQTT from HTTP by itself. */
export function aliasesOf(dialects: readonly Dialect[], host: string, parts: { broker: Broker; http: HttpServer; protocols: ProtocolGate }): Alias[] {
  const { broker, http, protocols } = parts
  const listen = ({ listener, port }: HardPort): Promise<unknown> => {
    if (listener === 'http') return http.listenHttp(port, host)
    if (listener === 'https') return http.listenHttps(port, host)
    return broker.listen(listener === 'mqtt' ? 'mqtt' : 'mqtts', { port, host, setting: '--aliases' })
  }
  return dialects.flatMap(({ name, ports = [], protocols: fronts = [] }) => [
    ...ports.map((hard) => ({ port: hard.port, because: hard.because, open: () => listen(hard) })),
    ...fronts.map((front) => ({ port: front.port, because: front.because, open: () => protocols.listen(name, front, host) })),
  ])
}

/** Opens these ports, each once, but for those the hub has already; resolves to them. Where one cannot be had, `note` hears why; nothing fails. */
export async function openAliases(aliases: readonly Alias[], taken: Ports, note: (text: string) => void): Promise<number[]> {
  const opened: number[] = []
  const done = new Set<number>(Object.values(taken))
  for (const { port, because, open } of aliases) {
    if (done.has(port)) continue
    done.add(port)
    await open().then(
      () => opened.push(port),
      (error: unknown) => note(`port ${port} could not be opened, ${why(error)}; ${because}`),
    )
  }
  return opened
}

/** Broker and HTTP server say it in different words. */
function why(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE' || code === 'CONFLICT') return 'it is taken'
  if (code === 'EACCES' || code === 'FORBIDDEN') return 'it needs rights that the hub does not have'
  return error instanceof Error ? error.message : String(error)
}
