import { HubError } from '../core/errors.ts'
import type { Fulfilled, HttpRequest, HttpResponse, StoredObject } from '../core/seam/http.ts'
import type { Sight } from '../dialect/credential.ts'
import type { Context, Dialect, Params, Route } from '../dialect/dialect.ts'
import type { ObjectIntake } from '../http/object-intake.ts'
import { Routes } from '../http/routes.ts'
import { admitRequest, Refused } from './access.ts'
import { strongest } from './claims.ts'
import type { Fulfil } from './needs.ts'
import { say } from '../core/said.ts'

export interface HttpGateOptions {
  dialects: readonly Dialect[]
  /** Runs a decision of that dialect and performs what it asks for; resolves when all of it would survive the process. */
  perform<T>(dialect: string, request: HttpRequest, decide: (ctx: Context & Sight) => T): Promise<T>
  /** Fetches what a route needs. */
  fulfil: Fulfil
  /** Takes in the files that requests bring. */
  intake: Pick<ObjectIntake, 'take'>
  onFailure(text: string, error: unknown): void
  /** Whether no change is taken at present, which people know by then. */
  isRefusing(): boolean
  /** Tells people who was not let in, and why. */
  onRefusal(text: string): void
}

/** Finds out which cloud an HTTP request is meant for and lets that dialect decide it. */
export class HttpGate {
  readonly #options: HttpGateOptions
  readonly #routes: ReadonlyMap<Dialect, Routes<Route>>
  /** Dialects that take files: only theirs are worth a look before the body is read. */
  readonly #taking: ReadonlySet<Dialect>
  /** Requests whose route said `later`. */
  readonly #later = new Map<string, (response: HttpResponse) => void>()

  constructor(options: HttpGateOptions) {
    this.#options = options
    this.#routes = new Map(options.dialects.map((dialect) => [dialect, new Routes(dialect.http.routes)]))
    this.#taking = new Set(options.dialects.filter(({ http }) => http.routes.some(({ upload }) => upload !== undefined)))
  }

  /** Whether the body is to be left unread, and given to `handle` as a stream. */
  streams(head: HttpRequest): boolean {
    if (this.#taking.size === 0) return false
    const dialect = this.#dialectOf(head)
    if (dialect === undefined || !this.#taking.has(dialect)) return false
    const found = this.#routes.get(dialect)!.find(head)
    return found.type === 'match' && found.route.upload !== undefined
  }

  /** Never rejects: every failure is answered in the words of the cloud it belongs to. */
  async handle(request: HttpRequest, gone: AbortSignal, body?: AsyncIterable<Uint8Array>): Promise<HttpResponse> {
    const dialect = this.#dialectOf(request)
    if (dialect === undefined) return { status: 404, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message: 'No cloud that this hub speaks knows this request' }) }
    let response: HttpResponse
    try {
      response = await this.#decide(dialect, request, gone, body)
    } catch (error) {
      response = (error instanceof Refused ? error.refusal.answer : undefined) ?? dialect.http.failure(error, request)
      // That nothing can be kept is said once, not with every request.
      const isKnown = gone.aborted || this.#options.isRefusing()
      if (response.status >= 500 && !isKnown) this.#options.onFailure(`${request.method} ${request.path} failed`, error)
    }
    return (await this.#finish(dialect, request, response)) ?? response
  }

  /** Answers a request whose route said `later`; nothing happens if the client is gone. */
  respond(request: string, response: HttpResponse): void {
    this.#later.get(request)?.(response)
    this.#later.delete(request)
  }

  #dialectOf(request: HttpRequest): Dialect | undefined {
    return strongest(this.#options.dialects, ({ http }) => http.claim(request))
  }

  async #decide(dialect: Dialect, request: HttpRequest, gone: AbortSignal, body?: AsyncIterable<Uint8Array>): Promise<HttpResponse> {
    const found = this.#routes.get(dialect)!.find(request)
    if (found.type !== 'match') return dialect.http.notFound(request)
    const { route, params } = found
    if (route.upload !== undefined) {
      const stored = await this.#take(dialect, route, request, params, body ?? [request.body])
      const fulfilled = await this.#fulfil(route, request, params)
      return this.#handle(dialect, route, request, params, [stored, ...fulfilled], gone)
    }
    // Nothing is read or made for somebody who may not have it.
    if (route.needs !== undefined)
      await this.#options.perform(dialect.name, request, (ctx) => this.#admit(dialect, route, ctx, request, params))
    return this.#handle(dialect, route, request, params, await this.#fulfil(route, request, params), gone)
  }

  /** Asked again whenever something that took a while is over. */
  #admit({ title, http }: Dialect, route: Route, ctx: Context & Sight, request: HttpRequest, params: Params): void {
    try {
      admitRequest(http, route, ctx, request, params)
    } catch (error) {
      if (error instanceof Refused)
        this.#options.onRefusal(`${title} ${route.operation} from ${request.remoteAddress}: ${error.message}`)
      throw error
    }
  }

  #fulfil(route: Route, request: HttpRequest, params: Params): Promise<Fulfilled> {
    return Promise.all((route.needs?.(request, params) ?? []).map((need) => this.#options.fulfil(need)))
  }

  async #take(dialect: Dialect, route: Route, request: HttpRequest, params: Params, body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<StoredObject> {
    const allow = (ctx: Context & Sight): void => this.#admit(dialect, route, ctx, request, params)
    const { ref, maxBytes } = await this.#options.perform(dialect.name, request, (ctx) => {
      allow(ctx)
      return route.upload!(ctx, request, params)
    })
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new HubError('TOO_LARGE', say`a file may have ${maxBytes} bytes here`)
    const taken = await this.#options.intake.take(ref, body, maxBytes)
    try {
      // Long uploads outlast rights.
      await this.#options.perform(dialect.name, request, allow)
    } catch (error) {
      await taken.discard()
      throw error
    }
    return taken.keep()
  }

  async #handle(dialect: Dialect, route: Route, request: HttpRequest, params: Params, fulfilled: Fulfilled, gone: AbortSignal): Promise<HttpResponse> {
    // Ready before the decision: the answer may come in the very same turn.
    const later = new Promise<HttpResponse>((resolve) => this.#later.set(request.id, resolve))
    gone.addEventListener('abort', () => this.#later.delete(request.id), { once: true })
    let answered: HttpResponse | 'later' | undefined
    try {
      answered = await this.#options.perform(dialect.name, request, (ctx) => {
        this.#admit(dialect, route, ctx, request, params)
        return route.handle(ctx, request, params, fulfilled)
      })
    } finally {
      if (answered !== 'later') this.#later.delete(request.id)
    }
    return answered === 'later' ? later : answered
  }

  async #finish(dialect: Dialect, request: HttpRequest, response: HttpResponse): Promise<HttpResponse | undefined> {
    const { finish } = dialect.http
    if (finish === undefined) return undefined
    return this.#options.perform(dialect.name, request, (ctx) => finish(response, request, ctx))
  }
}

