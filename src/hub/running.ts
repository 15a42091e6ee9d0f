import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { Broker } from '../broker/broker.ts'
import { openCertificates } from '../broker/certificates.ts'
import type { Clock } from '../core/clock.ts'
import { VirtualClock } from '../core/virtual-clock.ts'
import { Engine } from '../core/engine.ts'
import type { DomainEvent } from '../core/events.ts'
import type { Ids } from '../core/ids.ts'
import type { HttpRequest } from '../core/seam/http.ts'
import type { Dialect, Settings } from '../dialect/dialect.ts'
import { createApiFront } from '../http/hub-api.ts'
import { ObjectIntake } from '../http/object-intake.ts'
import { ObjectStore } from '../http/objects.ts'
import { HttpServer } from '../http/server.ts'
import { loadToken } from '../http/token.ts'
import type { Endpoints, HubApi } from '../shared/api.ts'
import type { HubOptions } from '../shared/options.ts'
import { StoreError } from '../store/store-error.ts'
import { memoryStore, openStore, type Store } from '../store/store.ts'
import { apiRoutes } from './api-routes.ts'
import { createApi } from './api/create-api.ts'
import { aliasesOf, bindAll, openAliases } from './bind.ts'
import type { Changes } from './changes.ts'
import type { TurnContext } from './context.ts'
import { explainFolder } from './data-folder.ts'
import type { HubExtras } from './hub.ts'
import { Deeds } from './deeds.ts'
import { EventFeed } from './event-feed.ts'
import { HttpGate } from './http-gate.ts'
import { lastInstant, rememberInstant } from './last-instant.ts'
import { MqttGate } from './mqtt-gate.ts'
import { announce, findHub } from './locator.ts'
import { createFulfil } from './needs.ts'
import { lanAddress, lanNames, localUrl, publicHost } from './network.ts'
import { Notices } from './notices.ts'
import { ProtocolGate } from './protocol-gate.ts'
import { RealClock } from './real-clock.ts'
import { stopAll } from './stop-all.ts'
import { Ticker } from './ticker.ts'
import { Traffic } from './traffic.ts'
import { Turns } from './turns.ts'
import { version } from './version.ts'
import { LiveView } from './views.ts'
import { Wakes } from './wakes.ts'

/** A hub that serves. */
export interface Running {
  endpoints: Endpoints
  api: HubApi
  stop(): Promise<void>
}

/** Node leaves a UUID in the pieces it was made of, which take 500 bytes of memory; a copy takes 90. */
const ids: Ids = { uuid: () => Buffer.from(randomUUID(), 'latin1').toString('latin1') }

/** What a hub is given besides its options. */
export interface Surroundings extends HubExtras {
  /** Somebody has asked the hub, by its API, to stop. */
  onStopAsked(): void
}

/** Loads the state, binds every listener, and takes up what the last run left undone. */
export async function startHub(options: HubOptions, extras: Surroundings, dialects: readonly Dialect[], changes: Changes): Promise<Running> {
  const data = resolve(options.data)
  const heard: { warn(text: string): void } = { warn: () => {} }
  const store: Store = options.memory
    ? memoryStore()
    : await openStore({ directory: join(data, 'state'), fsync: options.fsync, onWarning: (text) => heard.warn(text) }).catch(async (error: unknown) => Promise.reject(await whoHasIt(error, data)))
  try {
    return await compose(options, extras, data, store, dialects, changes, heard)
  } catch (error) {
    await store.close().catch(() => {})
    throw explainFolder(error, data)
  }
}

async function compose(
  options: HubOptions,
  extras: Surroundings,
  data: string,
  store: Store,
  dialects: readonly Dialect[],
  changes: Changes,
  heard: { warn(text: string): void },
): Promise<Running> {
  const virtual = options.clock === 'virtual' ? new VirtualClock(lastInstant(store, Date.now())) : undefined
  const clock: Clock = virtual ?? new RealClock()
  const notices = new Notices(clock, () => changes.emit({ type: 'notice' }))
  const note = (text: string, error?: unknown): void => notices.add('warning', error === undefined ? text : `${text}: ${wordsOf(error)}`)
  store.warnings.forEach((text) => note(text))
  heard.warn = note

  const lan = lanNames(options.host)
  const names = [...lan, ...dialects.flatMap(({ serverNames }) => serverNames ?? [])]
  const certificates = await openCertificates({ directory: join(data, 'certificates'), names })
  const token = await loadToken(join(data, 'token'), note)

  const engine = new Engine(store, ids)
  const boards = lanAddress(options.host)
  const endpoint = { host: publicHost(options.host), ...(boards !== undefined && { lan: boards }), mqtt: 0, mqtts: 0, http: 0, https: 0 }
  const settings: Settings = { mode: options.mode, refuseIgnored: options.strict, endpoint }
  const live = new LiveView(() => broker)
  const byName = new Map(dialects.map((dialect) => [dialect.name, dialect]))
  const hear = (ctx: TurnContext, event: DomainEvent): void => {
    byName.get(ctx.dialect)?.onEvent(ctx, event)
    protocols.hear(ctx, event)
  }
  const turns = new Turns({ engine, ids, tables: store, settings, connections: live, notices }, clock, hear, () => store.commit())
  const wakes = new Wakes((dialect, key) => deeds.runAll(dialect, { type: 'deadline', key }, (ctx) => byName.get(dialect)?.onWake?.(ctx, key)))
  const bucket = options.bucket === '' ? undefined : resolve(options.bucket)
  const objects = new ObjectStore(bucket)
  const intake = new ObjectIntake(bucket, { fsync: options.fsync })
  const fulfil = createFulfil(objects, intake, certificates)
  const gate = new MqttGate({
    dialects,
    settings,
    notices,
    live,
    turn: (dialect, input, decide) => deeds.run(dialect, input, decide),
    fulfil,
    whenCaughtUp: (connection, then) => broker.whenCaughtUp(connection, then),
  })
  const broker = await Broker.create({
    hooks: gate,
    tables: store,
    commit: () => store.commit(),
    now: () => clock.now(),
    ids,
    limits: (dialect) => byName.get(dialect)?.limits ?? { sessionMs: 0 },
    onNotice: ({ text, decided }) => decided === true || note(text),
    tls: certificates.tls,
    onHttpSocket: (socket) => http.accept(socket),
    webSocketPaths: ['/mqtt', ...dialects.flatMap(({ webSocketPaths }) => webSocketPaths ?? [])],
  })

  const protocols = new ProtocolGate({ dialects, ids, tls: certificates.tls, turn: (dialect, input, decide) => void deeds.run(dialect, input, decide), note })

  const traffic = new Traffic(clock, extras.traffic ?? false)
  traffic.attach(broker)

  const requests = new HttpGate({
    dialects,
    perform: (dialect, request, decide) => deeds.runAll(dialect, inputOf(request), decide),
    fulfil,
    intake,
    onFailure: note,
  })
  const ticker = new Ticker(
    clock,
    [
      { next: () => engine.nextDeadline(), run: () => deeds.runAll('', { type: 'deadline', key: 'engine' }, (ctx) => ctx.engine.tick(ctx.turn)) },
      { next: () => broker.nextExpiry(), run: (now) => broker.expireSessions(now) },
      wakes,
    ],
    note,
  )
  const deeds = new Deeds(
    turns,
    {
      broker,
      respond: (request, response) => requests.respond(request, response),
      write: (socket, bytes) => protocols.write(socket, bytes),
      end: (socket) => protocols.end(socket),
      wake: (dialect, key, at) => wakes.set(dialect, key, at),
      onFailure: note,
    },
    changes,
    () => ticker.look(),
  )

  const api = createApi({
    options,
    engine,
    clock,
    virtual,
    notices,
    dialects,
    live,
    traffic,
    ca: certificates.tls.ca,
    endpoints: () => endpoints,
    connections: () => [...broker.connections()].length,
    perform: (dialect, call, decide) => deeds.runAll(dialect, { type: 'api', call }, decide),
    fulfil,
    moved: () => changes.emit({ type: 'clock' }),
    idle: async () => {
      await ticker.idle()
      if (virtual === undefined) return
      rememberInstant(store, clock.now())
      await store.commit()
    },
  })
  const feed = new EventFeed(changes)
  const front = createApiFront({ routes: apiRoutes(api, feed, () => extras.onStopAsked()), token, names: [endpoint.host, ...lan], onNotice: note })
  const http = HttpServer.create({
    hooks: {
      handle: (request, gone, body) => (front.claims(request) ? front.handle(request) : requests.handle(request, gone, body)),
      streams: (head) => !front.claims(head) && requests.streams(head),
    },
    tls: certificates.tls,
    onUpgrade: (request, socket, head, secure) => (protocols.claims(request) ? protocols : broker).upgrade(request, socket, head, secure),
    onNotice: note,
    objects,
  })
  const stop = async (): Promise<void> => {
    // First the broker: clients on WebSockets then hear from it, not from a closed socket. What cannot be stored must not keep ports and folder.
    await stopAll([() => ticker.stop(), () => traffic.stop(), () => feed.close(), () => broker.stop(), () => protocols.stop(), () => http.stop(), () => intake.idle(), () => store.close(), () => withdraw()])
  }

  const endpoints: Endpoints = { ...endpoint, ca: certificates.caFile ?? '', token: join(data, 'token') }
  let withdraw = (): Promise<void> => Promise.resolve()
  try {
    await deeds.runAll('', { type: 'start' }, ({ turn }) => engine.connections.reset(turn, 'SERVER_RESTARTED'))
    for (const { name, onStart } of dialects) if (onStart !== undefined) await deeds.runAll(name, { type: 'start' }, (ctx) => onStart(ctx))
    const ports = await bindAll(options, broker, http)
    Object.assign(endpoint, ports)
    if (options.aliases) await openAliases(aliasesOf(dialects, options.host, { broker, http, protocols }), ports, note)
    Object.assign(endpoints, endpoint)
    withdraw = await announce({ pid: process.pid, version, startedAt: Date.now(), data, url: localUrl(options.host, endpoint.http), endpoints }, extras.list)
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
  ticker.look()
  return { endpoints, api, stop }
}

const inputOf = ({ id, method, path }: HttpRequest) => ({ type: 'http', request: id, method, path }) as const

/** A folder that another hub has: says where that one is. */
async function whoHasIt(error: unknown, data: string): Promise<unknown> {
  if (!(error instanceof StoreError) || error.code !== 'LOCKED') return explainFolder(error, data)
  const other = await findHub(data)
  return other === undefined ? error : new StoreError('LOCKED', `${data} is in use by the hub that process ${other.pid} runs; it answers at ${other.url}. Attach to that one, or stop it first`)
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
