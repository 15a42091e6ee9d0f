import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { Broker } from '../broker/broker.ts'
import { explainHandshake } from '../net/tls-errors.ts'
import { LoopBudget } from '../net/loop-budget.ts'
import type { Ids } from '../core/ids.ts'
import type { Settings } from '../dialect/dialect.ts'
import { createApiFront } from '../http/hub-api.ts'
import { ObjectIntake } from '../http/object-intake.ts'
import { ObjectStore } from '../http/objects.ts'
import { HttpServer } from '../http/server.ts'
import type { Endpoints, HubApi } from '../shared/api.ts'
import { createAccess } from './access.ts'
import { apiRoutes } from './api-routes.ts'
import { createApi } from './api/create-api.ts'
import { optionsOf } from './cloud-options.ts'
import { EventFeed } from './event-feed.ts'
import { composeCore, type HubCore } from './hub-core.ts'
import type { HubResources } from './hub-resources.ts'
import type { HubExtras } from './hub.ts'
import { Handshakes, SOMEBODY } from './handshakes.ts'
import { rememberInstant } from './last-instant.ts'
import { createFulfil } from './needs.ts'
import { ProtocolGate } from './protocol-gate.ts'
import { Traffic } from './traffic.ts'

/** What a hub is given besides its options. */
export interface Surroundings extends HubExtras {
  /** Somebody has asked the hub, by its API, to stop. */
  onStopAsked(): void
}

/** The parts of a hub that have a beginning and an end of their own. */
export interface Parts {
  core: HubCore
  broker: Broker
  protocols: ProtocolGate
  http: HttpServer
  intake: ObjectIntake
  traffic: Traffic
  feed: EventFeed
  api: HubApi
}

/** Node leaves a UUID in the pieces it was made of, which take 500 bytes of memory; a copy takes 90. */
const ids: Ids = { uuid: () => Buffer.from(randomUUID(), 'latin1').toString('latin1') }

/** Joins the core of a hub with sockets and files; nothing runs yet. `endpoints` is asked for once it does. */
// long: the parts of a hub are joined here, one line or two each
export async function compose(
  resources: HubResources,
  extras: Surroundings,
  endpoints: () => Endpoints,
): Promise<Parts> {
  const { options, dialects, changes, store, clock, virtual, notices, note, certificates, endpoint } = resources
  const { mode, strict: refuseIgnored } = options
  const settings: Settings = { mode, refuseIgnored, endpoint }
  const handshakes = new Handshakes(notices, certificates.caFile)
  const bucket = options.bucket === '' ? undefined : resolve(options.bucket)
  const objects = new ObjectStore(bucket)
  const intake = new ObjectIntake(bucket, { fsync: options.fsync })
  const fulfil = createFulfil(objects, intake, certificates)
  const core = composeCore(
    { ...resources, settings, options: optionsOf(dialects, options.clouds) },
    { ids, wall: () => Date.now(), broker: () => broker, protocols: () => protocols, fulfil, intake },
  )
  const { engine, live, runner, ticker, gate, requests } = core

  const budget = new LoopBudget()
  const broker = await Broker.create({
    budget,
    hooks: gate,
    tables: store,
    commit: () => store.commit(),
    now: () => clock.now(),
    ids,
    limits: (dialect) => dialects.find(({ name }) => name === dialect)?.limits ?? { sessionMs: 0 },
    onNotice: ({ text, decided, handshake, remoteAddress = SOMEBODY }) => {
      if (handshake !== undefined) handshakes.failed(remoteAddress, handshake)
      else if (decided !== true) note(text)
    },
    tls: certificates.tls,
    onHttpSocket: (socket) => http.accept(socket),
    webSocketPaths: ['/mqtt', ...dialects.flatMap(({ webSocketPaths }) => webSocketPaths ?? [])],
  })
  const traffic = new Traffic(clock, extras.traffic ?? false)
  traffic.attach(broker)
  const protocols = new ProtocolGate({
    dialects,
    ids,
    tls: certificates.tls,
    turn: (dialect, input, decide) => void runner.run(dialect, input, decide),
    note,
  })

  const api = createApi({
    options,
    handsOver: extras.handsOver ?? false,
    engine,
    clock,
    virtual,
    notices,
    dialects,
    live,
    traffic,
    ca: certificates.tls.ca,
    endpoints,
    connections: () => [...broker.connections()].length,
    perform: (dialect, call, decide) => runner.runAll(dialect, { type: 'api', call }, decide),
    fulfil,
    moved: () => changes.emit({ type: 'clock' }),
    tell: (change) => changes.emit(change),
    idle: async () => {
      await ticker.idle()
      if (virtual === undefined) return
      rememberInstant(store, clock.now())
      await store.commit()
    },
  })
  const feed = new EventFeed(changes)
  const access = createAccess(resources)
  const front = createApiFront({
    routes: apiRoutes(api, feed, () => extras.onStopAsked()),
    admit: ({ headers }) => access.api(headers),
    onNotice: note,
  })
  const http = HttpServer.create({
    pace: budget,
    hooks: {
      handle: (request, gone, body) => {
        if (request.secure) handshakes.worked(request.remoteAddress)
        if (front.claims(request)) return front.handle(request)
        return requests.handle(
          access.isOperator(request.headers) ? { ...request, operator: true } : request,
          gone,
          body,
        )
      },
      streams: (head) => !front.claims(head) && requests.streams(head),
    },
    stranger: (knock) => access.page(knock),
    tls: certificates.tls,
    onUpgrade: (request, socket, head, secure) =>
      (protocols.claims(request) ? protocols : broker).upgrade(request, socket, head, secure),
    onNotice: note,
    onHandshakeFailed: (remoteAddress, error) => handshakes.failed(remoteAddress, explainHandshake(error)),
    objects,
  })
  return { core, broker, protocols, http, intake, traffic, feed, api }
}
