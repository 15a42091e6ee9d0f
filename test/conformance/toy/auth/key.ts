import { invalid, notFound } from '../../../../src/core/errors.ts'
import type { Keeping, OperatorKeys, Sight } from '../../../../src/dialect/credential.ts'

const KEY = 'TOY_KEY'

interface KeyRecord {
  value: string
}

/** The key of the shop, by which programs manage toys from other machines. */
export const keys: OperatorKeys = {
  list: (ctx) => [{ name: KEY, value: shopKey(ctx), secret: true, about: 'manages toys' }],
  set(ctx, name, value) {
    if (name !== KEY) throw notFound('Toyland has the key TOY_KEY only')
    if (value === '') throw invalid('value', value, 'must not be empty')
    ctx.own<KeyRecord>('keys').set(KEY, { value })
  },
}

/** Whether that is the key, made before. */
export const isKey = (ctx: Pick<Sight, 'own'>, shown: string): boolean =>
  ctx.own<KeyRecord>('keys').get(KEY)?.value === shown

function shopKey(ctx: Keeping): string {
  const table = ctx.own<KeyRecord>('keys')
  return (table.get(KEY) ?? table.set(KEY, { value: ctx.ids.uuid() })).value
}
