import { compile, parse, type Token } from 'path-to-regexp'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import type { Dialect, Route } from '../../src/dialect/dialect.ts'
import type { ExampleCaller } from '../../src/dialect/examples.ts'

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
export const callersOf = ({ examples }: Dialect, route: Route): HttpRequest[] =>
  examples.callers.map((caller) => requestTo(route.method, pathOf(route), caller))
