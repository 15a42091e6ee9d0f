import { keyOf, type DeviceKey, type GroupKey, type Ids } from '../../../core/ids.ts'
import type { Device } from '../../../core/device/model.ts'
import type { NameRule } from '../../dialect.ts'

/** What the hub calls this dialect: its keys begin with it. */
export const DIALECT = 'iothub-course'

/** A device as topics and paths name it. */
export interface Address {
  product: string
  device: string
}

/** The course takes any text [iothub 7 POST /devices]; topics, paths and user names must be able to hold it. */
const NAME_CHARACTERS = '[^/+#\\s\\x00-\\x20\\x7f-\\x9f]{1,64}'
// eslint-disable-next-line no-restricted-syntax -- no pattern from outside
const NAME = new RegExp(`^${NAME_CHARACTERS}$`)
const SEGMENT = /^[^/+#\p{Cc}]{1,128}$/u

/** What a device may be called: product and name. */
export const DEVICE_NAMES: NameRule = {
  pattern: `^${NAME_CHARACTERS}/${NAME_CHARACTERS}$`,
  rule: 'must be product/device, each 1 to 64 characters without blanks and / + #',
  example: 'Washer/w1',
}

/** What a job may be called: its name is the request id in topics. */
export const JOB_NAMES: NameRule = {
  pattern: '^[A-Za-z0-9_.-]{1,64}$',
  rule: 'must be 1 to 64 characters of a–z A–Z 0–9 _ . -',
  example: 'upgrade-1',
}

/** Product and device names: what user names, topics, paths and keys can all hold. */
export const isName = (text: string): boolean => NAME.test(text)

/** Commands, tags and identifiers fill one level of a topic [iothub 12]. */
export const isSegment = (text: string): boolean => SEGMENT.test(text)

export const deviceKey = ({ product, device }: Address): DeviceKey => keyOf(DIALECT, `${product}/${device}`)

/** The session of one client of a device: under the client id of another device it has one of its own. */
export const sessionName = (username: string, clientId: string): string => `${username} ${clientId}`

/** A tag is a group of devices of one product. */
export const tagKey = (product: string, tag: string): GroupKey => keyOf(DIALECT, `${product}/${tag}`)

/** The address of a registered device, whose name is `{product}/{device}`. */
export function addressOf({ name }: Pick<Device, 'name'>): Address {
  const slash = name.indexOf('/')
  return { product: name.slice(0, slash), device: name.slice(slash + 1) }
}

/** `{product}/{device}` taken apart [iothub 2]; `undefined` if it is none. */
export function parseAddress(username: string): Address | undefined {
  const [product, device, ...more] = username.split('/')
  if (product === undefined || device === undefined || more.length > 0 || !isName(product) || !isName(device))
    return undefined
  return { product, device }
}

/** A request or message id in the form of a BSON ObjectId: 24 hexadecimal digits [iothub 2]. */
export const objectId = (ids: Ids): string => hexOf(ids).slice(8)

/** A device name or secret as `shortid` makes them: ten characters that a URL can hold [iothub 2]. */
export const shortId = (ids: Ids): string => Buffer.from(hexOf(ids).slice(-14), 'hex').toString('base64url')

const hexOf = (ids: Ids): string => ids.uuid().replaceAll('-', '')
