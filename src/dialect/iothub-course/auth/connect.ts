import { timingSafeEqual } from 'node:crypto'
import type { Device } from '../../../core/device/model.ts'
import type { ConnectRequest, ConnectVerdict } from '../../../core/seam/mqtt.ts'
import type { Credential, Sight } from '../../credential.ts'
import type { Claim, Context, Settings } from '../../dialect.ts'
import { covers, publishRules } from './acl.ts'
import { isDeleted } from '../registry/deleted.ts'
import { deviceExtra, find, setExtra } from '../registry/device-record.ts'
import { register } from '../registry/devices.ts'
import { isSdkClientId } from './generation.ts'
import { COURSE_KEY, isToken, tokenFault } from './jwt.ts'
import { DIALECT, deviceKey, parseAddress, sessionName, type Address } from '../wire/names.ts'
import { tokenKeyOf } from './token-key.ts'
import { asSaid, say, type Words } from '../../../core/said.ts'

const BAD_CREDENTIALS = 4
const NOT_AUTHORIZED = 5

/** `{P}/{D}` as user name is what its clients have; with a client id of its SDKs nobody else's do [iothub 2]. */
export function recognize({ clientId, username = '', password, certificate }: ConnectRequest): Claim {
  // None of its clients shows a certificate.
  if (certificate !== undefined || password === undefined) return 'no'
  if (parseAddress(username) !== undefined) return isSdkClientId(username, clientId) ? 'marker' : 'path'
  return username !== '' && isToken(password.toString()) ? 'path' : 'no'
}

/** What a client may show, in words. */
export const wanted = ({ mode }: Settings, local: boolean): Words => {
  const which =
    mode === 'open' && local
      ? asSaid('its secret (of a new device: any)')
      : say`its secret (\`iot-hub device add ${DIALECT} PRODUCT/DEVICE\` makes one)`
  const device = say`the user name PRODUCT/DEVICE and as password ${which}`
  return say`${device}; or of an application, as password a token from POST /tokens`
}

/**
 * DEVIATION: EMQX goes by the client id alone, so that one device could take over the session of another, and with it
 * the commands that wait there. An application may do so here too: it may hear everything, and its user name changes
 * with every token.
 */
export const session = ({ clientId, username = '', password }: ConnectRequest): string =>
  isToken(password?.toString() ?? '') ? clientId : sessionName(username, clientId)

/** What a client shows at CONNECT: a secret that is known here, or a token by the hub's own key. */
export function credential(ctx: Sight, { username = '', password: given }: ConnectRequest): Credential {
  const password = given?.toString() ?? ''
  const refuse = (why: Words): Credential => ({ given: false, why, returnCode: BAD_CREDENTIALS })
  if (isToken(password)) {
    const fault = tokenFault(password, keysFor(ctx, false), username, ctx.now)
    return fault === undefined ? { given: true, who: `a token of ${username}` } : refuse(fault)
  }
  const address = parseAddress(username)
  if (address === undefined) return refuse(say`${JSON.stringify(username)} is no PRODUCT/DEVICE`)
  const device = ctx.engine.devices.get(deviceKey(address))
  if (device === undefined)
    return refuse(
      say`there is no device ${username}: \`iot-hub device add ${DIALECT} ${username}\` makes it, and its secret`,
    )
  const known = deviceExtra(device).secret
  if (known === undefined) return refuse(say`${username} has no secret`)
  return same(known, password)
    ? { given: true, who: `the secret of ${username}` }
    : refuse(say`the secret of ${username} is wrong`)
}

/** The course's own key is published: it is good on this machine only, where its samples run. */
const keysFor = (ctx: Pick<Sight, 'own'>, local: boolean): string[] =>
  [tokenKeyOf(ctx), local ? COURSE_KEY : undefined].filter((key) => key !== undefined)

/** A device by its secret, an application by its token [iothub 2]. */
export function authenticate(ctx: Context, request: ConnectRequest): ConnectVerdict {
  const { username = '' } = request
  const password = request.password?.toString() ?? ''
  if (isToken(password)) {
    const fault = tokenFault(password, keysFor(ctx, request.local), username, ctx.now)
    return fault === undefined ? { accept: true, identity: { principal: username } } : refused(fault, BAD_CREDENTIALS)
  }
  const address = parseAddress(username)
  if (address === undefined) return refused(say`${JSON.stringify(username)} is no PRODUCT/DEVICE`, BAD_CREDENTIALS)
  const device = deviceWith(ctx, address, password)
  if ('why' in device) return refused(device.why, BAD_CREDENTIALS)
  if (!device.enabled) return refused('the device is suspended', NOT_AUTHORIZED)
  const { will } = request
  if (will !== undefined && !publishRules(address).some((rule) => covers(rule, will.topic))) {
    ctx.warn(device.key, say`its last will on ${will.topic} is never delivered: its ACL has no rule for it`)
  }
  return { accept: true, identity: { principal: username, device: device.key } }
}

/**
 * The device whose secret that is, or why there is none. Open mode takes an unknown device's word for it, the first
 * time.
 */
function deviceWith(ctx: Context, address: Address, secret: string): Device | { why: Words } {
  const name = `${address.product}/${address.device}`
  const device = find(ctx, address)
  const open = ctx.settings.mode === 'open'
  if (secret === '') return { why: say`${name} gave no secret` }
  if (device === undefined && open && isDeleted(ctx, address, secret))
    return { why: say`${name} was deleted; POST /devices, or another secret, makes it anew` }
  if (device === undefined)
    return open ? register(ctx, { ...address, secret }) : { why: say`there is no device ${name}` }
  const known = deviceExtra(device).secret
  if (known === undefined) return open ? setExtra(ctx, device, { secret }) : { why: say`${name} has no secret` }
  return same(known, secret) ? device : { why: say`the secret of ${name} is wrong` }
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

const refused = (reason: Words, returnCode: 4 | 5): ConnectVerdict => ({ accept: false, reason, returnCode })
