import { pathToRegexp, type Key } from 'path-to-regexp'
import type { HttpRequest } from '../core/seam/http.ts'
import { routeShape } from './route-shape.ts'

/** What a route table says about each route; the tables of dialects and of the hub say more. */
export interface RouteLike {
  method: string
  /** A path-to-regexp pattern. Parameters hold one segment, wildcards the whole rest of the path. */
  path: string
  when?(request: HttpRequest): boolean
  /** The name of the operation. */
  operation?: string
  /** For requests only that name this operation. */
  named?: true
}

/** The answer of a table for one request. Parameters are percent-decoded, once. */
export type RouteMatch<R> =
  | { type: 'match'; route: R; params: Record<string, string> }
  /** A route fits, but a parameter's percent-encoding is broken. */
  | { type: 'malformed' }
  | { type: 'method-not-allowed'; allow: string[] }
  | { type: 'not-found' }

interface Compiled<R> {
  route: R
  rank: string
  first: string | undefined
  regexp: RegExp
  keys: Key[]
}

/** The routes of one method, most specific first: under each known first segment all that can match there. */
interface MethodIndex<R> {
  byFirst: Map<string, Compiled<R>[]>
  elsewhere: Compiled<R>[]
}

/**
 * A compiled route table. A request that names an operation goes to the routes that are found by that name; any other
 * by its path.
 */
export class Routes<R extends RouteLike> {
  readonly #byPath: PathTable<R>
  readonly #byName: ReadonlyMap<string | undefined, PathTable<R>>
  readonly #operationOf: ((request: HttpRequest) => string | undefined) | undefined

  /**
   * `operationOf` is the operation that a request names, if it names one. Throws if a route can never be reached:
   * because an earlier one takes all its requests, or because no request names it.
   */
  constructor(table: readonly R[], operationOf?: (request: HttpRequest) => string | undefined) {
    const named = table.filter((route) => route.named === true)
    if (operationOf === undefined && named.length > 0)
      throw new Error(`${named[0]?.operation} is found by name, and nothing says what a request names`)
    this.#operationOf = operationOf
    this.#byPath = new PathTable(table.filter((route) => route.named !== true))
    const names = new Set(named.map(({ operation }) => operation))
    this.#byName = new Map(
      [...names].map((name) => [name, new PathTable(named.filter(({ operation }) => operation === name))]),
    )
  }

  /** The first fitting route whose `when` agrees. HEAD is served by GET routes unless it has its own. */
  find(request: HttpRequest): RouteMatch<R> {
    const name = this.#operationOf?.(request)
    const table = name === undefined ? undefined : this.#byName.get(name)
    return (table ?? this.#byPath).find(request)
  }
}

/**
 * Matches on the raw path, so that `%2F` stays inside its segment. Literal segments win over parameters and parameters
 * over wildcards, whatever the order of the table; equals are asked in the table's order.
 */
class PathTable<R extends RouteLike> {
  readonly #methods = new Map<string, MethodIndex<R>>()

  constructor(table: readonly R[]) {
    const compiled = new Map<string, Compiled<R>[]>()
    const taken = new Map<string, R>()
    for (const route of table) {
      const { shape, rank, first } = routeShape(route.path)
      const earlier = taken.get(`${route.method} ${shape}`)
      if (earlier !== undefined)
        throw new Error(`Route ${route.method} ${route.path} is hidden by ${earlier.method} ${earlier.path}`)
      if (route.when === undefined) taken.set(`${route.method} ${shape}`, route)
      const entry = { route, rank, first, ...pathToRegexp(route.path, { sensitive: true }) }
      const list = compiled.get(route.method)
      if (list === undefined) compiled.set(route.method, [entry])
      else list.push(entry)
    }
    for (const [method, list] of compiled) this.#methods.set(method, indexed(list))
  }

  find(request: HttpRequest): RouteMatch<R> {
    const path = unescapeHarmless(request.path)
    const first = firstSegment(path)
    let served = false
    for (const method of request.method === 'HEAD' ? ['HEAD', 'GET'] : [request.method]) {
      for (const candidate of this.#candidates(method, first)) {
        const match = candidate.regexp.exec(path)
        if (match === null) continue
        served = true
        if (candidate.route.when?.(request) === false) continue
        const params = decodeParams(candidate.keys, match)
        return params === undefined ? { type: 'malformed' } : { type: 'match', route: candidate.route, params }
      }
    }
    return served ? { type: 'not-found' } : this.#refusal(path, first)
  }

  #candidates(method: string, first: string): Compiled<R>[] {
    const index = this.#methods.get(method)
    return index === undefined ? [] : (index.byFirst.get(first) ?? index.elsewhere)
  }

  /** A path that only other methods serve deserves 405. */
  #refusal(path: string, first: string): RouteMatch<R> {
    const allow = [...this.#methods.keys()].filter((method) =>
      this.#candidates(method, first).some(({ regexp }) => regexp.test(path)),
    )
    if (allow.length === 0) return { type: 'not-found' }
    return {
      type: 'method-not-allowed',
      allow: allow.includes('GET') && !allow.includes('HEAD') ? [...allow, 'HEAD'] : allow,
    }
  }
}

function indexed<R>(list: Compiled<R>[]): MethodIndex<R> {
  list.sort((a, b) => (a.rank < b.rank ? 1 : a.rank > b.rank ? -1 : 0))
  const names = new Set(list.map(({ first }) => first).filter((first) => first !== undefined))
  return {
    byFirst: new Map(
      [...names].map((name) => [name, list.filter(({ first }) => first === undefined || first === name)]),
    ),
    elsewhere: list.filter(({ first }) => first === undefined),
  }
}

function firstSegment(path: string): string {
  const end = path.indexOf('/', 1)
  return path.slice(1, end < 0 ? undefined : end)
}

/**
 * Clients differ in what they escape (`/jobs/$next`, `/jobs/%24next`), so escapes of printable ASCII are undone before
 * matching. Not those of `/`, which would split a segment, nor of `%`, which would be decoded twice.
 */
function unescapeHarmless(path: string): string {
  if (!path.includes('%') || /%(?![0-9a-f]{2})/i.test(path)) return path
  return path.replace(/%[2-7][0-9a-f]/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16))
    return character === '/' || character === '%' || character === '\x7f' ? escape : character
  })
}

function decodeParams(keys: Key[], match: RegExpExecArray): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  try {
    keys.forEach((key, index) => {
      const raw = match[index + 1]
      if (raw !== undefined) params[key.name] = decodeURIComponent(raw)
    })
  } catch {
    return undefined
  }
  return params
}
