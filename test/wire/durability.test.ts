import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddThingToThingGroupCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DescribeJobCommand,
  ListThingPrincipalsCommand,
} from '@aws-sdk/client-iot'
import { GetThingShadowCommand, UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane'
import { awsClients, makeDevice, type AwsClients } from '../builders/aws-clients.ts'
import { buildCli, startCli, type BuiltCli, type CliHub } from '../builders/cli-hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { createJob, executionOf } from '../builders/operator.ts'
import { within } from '../builders/within.ts'

const CONNECTIONS = 50
/** Unacknowledged requests per connection: 1,000 in all. */
const WINDOW = 20
const SHADOWS = 10

let built: BuiltCli
before(async () => {
  built = await buildCli()
})
after(() => built.cleanUp())

const arnOf = (thing: string): string => `arn:aws:iot:us-east-1:123456789012:thing/${thing}`
const nameOf = (index: number): string => `worker-${index}`

test('kill -9 in the middle of 1,000 concurrent updates, twice: every update that was acknowledged is there', async () => {
  let hub = await startCli(built, 'killed')
  let aws = awsClients(hub)
  await aws.iot.send(new CreateThingGroupCommand({ thingGroupName: 'workers' }))
  for (let index = SHADOWS; index < CONNECTIONS; index += 1) {
    await aws.iot.send(new CreateThingCommand({ thingName: nameOf(index) }))
    await aws.iot.send(new AddThingToThingGroupCommand({ thingName: nameOf(index), thingGroupName: 'workers' }))
  }
  await createJob(aws, 'load', ['arn:aws:iot:us-east-1:123456789012:thinggroup/workers'], {})

  // The number of the last update that each has made, and of the last one that was acknowledged to it.
  const sent = new Array<number>(CONNECTIONS).fill(0)
  const acknowledged = new Array<number>(CONNECTIONS).fill(0)
  for (const round of [1, 2]) {
    const before = acknowledged.reduce((sum, count) => sum + count, 0)
    const clients = await Promise.all(sent.map((_, index) => connectMqtt(hub, `${nameOf(index)}-${round}`)))
    const killed = within(flood(clients, sent, acknowledged, before + 3000), '3,000 acknowledgements', 20_000).then(
      () => hub.end('SIGKILL'),
    )
    assert.equal(await killed, 'SIGKILL')
    await within(Promise.all(clients.map(({ closed }) => closed)), 'all connections to be closed')
    aws.destroy()
    const inFlight = sent.reduce((sum, count, index) => sum + count - acknowledged[index]!, 0)
    assert.ok(inFlight > 100, `${inFlight} requests were unanswered when the hub was killed`)

    hub = await startCli(built, 'killed')
    aws = awsClients(hub)
    for (let index = 0; index < CONNECTIONS; index += 1)
      sent[index] = await checkOne(aws, index, sent[index]!, acknowledged[index]!)
  }
  aws.destroy()
  assert.equal(await hub.end('SIGTERM'), 0)
})

/**
 * Keeps `WINDOW` updates of each client under way until its connection ends; resolves when `enough` have been
 * acknowledged in all.
 */
function flood(clients: TestClient[], sent: number[], acknowledged: number[], enough: number): Promise<void> {
  let all = acknowledged.reduce((sum, count) => sum + count, 0)
  return new Promise((resolve) => {
    for (const [index, { mqtt }] of clients.entries()) {
      const next = (): void => {
        const number = (sent[index]! += 1)
        const [topic, body] =
          index < SHADOWS
            ? [`$aws/things/${nameOf(index)}/shadow/update`, { state: { reported: { number } } }]
            : [
                `$aws/things/${nameOf(index)}/jobs/load/update`,
                { status: 'IN_PROGRESS', statusDetails: { number: String(number) } },
              ]
        mqtt.publish(topic, JSON.stringify(body), { qos: 1 }, (error) => {
          if (error) return
          acknowledged[index] = Math.max(acknowledged[index]!, number)
          all += 1
          if (all === enough) resolve()
          // Also beyond that: whoever is killed shall be busy.
          next()
        })
      }
      for (let count = 0; count < WINDOW; count += 1) next()
    }
  })
}

/**
 * Asserts that what is stored is an update that was sent, whole, and no older than the last acknowledged one; returns
 * its number.
 */
async function checkOne(aws: AwsClients, index: number, sent: number, acknowledged: number): Promise<number> {
  const stored = index < SHADOWS ? await storedShadow(aws, index) : await storedExecution(aws, index)
  assert.ok(
    stored.number >= acknowledged && stored.number <= sent,
    `${nameOf(index)}: ${stored.number} is stored, ${acknowledged} was acknowledged, ${sent} sent`,
  )
  assert.equal(
    stored.version,
    stored.number + stored.firstVersion - 1,
    `${nameOf(index)}: the version counts the updates`,
  )
  return stored.number
}

async function storedExecution(
  aws: AwsClients,
  index: number,
): Promise<{ number: number; version: number; firstVersion: number }> {
  const { versionNumber, statusDetails } = await executionOf(aws, nameOf(index), 'load')
  return { number: Number(statusDetails!.detailsMap!['number']), version: versionNumber!, firstVersion: 2 }
}

async function storedShadow(
  aws: AwsClients,
  index: number,
): Promise<{ number: number; version: number; firstVersion: number }> {
  const { payload } = await aws.data.send(new GetThingShadowCommand({ thingName: nameOf(index) }))
  const { state, version } = JSON.parse(Buffer.from(payload!).toString()) as {
    state: { reported: { number: number } }
    version: number
  }
  return { number: state.reported.number, version, firstVersion: 1 }
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`a device that was away hears of its job on the hub that was restarted after ${signal}`, async () => {
    const data = `away-${signal}`
    let hub: CliHub = await startCli(built, data)
    let aws = awsClients(hub)
    const files = await makeDevice(hub, aws, 'sleeper')
    const persistent = (place: CliHub) =>
      ({
        protocol: 'mqtts',
        port: place.endpoints.mqtts,
        ca: place.ca,
        cert: files.cert,
        key: files.key,
        clean: false,
      }) as const
    const notify = '$aws/things/sleeper/jobs/notify'
    const first = await connectMqtt(hub, 'sleeper', persistent(hub))
    assert.equal(first.sessionPresent, false)
    await first.subscribe(notify, '$aws/things/sleeper/jobs/notify-next')
    await first.end()
    await createJob(aws, 'while-away', [files.thingArn], { wake: true })
    await aws.data.send(
      new UpdateThingShadowCommand({ thingName: 'sleeper', payload: '{"state":{"desired":{"awake":true}}}' }),
    )
    aws.destroy()
    assert.equal(await hub.end(signal), signal === 'SIGTERM' ? 0 : signal)

    hub = await startCli(built, data)
    aws = awsClients(hub)
    const again = await connectMqtt(hub, 'sleeper', persistent(hub))
    assert.equal(again.sessionPresent, true)
    assert.deepEqual(
      ((await again.json(notify))['jobs'] as { QUEUED: { jobId: string }[] }).QUEUED.map(({ jobId }) => jobId),
      ['while-away'],
    )
    const { execution } = (await again.json('$aws/things/sleeper/jobs/notify-next')) as {
      execution: Record<string, unknown>
    }
    assert.deepEqual(execution['jobDocument'], { wake: true })
    await again.settle()
    assert.deepEqual(again.inbox.rest, [], 'each message once')
    assert.deepEqual((await aws.iot.send(new ListThingPrincipalsCommand({ thingName: 'sleeper' }))).principals, [
      files.certificateArn,
    ])
    const { payload } = await aws.data.send(new GetThingShadowCommand({ thingName: 'sleeper' }))
    assert.deepEqual((JSON.parse(Buffer.from(payload!).toString()) as { state: object }).state, {
      desired: { awake: true },
      delta: { awake: true },
    })
    assert.equal((await aws.iot.send(new DescribeJobCommand({ jobId: 'while-away' }))).job?.status, 'IN_PROGRESS')
    await again.end()
    aws.destroy()
    assert.equal(await hub.end('SIGTERM'), 0)
  })
}

test('SIGTERM ends a hub with devices on it with 0, soon, and what they had just reported is there', async () => {
  let hub: CliHub = await startCli(built, 'terminated')
  let aws = awsClients(hub)
  await aws.iot.send(new CreateThingCommand({ thingName: 'busy' }))
  await createJob(aws, 'work', [arnOf('busy')], {})
  const device = await connectMqtt(hub, 'busy')
  await device.publish('$aws/things/busy/jobs/work/update', { status: 'IN_PROGRESS', statusDetails: { done: '99%' } })
  aws.destroy()
  assert.equal(await hub.end('SIGTERM'), 0)
  await within(device.closed, 'the device to be disconnected')

  hub = await startCli(built, 'terminated')
  aws = awsClients(hub)
  const { status, versionNumber, statusDetails } = await executionOf(aws, 'busy', 'work')
  assert.deepEqual([status, versionNumber, statusDetails?.detailsMap], ['IN_PROGRESS', 2, { done: '99%' }])
  aws.destroy()
  assert.equal(await hub.end('SIGINT'), 0)
})
