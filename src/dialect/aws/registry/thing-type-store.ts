import type { Instant } from '../../../core/clock.ts'
import type { Table } from '../../../core/table.ts'
import type { Context } from '../../dialect.ts'
import type { ThingTypeProperties } from './thing-type-properties.ts'

/** A kind of thing. */
export interface ThingType extends ThingTypeProperties {
  name: string
  id: string
  createdAt: Instant
  deprecatedAt?: Instant
}

/** Thing types by name. */
export const typesOf = (ctx: Pick<Context, 'own'>): Table<ThingType> => ctx.own('thing-types')
