import { invalid } from '../../../core/errors.ts'
import type { Device } from '../../../core/device/model.ts'
import type { ConnectionKit, Context, Enrolment, KitOffer, Snippet } from '../../dialect.ts'
import { deviceExtra, find, setExtra } from '../registry/device-record.ts'
import { register } from '../registry/devices.ts'
import { DEVICE_NAMES, parseAddress, shortId, type Address } from '../wire/names.ts'
import type { Label } from '../../../core/said.ts'

/** How a person adds a device by hand: it gets a secret, and its SDK three variables [iothub 11]. */
export const enrolment: Enrolment = {
  names: DEVICE_NAMES,
  register: (ctx, name) => void deviceOf(ctx, name),
  offer: ({ settings }, name): KitOffer => ({
    facts: factsOf(settings, addressIn(name)),
    secrets: [SECRET],
    files: [{ name: 'ca.pem' }, { name: '.env', secret: true }],
    snippets: Object.values(SNIPPETS),
  }),
  needs: () => [],
  enrol: (ctx, name, _, ca) => kitOf(ctx, addressIn(name), secretOf(ctx, deviceOf(ctx, name)), ca),
  credentials(ctx, name) {
    const device = deviceOf(ctx, name)
    if (deviceExtra(device).secret === undefined) return []
    const connections = [...ctx.connections.ofDevice(device.key)].length
    return [{ id: 'secret', kind: 'secret', status: 'active', connections, alsoOf: [], can: ['revoke'] }]
  },
  // Not taken away: open mode would learn another one from whoever comes first. The next kit has the new one.
  withdraw(ctx, name) {
    const device = deviceOf(ctx, name)
    setExtra(ctx, device, { secret: shortId(ctx.ids) })
    for (const { id } of ctx.connections.ofDevice(device.key)) {
      ctx.act({ type: 'disconnect', connection: id, reason: 'FORBIDDEN', note: 'the secret was revoked' }, 'revoke')
    }
  },
}

const SECRET: Label = 'Secret'

const SNIPPETS = {
  sdk: { id: 'sdk', title: 'Device SDK of the course', language: 'javascript', file: 'device.js' },
  mosquitto: { id: 'mosquitto', title: 'mosquitto_pub', language: 'shellscript', file: 'mosquitto.sh' },
} as const satisfies Record<string, Omit<Snippet, 'code'>>

function addressIn(name: string): Address {
  const address = parseAddress(name)
  if (address === undefined) throw invalid('name', name, DEVICE_NAMES.rule)
  return address
}

/** The device of that name, registered if it is new. */
function deviceOf(ctx: Context, name: string): Device {
  const address = addressIn(name)
  return find(ctx, address) ?? register(ctx, address)
}

/** What anybody may know. */
function factsOf(
  { endpoint: { mqtts, http, host: here, lan: host = here } }: Context['settings'],
  { product, device }: Address,
): KitOffer['facts'] {
  const username = `${product}/${device}`
  return [
    { label: 'Server', value: `${host}:${mqtts}` },
    { label: 'Product', value: product },
    { label: 'Device', value: device },
    { label: 'User name', value: username },
    { label: 'Client id', value: username },
    { label: 'API', value: `http://${host}:${http}` },
  ]
}

function secretOf(ctx: Context, device: Device): string {
  const known = deviceExtra(device).secret
  if (known !== undefined) return known
  const secret = shortId(ctx.ids)
  setExtra(ctx, device, { secret })
  return secret
}

function kitOf({ settings }: Context, { product, device }: Address, secret: string, ca: string): ConnectionKit {
  const { mqtts, mqtt, host: here, lan: host = here } = settings.endpoint
  const username = `${product}/${device}`
  return {
    session: { clientId: username, username, password: secret },
    facts: [...factsOf(settings, { product, device }), { label: SECRET, value: secret, secret: true }],
    files: [
      { name: 'ca.pem', content: ca },
      { name: '.env', content: `PRODUCT_NAME=${product}\nDEVICE_NAME=${device}\nSECRET=${secret}\n`, secret: true },
    ],
    snippets: [
      {
        ...SNIPPETS.sdk,
        code: program(`${host}:${mqtts}`),
      },
      {
        ...SNIPPETS.mosquitto,
        code: [
          `mosquitto_pub -h ${host} -p ${mqtt} -i ${username} -u ${username} -P "$SECRET" -q 1 \\`,
          `  -t update_status/${username}/$(openssl rand -hex 12) -m '{"firmware_ver":"1.0"}'`,
        ].join('\n'),
      },
    ],
  }
}

/**
 * For the SDK of either edition. It crashes without a folder for its store, and a firmware upgrade ends by the status
 * only [iothub 8, 12].
 */
const program = (
  server: string,
): string => `// Save as device.js, with .env beside it, in the folder "samples" of IotHub_Device or IotHub_DeviceV2; run: node device.js
const fs = require('fs')
const path = require('path')
const IotDevice = require('../sdk/iot_device')

process.loadEnvFile(path.join(__dirname, '.env'))
const storePath = path.join(__dirname, 'store')
fs.mkdirSync(storePath, { recursive: true })
const device = new IotDevice({
  serverAddress: '${server}',
  productName: process.env.PRODUCT_NAME,
  deviceName: process.env.DEVICE_NAME,
  secret: process.env.SECRET,
  storePath,
})
device.on('online', () => console.log('connected'))
device.on('command', (name, data, respond) => {
  console.log('command', name, String(data))
  respond('done')
})
device.on('shadow', (desired, respond) => {
  console.log('desired', JSON.stringify(desired))
  respond()
})
device.on('ota_upgrade', (upgrade, progress) => {
  console.log('upgrade to', upgrade.version)
  // Fetch upgrade.url and install it here.
  progress.download(100)
  // An upgrade of the firmware has come to its end once the device says that it runs.
  if (upgrade.type === 'firmware') device.updateStatus({ firmware_ver: upgrade.version })
})
device.connect()
`
