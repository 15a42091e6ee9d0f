import { invalid } from '../../core/errors.ts'
import type { Device } from '../../core/device/model.ts'
import type { ConnectionKit, Context, Enrolment } from '../dialect.ts'
import { extraOf, find, setExtra } from './device-record.ts'
import { register } from './devices.ts'
import { DEVICE_NAMES, parseAddress, shortId, type Address } from './names.ts'

/** How a person adds a device by hand: it gets a secret, and its SDK three variables [iothub 11]. */
export const enrolment: Enrolment = {
  names: DEVICE_NAMES,
  needs: () => [],
  enrol: (ctx, name, _, ca) => {
    const address = parseAddress(name)
    if (address === undefined) throw invalid('name', name, DEVICE_NAMES.rule)
    return kitOf(ctx, address, secretOf(ctx, find(ctx, address) ?? register(ctx, address)), ca)
  },
}

function secretOf(ctx: Context, device: Device): string {
  const known = extraOf(device).secret
  if (known !== undefined) return known
  const secret = shortId(ctx.ids)
  setExtra(ctx, device, { secret })
  return secret
}

function kitOf({ settings: { endpoint } }: Context, { product, device }: Address, secret: string, ca: string): ConnectionKit {
  const { mqtts, mqtt, http, host: here, lan: host = here } = endpoint
  const username = `${product}/${device}`
  return {
    session: { clientId: username, username, password: secret },
    facts: [
      { label: 'Server', value: `${host}:${mqtts}` },
      { label: 'Product', value: product },
      { label: 'Device', value: device },
      { label: 'User name', value: username },
      { label: 'Client id', value: username },
      { label: 'Secret', value: secret, secret: true },
      { label: 'API', value: `http://${host}:${http}` },
    ],
    files: [
      { name: 'ca.pem', content: ca },
      { name: '.env', content: `PRODUCT_NAME=${product}\nDEVICE_NAME=${device}\nSECRET=${secret}\n`, secret: true },
    ],
    snippets: [
      {
        id: 'sdk',
        title: 'Device SDK of the course',
        language: 'javascript',
        code: [
          'const device = new IotDevice({',
          `  serverAddress: '${host}:${mqtts}',`,
          '  productName: process.env.PRODUCT_NAME,',
          '  deviceName: process.env.DEVICE_NAME,',
          '  secret: process.env.SECRET,',
          '})',
          "device.on('ota_upgrade', (upgrade, progress) => progress.download(100))",
          'device.connect()',
        ].join('\n'),
      },
      {
        id: 'mosquitto',
        title: 'mosquitto_pub',
        language: 'shellscript',
        code: [
          `mosquitto_pub -h ${host} -p ${mqtt} -i ${username} -u ${username} -P "$SECRET" -q 1 \\`,
          `  -t update_status/${username}/$(openssl rand -hex 12) -m '{"firmware_ver":"1.0"}'`,
        ].join('\n'),
      },
    ],
  }
}
