import type { HttpRequest } from '../../../core/seam/http.ts'
import { queryOf } from './route.ts'

type Queried = Pick<HttpRequest, 'query'>

/** A query parameter that is `true` or `false`. */
export const flagOf = (request: Queried, name: string, otherwise = false): boolean =>
  queryOf(request, { [name]: 'boolean' }).boolean(name) ?? otherwise

/** A query parameter that is a whole number within bounds. */
export const integerOf = (request: Queried, name: string, min: number, max: number): number | undefined =>
  queryOf(request, { [name]: 'integer' }).integer(name, min, max)

/** A query parameter; an empty one counts as absent. */
export const textParameter = ({ query }: Queried, name: string): string | undefined => query.get(name) || undefined
