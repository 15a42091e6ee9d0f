import { join } from 'node:path'
import { test } from 'node:test'
import { iothub } from '../../src/dialect/iothub/index.ts'
import { Conversation } from '../builders/conversation.ts'
import { CourseDevice } from '../builders/course-device.ts'

const P = 'IotApp'

// The course's device SDK and its samples, in both editions, as the wire contract describes them; see
// `course-device.ts`.
for (const edition of ['first', 'second'] as const) {
  test(`the course’s samples, ${edition} edition, played from the wire contract`, () => {
    const talk = new Conversation(iothub, { settings: { mode: 'strict' } })
    talk.heading(`Played from the wire contract, not by the SDK itself (${edition} edition)`)
    const register = (): { device_name: string; secret: string } =>
      JSON.parse(talk.http('app', 'POST', '/devices', `product_name=${P}`)?.body ?? '') as {
        device_name: string
        secret: string
      }
    const [one, two] = [register(), register()]
    const told = (what: string): void => talk.happens(`${one.device_name} says: ${what}`, () => undefined)
    let attempts = 0
    const device = new CourseDevice(talk, {
      ...{ product: P, device: one.device_name, secret: one.secret, edition },
      program: {
        told,
        // pong.js, and a sample that prints what it is told
        command: (name, data) =>
          name === 'ping' ? String(Math.floor(talk.bench.now / 1000)) : `${name} ${data.toString('hex')}`,
        // ota_upgrade.js
        otaUpgrade: ({ version }, progress) => {
          attempts += 1
          progress.download(0)
          progress.download(100)
          if (attempts === 1) return progress.installError()
          device.updateStatus({ firmware_ver: version })
        },
        // resp_to_shadow.js
        shadow: (desired) => {
          told(`shadow ${JSON.stringify(desired)}`)
          return true
        },
      },
    })
    const other = new CourseDevice(talk, {
      product: P,
      device: two.device_name,
      secret: two.secret,
      edition,
      program: { told: (what) => talk.happens(`${two.device_name} says: ${what}`, () => undefined) },
    })
    device.connect()
    other.connect()
    const path = `/devices/${P}/${one.device_name}`

    talk.heading('rpc_ping.js and pong.js')
    talk.http('app', 'POST', `${path}/command`, 'command=ping&data=&use_rpc=true')
    device.react()
    talk.heading('commands: plain, base64, and one that has expired when the device comes back')
    talk.http('app', 'POST', `${path}/command`, 'command=show&data=hello')
    talk.http('app', 'POST', `${path}/command`, 'command=show&data=aGVsbG8%3D&encoding=base64')
    device.react()
    talk.disconnect(one.device_name)
    talk.http('app', 'POST', `${path}/command`, 'command=show&data=too+late&ttl=5')
    talk.http('app', 'POST', `${path}/command`, 'command=show&data=kept')
    talk.wait(5000)
    device.connect()
    talk.heading('data, status, time, a request for data')
    device.uploadData('20.5', 'temperature')
    device.updateStatus({ lights: 'on' })
    device.sendNtpRequest()
    device.sendDataRequest('weather', '{"location":"Beijing"}')
    talk.heading('tags')
    talk.http('app', 'PUT', `${path}/tags`, 'tags=test1,test2')
    device.react()
    talk.http('app', 'POST', `/tags/${P}/test1/command`, 'command=show&data=all')
    device.react()
    talk.http('app', 'PUT', `${path}/tags`, 'tags=test2')
    device.react()
    talk.heading('update_shadow.js and resp_to_shadow.js')
    talk.http('app', 'GET', path)
    talk.http('app', 'PUT', `${path}/shadow`, { desired: { lights: 'on' }, version: 1 })
    device.react()
    device.reportShadow({ lights: 'off', level: 2 })
    talk.http('app', 'GET', path)
    talk.heading('perform_ota.js and ota_upgrade.js: once it fails, and once more')
    for (let round = 0; round < 2; round += 1) {
      talk.http(
        'app',
        'POST',
        `/ota/${P}/${one.device_name}`,
        'url=http%3A%2F%2Ftest.com%2Ffirmware%2F1.1.pkg&version=1.1&size=1000&md5=abcd&type=firmware',
      )
      device.react()
      talk.wait(1000)
      talk.http('app', 'GET', `/ota/${P}/${one.device_name}`)
    }
    talk.http('app', 'GET', path)
    talk.heading('m2m_pinger.js and m2m_ponger.js')
    device.sendToDevice(two.device_name, 'ping')
    other.react()
    talk.matches(join(import.meta.dirname, `iothub-course-${edition}-edition.txt`))
  })
}
