import type { Broker } from '../broker/broker.ts'
import { cannotListen } from '../broker/listeners.ts'
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
