import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { Broker } from '../broker/broker.ts'
import { explainHandshake } from '../net/tls-errors.ts'
import { LoopBudget } from '../net/loop-budget.ts'
import { Engine } from '../core/engine.ts'
import type { DomainEvent } from '../core/events.ts'
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
import type { TurnContext } from './context.ts'
import { TurnRunner } from './turn-runner.ts'
import { EventFeed } from './event-feed.ts'
import type { HubResources } from './hub-resources.ts'
import type { HubExtras } from './hub.ts'
import { Handshakes, SOMEBODY } from './handshakes.ts'
import { HttpGate } from './http-gate.ts'
import { rememberInstant } from './last-instant.ts'
import { MqttGate } from './mqtt-gate.ts'
import { createFulfil } from './needs.ts'
import { ProtocolGate } from './protocol-gate.ts'
import { Ticker } from './ticker.ts'
import { Traffic } from './traffic.ts'
import { Turns } from './turns.ts'
import { LiveView } from './views.ts'
import { Wakes } from './wakes.ts'

/** What a hub is given besides its options. */
export interface Surroundings extends HubExtras {
  /** Somebody has asked the hub, by its API, to stop. */
  onStopAsked(): void
}

/** The parts of a hub that have a beginning and an end of their own. */
export interface Parts {
  engine: Engine
  runner: TurnRunner
  ticker: Ticker
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

/** While changes cannot be stored, so many decisions may wait for that before nobody more is let in. */
const MOST_HELD = 1000

/** Joins the parts of a hub; nothing runs yet. `endpoints` is asked for once it does. */
// long: the parts of a hub are joined here and nowhere else, one line or two each
export async function compose(
  resources: HubResources,
  extras: Surroundings,
  endpoints: () => Endpoints,
): Promise<Parts> {
  const { options, dialects, changes, store, clock, virtual, notices, note, certificates, endpoint } = resources
  const engine = new Engine(store, ids)
  const { mode, strict: refuseIgnored } = options
  const settings: Settings = { mode, refuseIgnored, endpoint }
  const live = new LiveView(() => broker)
  const byName = new Map(dialects.map((dialect) => [dialect.name, dialect]))
  const handshakes = new Handshakes(notices, certificates.caFile)
  const hear = (ctx: TurnContext, event: DomainEvent): void => {
    if (event.type === 'device.deleted') notices.forget({ type: 'device', name: event.device.key })
    if (event.type === 'job.deleted') notices.forget({ type: 'job', name: event.job.key })
    byName.get(ctx.dialect)?.onEvent(ctx, event)
    protocols.hear(ctx, event)
  }
  const chosen = optionsOf(dialects, options.clouds)
  const memory = new Map<string, object>()
  const shared = { engine, ids, tables: store, settings, options: chosen, connections: live, notices, memory }
  const turns = new Turns(shared, clock, hear, store)
  const wakes = new Wakes((dialect, key) =>
    runner.runAll(dialect, { type: 'deadline', key }, (ctx) => byName.get(dialect)?.onWake?.(ctx, key)),
  )
  const bucket = options.bucket === '' ? undefined : resolve(options.bucket)
  const objects = new ObjectStore(bucket)
  const intake = new ObjectIntake(bucket, { fsync: options.fsync })
  const fulfil = createFulfil(objects, intake, certificates)

  const gate = new MqttGate({
    now: () => clock.now(),
    dialects,
    settings,
    notices,
    live,
    turn: (dialect, input, decide) => runner.run(dialect, input, decide),
    crowded: () =>
      store.refusal !== undefined && runner.held >= MOST_HELD
        ? 'the hub cannot store changes at present, and too much waits for that'
        : undefined,
    fulfil,
    whenCaughtUp: (connection, then) => broker.whenCaughtUp(connection, then),
  })
  const budget = new LoopBudget()
  const broker = await Broker.create({
    budget,
    hooks: gate,
    tables: store,
    commit: () => store.commit(),
    now: () => clock.now(),
    ids,
    limits: (dialect) => byName.get(dialect)?.limits ?? { sessionMs: 0 },
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
  const requests = new HttpGate({
    dialects,
    perform: (dialect, { id, method, path }, decide) =>
      runner.runAll(dialect, { type: 'http', request: id, method, path }, decide),
    fulfil,
    intake,
    onFailure: note,
    isRefusing: () => store.refusal !== undefined,
    onRefusal: (text) => notices.add({ kind: 'refused', code: 'client', text }),
  })

  const ticker = new Ticker(
    clock,
    [
      {
        next: () => engine.nextDeadline(),
        run: () => runner.runAll('', { type: 'deadline', key: 'engine' }, (ctx) => ctx.engine.tick(ctx.turn)),
      },
      { next: () => broker.nextExpiry(), run: (now) => broker.expireSessions(now) },
      wakes,
    ],
    note,
  )
  const runner = new TurnRunner(
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
  return { engine, runner, ticker, broker, protocols, http, intake, traffic, feed, api }
}
