import { invalid } from '../../../core/errors.ts'
import type { Keeping, OperatorKeys, Sight } from '../../credential.ts'
import { say } from '../../../core/said.ts'

interface Key {
  key: string
}

const TABLE = 'secrets'
const RECORD = 'jwt'
const NAME = 'JWT_SECRET'

/** The hub's own key for tokens, if one has been made. */
export const tokenKeyOf = (ctx: Pick<Sight, 'own'>): string | undefined => ctx.own<Key>(TABLE).get(RECORD)?.key

/** The same, made if there is none yet. */
export const tokenKey = (ctx: Keeping): string =>
  tokenKeyOf(ctx) ?? setKey(ctx, (ctx.ids.uuid() + ctx.ids.uuid()).replaceAll('-', ''))

/** Under the name that the course's server has for it [iothub 2]. */
export const tokenKeys: OperatorKeys = {
  list: (ctx) => [
    {
      name: NAME,
      value: tokenKey(ctx),
      secret: true,
      about: 'signs the tokens of applications, HS256; emqxsecret, the course’s, is good on this machine only',
    },
  ],
  set(ctx, name, value) {
    if (name !== NAME) throw invalid('name', name, say`must be ${NAME}`)
    // A secret is not repeated in what is said of it.
    if (value.length < 16 || value.length > 256) throw invalid(name, undefined, 'must be 16 to 256 characters')
    setKey(ctx, value)
  },
}

const setKey = (ctx: Keeping, key: string): string => ctx.own<Key>(TABLE).set(RECORD, { key }).key
