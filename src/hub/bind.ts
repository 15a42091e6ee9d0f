import type { Broker } from '../broker/broker.ts'
import { cannotListen } from '../broker/listeners.ts'
import type { Dialect, HardPort } from '../dialect/dialect.ts'
import type { HttpServer } from '../http/server.ts'
import type { HubOptions } from '../shared/options.ts'

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

/** Opens one listener of that kind; rejects as Node does if it cannot. */
export type Listen = (listener: HardPort['listener'], port: number) => Promise<unknown>

/** How aliases are opened: a `tls` listener tells MQTT from HTTP by itself. */
export const listenOn =
  (host: string, broker: Broker, http: HttpServer): Listen =>
  (listener, port) => {
    if (listener === 'http') return http.listenHttp(port, host)
    if (listener === 'https') return http.listenHttps(port, host)
    return broker.listen(listener === 'mqtt' ? 'mqtt' : 'mqtts', { port, host, setting: '--aliases' })
  }

/** Opens the ports that clients of these clouds insist on, but for those the hub has already. Where one cannot be had, `note` hears why; nothing fails. */
export async function openAliases(dialects: readonly Dialect[], taken: Ports, listen: Listen, note: (text: string) => void): Promise<void> {
  const done = new Set<number>(Object.values(taken))
  for (const { port, listener, because } of dialects.flatMap(({ ports = [] }) => ports)) {
    if (done.has(port)) continue
    done.add(port)
    await listen(listener, port).catch((error: unknown) => note(`port ${port} could not be opened, ${why(error)}; ${because}`))
  }
}

/** Broker and HTTP server say it in different words. */
function why(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE' || code === 'CONFLICT') return 'it is taken'
  if (code === 'EACCES' || code === 'FORBIDDEN') return 'it needs rights that the hub does not have'
  return error instanceof Error ? error.message : String(error)
}
