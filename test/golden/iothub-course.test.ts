import { join } from 'node:path'
import { test } from 'node:test'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { Conversation } from '../builders/conversation.ts'

const P = 'IotApp'
const D = 'V5MyuncRK'
const FORM = 'type=firmware&url=http%3A%2F%2Ftest.com%2Ffirmware%2F1.1.pkg&version=1.1&size=1000&md5=abcd'

const golden = (name: string): string => join(import.meta.dirname, `iothub-course-${name}.txt`)

/** A conversation in which the device named is in, as the SDK of the first edition. */
async function withDevice(device = D): Promise<Conversation> {
  const talk = new Conversation(iothubCourse)
  await enter(talk, device)
  return talk
}

const enter = async (talk: Conversation, device: string): Promise<boolean> =>
  await talk.connect(device, {
    clientId: `${P}/${device}`,
    username: `${P}/${device}`,
    password: `secret of ${device}`,
  })

test('C1, C3, C4: an upgrade of one device, from the command to the version it runs', async () => {
  const talk = new Conversation(iothubCourse)
  talk.heading('an unknown device is no target')
  await talk.http('app', 'POST', `/ota/${P}/nobody`, FORM)
  talk.heading('the device, its first status, and nothing heard of an upgrade yet')
  await enter(talk, D)
  await talk.publish(D, `get/${P}/${D}/$tags/m1`)
  await talk.publish(D, `update_status/${P}/${D}/m2`, { firmware_ver: '1.0' })
  await talk.http('app', 'GET', `/ota/${P}/${D}`)
  talk.heading('the command, and what the device makes of it')
  await talk.http('app', 'POST', `/ota/${P}/${D}`, FORM)
  await talk.wait(1000)
  await talk.publish(D, `update_ota_status/${P}/${D}/m3`, {
    version: '1.1',
    type: 'firmware',
    progress: 20,
    desc: 'download',
  })
  await talk.http('app', 'GET', `/ota/${P}/${D}`)
  talk.heading('a message id that was seen before is dropped')
  await talk.publish(D, `update_ota_status/${P}/${D}/m3`, {
    version: '1.1',
    type: 'firmware',
    progress: 99,
    desc: 'download',
  })
  await talk.http('app', 'GET', `/ota/${P}/${D}`)
  talk.heading('downloaded is not done: done is what the device says it runs')
  await talk.wait(1000)
  await talk.publish(D, `update_ota_status/${P}/${D}/m4`, {
    version: '1.1',
    type: 'firmware',
    progress: 100,
    desc: 'download',
  })
  await talk.happens(`job: ${outcome(talk)}`, () => undefined)
  await talk.wait(3000)
  await talk.publish(D, `update_status/${P}/${D}/m5`, { firmware_ver: '1.1' })
  await talk.happens(`job: ${outcome(talk)}`, () => undefined)
  await talk.http('app', 'GET', `/devices/${P}/${D}`)
  talk.matches(golden('ota'))
})

test('C2: the same for every device with a tag, listening or not, there or not', async () => {
  const talk = await withDevice('one')
  await enter(talk, 'two')
  await enter(talk, 'other')
  await talk.http('app', 'PUT', `/devices/${P}/one/tags`, 'tags=blue,new')
  await talk.subscribe('one', `tags/${P}/blue/cmd/+/+/+/#`)
  await talk.wait(1000)
  talk.heading('two has the tag, but has not subscribed to it')
  await talk.http('app', 'PUT', `/devices/${P}/two/tags`, { tags: 'blue' })
  talk.heading('a third one has the tag, and has never been seen')
  await talk.happens(
    'three is registered',
    (ctx) => void ctx.engine.devices.create(ctx.turn, { dialect: 'iothub-course', name: `${P}/three`, type: P }),
  )
  await talk.http('app', 'PUT', `/devices/${P}/three/tags`, 'tags=blue')
  await talk.http('app', 'POST', `/ota/${P}/tags/blue`, FORM)
  await talk.happens(`job: ${outcome(talk)}`, () => undefined)
  await talk.publish('one', `update_ota_status/${P}/one/a1`, {
    version: '1.1',
    type: 'firmware',
    progress: 40,
    desc: 'download',
  })
  await talk.publish('two', `update_ota_status/${P}/two/b1`, {
    version: '1.1',
    type: 'firmware',
    progress: -2,
    desc: 'check md5 error',
  })
  await talk.http('app', 'GET', `/ota/${P}/tags/blue`)
  talk.heading('three comes')
  await enter(talk, 'three')
  await talk.happens(`job: ${outcome(talk)}`, () => undefined)
  talk.heading('a tag that nobody has')
  await talk.http('app', 'POST', `/tags/${P}/green/ota`, FORM)
  talk.matches(golden('ota-by-tag'))
})

test('a device that is told of two upgrades is told of both, and has left behind what it skipped', async () => {
  const talk = await withDevice()
  const states = (): string =>
    [...talk.hub.engine.jobs.all()]
      .map(({ key, description }) => {
        const { status, details } = talk.hub.engine.executions.require(key, `iothub-course/${P}/${D}`)
        return `${description} ${status}${details === undefined ? '' : ` ${JSON.stringify(details)}`}`
      })
      .join('; ')
  await talk.disconnect(D)
  await talk.http('app', 'POST', `/ota/${P}/${D}`, FORM)
  await talk.http('app', 'POST', `/ota/${P}/${D}`, FORM.replaceAll('1.1', '1.2'))
  await talk.http('app', 'POST', `/ota/${P}/${D}`, FORM.replace('type=firmware', 'type=resource'))
  talk.heading('all of them waited for it')
  await enter(talk, D)
  await talk.publish(D, `update_ota_status/${P}/${D}/m1`, {
    version: '1.1',
    type: 'firmware',
    progress: 10,
    desc: 'download',
  })
  await talk.happens(states(), () => undefined)
  talk.heading('it goes for the later one')
  await talk.publish(D, `update_ota_status/${P}/${D}/m2`, {
    version: '1.2',
    type: 'firmware',
    progress: 100,
    desc: 'download',
  })
  await talk.publish(D, `update_status/${P}/${D}/m3`, { firmware_ver: '1.2' })
  await talk.happens(states(), () => undefined)
  talk.heading('what it says of the earlier one now is the last progress, and changes nothing')
  await talk.publish(D, `update_ota_status/${P}/${D}/m4`, {
    version: '1.1',
    type: 'firmware',
    progress: 20,
    desc: 'download',
  })
  await talk.http('app', 'GET', `/ota/${P}/${D}`)
  await talk.happens(states(), () => undefined)
  talk.matches(golden('ota-several'))
})

test('C5: the ACL, and commands with encoding, request id and time to live', async () => {
  const talk = await withDevice()
  talk.heading('what a device may not publish or hear')
  await talk.publish(D, `upload_data/${P}/other/temperature/m1`, '20')
  await talk.publish(D, `cmd/${P}/other/reboot/plain/1`, 'x')
  await talk.publish(D, 'anything/else', 'x')
  await talk.subscribe(D, `cmd/${P}/+/+/+/+/#`)
  await talk.subscribe(D, '#')
  await talk.subscribe(D, `tags/${P}/+/cmd/+/+/+/#`)
  talk.heading('commands')
  await talk.http('app', 'POST', `/devices/${P}/${D}/command`, { command: 'ping', data: 'hello' })
  await talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=ping&data=aGVsbG8%3D&encoding=base64&ttl=10')
  await talk.http('app', 'POST', `/tags/${P}/blue/command`, 'command=ping&data=all&ttl=60')
  await talk.http('app', 'POST', `/devices/${P}/nobody/command`, 'command=ping&data=x')
  await talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=a%2Fb&data=x')
  await talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=ping&ttl=soon')
  await talk.publish(D, `cmd_resp/${P}/${D}/ping/r1/m2`, 'pong')
  talk.heading('a command that waits for the device: it answers, and it does not')
  await talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=time&use_rpc=true')
  await talk.wait(2000)
  const [waiting] = talk.hub.engine.commands.ofDevice(`iothub-course/${P}/${D}`)
  await talk.publish(D, `rpc_resp/${P}/${D}/time/${waiting?.id}/m3`, '1767225602')
  await talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=time&use_rpc=true')
  await talk.wait(5000)
  talk.heading('the command that was sent while the device was away')
  await talk.disconnect(D)
  await talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=ping&data=later')
  await enter(talk, D)
  talk.matches(golden('commands'))
})

test('the shadow: wanted by the application, done by the device, reported by the device', async () => {
  const talk = await withDevice()
  await talk.publish(D, `get/${P}/${D}/$shadow/m1`)
  await talk.http('app', 'PUT', `/devices/${P}/${D}/shadow`, { desired: { lights: 'on' }, version: 1 })
  await talk.http('app', 'PUT', `/devices/${P}/${D}/shadow`, { desired: { lights: 'off' }, version: 1 })
  await talk.publish(D, `upload_data/${P}/${D}/$shadow_updated/m2`, { state: { desired: null }, version: 1 })
  await talk.publish(D, `upload_data/${P}/${D}/$shadow_reported/m3`, {
    state: { reported: { lights: null, level: 3 } },
    version: '2',
  })
  await talk.publish(D, `upload_data/${P}/${D}/$shadow_reported/m4`, { state: { reported: { level: 4 } }, version: 2 })
  talk.heading('a version from a form counts as a number')
  await talk.http('app', 'PUT', `/devices/${P}/${D}/shadow`, 'desired[lights]=on&version=11')
  talk.matches(golden('shadow'))
})

test('what devices and applications exchange besides', async () => {
  const talk = await withDevice('one')
  await enter(talk, 'two')
  talk.heading('an application with a token hears the devices')
  const { username, password } = JSON.parse((await talk.http('app', 'POST', '/tokens'))?.body ?? '') as {
    username: string
    password: string
  }
  await talk.connect('app', { username, password, clean: true })
  await talk.subscribe('app', `upload_data/${P}/#`)
  await talk.subscribe('app', 'get/#')
  await talk.publish('one', `upload_data/${P}/one/temperature/m1`, '20.5')
  await talk.publish('one', `get/${P}/one/weather/m2`, 'Berlin')
  await talk.publish('app', `cmd/${P}/one/weather/plain/r1`, 'sunny')
  await talk.http('app', 'GET', `/messages/${P}?device_name=one`)
  talk.heading('from device to device')
  await talk.publish('one', `m2m/${P}/two/one/m3`, 'hello')
  await talk.publish('one', `m2m/${P}/nobody/one/m4`, 'hello')
  talk.heading('the time')
  await talk.publish('one', `get/${P}/one/$ntp/m5`, { device_time: 1767225599000 })
  talk.heading('tags, and asking for them with an old version')
  await talk.http('app', 'PUT', `/devices/${P}/two/tags`, 'tags=a,b')
  await talk.publish('two', `get/${P}/two/$tags/m6`, { tags: [], tags_version: 1 })
  await talk.publish('two', `get/${P}/two/$tags/m7`, { tags: ['a', 'b'], tags_version: 2 })
  talk.heading('suspended, resumed, deleted')
  await talk.http('app', 'PUT', `/devices/${P}/two/suspend`)
  await enter(talk, 'two')
  await talk.http('app', 'PUT', `/devices/${P}/two/resume`)
  await enter(talk, 'two')
  await talk.http('app', 'DELETE', `/devices/${P}/two`)
  await talk.http('app', 'GET', `/devices/${P}/two`)
  await talk.http('app', 'GET', `/devices/${P}`)
  await talk.http('app', 'POST', '/emqx_web_hook', {})
  talk.matches(golden('devices'))
})

/** How the latest job stands, in a line. */
function outcome({ hub: { engine } }: Conversation): string {
  const job = [...engine.jobs.ofDialect('iothub-course')].at(-1)!
  const each = [...engine.executions.ofJob(job.key).values()].map(
    ({ device, status, progress, details }) =>
      `${device} ${status}${progress === undefined ? '' : ` ${progress} %`}${details === undefined ? '' : ` ${JSON.stringify(details)}`}`,
  )
  return [job.status, ...each].join('; ')
}
