import { HubError } from '../core/errors.ts'
import type { HttpRequest, HttpResponse } from '../core/seam/http.ts'
import type { Fulfilled, Need, StoredObject } from '../core/seam/needs.ts'
import type { Sight } from '../dialect/credential.ts'
import type { Context, Dialect, Params, Route } from '../dialect/dialect.ts'
import type { ObjectIntake } from '../http/object-intake.ts'
import { readForm } from '../http/multipart.ts'
import { Routes } from '../http/routes.ts'
import { admitRequest, Refused } from './access.ts'
import { strongestClaim } from './strongest-claim.ts'
import type { Fulfil } from './needs.ts'
import { asSaid, say, type Words } from '../core/said.ts'

export interface HttpGateOptions {
  dialects: readonly Dialect[]
  /**
   * Runs a decision of that dialect and performs what it asks for; resolves when all of it would survive the process.
   */
  perform<T>(dialect: string, request: HttpRequest, decide: (ctx: Context & Sight) => T): Promise<T>
  /** Fetches what a route needs. */
  fulfil: Fulfil
  /** Takes in the files that requests bring. */
  intake: Pick<ObjectIntake, 'take'>
  onFailure(text: Words, error: unknown): void
  /** Whether no change is taken at present, which people know by then. */
  isRefusing(): boolean
  /** Tells people who was not let in, and why, and what was asked for by a name that nobody knows. */
  onRefusal(text: Words): void
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
    this.#routes = new Map(
      options.dialects.map((dialect) => [dialect, new Routes(dialect.http.routes, dialect.http.operationOf)]),
    )
    this.#taking = new Set(
      options.dialects.filter(({ http }) => http.routes.some(({ upload }) => upload !== undefined)),
    )
  }

  /** Whether the body is to be left unread, and given to `handle` as a stream. */
  streams(head: HttpRequest): boolean {
    if (this.#taking.size === 0) return false
    const dialect = this.#dialectOf(head)
    if (dialect === undefined || !this.#taking.has(dialect)) return false
    const found = this.#routes.get(dialect)!.find(head)
    return found.type === 'match' && found.route.upload !== undefined
  }

  /** Every failure is answered in the words of the cloud it belongs to. */
  async handle(request: HttpRequest, gone: AbortSignal, body?: AsyncIterable<Uint8Array>): Promise<HttpResponse> {
    const dialect = this.#dialectOf(request)
    if (dialect === undefined) return unclaimed()
    const asked: Asked = { dialect, request, gone }
    try {
      return await this.#decide(asked, body)
    } catch (error) {
      if (error instanceof Answered) return error.response
      // It was not the decision that failed, but what came of it: its answer has a turn of its own.
      return this.#finish(asked, this.#answerTo(asked, error))
    }
  }

  /** Answers a request whose route said `later`; nothing happens if the client is gone. */
  respond(request: string, response: HttpResponse): void {
    this.#later.get(request)?.(response)
    this.#later.delete(request)
  }

  #dialectOf(request: HttpRequest): Dialect | undefined {
    return strongestClaim(this.#options.dialects, ({ http }) => http.claim(request))
  }

  async #decide(asked: Asked, body?: AsyncIterable<Uint8Array>): Promise<HttpResponse> {
    const { dialect, request } = asked
    const found = this.#routes.get(dialect)!.find(request)
    if (found.type !== 'match') {
      const name = dialect.http.operationOf?.(request)
      if (name !== undefined) this.#options.onRefusal(say`${asSaid(dialect.title)} has no operation ${name} here`)
      return this.#finish(asked, dialect.http.notFound(request))
    }
    const matched = { ...asked, route: found.route, params: found.params }
    if (matched.route.upload === undefined) return this.#answer(matched)
    return matched.route.form === undefined
      ? this.#upload(matched, body ?? [request.body])
      : this.#uploadForm(matched, body ?? [request.body])
  }

  /** The file is in its place before it is decided upon. */
  async #upload(matched: Matched, body: Bytes): Promise<HttpResponse> {
    const { route, request, params } = matched
    const stored = await this.#take(matched, body)
    const needs = route.needs && (await this.#turn(matched, (ctx) => route.needs!(ctx, request, params)))
    return this.#answer(matched, [stored, ...(await this.#fulfil(needs ?? []))])
  }

  async #uploadForm(matched: Matched, body: Bytes): Promise<HttpResponse> {
    const { fields, file, abandon } = await readForm(matched.request.headers['content-type'], body)
    try {
      return await this.#upload({ ...matched, request: { ...matched.request, form: fields } }, file)
    } finally {
      abandon()
    }
  }

  /** Authorizes and decides in one turn, or says what must be fetched first and decides with that in the next. */
  async #answer(matched: Matched, fulfilled?: Fulfilled): Promise<HttpResponse> {
    const { route, request, params, gone } = matched
    // Ready before the decision: the answer may come in the very same turn.
    const later = new Promise<HttpResponse>((resolve) => this.#later.set(request.id, resolve))
    gone.addEventListener('abort', () => this.#later.delete(request.id), { once: true })
    let answered: HttpResponse | 'later' | { needs: Need[] } | undefined
    try {
      answered = await this.#turn(matched, (ctx) => {
        this.#admit(matched, ctx)
        // Nothing is read or made for somebody who may not have it.
        const needs = fulfilled === undefined ? (route.needs?.(ctx, request, params) ?? []) : []
        if (needs.length > 0) return { needs }
        const response = route.handle(ctx, request, params, fulfilled ?? [])
        return response === 'later' ? response : finished(matched, response, ctx)
      })
    } finally {
      if (answered !== 'later') this.#later.delete(request.id)
    }
    if (answered === 'later') return this.#finish(matched, await later)
    return 'needs' in answered ? this.#answer(matched, await this.#fulfil(answered.needs)) : answered
  }

  /** One turn. What goes wrong in it is answered in it. */
  #turn<T>(asked: Asked, decide: (ctx: Context & Sight) => T): Promise<T> {
    return this.#options.perform(asked.dialect.name, asked.request, (ctx) => {
      try {
        return decide(ctx)
      } catch (error) {
        throw new Answered(finished(asked, this.#answerTo(asked, error), ctx), error)
      }
    })
  }

  /** A response that did not come of a turn. */
  async #finish(asked: Asked, response: HttpResponse): Promise<HttpResponse> {
    if (asked.dialect.http.finish === undefined) return response
    return this.#options.perform(asked.dialect.name, asked.request, (ctx) => finished(asked, response, ctx))
  }

  #answerTo({ dialect, request, gone }: Asked, error: unknown): HttpResponse {
    const given = error instanceof Refused ? error.refusal.answer : undefined
    const response = given ?? dialect.http.failure(error, request)
    // That nothing can be kept is said once, not with every request.
    const isKnown = gone.aborted || this.#options.isRefusing()
    if (response.status >= 500 && !isKnown)
      this.#options.onFailure(say`${request.method} ${request.path} failed`, error)
    return response
  }

  /** Asked again whenever something that took a while is over. */
  #admit({ dialect: { title, http }, route, request, params }: Matched, ctx: Context & Sight): void {
    try {
      admitRequest(http, route, ctx, request, params)
    } catch (error) {
      if (error instanceof Refused)
        this.#options.onRefusal(
          say`${asSaid(title)} ${route.operation} from ${request.remoteAddress}: ${asSaid(error.words)}`,
        )
      throw error
    }
  }

  #fulfil(needs: readonly Need[]): Promise<Fulfilled> {
    return Promise.all(needs.map((need) => this.#options.fulfil(need)))
  }

  async #take(matched: Matched, body: Bytes): Promise<StoredObject> {
    const { route, request, params } = matched
    const { ref, maxBytes } = await this.#turn(matched, (ctx) => {
      this.#admit(matched, ctx)
      return route.upload!(ctx, request, params)
    })
    // A form is longer than its file.
    if (route.form === undefined && Number(request.headers['content-length'] ?? 0) > maxBytes)
      throw new HubError('TOO_LARGE', say`a file may have ${maxBytes} bytes here`)
    const taken = await this.#options.intake.take(ref, body, maxBytes)
    try {
      // Long uploads outlast rights.
      await this.#turn(matched, (ctx) => this.#admit(matched, ctx))
    } catch (error) {
      await taken.discard()
      throw error
    }
    return taken.keep()
  }
}

type Bytes = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** A request, whose cloud is known. */
interface Asked {
  dialect: Dialect
  request: HttpRequest
  gone: AbortSignal
}

interface Matched extends Asked {
  route: Route
  params: Params
}

/** What stops a turn that has gone wrong: the request has its answer, as the dialect has finished it. */
class Answered extends Error {
  constructor(
    readonly response: HttpResponse,
    cause: unknown,
  ) {
    super('a request was refused', { cause })
  }
}

/** Every response passes here last, in the turn in which it was decided. */
const finished = ({ dialect, request }: Asked, response: HttpResponse, ctx: Context): HttpResponse =>
  dialect.http.finish?.(response, request, ctx) ?? response

const unclaimed = (): HttpResponse => ({
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'No cloud that this hub speaks knows this request' }),
})
