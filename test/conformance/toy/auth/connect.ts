import type { Device } from '../../../../src/core/device/model.ts'
import { keyOf } from '../../../../src/core/ids.ts'
import type { ConnectRequest, ConnectVerdict } from '../../../../src/core/seam/mqtt.ts'
import type { Credential, Sight } from '../../../../src/dialect/credential.ts'
import type { Claim, Context, Settings } from '../../../../src/dialect/dialect.ts'
import { deviceOf, register, tokenOf } from '../registry/devices.ts'
import { isName } from '../wire/names.ts'
import { factoryFault } from './factory.ts'

const USER = 'toy:'
const BAD_CREDENTIALS = 4
const TAKE_OVER_MS = 150

/** Nobody else's clients have user names like `toy:bear-1`. */
export const recognize = ({ username = '' }: ConnectRequest): Claim => (username.startsWith(USER) ? 'marker' : 'no')

export const wanted = ({ mode }: Settings, local: boolean): string =>
  `the user name toy:NAME and as password its token${mode === 'open' && local ? ' (of a new toy: any)' : ''}`

/** One session for each toy, whatever the client id says: nobody comes into another's. */
export const session = ({ username = '' }: ConnectRequest): string => nameIn(username)

/** The token of the toy that the user name names, or a certificate of its factory. */
export function credential(ctx: Sight, { username = '', password, certificate }: ConnectRequest): Credential {
  if (certificate !== undefined) {
    const why = factoryFault(ctx, certificate, nameIn(username))
    return why === undefined
      ? { given: true, who: `the certificate of ${nameIn(username)}` }
      : { given: false, why, returnCode: BAD_CREDENTIALS }
  }
  const device = ctx.engine.devices.get(keyOf('toy', nameIn(username)))
  const fault = device === undefined ? `there is no toy ${nameIn(username)}` : tokenFault(device, password)
  if (fault !== undefined) return { given: false, why: fault, returnCode: BAD_CREDENTIALS }
  return { given: true, who: `the token of ${nameIn(username)}` }
}

/**
 * Open mode registers a toy that it does not know, with the token that it brings; one that its factory vouches for is
 * registered in any.
 */
export function authenticate(ctx: Context, request: ConnectRequest): ConnectVerdict {
  const { username = '', password, certificate } = request
  if (certificate === undefined) return byToken(ctx, username, password)
  const name = nameIn(username)
  const fault = isName(name) ? factoryFault(ctx, certificate, name) : `${name} is no name`
  return fault === undefined ? admitted(ctx, deviceOf(ctx, name)) : refused(fault)
}

function byToken(ctx: Context, username: string, password: Buffer | undefined): ConnectVerdict {
  const name = nameIn(username)
  const known = ctx.engine.devices.get(keyOf('toy', name))
  const given = password?.toString() ?? ''
  if (!isName(name) || given === '') return refused('no name, or no token')
  if (known === undefined && ctx.settings.mode === 'strict') return refused(`there is no toy ${name}`)
  const device = known ?? register(ctx, name, { token: given })
  const fault = tokenFault(device, password)
  return fault === undefined ? admitted(ctx, device) : refused(fault)
}

/** Two clients of one toy would throw each other out as fast as they can: who takes over waits a little. */
function admitted(ctx: Context, { key, name }: Device): ConnectVerdict {
  const takesOver = ctx.connections.bySession('toy', name) !== undefined
  return { accept: true, identity: { principal: name, device: key }, ...(takesOver && { delayMs: TAKE_OVER_MS }) }
}

const nameIn = (username: string): string => username.slice(USER.length)

const tokenFault = (device: Device, given: Buffer | undefined): string | undefined =>
  tokenOf(device) === given?.toString() ? undefined : `the token of ${device.name} is wrong`

const refused = (reason: string): ConnectVerdict => ({ accept: false, reason, returnCode: BAD_CREDENTIALS })
