import { join } from 'node:path'
import { test } from 'node:test'
import { iothub } from '../../src/dialect/iothub/index.ts'
import { Conversation } from '../builders/conversation.ts'

const P = 'IotApp'
const D = 'V5MyuncRK'
const FORM = 'type=firmware&url=http%3A%2F%2Ftest.com%2Ffirmware%2F1.1.pkg&version=1.1&size=1000&md5=abcd'

const golden = (name: string): string => join(import.meta.dirname, `iothub-${name}.txt`)

/** A conversation in which the device named is in, as the SDK of the first edition. */
function withDevice(device = D): Conversation {
  const talk = new Conversation(iothub)
  enter(talk, device)
  return talk
}

const enter = (talk: Conversation, device: string): boolean =>
  talk.connect(device, { clientId: `${P}/${device}`, username: `${P}/${device}`, password: `secret of ${device}` })

test('C1, C3, C4: an upgrade of one device, from the command to the version it runs', () => {
  const talk = new Conversation(iothub)
  talk.heading('an unknown device is no target')
  talk.http('app', 'POST', `/ota/${P}/nobody`, FORM)
  talk.heading('the device, its first status, and nothing heard of an upgrade yet')
  enter(talk, D)
  talk.publish(D, `get/${P}/${D}/$tags/m1`)
  talk.publish(D, `update_status/${P}/${D}/m2`, { firmware_ver: '1.0' })
  talk.http('app', 'GET', `/ota/${P}/${D}`)
  talk.heading('the command, and what the device makes of it')
  talk.http('app', 'POST', `/ota/${P}/${D}`, FORM)
  talk.wait(1000)
  talk.publish(D, `update_ota_status/${P}/${D}/m3`, {
    version: '1.1',
    type: 'firmware',
    progress: 20,
    desc: 'download',
  })
  talk.http('app', 'GET', `/ota/${P}/${D}`)
  talk.heading('a message id that was seen before is dropped')
  talk.publish(D, `update_ota_status/${P}/${D}/m3`, {
    version: '1.1',
    type: 'firmware',
    progress: 99,
    desc: 'download',
  })
  talk.http('app', 'GET', `/ota/${P}/${D}`)
  talk.heading('downloaded is not done: done is what the device says it runs')
  talk.wait(1000)
  talk.publish(D, `update_ota_status/${P}/${D}/m4`, {
    version: '1.1',
    type: 'firmware',
    progress: 100,
    desc: 'download',
  })
  talk.happens(`job: ${outcome(talk)}`, () => undefined)
  talk.wait(3000)
  talk.publish(D, `update_status/${P}/${D}/m5`, { firmware_ver: '1.1' })
  talk.happens(`job: ${outcome(talk)}`, () => undefined)
  talk.http('app', 'GET', `/devices/${P}/${D}`)
  talk.matches(golden('ota'))
})

test('C2: the same for every device with a tag, listening or not, there or not', () => {
  const talk = withDevice('one')
  enter(talk, 'two')
  enter(talk, 'other')
  talk.http('app', 'PUT', `/devices/${P}/one/tags`, 'tags=blue,new')
  talk.subscribe('one', `tags/${P}/blue/cmd/+/+/+/#`)
  talk.wait(1000)
  talk.heading('two has the tag, but has not subscribed to it')
  talk.http('app', 'PUT', `/devices/${P}/two/tags`, { tags: 'blue' })
  talk.heading('a third one has the tag, and has never been seen')
  talk.happens(
    'three is registered',
    (ctx) => void ctx.engine.devices.create(ctx.turn, { dialect: 'iothub-course', name: `${P}/three`, type: P }),
  )
  talk.http('app', 'PUT', `/devices/${P}/three/tags`, 'tags=blue')
  talk.http('app', 'POST', `/ota/${P}/tags/blue`, FORM)
  talk.happens(`job: ${outcome(talk)}`, () => undefined)
  talk.publish('one', `update_ota_status/${P}/one/a1`, {
    version: '1.1',
    type: 'firmware',
    progress: 40,
    desc: 'download',
  })
  talk.publish('two', `update_ota_status/${P}/two/b1`, {
    version: '1.1',
    type: 'firmware',
    progress: -2,
    desc: 'check md5 error',
  })
  talk.http('app', 'GET', `/ota/${P}/tags/blue`)
  talk.heading('three comes')
  enter(talk, 'three')
  talk.happens(`job: ${outcome(talk)}`, () => undefined)
  talk.heading('a tag that nobody has')
  talk.http('app', 'POST', `/tags/${P}/green/ota`, FORM)
  talk.matches(golden('ota-by-tag'))
})

test('a device that is told of two upgrades is told of both, and has left behind what it skipped', () => {
  const talk = withDevice()
  const states = (): string =>
    [...talk.bench.engine.jobs.all()]
      .map(({ key, description }) => {
        const { status, details } = talk.bench.engine.executions.require(key, `iothub-course/${P}/${D}`)
        return `${description} ${status}${details === undefined ? '' : ` ${JSON.stringify(details)}`}`
      })
      .join('; ')
  talk.disconnect(D)
  talk.http('app', 'POST', `/ota/${P}/${D}`, FORM)
  talk.http('app', 'POST', `/ota/${P}/${D}`, FORM.replaceAll('1.1', '1.2'))
  talk.http('app', 'POST', `/ota/${P}/${D}`, FORM.replace('type=firmware', 'type=resource'))
  talk.heading('all of them waited for it')
  enter(talk, D)
  talk.publish(D, `update_ota_status/${P}/${D}/m1`, {
    version: '1.1',
    type: 'firmware',
    progress: 10,
    desc: 'download',
  })
  talk.happens(states(), () => undefined)
  talk.heading('it goes for the later one')
  talk.publish(D, `update_ota_status/${P}/${D}/m2`, {
    version: '1.2',
    type: 'firmware',
    progress: 100,
    desc: 'download',
  })
  talk.publish(D, `update_status/${P}/${D}/m3`, { firmware_ver: '1.2' })
  talk.happens(states(), () => undefined)
  talk.heading('what it says of the earlier one now is the last progress, and changes nothing')
  talk.publish(D, `update_ota_status/${P}/${D}/m4`, {
    version: '1.1',
    type: 'firmware',
    progress: 20,
    desc: 'download',
  })
  talk.http('app', 'GET', `/ota/${P}/${D}`)
  talk.happens(states(), () => undefined)
  talk.matches(golden('ota-several'))
})

test('C5: the ACL, and commands with encoding, request id and time to live', () => {
  const talk = withDevice()
  talk.heading('what a device may not publish or hear')
  talk.publish(D, `upload_data/${P}/other/temperature/m1`, '20')
  talk.publish(D, `cmd/${P}/other/reboot/plain/1`, 'x')
  talk.publish(D, 'anything/else', 'x')
  talk.subscribe(D, `cmd/${P}/+/+/+/+/#`)
  talk.subscribe(D, '#')
  talk.subscribe(D, `tags/${P}/+/cmd/+/+/+/#`)
  talk.heading('commands')
  talk.http('app', 'POST', `/devices/${P}/${D}/command`, { command: 'ping', data: 'hello' })
  talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=ping&data=aGVsbG8%3D&encoding=base64&ttl=10')
  talk.http('app', 'POST', `/tags/${P}/blue/command`, 'command=ping&data=all&ttl=60')
  talk.http('app', 'POST', `/devices/${P}/nobody/command`, 'command=ping&data=x')
  talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=a%2Fb&data=x')
  talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=ping&ttl=soon')
  talk.publish(D, `cmd_resp/${P}/${D}/ping/r1/m2`, 'pong')
  talk.heading('a command that waits for the device: it answers, and it does not')
  talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=time&use_rpc=true')
  talk.wait(2000)
  const [waiting] = talk.bench.engine.commands.ofDevice(`iothub-course/${P}/${D}`)
  talk.publish(D, `rpc_resp/${P}/${D}/time/${waiting?.id}/m3`, '1767225602')
  talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=time&use_rpc=true')
  talk.wait(5000)
  talk.heading('the command that was sent while the device was away')
  talk.disconnect(D)
  talk.http('app', 'POST', `/devices/${P}/${D}/command`, 'command=ping&data=later')
  enter(talk, D)
  talk.matches(golden('commands'))
})

test('the shadow: wanted by the application, done by the device, reported by the device', () => {
  const talk = withDevice()
  talk.publish(D, `get/${P}/${D}/$shadow/m1`)
  talk.http('app', 'PUT', `/devices/${P}/${D}/shadow`, { desired: { lights: 'on' }, version: 1 })
  talk.http('app', 'PUT', `/devices/${P}/${D}/shadow`, { desired: { lights: 'off' }, version: 1 })
  talk.publish(D, `upload_data/${P}/${D}/$shadow_updated/m2`, { state: { desired: null }, version: 1 })
  talk.publish(D, `upload_data/${P}/${D}/$shadow_reported/m3`, {
    state: { reported: { lights: null, level: 3 } },
    version: '2',
  })
  talk.publish(D, `upload_data/${P}/${D}/$shadow_reported/m4`, { state: { reported: { level: 4 } }, version: 2 })
  talk.heading('a version from a form counts as a number')
  talk.http('app', 'PUT', `/devices/${P}/${D}/shadow`, 'desired[lights]=on&version=11')
  talk.matches(golden('shadow'))
})

test('what devices and applications exchange besides', () => {
  const talk = withDevice('one')
  enter(talk, 'two')
  talk.heading('an application with a token hears the devices')
  const { username, password } = JSON.parse(talk.http('app', 'POST', '/tokens')?.body ?? '') as {
    username: string
    password: string
  }
  talk.connect('app', { username, password, clean: true })
  talk.subscribe('app', `upload_data/${P}/#`)
  talk.subscribe('app', 'get/#')
  talk.publish('one', `upload_data/${P}/one/temperature/m1`, '20.5')
  talk.publish('one', `get/${P}/one/weather/m2`, 'Berlin')
  talk.publish('app', `cmd/${P}/one/weather/plain/r1`, 'sunny')
  talk.http('app', 'GET', `/messages/${P}?device_name=one`)
  talk.heading('from device to device')
  talk.publish('one', `m2m/${P}/two/one/m3`, 'hello')
  talk.publish('one', `m2m/${P}/nobody/one/m4`, 'hello')
  talk.heading('the time')
  talk.publish('one', `get/${P}/one/$ntp/m5`, { device_time: 1767225599000 })
  talk.heading('tags, and asking for them with an old version')
  talk.http('app', 'PUT', `/devices/${P}/two/tags`, 'tags=a,b')
  talk.publish('two', `get/${P}/two/$tags/m6`, { tags: [], tags_version: 1 })
  talk.publish('two', `get/${P}/two/$tags/m7`, { tags: ['a', 'b'], tags_version: 2 })
  talk.heading('suspended, resumed, deleted')
  talk.http('app', 'PUT', `/devices/${P}/two/suspend`)
  enter(talk, 'two')
  talk.http('app', 'PUT', `/devices/${P}/two/resume`)
  enter(talk, 'two')
  talk.http('app', 'DELETE', `/devices/${P}/two`)
  talk.http('app', 'GET', `/devices/${P}/two`)
  talk.http('app', 'GET', `/devices/${P}`)
  talk.http('app', 'POST', '/emqx_web_hook', {})
  talk.matches(golden('devices'))
})

/** How the latest job stands, in a line. */
function outcome({ bench: { engine } }: Conversation): string {
  const job = [...engine.jobs.ofDialect('iothub-course')].at(-1)!
  const each = [...engine.executions.ofJob(job.key).values()].map(
    ({ device, status, progress, details }) =>
      `${device} ${status}${progress === undefined ? '' : ` ${progress} %`}${details === undefined ? '' : ` ${JSON.stringify(details)}`}`,
  )
  return [job.status, ...each].join('; ')
}
