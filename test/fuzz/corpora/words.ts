import { dialects } from '../../../src/dialect/registry.ts'
import { callersOf } from '../../conformance/requests.ts'

/** A device that each dialect's own kit could have made. */
const deviceOf = (name: string): string => dialects.find((dialect) => dialect.name === name)!.enrolment.names.example

/** Topics of every dialect: what devices say and hear, and what means nothing. */
export const topics: string[] = dialects.flatMap(({ name, examples }) => {
  const device = deviceOf(name)
  const said = examples.says(device, 1).map(({ topic }) => topic)
  return [
    ...said,
    ...examples.requests(device, 'job-1'),
    ...examples.unknown(device),
    ...examples.hears(device),
    ...examples.overhears(device),
  ]
})

export interface FuzzTarget {
  method: string
  path: string
  query: string
  headers: Record<string, string>
}

/**
 * Every route of every dialect as every kind of client asks for it, and the hub's own. Key-making ones are few: each
 * costs a second.
 */
export const targets: FuzzTarget[] = [
  ...dialects.flatMap((dialect) =>
    dialect.http.routes
      .filter(({ needs }) => needs === undefined)
      .flatMap((route) =>
        callersOf(dialect, route).map(({ method, path, query, headers }) => ({
          method,
          path,
          query: String(query),
          headers: headers as Record<string, string>,
        })),
      ),
  ),
  ...[
    '/hub/status',
    '/hub/jobs',
    '/hub/devices',
    '/',
    '*',
    'http://localhost/things',
    '/mqtt',
    '//',
    '/hub/stop',
    '/some-bucket/some-key',
  ].map((path) => ({ method: 'GET', path, query: '', headers: {} })),
]
