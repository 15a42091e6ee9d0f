import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewJob } from '../../src/core/job/model.ts'
import { iothub } from '../../src/dialect/iothub/index.ts'
import { Conversation } from '../builders/conversation.ts'

const DEVICE = 'iothub-course/P/D'
const OTA = { url: 'u', version: '2', type: 'firmware' }

const enter = (talk: Conversation, change: { clientId?: string; clean?: boolean } = {}, who = 'D'): boolean =>
  talk.connect(who, { clientId: 'P/D', username: 'P/D', password: 's', ...change })

function registered(): Conversation {
  const talk = new Conversation(iothub)
  talk.happens(
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

const job = (talk: Conversation, document: object | string, change: Partial<NewJob> = {}): void =>
  talk.happens('job', (ctx) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    const plain: NewJob = {
      key: 'iothub-course/j1',
      targets: [{ type: 'device', device: DEVICE }],
      selection: 'SNAPSHOT',
      document: text,
    }
    ctx.engine.jobs.create(ctx.turn, { ...plain, ...change })
  })

const execution = (talk: Conversation, key = 'iothub-course/j1') => talk.bench.engine.executions.require(key, DEVICE)
/** How often the device was told, in all that was said. */
const told = (talk: Conversation, topic: string): number => talk.text.split(`D ← ${topic}`).length - 1

test('work for a device that was never there is queued, and sent when it comes', () => {
  const talk = registered()
  job(talk, OTA)
  assert.equal(execution(talk).status, 'QUEUED')
  enter(talk)
  assert.equal(execution(talk).status, 'SENT')
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/plain/j1'), 1)
})

test('work for a device that is away with a kept session waits in the session, and is not sent twice', () => {
  const talk = registered()
  enter(talk)
  talk.disconnect('D')
  job(talk, OTA)
  assert.equal(execution(talk).status, 'SENT')
  enter(talk)
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/plain/j1'), 1)
})

test('a device that comes back with a new session is told again what it has not begun', () => {
  const talk = registered()
  enter(talk, { clean: true })
  job(talk, OTA)
  talk.disconnect('D')
  enter(talk, { clean: true })
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/plain/j1'), 2)
  talk.publish('D', 'update_ota_status/P/D/m1', { version: '2', progress: 0 })
  talk.disconnect('D')
  enter(talk, { clean: true })
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/plain/j1'), 2)
})

test('a second client of a device is not told what the first one was', () => {
  const talk = registered()
  enter(talk)
  job(talk, OTA)
  enter(talk, { clientId: 'P/D/second' }, 'second')
  assert.equal(talk.text.includes('second ← cmd'), false)
})

test('a device that was away with a clean session is not taken for one whose messages are kept', () => {
  const talk = registered()
  enter(talk, { clean: true })
  talk.disconnect('D')
  job(talk, OTA)
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
  test(`${what} makes the execution ${outcome}, and is the last progress`, () => {
    const talk = registered()
    enter(talk)
    job(talk, document)
    talk.publish('D', 'update_ota_status/P/D/m1', said)
    const { status, progress: reached } = execution(talk)
    assert.equal(`${status} ${reached}`, outcome)
    assert.equal(talk.http('app', 'GET', '/ota/P/D')?.body, JSON.stringify({ ...said, ts: talk.bench.now / 1000 }))
  })
}

test('the second SDK’s progress is stamped in milliseconds', () => {
  const talk = registered()
  enter(talk, { clientId: 'P-D' })
  talk.publish('D', 'update_ota_status/P/D/m1', { version: '2', progress: 1 })
  assert.equal(
    talk.http('app', 'GET', '/ota/P/D')?.body,
    JSON.stringify({ version: '2', progress: 1, ts: talk.bench.now }),
  )
  assert.match(talk.http('app', 'GET', '/devices/P/D')?.body ?? '', new RegExp(`"connected_at":${talk.bench.now}\\b`))
})

test('a device that says it runs the version is done; one that runs another is not; a resource is never done that way', () => {
  const talk = registered()
  enter(talk)
  job(talk, OTA)
  job(talk, { ...OTA, type: 'resource' }, { key: 'iothub-course/j2' })
  talk.publish('D', 'update_status/P/D/m1', { firmware_ver: '1' })
  assert.equal(execution(talk).status, 'SENT')
  talk.publish('D', 'update_status/P/D/m2', { firmware_ver: '2' })
  assert.equal(execution(talk).status, 'SUCCEEDED')
  assert.equal(execution(talk, 'iothub-course/j2').status, 'SENT')
  assert.equal(talk.bench.engine.jobs.require('iothub-course/j1').status, 'COMPLETED')
})

test('a device that runs a later version has left an earlier upgrade behind, which is called off', () => {
  const talk = registered()
  enter(talk)
  job(talk, OTA)
  job(talk, { ...OTA, version: '3' }, { key: 'iothub-course/j2' })
  assert.equal(told(talk, 'cmd/P/D/$ota_upgrade/'), 2)
  talk.publish('D', 'update_status/P/D/m1', { firmware_ver: '3' })
  assert.deepEqual([execution(talk).status, execution(talk, 'iothub-course/j2').status], ['CANCELED', 'SUCCEEDED'])
  assert.equal(execution(talk).details?.['reason'], 'the device runs 3, which it was given later')
})

test('what a device says it runs is known until it says otherwise, also when its status says nothing of it', () => {
  const talk = registered()
  enter(talk)
  talk.publish('D', 'update_status/P/D/m1', { firmware_ver: '1' })
  talk.publish('D', 'update_status/P/D/m2', { lights: 'on' })
  talk.publish('D', 'update_status/P/D/m3', { firmware_ver: 2 })
  const at = talk.bench.now
  assert.deepEqual(talk.bench.engine.upgrades.versions.of(DEVICE), [{ module: 'firmware', version: '1', at }])
  talk.http('app', 'DELETE', '/devices/P/D')
  assert.deepEqual(talk.bench.engine.upgrades.versions.of(DEVICE), [])
})

test('an upgrade that says of nothing what it is of is one of the firmware', () => {
  const talk = registered()
  enter(talk)
  job(talk, { url: 'u', version: '2', size: 10, md5: 'abcd' })
  const file = { url: 'u', size: 10, digest: { algorithm: 'MD5', value: 'abcd' } }
  const { package: content } = talk.bench.engine.upgrades.get('iothub-course/j1')!
  assert.deepEqual(content, { module: 'firmware', version: '2', files: [file] })
  talk.publish('D', 'update_ota_status/P/D/m1', { version: '2', progress: 100 })
  assert.equal(execution(talk).status, 'IN_PROGRESS')
})

test('a job that is a command succeeds with the device’s response', () => {
  const talk = registered()
  enter(talk)
  job(talk, { command: 'reboot', data: { now: true }, ttl: 60 })
  assert.equal(told(talk, `cmd/P/D/reboot/plain/j1/${talk.bench.now / 1000 + 60} (QoS 1) {"now":true}`), 1)
  talk.publish('D', 'cmd_resp/P/D/reboot/other/m1', 'no')
  assert.equal(execution(talk).status, 'SENT')
  talk.publish('D', 'cmd_resp/P/D/reboot/j1/m2', 'yes')
  assert.deepEqual([execution(talk).status, execution(talk).details], ['SUCCEEDED', { response: 'yes' }])
})

test('a command’s data goes out as the document has it', () => {
  const talk = registered()
  enter(talk)
  const data = '{ "z":12345678901234567890, "a":1.0 }'
  job(talk, `{"command":"reboot","data" : ${data} }`)
  assert.equal(told(talk, `cmd/P/D/reboot/plain/j1 (QoS 1) ${data}`), 1)
})

test('a command whose time has run out before the device came is not sent', () => {
  const talk = registered()
  job(talk, { command: 'reboot', ttl: 60 })
  job(talk, { command: 'reboot', ttl: 120 }, { key: 'iothub-course/j2' })
  talk.wait(60_000)
  enter(talk)
  assert.equal(execution(talk).status, 'TIMED_OUT')
  assert.equal(execution(talk, 'iothub-course/j2').status, 'SENT')
  assert.equal(told(talk, `cmd/P/D/reboot/plain/j2/${talk.bench.now / 1000 + 60}`), 1)
})

test('a retried execution has a request id of its own, by which it is answered', () => {
  const talk = registered()
  enter(talk)
  job(talk, { command: 'reboot' }, { retry: [{ on: 'FAILED', times: 1 }] })
  talk.happens(
    'failed',
    (ctx) => void ctx.engine.executions.report(ctx.turn, 'iothub-course/j1', DEVICE, { status: 'FAILED' }),
  )
  assert.deepEqual([execution(talk).number, execution(talk).status], [2, 'SENT'])
  talk.publish('D', 'cmd_resp/P/D/reboot/j1/m1', 'late answer to the first')
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
  test(`a job document ${JSON.stringify(document)} is refused when it is made, and rejected if it got in all the same`, () => {
    const talk = registered()
    enter(talk)
    job(talk, document)
    assert.deepEqual([execution(talk).status, execution(talk).details], ['REJECTED', { reason }])
    const draft: NewJob = {
      key: 'iothub-course/j2',
      targets: [{ type: 'device', device: DEVICE }],
      selection: 'SNAPSHOT',
      document: JSON.stringify(document),
    }
    assert.throws(() => talk.happens('prepare', (ctx) => iothub.jobs.prepare(ctx, draft)), { code: 'INVALID' })
  })
}

test('every template is a document that can be sent', () => {
  for (const { document } of iothub.jobs.kinds[0].templates) {
    const draft: NewJob = {
      key: 'iothub-course/j',
      targets: [{ type: 'device', device: DEVICE }],
      selection: 'SNAPSHOT',
      document: JSON.stringify(document),
    }
    assert.equal(
      registered().happens('prepare', (ctx) => iothub.jobs.prepare(ctx, draft)),
      draft,
    )
  }
})

test('a deleted device takes its shadow, its progress and its work along', () => {
  const talk = registered()
  enter(talk)
  talk.http('app', 'PUT', '/devices/P/D/tags', 'tags=a')
  talk.http('app', 'PUT', '/devices/P/D/shadow', { desired: { a: 1 }, version: 1 })
  talk.publish('D', 'update_ota_status/P/D/m1', { version: '2', progress: 1 })
  job(talk, OTA)
  talk.http('app', 'DELETE', '/devices/P/D')
  assert.equal(execution(talk).status, 'REMOVED')
  assert.equal(talk.bench.engine.jobs.require('iothub-course/j1').status, 'COMPLETED')
  assert.equal(talk.bench.engine.twins.get(DEVICE), undefined)
  assert.equal(talk.bench.engine.groups.get('iothub-course/P/a'), undefined)
  assert.equal(talk.http('app', 'GET', '/ota/P/D')?.body, '{}')
})
