import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { readFileSync, writeFileSync } from 'node:fs'
import { HubError } from '../../src/core/errors.ts'
import type { Action } from '../../src/core/seam/effects.ts'
import type { HttpRequest, HttpResponse } from '../../src/core/seam/http.ts'
import type { Fulfilled, Need } from '../../src/core/seam/needs.ts'
import type {
  Connection,
  ConnectRequest,
  Message,
  PublishVerdict,
  Qos,
  SubscribeVerdict,
} from '../../src/core/seam/mqtt.ts'
import { matchesFilter } from '../../src/broker/routing/filter.ts'
import type { Sight } from '../../src/dialect/credential.ts'
import type { Context, Dialect, Route, Settings } from '../../src/dialect/dialect.ts'
import { Routes } from '../../src/http/routes.ts'
import { admitClient } from '../../src/hub/access.ts'
import { ContextFixture } from './context-fixture.ts'
import { Bucket } from './bucket.ts'

interface Session {
  subscriptions: Map<string, Qos>
  /** What came while nobody was there. */
  stored: Message[]
  clean: boolean
  /** Whose it is. */
  device?: string | undefined
}

/** A message as a client has it. */
export interface Heard {
  topic: string
  payload: string
}

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Clients of one dialect talk to it over MQTT and HTTP, without sockets; all that is said is written down. */
export class Conversation {
  readonly bench: ContextFixture
  /** The files behind the clouds' object stores. */
  readonly files = new Bucket()
  readonly #dialect: Dialect
  readonly #routes: Routes<Route>
  readonly #sessions = new Map<string, Session>()
  readonly #names = new Map<string, string>()
  readonly #askers = new Map<string, string>()
  readonly #answers = new Map<string, Answer>()
  readonly #queue: string[] = []
  readonly #heard = new Map<string, Heard[]>()
  #requests = 0

  constructor(
    dialect: Dialect,
    { now = Date.UTC(2026, 0, 1), settings = {} }: { now?: number; settings?: Partial<Settings> } = {},
  ) {
    this.#dialect = dialect
    this.#routes = new Routes(dialect.http.routes, dialect.http.operationOf)
    this.bench = new ContextFixture({
      dialect: dialect.name,
      now,
      settings,
      onEvent: (ctx, event) => dialect.onEvent(ctx, event),
    })
  }

  heading(text: string): void {
    this.#queue.push('', `# ${text}`)
  }

  /**
   * True: it was let in. Connects over TCP with a kept session unless told otherwise; `who` names the client in the
   * text.
   */
  connect(who: string, request: Partial<Omit<ConnectRequest, 'password'>> & { password?: string }): boolean {
    const { password, ...rest } = request
    const full: ConnectRequest = {
      ...{
        connection: who,
        clientId: who,
        clean: false,
        keepalive: 60,
        protocolVersion: 4,
        transport: 'tcp',
        local: true,
        remoteAddress: '127.0.0.1',
      },
      ...rest,
      ...(password !== undefined && { password: Buffer.from(password) }),
    }
    this.#queue.push(
      '',
      `${who} → CONNECT ${full.clientId}, user ${full.username ?? '–'}${full.clean ? ', clean session' : ''}`,
    )
    const verdict = this.#turn((ctx) => admitClient(this.#dialect.mqtt, ctx, full))
    if (!verdict.accept) {
      this.#queue.push(
        `  ${who} ← ${verdict.drop === true ? 'closed' : `CONNACK ${verdict.returnCode}`} (${verdict.reason})`,
      )
      return false
    }
    const name = this.#dialect.mqtt.session?.(full) ?? full.clientId
    const session = this.#session(name, full.clean)
    session.device = verdict.identity.device
    const connection: Connection = {
      id: who,
      dialect: this.#dialect.name,
      identity: verdict.identity,
      session: name,
      request: full,
      subscriptions: session.subscriptions,
      state: {},
    }
    for (const [filter, qos] of [...session.subscriptions]) {
      const asked = this.#turn((ctx) => this.#dialect.mqtt.authorizeSubscribe(ctx, connection, filter, qos))
      if (!('grant' in asked)) session.subscriptions.delete(filter)
    }
    this.bench.add(connection)
    this.#names.set(name, who)
    this.#queue.push(`  ${who} ← CONNACK 0`)
    for (const message of session.stored.splice(0)) this.#arrive(who, message, 1)
    this.#turn((ctx) => {
      if (verdict.identity.device !== undefined) ctx.engine.connections.connected(ctx.turn, verdict.identity.device)
      this.#dialect.mqtt.onConnected?.(ctx, connection)
    })
    return true
  }

  /** What has arrived at a client since it was last asked: for clients that answer. */
  heard(who: string): Heard[] {
    return this.#heard.get(who)?.splice(0) ?? []
  }

  disconnect(who: string): void {
    this.#queue.push('', `${who} → gone`)
    this.#leave(who)
  }

  subscribe(who: string, filter: string, qos: Qos = 1): SubscribeVerdict {
    const connection = this.#connection(who)
    this.#queue.push('', `${who} → SUBSCRIBE ${filter} (QoS ${qos})`)
    const verdict = this.#turn((ctx) => this.#dialect.mqtt.authorizeSubscribe(ctx, connection, filter, qos))
    if (!('grant' in verdict)) {
      this.#queue.push(
        `  ${who} ← ${'refuse' in verdict ? `SUBACK 0x80 (${verdict.refuse})` : `closed (${verdict.close})`}`,
      )
      return verdict
    }
    this.#sessions.get(connection.session)!.subscriptions.set(verdict.filter ?? filter, verdict.grant)
    this.#queue.push(`  ${who} ← SUBACK ${verdict.grant}`)
    this.#turn((ctx) => this.#dialect.mqtt.onSubscribed?.(ctx, connection, [{ filter, qos: verdict.grant }]))
    return verdict
  }

  unsubscribe(who: string, filter: string): void {
    const connection = this.#connection(who)
    this.#queue.push('', `${who} → UNSUBSCRIBE ${filter}`)
    this.#sessions.get(connection.session)!.subscriptions.delete(filter)
    this.#turn((ctx) => this.#dialect.mqtt.onUnsubscribed?.(ctx, connection, [filter]))
  }

  publish(who: string, topic: string, payload: object | string | Buffer = '', qos: 0 | 1 | 2 = 1): PublishVerdict {
    const bytes = Buffer.isBuffer(payload)
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    const text = legible(bytes)
    this.#queue.push('', `${who} → ${topic}${text === '' ? '' : ` ${text}`}`)
    const message = { topic, payload: bytes, qos, retain: false, dup: false }
    const connection = this.#connection(who)
    let { result, acts } = this.bench.turn((ctx) => this.#dialect.mqtt.onPublish(ctx, connection, message))
    while (result.route === 'fetch') {
      this.#perform(acts)
      const fulfilled = this.#fulfil(result.needs)
      ;({ result, acts } = this.bench.turn((ctx) =>
        this.#dialect.mqtt.onFulfilled!(ctx, connection, message, fulfilled),
      ))
    }
    if (result.route === 'drop') this.#queue.push(`  (dropped: ${result.reason})`)
    if (result.route === 'consume') this.#queue.push('  (consumed)')
    if (result.route === 'close') this.#queue.push(`  ${who} ← closed (${result.reason})`)
    if (result.route === 'forward')
      this.#spread({ topic: result.topic ?? topic, payload: bytes, qos: qos === 0 ? 0 : 1 })
    this.#perform(acts)
    return result
  }

  /** A body that is a string goes as a form, bytes as a file. The answer, unless it comes later. */
  http(who: string, method: string, path: string, body?: object | string | Buffer): Answer | undefined {
    const type = Buffer.isBuffer(body)
      ? 'application/octet-stream'
      : typeof body === 'string'
        ? 'application/x-www-form-urlencoded'
        : 'application/json'
    const bytes = Buffer.isBuffer(body)
      ? body
      : Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body))
    this.#queue.push('', `${who} → ${method} ${path}${bytes.length === 0 ? '' : ` ${legible(bytes)}`}`)
    const request = toRequest(
      `request ${(this.#requests += 1)}`,
      method,
      path,
      body === undefined ? {} : { 'content-type': type },
      bytes,
    )
    assert.notEqual(this.#dialect.http.claim(request), 'no', `${method} ${path} is claimed by the dialect`)
    this.#askers.set(request.id, who)
    const found = this.#routes.find(request)
    if (found.type !== 'match') this.#respond(request.id, this.#dialect.http.notFound(request))
    else this.#handle(found.route, found.params, request)
    return this.#answers.get(request.id)
  }

  /** Time passes, and what falls due happens. */
  wait(ms: number): void {
    this.#queue.push('', `… ${ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`}`)
    const end = this.bench.now + ms
    for (
      let next = this.bench.engine.nextDeadline();
      next !== undefined && next <= end;
      next = this.bench.engine.nextDeadline()
    ) {
      this.bench.now = Math.max(this.bench.now, next)
      this.#turn((ctx) => ctx.engine.tick(ctx.turn))
    }
    this.bench.now = end
  }

  /** Something happens to the hub itself. */
  happens<T>(what: string, decide: (ctx: Context) => T): T {
    this.#queue.push('', `(${what})`)
    return this.#turn(decide)
  }

  /** All that was said, identifiers numbered in the order in which they came up. */
  get text(): string {
    const ids = new Map<string, string>()
    const stable = this.#queue
      .join('\n')
      .replace(/\b[0-9a-f]{24}\b/g, (id) => ids.get(id) ?? (ids.set(id, `<id ${ids.size + 1}>`), ids.get(id)!))
    return `${stable.trim()}\n`
  }

  /** Compares with that file, or writes it with UPDATE_GOLDEN=1. */
  matches(path: string): void {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, this.text)
    assert.equal(this.text, readFileSync(path, 'utf8'))
  }

  #fulfil(needs: Need[]): Fulfilled {
    return needs.map((need) => {
      const { words, answer } = this.files.fulfil(need)
      this.#queue.push(`  (${words})`)
      return answer
    })
  }

  #handle(route: Route, params: Record<string, string>, request: HttpRequest): void {
    try {
      const taken = this.#take(route, params, request)
      const needs =
        route.needs &&
        this.#turn((ctx) => {
          route.authorize?.(ctx, request, params)
          return route.needs!(ctx, request, params)
        })
      const fulfilled = [...taken, ...this.#fulfil(needs ?? [])]
      const { result, acts } = this.bench.turn((ctx) => {
        route.authorize?.(ctx, request, params)
        return route.handle(ctx, request, params, fulfilled)
      })
      if (result !== 'later') this.#respond(request.id, result)
      this.#perform(acts)
    } catch (error) {
      this.#respond(request.id, this.#dialect.http.failure(error, request))
    }
  }

  /** A route that takes a file does not see it as a body. */
  #take(route: Route, params: Record<string, string>, request: HttpRequest): Fulfilled {
    const { upload } = route
    if (upload === undefined) return []
    const bytes = request.body
    request.body = Buffer.alloc(0)
    const { ref, maxBytes } = this.#turn((ctx) => {
      route.authorize?.(ctx, request, params)
      return upload(ctx, request, params)
    })
    if (bytes.length > maxBytes) throw new HubError('TOO_LARGE', `a file may have ${maxBytes} bytes here`)
    return this.#fulfil([{ type: 'store', ref, bytes }])
  }

  #respond(request: string, { status, headers = {}, body = '' }: HttpResponse): void {
    const text = typeof body === 'string' ? body : legible(Buffer.isBuffer(body) ? body : this.files.get(body.ref))
    this.#answers.set(request, { status, headers, body: text })
    this.#queue.push(`  ${this.#askers.get(request)} ← ${status} ${text}`)
  }

  #turn<T>(decide: (ctx: Context & Sight) => T): T {
    const { result, acts } = this.bench.turn(decide)
    this.#perform(acts)
    return result
  }

  #perform(acts: { action: Action }[]): void {
    for (const { action } of acts) {
      if (action.type === 'publish') this.#spread(action.message)
      else if (action.type === 'send')
        this.#arrive(action.connection, action.message, action.message.qos === 'as-subscribed' ? 1 : action.message.qos)
      else if (action.type === 'respond') this.#respond(action.request, action.response)
      else if (action.type === 'subscribe') {
        const { session } = this.#connection(action.connection)
        for (const { filter, qos } of action.filters) this.#sessions.get(session)!.subscriptions.set(filter, qos)
      } else if (action.type === 'withdraw') {
        const { device, filter } = action
        for (const [name, session] of [...this.#sessions]) {
          if (device === undefined ? name !== action.session : session.device !== device) continue
          if (filter === undefined) this.#sessions.delete(name)
          else session.stored = session.stored.filter(({ topic }) => !matchesFilter(filter, topic))
        }
      } else if (action.type === 'disconnect') {
        this.#queue.push(`  ${action.connection} ← closed (${action.note})`)
        this.#leave(action.connection)
      }
    }
  }

  /** To all subscribers, and into the sessions of those who are away. */
  #spread(message: Message): void {
    for (const [name, { subscriptions, stored, clean }] of this.#sessions) {
      const granted = [...subscriptions]
        .filter(([filter]) => matchesFilter(filter, message.topic))
        .map(([, qos]) => qos)
      if (granted.length === 0) continue
      const qos = Math.min(message.qos, Math.max(...granted)) as Qos
      const who = this.#names.get(name)
      if (who !== undefined) this.#arrive(who, message, qos)
      else if (qos === 1 && !clean) stored.push(message)
    }
  }

  #arrive(who: string, { topic, payload }: Pick<Message, 'topic' | 'payload'>, qos: Qos): void {
    const text = legible(Buffer.from(payload))
    this.#queue.push(`  ${who} ← ${topic} (QoS ${qos}) ${text}`)
    this.#heard.set(who, [...(this.#heard.get(who) ?? []), { topic, payload: text }])
  }

  #leave(who: string): void {
    const connection = this.#connection(who)
    const { device } = connection.identity
    this.bench.remove(connection)
    this.#names.delete(connection.session)
    if (connection.request.clean) this.#sessions.delete(connection.session)
    this.#turn((ctx) => {
      if (device !== undefined) ctx.engine.connections.disconnected(ctx.turn, device, 'CLIENT_INITIATED')
      this.#dialect.mqtt.onDisconnected?.(ctx, connection, 'CLIENT_INITIATED')
    })
  }

  #session(name: string, clean: boolean): Session {
    const present = this.#sessions.get(name)
    const session =
      clean || present === undefined ? { subscriptions: new Map<string, Qos>(), stored: [], clean } : present
    this.#sessions.set(name, session)
    return session
  }

  #connection(who: string): Connection {
    const connection = this.bench.connections.get(who)
    assert.ok(connection, `${who} is connected`)
    return connection
  }
}

/** Bytes that are no text are written as `\\x00`. */
function legible(bytes: Buffer): string {
  const text = bytes.toString()
  if (isUtf8(bytes) && !/[\0-\x08\x0e-\x1f]/.test(text)) return text
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function toRequest(
  id: string,
  method: string,
  target: string,
  headers: HttpRequest['headers'],
  body: Buffer,
): HttpRequest {
  const [path = '', query = ''] = target.split('?')
  return {
    id,
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    body,
    secure: false,
    local: true,
    remoteAddress: '127.0.0.1',
  }
}
