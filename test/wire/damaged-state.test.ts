import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { AddThingToThingGroupCommand, CreateThingCommand, CreateThingGroupCommand } from '@aws-sdk/client-iot'
import { UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane'
import { awsClients, makeDevice } from '../builders/aws-clients.ts'
import { startHub } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { createJob } from '../builders/operator.ts'
import { within } from '../builders/within.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-hub-damaged-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const arnOf = (kind: string, name: string): string => `arn:aws:iot:us-east-1:123456789012:${kind}/${name}`

/**
 * The data folder of a hub that was killed in the middle of its work: a little of everything, none of it in a snapshot.
 */
async function killedHub(): Promise<string> {
  const data = join(folder, 'live')
  const hub = await startHub({ memory: false, data })
  const aws = awsClients(hub)
  await aws.iot.send(new CreateThingGroupCommand({ thingGroupName: 'all' }))
  for (const thingName of ['t1', 't2', 't3']) {
    await aws.iot.send(new CreateThingCommand({ thingName, attributePayload: { attributes: { kind: 'x' } } }))
    await aws.iot.send(new AddThingToThingGroupCommand({ thingName, thingGroupName: 'all' }))
  }
  await makeDevice(hub, aws, 'certified')
  await aws.data.send(new UpdateThingShadowCommand({ thingName: 't1', payload: '{"state":{"desired":{"on":true}}}' }))
  await createJob(
    aws,
    'once',
    [arnOf('thinggroup', 'all'), arnOf('thing', 'certified')],
    {},
    { timeoutConfig: { inProgressTimeoutInMinutes: 5 } },
  )
  await createJob(aws, 'forever', [arnOf('thinggroup', 'all')], {}, { targetSelection: 'CONTINUOUS' })
  await createJob(
    aws,
    'slowly',
    [arnOf('thinggroup', 'all')],
    {},
    { jobExecutionsRolloutConfig: { maximumPerMinute: 1 } },
  )
  const device = await connectMqtt(hub, 't1', { clean: false })
  await device.subscribe('$aws/things/t1/jobs/notify-next', 'news/#')
  await device.publish('$aws/things/t1/jobs/once/update', { status: 'FAILED' })
  await device.publish('$aws/things/t1/jobs/forever/update', { status: 'IN_PROGRESS' })
  await device.end()
  const publisher = await connectMqtt(hub, 't2')
  for (const text of ['one', 'two', 'three']) await publisher.publish('news/today', text)
  await publisher.end()
  await hub.hub.api.addDevice('iothub-course', 'p/d')
  const at = `http://localhost:${hub.endpoints.http}`
  await fetch(`${at}/devices/p/d/tags`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"tags":["a"]}',
  })
  await fetch(`${at}/devices/p/d/command`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"command":"reboot","data":"","ttl":1000}',
  })
  aws.destroy()
  const left = join(folder, 'left')
  await cp(data, left, { recursive: true, filter: (path) => !basename(path).startsWith('hub.lock.') })
  await hub.stop()
  return left
}

test(
  'whichever line of its journal is lost, a hub starts, says so, and answers about everything that is left',
  { timeout: 100_000 },
  async () => {
    const left = await killedHub()
    const name = (await readdir(join(left, 'state'))).find((file) => file.startsWith('journal-'))!
    const lines = (await readFile(join(left, 'state', name), 'utf8')).trimEnd().split('\n')
    assert.ok(lines.length > 25, `${lines.length} lines`)
    for (const [index, line] of lines.entries()) {
      if (index === 0) continue
      const damaged = [...lines.slice(0, index), `x${line.slice(1)}`, ...lines.slice(index + 1)]
      const data = join(folder, `case-${index}`)
      await cp(left, data, { recursive: true })
      await writeFile(join(data, 'state', name), `${damaged.join('\n')}\n`)
      const hub = await startHub({ memory: false, data }).catch((error: unknown) =>
        assert.fail(`without ${line}: ${String(error)}`),
      )
      const { api } = hub.hub
      const { items } = await api.devices()
      for (const { key } of items) assert.equal((await api.device(key)).key, key)
      for (const { key } of await api.jobs()) {
        await api.job(key)
        await api.executions(key)
      }
      const device = await connectMqtt(hub, 't1', { clean: false })
      await device.subscribe('$aws/things/t1/jobs/get/accepted')
      await device.publish('$aws/things/t1/jobs/get', {})
      await device.json('$aws/things/t1/jobs/get/accepted')
      await device.end()
      const notices = (await api.notices()).map(({ text }) => text)
      assert.ok(
        notices.some((text) => text.includes(`line ${index + 1} is unreadable`)),
        notices.join('\n'),
      )
      assert.deepEqual(
        notices.filter((text) => /failed|TypeError|undefined/.test(text)),
        [],
        `without ${line}`,
      )
      await within(hub.stop(), 'the hub to stop')
      await rm(data, { recursive: true })
    }
  },
)
