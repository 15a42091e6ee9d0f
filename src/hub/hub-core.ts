import type { BrokerPort } from '../broker/port.ts'
import type { Instant } from '../core/clock.ts'
import { Engine } from '../core/engine.ts'
import type { DomainEvent } from '../core/events.ts'
import type { Ids } from '../core/ids.ts'
import type { OptionValues } from '../core/option.ts'
import type { Settings } from '../dialect/dialect.ts'
import type { TurnContext } from './context.ts'
import { HttpGate, type HttpGateOptions } from './http-gate.ts'
import type { HubResources } from './hub-resources.ts'
import { MqttGate } from './mqtt-gate.ts'
import type { Fulfil } from './needs.ts'
import type { ProtocolGate } from './protocol-gate.ts'
import { Ticker } from './ticker.ts'
import { TurnRunner } from './turn-runner.ts'
import { Turns } from './turns.ts'
import { LiveView } from './views.ts'
import { Wakes } from './wakes.ts'

/** What the core stands on. */
export type CoreResources = Pick<HubResources, 'dialects' | 'changes' | 'store' | 'clock' | 'notices' | 'note'> & {
  settings: Settings
  /** What was chosen of each dialect's own options. */
  options: ReadonlyMap<string, OptionValues>
}

/** How the core reaches the world. What is given as a function is made after the core, which it asks. */
export interface CorePorts {
  ids: Ids
  /** The real time. */
  wall(): Instant
  broker(): BrokerPort
  /** The sockets of protocols besides MQTT and HTTP. */
  protocols(): Pick<ProtocolGate, 'hear' | 'write' | 'end' | 'heartbeat'>
  fulfil: Fulfil
  intake: HttpGateOptions['intake']
}

/** What decides, and sees to what was decided. */
export interface HubCore {
  engine: Engine
  live: LiveView
  runner: TurnRunner
  ticker: Ticker
  /** For the broker to ask. */
  gate: MqttGate
  requests: HttpGate
}

/** While changes cannot be stored, so many decisions may wait for that before nobody more is let in. */
const MOST_HELD = 1000

/** Joins the parts of a hub that need no socket and no file; nothing runs yet. */
export function composeCore(resources: CoreResources, ports: CorePorts): HubCore {
  const { dialects, changes, store, clock, notices, note, settings, options } = resources
  const { ids, wall, broker, protocols, fulfil, intake } = ports
  const engine = new Engine(store, ids)
  const live = new LiveView(broker)
  const byName = new Map(dialects.map((dialect) => [dialect.name, dialect]))
  const hear = (ctx: TurnContext, event: DomainEvent): void => {
    if (event.type === 'device.deleted') notices.forget({ type: 'device', name: event.device.key })
    if (event.type === 'job.deleted') notices.forget({ type: 'job', name: event.job.key })
    byName.get(ctx.dialect)?.onEvent(ctx, event)
    protocols().hear(ctx, event)
  }
  const memory = new Map<string, object>()
  const turns = new Turns(
    { engine, ids, wall, tables: store, settings, options, connections: live, retained: broker, notices, memory },
    clock,
    hear,
    store,
  )
  const wakes = new Wakes((dialect, key) =>
    runner.runAll(dialect, { type: 'deadline', key }, (ctx) => byName.get(dialect)?.onWake?.(ctx, key)),
  )
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
    whenCaughtUp: (connection, then) => broker().whenCaughtUp(connection, then),
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
      { next: () => broker().nextExpiry(), run: (now) => broker().expireSessions(now) },
      wakes,
    ],
    note,
  )
  const runner = new TurnRunner(
    turns,
    {
      get broker() {
        return broker()
      },
      respond: (request, response) => requests.respond(request, response),
      write: (socket, bytes) => protocols().write(socket, bytes),
      end: (socket) => protocols().end(socket),
      heartbeat: (socket, everyMs) => protocols().heartbeat(socket, everyMs),
      wake: (dialect, key, at) => wakes.set(dialect, key, at),
      onFailure: note,
    },
    changes,
    () => ticker.look(),
  )
  return { engine, live, runner, ticker, gate, requests }
}

/** Before clients may come: nobody is connected any more, and the dialects take up their state. */
export async function takeUp({ engine, runner }: HubCore, dialects: CoreResources['dialects']): Promise<void> {
  await runner.runAll('', { type: 'start' }, ({ turn }) => engine.connections.reset(turn, 'SERVER_RESTARTED'))
  for (const { name, onStart } of dialects)
    if (onStart !== undefined) await runner.runAll(name, { type: 'start' }, (ctx) => onStart(ctx))
}
