import type { Instant } from '../../../core/clock.ts'
import type { Table } from '../../../core/table.ts'
import type { Context } from '../../dialect.ts'

/** A kind of thing. */
export interface ThingType {
  name: string
  id: string
  description?: string
  searchableAttributes: string[]
  createdAt: Instant
  deprecatedAt?: Instant
}

/** Thing types by name. */
export const typesOf = (ctx: Pick<Context, 'own'>): Table<ThingType> => ctx.own('thing-types')
