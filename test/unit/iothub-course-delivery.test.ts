import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewJob } from '../../src/core/job/model.ts'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { Conversation } from '../builders/conversation.ts'

const DEVICE = 'iothub-course/P/D'
const OTA = { url: 'u', version: '2', type: 'firmware' }

const enter = async (
  talk: Conversation,
  change: { clientId?: string; clean?: boolean } = {},
  who = 'D',
): Promise<boolean> => await talk.connect(who, { clientId: 'P/D', username: 'P/D', password: 's', ...change })

async function registered(): Promise<Conversation> {
  const talk = new Conversation(iothubCourse)
  await talk.happens(
    'registered',
    (ctx) =>
      void ctx.engine.devices.create(ctx.turn, {
        dialect: 'iothub-course',
        name: 'P/D',
        type: 'P',
        extra: { secret: 's' },
      }),
  )
  return talk
}

const job = async (talk: Conversation, document: object | string, change: Partial<NewJob> = {}): Promise<void> =>
  await talk.happens('job', (ctx) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    const plain: NewJob = {
      key: 'iothub-course/j1',
      targets: [{ type: 'device', device: DEVICE }],
      selection: 'SNAPSHOT',
      document: text,
    }
    ctx.engine.jobs.create(ctx.turn, { ...plain, ...change })
  })

const execution = (talk: Conversation, key = 'iothub-course/j1') => talk.hub.engine.executions.require(key, DEVICE)
/** How often the device was told, in all that was said. */
const told = (talk: Conversation, topic: string): number => talk.text.split(`D ← ${topic}`).length - 1

test('work for a device that was never there is queued, and sent when it comes', async () => {
  const talk = await registered()
  await job(talk, OTA)
  assert.equal(execution(talk).status, 'QUEUED')
  await enter(talk)
  assert.equal(execution(talk).status, 'SENT')
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/plain/j1'), 1)
})

test('work for a device that is away with a kept session waits in the session, and is not sent twice', async () => {
  const talk = await registered()
  await enter(talk)
  await talk.disconnect('D')
  await job(talk, OTA)
  assert.equal(execution(talk).status, 'SENT')
  await enter(talk)
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/plain/j1'), 1)
})

test('a device that comes back with a new session is told again what it has not begun', async () => {
  const talk = await registered()
  await enter(talk, { clean: true })
  await job(talk, OTA)
  await talk.disconnect('D')
  await enter(talk, { clean: true })
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/plain/j1'), 2)
  await talk.publish('D', 'update_ota_status/P/D/m1', { version: '2', progress: 0 })
  await talk.disconnect('D')
  await enter(talk, { clean: true })
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/plain/j1'), 2)
})

test('a second client of a device is not told what the first one was', async () => {
  const talk = await registered()
  await enter(talk)
  await job(talk, OTA)
  await enter(talk, { clientId: 'P/D/second' }, 'second')
  assert.equal(talk.text.includes('second ← cmd'), false)
})

test('a device that was away with a clean session is not taken for one whose messages are kept', async () => {
  const talk = await registered()
  await enter(talk, { clean: true })
  await talk.disconnect('D')
  await job(talk, OTA)
  assert.equal(execution(talk).status, 'QUEUED')
})

const progress: [string, object, object, string][] = [
  ['progress', OTA, { version: '2', type: 'firmware', progress: 50 }, 'IN_PROGRESS 50'],
  ['progress without a type', OTA, { version: '2', progress: 50 }, 'IN_PROGRESS 50'],
  ['100 of firmware', OTA, { version: '2', type: 'firmware', progress: 100 }, 'IN_PROGRESS 100'],
  [
    '100 of anything else',
    { ...OTA, type: 'resource' },
    { version: '2', type: 'resource', progress: 100 },
    'SUCCEEDED 100',
  ],
  ['more than 100', OTA, { version: '2', progress: 140 }, 'IN_PROGRESS 100'],
  ['a negative progress', OTA, { version: '2', progress: -1, desc: 'download error' }, 'FAILED undefined'],
  ['another version', OTA, { version: '3', progress: 50 }, 'SENT undefined'],
  ['another type', OTA, { version: '2', type: 'resource', progress: 50 }, 'SENT undefined'],
  ['a progress that is no number', OTA, { version: '2', progress: '50' }, 'SENT undefined'],
]
for (const [what, document, said, outcome] of progress) {
  test(`${what} makes the execution ${outcome}, and is the last progress`, async () => {
    const talk = await registered()
    await enter(talk)
    await job(talk, document)
    await talk.publish('D', 'update_ota_status/P/D/m1', said)
    const { status, progress: reached } = execution(talk)
    assert.equal(`${status} ${reached}`, outcome)
    assert.equal(
      (await talk.http('app', 'GET', '/ota/P/D'))?.body,
      JSON.stringify({ ...said, ts: talk.hub.now / 1000 }),
    )
  })
}

test('the second SDK’s progress is stamped in milliseconds', async () => {
  const talk = await registered()
  await enter(talk, { clientId: 'P-D' })
  await talk.publish('D', 'update_ota_status/P/D/m1', { version: '2', progress: 1 })
  assert.equal(
    (await talk.http('app', 'GET', '/ota/P/D'))?.body,
    JSON.stringify({ version: '2', progress: 1, ts: talk.hub.now }),
  )
  assert.match(
    (await talk.http('app', 'GET', '/devices/P/D'))?.body ?? '',
    new RegExp(`"connected_at":${talk.hub.now}\\b`),
  )
})

test('a device that says it runs the version is done; one that runs another is not; a resource is never done that way', async () => {
  const talk = await registered()
  await enter(talk)
  await job(talk, OTA)
  await job(talk, { ...OTA, type: 'resource' }, { key: 'iothub-course/j2' })
  await talk.publish('D', 'update_status/P/D/m1', { firmware_ver: '1' })
  assert.equal(execution(talk).status, 'SENT')
  await talk.publish('D', 'update_status/P/D/m2', { firmware_ver: '2' })
  assert.equal(execution(talk).status, 'SUCCEEDED')
  assert.equal(execution(talk, 'iothub-course/j2').status, 'SENT')
  assert.equal(talk.hub.engine.jobs.require('iothub-course/j1').status, 'COMPLETED')
})

test('a device that runs a later version has left an earlier upgrade behind, which is called off', async () => {
  const talk = await registered()
  await enter(talk)
  await job(talk, OTA)
  await job(talk, { ...OTA, version: '3' }, { key: 'iothub-course/j2' })
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/'), 2)
  await talk.publish('D', 'update_status/P/D/m1', { firmware_ver: '3' })
  assert.deepEqual([execution(talk).status, execution(talk, 'iothub-course/j2').status], ['CANCELED', 'SUCCEEDED'])
  assert.equal(execution(talk).details?.['reason'], 'the device runs 3, which it was given later')
})

test('what a device says it runs is known until it says otherwise, also when its status says nothing of it', async () => {
  const talk = await registered()
  await enter(talk)
  await talk.publish('D', 'update_status/P/D/m1', { firmware_ver: '1' })
  await talk.publish('D', 'update_status/P/D/m2', { lights: 'on' })
  await talk.publish('D', 'update_status/P/D/m3', { firmware_ver: 2 })
  const at = talk.hub.now
  assert.deepEqual(talk.hub.engine.upgrades.versions.of(DEVICE), [{ module: 'firmware', version: '1', at }])
  await talk.http('app', 'DELETE', '/devices/P/D')
  assert.deepEqual(talk.hub.engine.upgrades.versions.of(DEVICE), [])
})

test('an upgrade that says of nothing what it is of is one of the firmware', async () => {
  const talk = await registered()
  await enter(talk)
  await job(talk, { url: 'u', version: '2', size: 10, md5: 'abcd' })
  const file = { url: 'u', size: 10, digest: { algorithm: 'MD5', value: 'abcd' } }
  const { package: content } = talk.hub.engine.upgrades.get('iothub-course/j1')!
  assert.deepEqual(content, { module: 'firmware', version: '2', files: [file] })
  await talk.publish('D', 'update_ota_status/P/D/m1', { version: '2', progress: 100 })
  assert.equal(execution(talk).status, 'IN_PROGRESS')
})

test('a job that is a command succeeds with the device’s response', async () => {
  const talk = await registered()
  await enter(talk)
  await job(talk, { command: 'reboot', data: { now: true }, ttl: 60 })
  assert.equal(told(talk, `cmd/P/D/reboot/plain/j1/${talk.hub.now / 1000 + 60} (QoS 1) {"now":true}`), 1)
  await talk.publish('D', 'cmd_resp/P/D/reboot/other/m1', 'no')
  assert.equal(execution(talk).status, 'SENT')
  await talk.publish('D', 'cmd_resp/P/D/reboot/j1/m2', 'yes')
  assert.deepEqual([execution(talk).status, execution(talk).details], ['SUCCEEDED', { response: 'yes' }])
})

test('a command’s data goes out as the document has it', async () => {
  const talk = await registered()
  await enter(talk)
  const data = '{ "z":12345678901234567890, "a":1.0 }'
  await job(talk, `{"command":"reboot","data" : ${data} }`)
  assert.equal(told(talk, `cmd/P/D/reboot/plain/j1 (QoS 1) ${data}`), 1)
})

test('a command whose time has run out before the device came is not sent', async () => {
  const talk = await registered()
  await job(talk, { command: 'reboot', ttl: 60 })
  await job(talk, { command: 'reboot', ttl: 120 }, { key: 'iothub-course/j2' })
  await talk.wait(60_000)
  await enter(talk)
  assert.equal(execution(talk).status, 'TIMED_OUT')
  assert.equal(execution(talk, 'iothub-course/j2').status, 'SENT')
  assert.equal(told(talk, `cmd/P/D/reboot/plain/j2/${talk.hub.now / 1000 + 60}`), 1)
})

test('a retried execution has a request id of its own, by which it is answered', async () => {
  const talk = await registered()
  await enter(talk)
  await job(talk, { command: 'reboot' }, { retry: [{ on: 'FAILED', times: 1 }] })
  await talk.happens(
    'failed',
    (ctx) => void ctx.engine.executions.report(ctx.turn, 'iothub-course/j1', DEVICE, { status: 'FAILED' }),
  )
  assert.deepEqual([execution(talk).number, execution(talk).status], [2, 'SENT'])
  await talk.publish('D', 'cmd_resp/P/D/reboot/j1/m1', 'late answer to the first')
  assert.equal(execution(talk).status, 'SENT')
})

for (const [document, reason] of [
  [{}, 'url must be a text'],
  [{ url: 'u' }, 'version must be a text'],
  [{ command: 'a/b' }, 'command must be a name without / + #'],
  [{ command: 'a', encoding: 'hex' }, 'encoding must be plain or base64'],
  [{ command: 'a', ttl: 0.5 }, 'ttl must be a whole number of seconds, at least 1'],
  [[], 'the document is no JSON object'],
] as const) {
  test(`a job document ${JSON.stringify(document)} is refused when it is made, and rejected if it got in all the same`, async () => {
    const talk = await registered()
    await enter(talk)
    await job(talk, document)
    assert.deepEqual([execution(talk).status, execution(talk).details], ['REJECTED', { reason }])
    const draft: NewJob = {
      key: 'iothub-course/j2',
      targets: [{ type: 'device', device: DEVICE }],
      selection: 'SNAPSHOT',
      document: JSON.stringify(document),
    }
    await assert.rejects(
      talk.happens('prepare', (ctx) => iothubCourse.jobs.prepare(ctx, draft)),
      { code: 'INVALID' },
    )
  })
}

test('every template is a document that can be sent', async () => {
  for (const { document } of iothubCourse.jobs.kinds[0].templates) {
    const draft: NewJob = {
      key: 'iothub-course/j',
      targets: [{ type: 'device', device: DEVICE }],
      selection: 'SNAPSHOT',
      document: JSON.stringify(document),
    }
    const talk = await registered()
    assert.equal(await talk.happens('prepare', (ctx) => iothubCourse.jobs.prepare(ctx, draft)), draft)
  }
})

test('a deleted device takes its shadow, its progress and its work along', async () => {
  const talk = await registered()
  await enter(talk)
  await talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=a')
  await talk.http('app', 'PUT', '/devices/P/D/shadow', { desired: { a: 1 }, version: 1 })
  await talk.publish('D', 'update_ota_status/P/D/m1', { version: '2', progress: 1 })
  await job(talk, OTA)
  await talk.http('app', 'DELETE', '/devices/P/D')
  assert.equal(execution(talk).status, 'REMOVED')
  assert.equal(talk.hub.engine.jobs.require('iothub-course/j1').status, 'COMPLETED')
  assert.equal(talk.hub.engine.twins.get(DEVICE), undefined)
  assert.equal(talk.hub.engine.groups.get('iothub-course/P/a'), undefined)
  assert.equal((await talk.http('app', 'GET', '/ota/P/D'))?.body, '{}')
})
