import type { Device } from '../../../../src/core/device/model.ts'
import { keyOf } from '../../../../src/core/ids.ts'
import type { ConnectRequest, ConnectVerdict } from '../../../../src/core/seam/mqtt.ts'
import type { Credential, Sight } from '../../../../src/dialect/credential.ts'
import type { Claim, Context, Settings } from '../../../../src/dialect/dialect.ts'
import { register, tokenOf } from '../registry/devices.ts'
import { isName } from '../wire/names.ts'

const USER = 'toy:'
const BAD_CREDENTIALS = 4

/** Nobody else's clients have user names like `toy:bear-1`. */
export const recognize = ({ username = '' }: ConnectRequest): Claim => (username.startsWith(USER) ? 'marker' : 'no')

export const wanted = ({ mode }: Settings, local: boolean): string =>
  `the user name toy:NAME and as password its token${mode === 'open' && local ? ' (of a new toy: any)' : ''}`

/** One session for each toy, whatever the client id says: nobody comes into another's. */
export const session = ({ username = '' }: ConnectRequest): string => nameIn(username)

/** The token of the toy that the user name names. */
export function credential(ctx: Sight, { username = '', password }: ConnectRequest): Credential {
  const device = ctx.engine.devices.get(keyOf('toy', nameIn(username)))
  const fault = device === undefined ? `there is no toy ${nameIn(username)}` : tokenFault(device, password)
  if (fault !== undefined) return { given: false, why: fault, returnCode: BAD_CREDENTIALS }
  return { given: true, who: `the token of ${nameIn(username)}` }
}

/** Open mode registers a toy that it does not know, with the token that it brings. */
export function authenticate(ctx: Context, { username = '', password }: ConnectRequest): ConnectVerdict {
  const name = nameIn(username)
  const known = ctx.engine.devices.get(keyOf('toy', name))
  const given = password?.toString() ?? ''
  if (!isName(name) || given === '') return refused('no name, or no token')
  if (known === undefined && ctx.settings.mode === 'strict') return refused(`there is no toy ${name}`)
  const device = known ?? register(ctx, name, { token: given })
  const fault = tokenFault(device, password)
  return fault === undefined ? { accept: true, identity: { principal: name, device: device.key } } : refused(fault)
}

const nameIn = (username: string): string => username.slice(USER.length)

const tokenFault = (device: Device, given: Buffer | undefined): string | undefined =>
  tokenOf(device) === given?.toString() ? undefined : `the token of ${device.name} is wrong`

const refused = (reason: string): ConnectVerdict => ({ accept: false, reason, returnCode: BAD_CREDENTIALS })
