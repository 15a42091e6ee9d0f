import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { readFileSync, writeFileSync } from 'node:fs'
import { HubError } from '../../src/core/errors.ts'
import type { HttpRequest, HttpResponse } from '../../src/core/seam/http.ts'
import type { Connection, ConnectRequest, PublishVerdict, Qos, SubscribeVerdict } from '../../src/core/seam/mqtt.ts'
import type { Context, Dialect } from '../../src/dialect/dialect.ts'
import { jsonError } from '../../src/http/json.ts'
import { InProcessHub, type HubWatcher, type InProcessOptions } from './in-process-hub.ts'
import type { Delivery } from './memory-broker.ts'
import { textOf } from '../../src/core/said.ts'

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

/** How a conversation is written down; what is `undefined` is not. */
export interface Wording {
  publishes(who: string, topic: string, payload: string): string
  decided(who: string, verdict: PublishVerdict): string | undefined
  hears(who: string, delivery: Delivery, payload: string): string
  answers(who: string, answer: Answer): string
  /** What is written where nobody hears anything. */
  silence?: string
}

const plainly: Wording = {
  publishes: (who, topic, payload) => `${who} → ${topic}${payload === '' ? '' : ` ${payload}`}`,
  decided: (who, verdict) => {
    if (verdict.route === 'drop') return `  (dropped: ${textOf(verdict.reason)})`
    if (verdict.route === 'close') return `  ${who} ← closed (${textOf(verdict.reason)})`
    return verdict.route === 'consume' ? '  (consumed)' : undefined
  },
  hears: (who, { topic, qos, retain }, payload) =>
    `  ${who} ← ${topic} (QoS ${qos}${retain ? ', retained' : ''}) ${payload}`,
  answers: (who, { status, body }) => `  ${who} ← ${status} ${body}`,
}

/** Clients of one dialect talk to its hub over MQTT and HTTP, without sockets; all that is said is written down. */
export class Conversation {
  readonly hub: InProcessHub
  readonly #dialect: Dialect
  readonly #wording: Wording
  readonly #clients = new Map<string, Connection>()
  /** The client that is connecting. */
  #coming = ''
  readonly #askers = new Map<string, string>()
  readonly #answers = new Map<string, Answer>()
  readonly #lines: string[] = []
  /** Where the first line stands that says what came of the last thing done. */
  #consequences: number | undefined
  readonly #heard = new Map<string, Heard[]>()
  #requests = 0

  constructor(dialect: Dialect, options: InProcessOptions = {}, wording = plainly) {
    this.#dialect = dialect
    this.#wording = wording
    this.hub = new InProcessHub(dialect, this.#watcher(), options)
  }

  heading(text: string): void {
    this.#lines.push('', `# ${text}`)
  }

  /**
   * True: it was let in. Connects over TCP with a kept session unless told otherwise; `who` names the client in the
   * text.
   */
  async connect(
    who: string,
    request: Partial<Omit<ConnectRequest, 'password' | 'connection'>> & { password?: string },
  ): Promise<boolean> {
    const { password, ...rest } = request
    const asked: Omit<ConnectRequest, 'connection'> = {
      clientId: who,
      clean: false,
      keepalive: 60,
      protocolVersion: 4,
      transport: 'tcp',
      local: true,
      remoteAddress: '127.0.0.1',
      ...rest,
      ...(password !== undefined && { password: Buffer.from(password) }),
    }
    const clean = asked.clean ? ', clean session' : ''
    await this.#begin(`${who} → CONNECT ${asked.clientId}, user ${asked.username ?? '–'}${clean}`)
    this.#coming = who
    const verdict = await this.hub.broker.connect(asked)
    if (!verdict.accept) {
      const { drop, returnCode, reason } = verdict
      this.#lines.push(`  ${who} ← ${drop === true ? 'closed' : `CONNACK ${returnCode}`} (${textOf(reason)})`)
    }
    await this.#end()
    return verdict.accept
  }

  /** What has arrived at a client since it was last asked: for clients that answer. */
  heard(who: string): Heard[] {
    return this.#heard.get(who)?.splice(0) ?? []
  }

  async disconnect(who: string): Promise<void> {
    const connection = this.connection(who)
    await this.#begin(`${who} → gone`)
    this.#clients.delete(who)
    this.hub.broker.leave(connection)
    await this.#end()
  }

  async subscribe(who: string, filter: string, qos: Qos = 1): Promise<SubscribeVerdict> {
    const connection = this.connection(who)
    await this.#begin(`${who} → SUBSCRIBE ${filter} (QoS ${qos})`)
    const verdict = await this.hub.broker.subscribeTo(connection, filter, qos, (answer) => {
      if ('grant' in answer) this.#lines.push(`  ${who} ← SUBACK ${answer.grant}`)
      else if ('refuse' in answer) this.#lines.push(`  ${who} ← SUBACK 0x80 (${textOf(answer.refuse)})`)
      else {
        this.#lines.push(`  ${who} ← closed (${textOf(answer.close)})`)
        this.#clients.delete(who)
      }
    })
    await this.#end()
    return verdict
  }

  async unsubscribe(who: string, filter: string): Promise<void> {
    const connection = this.connection(who)
    await this.#begin(`${who} → UNSUBSCRIBE ${filter}`)
    this.hub.broker.unsubscribeFrom(connection, filter)
    await this.#end()
  }

  async publish(
    who: string,
    topic: string,
    payload: object | string | Buffer = '',
    { qos = 1, retain = false }: { qos?: 0 | 1 | 2; retain?: boolean } = {},
  ): Promise<PublishVerdict> {
    const connection = this.connection(who)
    const bytes = bytesOf(payload)
    await this.#begin(this.#wording.publishes(who, topic, legible(bytes)) + (retain ? ' (retain)' : ''))
    const verdict = await this.hub.broker.take(connection, { topic, payload: bytes, qos, retain, dup: false })
    await this.#end()
    return verdict
  }

  /** A body that is a string goes as a form, bytes as a file. The answer, unless it comes later. */
  async http(
    who: string,
    method: string,
    path: string,
    body?: object | string | Buffer,
    headers: HttpRequest['headers'] = {},
  ): Promise<Answer | undefined> {
    const { requests } = this.hub.core
    const bytes = bytesOf(body ?? '')
    const request = toRequest(`request ${(this.#requests += 1)}`, method, path, {
      ...(body !== undefined && { 'content-type': typeOf(body) }),
      ...headers,
    })
    this.#askers.set(request.id, who)
    await this.#begin(`${who} → ${method} ${path}${bytes.length === 0 ? '' : ` ${legible(bytes)}`}`)
    const handled = requests.streams(request)
      ? requests.handle(request, new AbortController().signal, streamOf(bytes))
      : requests.handle({ ...request, body: bytes }, new AbortController().signal)
    void handled.then((response) => this.#respond(request.id, response))
    await this.#end()
    return this.#answers.get(request.id)
  }

  /** Time passes, and what falls due happens. */
  async wait(ms: number): Promise<void> {
    await this.#begin(`… ${ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`}`)
    await this.hub.advance(ms)
    await this.#end()
  }

  /** Something happens to the hub itself. Throws what `decide` throws. */
  async happens<T>(what: string, decide: (ctx: Context) => T): Promise<T> {
    await this.#begin(`(${what})`)
    const result = await this.hub.core.runner.runAll(this.#dialect.name, { type: 'api', call: 'test' }, decide)
    await this.#end()
    return result
  }

  /** What is so before the conversation: it is not written down. */
  async given(deed: () => Promise<unknown>): Promise<void> {
    const { length } = this.#lines
    await deed()
    this.#lines.length = length
    this.#heard.clear()
  }

  connection(who: string): Connection {
    const connection = this.#clients.get(who)
    assert.ok(connection, `${who} is connected`)
    return connection
  }

  /** All that was said, identifiers numbered in the order in which they came up. */
  get text(): string {
    const ids = new Map<string, string>()
    const stable = this.#lines
      .join('\n')
      .replace(
        /\b(?:[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g,
        (id) => ids.get(id) ?? (ids.set(id, `<id ${ids.size + 1}>`), ids.get(id)!),
      )
    return `${stable.trim()}\n`
  }

  /** Compares with that file, or writes it with UPDATE_GOLDEN=1. */
  matches(path: string): void {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, this.text)
    assert.equal(this.text, readFileSync(path, 'utf8'))
  }

  async #begin(line: string): Promise<void> {
    await this.hub.idle()
    this.#lines.push('', line)
    this.#consequences = undefined
  }

  async #end(): Promise<void> {
    await this.hub.idle()
    const { silence } = this.#wording
    if (silence !== undefined && this.#consequences === undefined) this.#lines.push(silence)
  }

  #follows(line: string): void {
    this.#consequences ??= this.#lines.length
    this.#lines.push(line)
  }

  /** The hub answers last; in the text what came of a request stands below its answer. */
  #respond(request: string, { status, headers = {}, body = '' }: HttpResponse): void {
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
      const { ref } = body
      return this.#respond(request, this.#file(ref, { status, headers }))
    }
    const answer = { status, headers, body: typeof body === 'string' ? body : legible(body) }
    this.#answers.set(request, answer)
    const line = this.#wording.answers(this.#askers.get(request)!, answer)
    if (this.#consequences === undefined) this.#lines.push(line)
    else this.#lines.splice(this.#consequences++, 0, line)
  }

  /** As the hub's HTTP server sends it. */
  #file(ref: { bucket: string; key: string }, head: { status: number; headers: Record<string, string> }): HttpResponse {
    try {
      return { ...head, body: this.hub.files.get(ref) }
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      return jsonError(404, 'NOT_FOUND', `No object ${ref.key} in bucket ${ref.bucket}`)
    }
  }

  #watcher(): HubWatcher {
    const nameOf = ({ id }: Connection): string =>
      [...this.#clients].find(([, connection]) => connection.id === id)?.[0] ?? ''
    return {
      fulfilled: (words) => this.#lines.push(`  (${words})`),
      welcomed: (connection) => {
        this.#clients.set(this.#coming, connection)
        this.#lines.push(`  ${this.#coming} ← CONNACK 0`)
      },
      decided: (connection, verdict) => {
        const who = nameOf(connection)
        const line = this.#wording.decided(who, verdict)
        if (line !== undefined) this.#lines.push(line)
        if (verdict.route === 'close') this.#clients.delete(who)
      },
      arrived: (connection, delivery) => {
        const who = nameOf(connection)
        const payload = legible(Buffer.from(delivery.payload))
        this.#follows(this.#wording.hears(who, delivery, payload))
        const heard = this.#heard.get(who) ?? []
        heard.push({ topic: delivery.topic, payload })
        this.#heard.set(who, heard)
      },
      withheld: (connection, topic) => this.#follows(`  (${nameOf(connection)} may not have ${topic})`),
      acknowledged: (connection, topic) => this.#follows(`  ${nameOf(connection)} → PUBACK of ${topic}`),
      closed: (connection, why) => {
        const who = nameOf(connection)
        this.#follows(`  ${who} ← closed (${why})`)
        this.#clients.delete(who)
      },
    }
  }
}

const bytesOf = (payload: object | string | Buffer): Buffer =>
  Buffer.isBuffer(payload) ? payload : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))

function typeOf(body: object | string | Buffer): string {
  if (Buffer.isBuffer(body)) return 'application/octet-stream'
  return typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json'
}

async function* streamOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Bytes that are no text are written as `\\x00`. */
function legible(bytes: Buffer): string {
  const text = bytes.toString()
  if (isUtf8(bytes) && !/[\0-\x08\x0e-\x1f]/.test(text)) return text
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function toRequest(id: string, method: string, target: string, headers: HttpRequest['headers']): HttpRequest {
  const [path = '', query = ''] = target.split('?')
  return {
    id,
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.alloc(0),
    secure: false,
    local: true,
    remoteAddress: '127.0.0.1',
  }
}
