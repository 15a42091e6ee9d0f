import type { Capability } from '../../capability.ts'
import type { Route } from '../../dialect.ts'
import { notModelled } from '../wire/errors.ts'
import { REFUSED_OPERATIONS } from './refused-operations.ts'

const operations = Object.entries(REFUSED_OPERATIONS).flatMap(([area, lines]) =>
  lines
    .trim()
    .split(/\n\s*/)
    .map((line) => {
      const [method = '', path = '', operation = ''] = line.split(' ')
      return { area, method, path, operation }
    }),
)

/** Operations of AWS IoT that the hub knows and refuses, so that nobody takes silence for success. */
export const refusedRoutes: Route[] = operations.map(({ method, path, operation }) => ({
  operation,
  method,
  path,
  handle: () => {
    throw notModelled(operation)
  },
}))

export const refusedCapability: Capability[] = operations.map(({ area, operation }) => ({
  area,
  item: operation,
  state: 'refused',
  note: 'InvalidRequestException, which says so',
}))
