import type { Context, Enrolment, KitOffer, Settings, Snippet } from '../../../../src/dialect/dialect.ts'
import { deviceOf, setToken, tokenOf } from '../registry/devices.ts'
import { DEVICE_NAMES } from '../wire/names.ts'

const SNIPPET: Omit<Snippet, 'code'> = {
  id: 'mosquitto',
  title: 'mosquitto_sub',
  language: 'shellscript',
  file: 'toy.sh',
}

/** A toy gets a token. */
export const enrolment: Enrolment = {
  names: DEVICE_NAMES,
  register: (ctx, name) => void deviceOf(ctx, name),
  offer: ({ settings }, name) => ({
    facts: factsOf(settings, name),
    secrets: ['Token'],
    files: [{ name: 'ca.pem' }],
    snippets: [SNIPPET],
  }),
  needs: () => [],
  enrol(ctx, name, _, ca) {
    const device = deviceOf(ctx, name)
    const token = tokenOf(device) ?? setToken(ctx, device)
    const { host, mqtts } = ctx.settings.endpoint
    return {
      session: { clientId: name, username: `toy:${name}`, password: token },
      facts: [...factsOf(ctx.settings, name), { label: 'Token', value: token, secret: true }],
      files: [{ name: 'ca.pem', content: ca }],
      snippets: [
        {
          ...SNIPPET,
          code: `mosquitto_sub --cafile ca.pem -h ${host} -p ${mqtts} -u toy:${name} -P "$TOKEN" -t 'toy/${name}/#'`,
        },
      ],
    }
  },
  credentials(ctx, name) {
    const device = deviceOf(ctx, name)
    if (tokenOf(device) === undefined) return []
    const connections = [...ctx.connections.ofDevice(device.key)].length
    return [{ id: 'token', kind: 'secret', status: 'active', connections, alsoOf: [], can: ['revoke'] }]
  },
  withdraw: revoke,
}

const factsOf = ({ endpoint: { host, mqtts } }: Settings, name: string): KitOffer['facts'] => [
  { label: 'Server', value: `${host}:${mqtts}` },
  { label: 'User name', value: `toy:${name}` },
]

/** The next kit has another token. */
function revoke(ctx: Context, name: string): void {
  const device = deviceOf(ctx, name)
  setToken(ctx, device)
  for (const { id } of ctx.connections.ofDevice(device.key))
    ctx.act({ type: 'disconnect', connection: id, reason: 'FORBIDDEN', note: 'the token was revoked' }, 'revoke')
}
