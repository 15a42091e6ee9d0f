import { createHash } from 'node:crypto'
import { invalid } from '../../../core/errors.ts'
import type { Keeping, OperatorKey, OperatorKeys, Sight } from '../../credential.ts'
import { say } from '../../../core/said.ts'

/** The key pair by which SDKs and the CLI sign, as IAM hands it out. There is one: the local hub has one account. */
export interface AccessKey {
  id: string
  secret: string
}

const TABLE = 'secrets'
const RECORD = 'access-key'
const ID = 'AWS_ACCESS_KEY_ID'
const SECRET = 'AWS_SECRET_ACCESS_KEY'

/** The key pair, if somebody has asked for one. */
export const accessKeyOf = (ctx: Pick<Sight, 'own'>): AccessKey | undefined => ctx.own<AccessKey>(TABLE).get(RECORD)

/** As people and the CLI's environment know them. */
export const accessKeys: OperatorKeys = {
  list(ctx): OperatorKey[] {
    const { id, secret } = accessKeyOf(ctx) ?? ctx.own<AccessKey>(TABLE).set(RECORD, makeKey(ctx))
    return [
      {
        name: ID,
        value: id,
        about: 'by which AWS SDKs and the CLI on other machines sign; on this machine any will do',
      },
      { name: SECRET, value: secret, secret: true, about: 'goes with it' },
    ]
  },
  set(ctx, name, value) {
    const key = accessKeyOf(ctx) ?? makeKey(ctx)
    if (name !== ID && name !== SECRET) throw invalid('name', name, say`must be ${ID} or ${SECRET}`)
    if (name === ID && !/^\w{16,128}$/.test(value)) throw invalid(name, value, 'must be 16 to 128 letters and digits')
    // A secret is not repeated in what is said of it.
    if (name === SECRET && !/^[\x21-\x7e]{16,128}$/.test(value))
      throw invalid(name, undefined, 'must be 16 to 128 characters without blanks')
    ctx.own<AccessKey>(TABLE).set(RECORD, name === ID ? { ...key, id: value } : { ...key, secret: value })
  },
}

/** Of AWS's form: 20 and 40 characters. `LOCAL` tells people, and who finds it in a repository, where it is good. */
function makeKey({ ids }: Keeping): AccessKey {
  const random = (): Buffer =>
    createHash('sha256')
      .update(ids.uuid() + ids.uuid())
      .digest()
  const letters = [...random()].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('')
  return {
    id: `AKIALOCAL${letters.slice(0, 11)}`,
    secret: random().toString('base64').replaceAll('=', '').slice(0, 40),
  }
}
