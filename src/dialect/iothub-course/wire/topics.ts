/** How the payload text of a command is encoded; the hub hands it on as it is [iothub 3.2]. */
export type Encoding = 'plain' | 'base64'

interface Of {
  product: string
  device: string
}

interface Instructing {
  command: string
  encoding: Encoding
  requestId: string
  /** Unix seconds. */
  expiresAt?: number
}

/** What a device says [iothub 3.1]. */
export type Uplink =
  | ({ kind: 'upload_data'; dataType: string; messageId: string } & Of)
  | ({ kind: 'update_status' | 'update_ota_status'; messageId: string } & Of)
  | ({ kind: 'cmd_resp' | 'rpc_resp'; command: string; requestId: string; messageId: string } & Of)
  | ({ kind: 'get'; resource: string; messageId: string } & Of)

/** From device to device of one product; `device` is whom it is for [iothub 3.1]. */
type Relay = { kind: 'm2m'; sender: string; messageId: string } & Of

/** What a device is told [iothub 3.2]. */
export type Downlink =
  ({ kind: 'cmd' | 'rpc' } & Of & Instructing) | ({ kind: 'tags'; product: string; tag: string } & Instructing)

export type IotHubTopic = Uplink | Relay | Downlink

type Kind = IotHubTopic['kind']

const INSTRUCTION = ['command', 'encoding', 'requestId'] as const

/** The levels after the first one; a word in quotes is literal. `expiresAt` may follow those that are instructions. */
const SHAPES: Record<Kind, readonly string[]> = {
  upload_data: ['product', 'device', 'dataType', 'messageId'],
  update_status: ['product', 'device', 'messageId'],
  update_ota_status: ['product', 'device', 'messageId'],
  cmd_resp: ['product', 'device', 'command', 'requestId', 'messageId'],
  rpc_resp: ['product', 'device', 'command', 'requestId', 'messageId'],
  get: ['product', 'device', 'resource', 'messageId'],
  m2m: ['product', 'device', 'sender', 'messageId'],
  cmd: ['product', 'device', ...INSTRUCTION],
  rpc: ['product', 'device', ...INSTRUCTION],
  tags: ['product', 'tag', '"cmd"', ...INSTRUCTION],
}

/** What a topic means; `undefined` for one that is not the hub's. */
export function parseTopic(topic: string): IotHubTopic | undefined {
  const [kind = '', ...levels] = topic.split('/')
  const shape = Object.hasOwn(SHAPES, kind) ? SHAPES[kind as Kind] : undefined
  if (shape === undefined || levels.length < shape.length || levels.includes('')) return undefined
  const parsed: Record<string, string | number> = { kind }
  for (const [i, name] of shape.entries()) {
    const level = levels[i]!
    if (!name.startsWith('"')) parsed[name] = level
    else if (name !== `"${level}"`) return undefined
  }
  const [expiresAt, ...more] = levels.slice(shape.length)
  if (more.length > 0 || !isEncoding(parsed['encoding'] ?? 'plain')) return undefined
  if (expiresAt === undefined) return parsed as unknown as IotHubTopic
  if (!shape.includes('encoding') || !/^\d{1,15}$/.test(expiresAt)) return undefined
  return { ...parsed, expiresAt: Number(expiresAt) } as unknown as IotHubTopic
}

/** The inverse of `parseTopic`. Without an `expiresAt` there is no slash in its place [iothub 12]. */
export function formatTopic(topic: IotHubTopic): string {
  const values = topic as unknown as Record<string, string>
  const levels = SHAPES[topic.kind].map((name) => (name.startsWith('"') ? name.slice(1, -1) : values[name]!))
  const tail = 'expiresAt' in topic && topic.expiresAt !== undefined ? [String(topic.expiresAt)] : []
  return [topic.kind, ...levels, ...tail].join('/')
}

export const isEncoding = (value: unknown): value is Encoding => value === 'plain' || value === 'base64'

export const isDownlink = (topic: IotHubTopic): topic is Downlink =>
  topic.kind === 'cmd' || topic.kind === 'rpc' || topic.kind === 'tags'
