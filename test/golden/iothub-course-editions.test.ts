import { join } from 'node:path'
import { test } from 'node:test'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { Conversation } from '../builders/conversation.ts'
import { CourseDevice } from '../builders/course-device.ts'

const P = 'IotApp'

// The course's device SDK and its samples, in both editions, as the wire contract describes them; see
// `course-device.ts`.
for (const edition of ['first', 'second'] as const) {
  test(`the course’s samples, ${edition} edition, played from the wire contract`, async () => {
    const talk = new Conversation(iothubCourse, { settings: { mode: 'strict' } })
    talk.heading(`Played from the wire contract, not by the SDK itself (${edition} edition)`)
    const register = async (): Promise<{ device_name: string; secret: string }> =>
      JSON.parse((await talk.http('app', 'POST', '/devices', `product_name=${P}`))?.body ?? '') as {
        device_name: string
        secret: string
      }
    const [one, two] = [await register(), await register()]
    const told = async (what: string): Promise<void> =>
      await talk.happens(`${one.device_name} says: ${what}`, () => undefined)
    let attempts = 0
    const device = new CourseDevice(talk, {
      ...{ product: P, device: one.device_name, secret: one.secret, edition },
      program: {
        told,
        // pong.js, and a sample that prints what it is told
        command: (name, data) =>
          name === 'ping' ? String(Math.floor(talk.hub.now / 1000)) : `${name} ${data.toString('hex')}`,
        // ota_upgrade.js
        otaUpgrade: async ({ version }, progress) => {
          attempts += 1
          await progress.download(0)
          await progress.download(100)
          if (attempts === 1) return progress.installError()
          await device.updateStatus({ firmware_ver: version })
        },
        // resp_to_shadow.js
        shadow: async (desired) => {
          await told(`shadow ${JSON.stringify(desired)}`)
          return true
        },
      },
    })
    const other = new CourseDevice(talk, {
      product: P,
      device: two.device_name,
      secret: two.secret,
      edition,
      program: { told: async (what) => await talk.happens(`${two.device_name} says: ${what}`, () => undefined) },
    })
    await device.connect()
    await other.connect()
    const path = `/devices/${P}/${one.device_name}`

    talk.heading('rpc_ping.js and pong.js')
    await talk.http('app', 'POST', `${path}/command`, 'command=ping&data=&use_rpc=true')
    await device.react()
    talk.heading('commands: plain, base64, and one that has expired when the device comes back')
    await talk.http('app', 'POST', `${path}/command`, 'command=show&data=hello')
    await talk.http('app', 'POST', `${path}/command`, 'command=show&data=aGVsbG8%3D&encoding=base64')
    await device.react()
    await talk.disconnect(one.device_name)
    await talk.http('app', 'POST', `${path}/command`, 'command=show&data=too+late&ttl=5')
    await talk.http('app', 'POST', `${path}/command`, 'command=show&data=kept')
    await talk.wait(5000)
    await device.connect()
    talk.heading('data, status, time, a request for data')
    await device.uploadData('20.5', 'temperature')
    await device.updateStatus({ lights: 'on' })
    await device.sendNtpRequest()
    await device.sendDataRequest('weather', '{"location":"Beijing"}')
    talk.heading('tags')
    await talk.http('app', 'PUT', `${path}/tags`, 'tags=test1,test2')
    await device.react()
    await talk.http('app', 'POST', `/tags/${P}/test1/command`, 'command=show&data=all')
    await device.react()
    await talk.http('app', 'PUT', `${path}/tags`, 'tags=test2')
    await device.react()
    talk.heading('update_shadow.js and resp_to_shadow.js')
    await talk.http('app', 'GET', path)
    await talk.http('app', 'PUT', `${path}/shadow`, { desired: { lights: 'on' }, version: 1 })
    await device.react()
    await device.reportShadow({ lights: 'off', level: 2 })
    await talk.http('app', 'GET', path)
    talk.heading('perform_ota.js and ota_upgrade.js: once it fails, and once more')
    for (let round = 0; round < 2; round += 1) {
      await talk.http(
        'app',
        'POST',
        `/ota/${P}/${one.device_name}`,
        'url=http%3A%2F%2Ftest.com%2Ffirmware%2F1.1.pkg&version=1.1&size=1000&md5=abcd&type=firmware',
      )
      await device.react()
      await talk.wait(1000)
      await talk.http('app', 'GET', `/ota/${P}/${one.device_name}`)
    }
    await talk.http('app', 'GET', path)
    talk.heading('m2m_pinger.js and m2m_ponger.js')
    await device.sendToDevice(two.device_name, 'ping')
    await other.react()
    talk.matches(join(import.meta.dirname, `iothub-course-${edition}-edition.txt`))
  })
}
