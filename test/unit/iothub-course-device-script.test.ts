import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReportedStatus } from '../../src/core/job/model.ts'
import type { DeviceScript, Work } from '../../src/core/seam/device-script.ts'
import { enrolment } from '../../src/dialect/iothub-course/device/enrolment.ts'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { Conversation } from '../builders/conversation.ts'

const OTA = { url: 'u', version: '2', type: 'firmware' }

/** A simulated device in a conversation with the hub, and the job it has been given. */
async function played(document: object): Promise<{
  talk: Conversation
  script: DeviceScript
  work: Work
  say: (status: ReportedStatus, progress: number) => Promise<void>
  status: () => string
}> {
  const talk = new Conversation(iothubCourse)
  const script = iothubCourse.jobs.deviceScript('P/D')
  assert.equal(await talk.connect('D', { ...script.session }), true)
  await talk.happens('job', (ctx) =>
    ctx.engine.jobs.create(ctx.turn, {
      key: 'iothub-course/j1',
      targets: [{ type: 'device', device: 'iothub-course/P/D' }],
      selection: 'SNAPSHOT',
      document: JSON.stringify(document),
    }),
  )
  const [, topic = '', payload = ''] = /D ← (\S+) \(QoS 1\) ?(.*)$/m.exec(talk.text) ?? []
  const heard = script.read(topic, Buffer.from(payload))
  assert.equal(heard?.type, 'offer')
  const { work } = heard as { work: Work }
  const say = async (status: ReportedStatus, progress: number): Promise<void> => {
    for (const message of script.report(work, status, progress))
      assert.notEqual((await talk.publish('D', message.topic, String(message.payload))).route, 'drop')
  }
  return {
    talk,
    script,
    work,
    say,
    status: () => talk.hub.engine.executions.require('iothub-course/j1', 'iothub-course/P/D').status,
  }
}

test('a simulated device finishes an upgrade', async () => {
  const { say, status } = await played(OTA)
  assert.equal(status(), 'SENT')
  await say('IN_PROGRESS', 0)
  await say('IN_PROGRESS', 50)
  assert.equal(status(), 'IN_PROGRESS')
  await say('SUCCEEDED', 100)
  assert.equal(status(), 'SUCCEEDED')
})

for (const failed of ['FAILED', 'REJECTED'] as const) {
  test(`a simulated device that ends an upgrade ${failed} says so in the words of its SDK`, async () => {
    const { talk, say, status } = await played(OTA)
    await say(failed, 30)
    assert.equal(status(), 'FAILED')
    assert.match(
      talk.text,
      failed === 'FAILED' ? /"progress":-3,"desc":"install error"/ : /"progress":-4,"desc":"error"/,
    )
  })
}

test('a simulated device answers the command of a job', async () => {
  const { say, status } = await played({ command: 'reboot' })
  await say('IN_PROGRESS', 50)
  assert.equal(status(), 'SENT')
  await say('SUCCEEDED', 100)
  assert.equal(status(), 'SUCCEEDED')
})

test('a report that is repeated has the same message id, other reports have others', async () => {
  const { script, work } = await played(OTA)
  const ids = [
    script.report(work, 'IN_PROGRESS', 1),
    script.report(work, 'IN_PROGRESS', 1),
    script.report(work, 'IN_PROGRESS', 2),
  ].map(([message]) => message?.topic)
  assert.equal(ids[0], ids[1])
  assert.notEqual(ids[0], ids[2])
})

test('a simulated device takes upgrades for its tags, with either spelling, and nothing that is not work', () => {
  const script = iothubCourse.jobs.deviceScript('P/D')
  const type = (topic: string): string | undefined => script.read(topic, Buffer.from(JSON.stringify(OTA)))?.type
  assert.equal(type('tags/P/blue/cmd/$ota_upgrade/plain/r1'), 'offer')
  assert.equal(type('cmd/P/D/ota_upgrade/plain/r1'), 'offer')
  for (const topic of [
    'cmd/P/D/$set_tags/plain/r1',
    'cmd/P/D/$update_shadow/plain/r1',
    'rpc/P/D/time/plain/r1/5',
    'm2m/P/D/E/m1',
  ])
    assert.equal(type(topic), undefined)
  assert.equal(script.read('cmd/P/D/$ota_upgrade/plain/r1', Buffer.from('rubbish')), undefined)
})

test('a simulated device without a product is one of product Sim', () => {
  assert.equal(iothubCourse.jobs.deviceScript('washer-1').session.username, 'Sim/washer-1')
})

test('a device that a person adds gets a secret with which it connects', async () => {
  const talk = new Conversation(iothubCourse, { settings: { mode: 'strict' } })
  const kit = await talk.happens('enrol', (ctx) => enrolment.enrol(ctx, 'P/D', [], 'CA'))
  const secret = kit.facts.find(({ label }) => label === 'Secret')
  assert.equal(secret?.secret, true)
  assert.equal(await talk.connect('D', { clientId: 'P/D', username: 'P/D', password: secret?.value ?? '' }), true)
  const again = await talk.happens('enrol again', (ctx) => enrolment.enrol(ctx, 'P/D', [], 'CA'))
  assert.deepEqual(again, kit)
  assert.deepEqual(
    kit.files.find(({ name }) => name === '.env')?.content,
    `PRODUCT_NAME=P\nDEVICE_NAME=D\nSECRET=${secret?.value}\n`,
  )
})

for (const name of ['D', 'P/', 'P/D/E', 'P/a b', 'P/+', '']) {
  test(`${JSON.stringify(name)} is no name for a device, and the pattern says so, too`, async () => {
    const talk = new Conversation(iothubCourse)
    await assert.rejects(
      talk.happens('enrol', (ctx) => enrolment.enrol(ctx, name, [], '')),
      { code: 'INVALID' },
    )
    assert.equal(new RegExp(enrolment.names.pattern).test(name), false)
  })
}
