import { compile, parse, type Token } from 'path-to-regexp'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import type { Dialect, Route } from '../../src/dialect/dialect.ts'
import type { ExampleCaller } from '../../src/dialect/examples.ts'
import { Routes } from '../../src/http/routes.ts'

/** A path that fits the route's pattern; every parameter is some word. */
export function pathOf({ path }: Pick<Route, 'path'>): string {
  const filled = (tokens: readonly Token[]): [string, string | string[]][] =>
    tokens.flatMap((token): [string, string | string[]][] => {
      if (token.type === 'param') return [[token.name, 'some']]
      if (token.type === 'wildcard') return [[token.name, ['some', 'thing']]]
      return token.type === 'group' ? filled(token.tokens) : []
    })
  return compile(path)(Object.fromEntries(filled(parse(path).tokens)))
}

/** A request as this kind of client sends it. */
export const requestTo = (method: string, path: string, { headers, query = {} }: ExampleCaller): HttpRequest => ({
  id: 'request',
  method,
  path,
  query: new URLSearchParams(query),
  headers,
  body: Buffer.alloc(0),
  secure: false,
  local: true,
  remoteAddress: '127.0.0.1',
})

/** A request to the route from every kind of client. */
export const callersOf = (dialect: Dialect, route: Route): HttpRequest[] =>
  dressed(dialect, route).map((caller) => requestTo(route.method, pathOf(route), caller))

/** How every kind of client dresses a request to the route, which it names if it must. */
export function dressed({ examples }: Dialect, { operation, named }: Route): ExampleCaller[] {
  const name = named === true ? examples.names?.(operation) : undefined
  return examples.callers.map(({ headers, query }) => ({
    headers: { ...headers, ...name?.headers },
    query: { ...query, ...name?.query },
  }))
}

/** The routes of a cloud, as the hub finds them. */
export const tableOf = ({ http }: Dialect, routes = http.routes): Routes<Route> => new Routes(routes, http.operationOf)
