import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CreateThingCommand, UpdateCertificateCommand } from '@aws-sdk/client-iot'
import { awsClients, makeDevice, type AwsClients } from '../builders/aws-clients.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { createJob, executionOf } from '../builders/operator.ts'

const jobs = '$aws/things/gate/jobs'

describe('answers and events over plain MQTT', () => {
  let hub: TestHub
  let aws: AwsClients
  let device: TestClient
  let stranger: TestClient

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    await aws.iot.send(new CreateThingCommand({ thingName: 'gate' }))
    device = await connectMqtt(hub, 'gate')
    stranger = await connectMqtt(hub, 'stranger')
  })
  after(async () => {
    await Promise.all([device.end(), stranger.end()])
    aws.destroy()
    await hub.stop()
  })

  test('who asks gets the answer without having subscribed, and who has subscribed to the answer but not asked gets nothing', async () => {
    await stranger.subscribe(`${jobs}/get/accepted`, `${jobs}/#`)
    await device.publish(`${jobs}/get`, { clientToken: 'mine' })
    const answer = await device.inbox.take('the answer', ({ topic }) => topic === `${jobs}/get/accepted`)
    assert.equal((JSON.parse(answer.text) as { clientToken: string }).clientToken, 'mine')
    assert.equal(answer.qos, 0, 'nobody has asked for more')
    await device.subscribe(`${jobs}/get/+`)
    await device.publish(`${jobs}/get`, '')
    const subscribed = await device.inbox.take('the answer', ({ topic }) => topic === `${jobs}/get/accepted`)
    assert.equal(subscribed.qos, 1)
    await Promise.all([device.settle(), stranger.settle()])
    assert.deepEqual(stranger.inbox.rest, [], 'requests and answers are between device and service')
    assert.deepEqual(device.inbox.rest, [], 'one answer to each request')
  })

  test('after a terminal update come accepted, notify, notify-next, in this order', async () => {
    const arn = 'arn:aws:iot:us-east-1:123456789012:thing/gate'
    await device.subscribe(`${jobs}/notify`, `${jobs}/notify-next`, `${jobs}/+/update/accepted`)
    await createJob(aws, 'one', [arn], { n: 1 })
    await createJob(aws, 'two', [arn], { n: 2 })
    await device.settle()
    for (let seen = 0; seen < 3; seen += 1)
      await device.inbox.take('a notification', ({ topic }) => topic.startsWith(`${jobs}/notify`))
    await device.publish(`${jobs}/one/update`, { status: 'SUCCEEDED', clientToken: 'end' })
    await device.settle()
    assert.deepEqual(
      device.inbox.rest.map(({ topic }) => topic),
      [`${jobs}/one/update/accepted`, `${jobs}/notify`, `${jobs}/notify-next`],
    )
    assert.equal((await executionOf(aws, 'gate', 'one')).status, 'SUCCEEDED')
    const next = (await device.json(`${jobs}/notify-next`)) as { execution: Record<string, unknown> }
    assert.deepEqual([next.execution['jobId'], next.execution['jobDocument']], ['two', { n: 2 }])
  })

  test('$next says what is first without starting it, and stays in the topic of the answer', async () => {
    await device.publish(`${jobs}/$next/get`, { clientToken: 'peek' })
    const { execution } = (await device.json(`${jobs}/$next/get/accepted`)) as { execution: Record<string, unknown> }
    assert.deepEqual([execution['jobId'], execution['status']], ['two', 'QUEUED'])
  })

  test('what becomes of jobs and executions is told as events', async () => {
    const watcher = await connectMqtt(hub, 'auditor')
    await watcher.subscribe('$aws/events/job/#', '$aws/events/jobExecution/#')
    await device.publish(`${jobs}/two/update`, { status: 'SUCCEEDED', statusDetails: { took: '3s' } })
    const execution = await watcher.json('$aws/events/jobExecution/two/succeeded')
    assert.deepEqual(
      [
        execution['eventType'],
        execution['jobId'],
        execution['thingArn'],
        execution['status'],
        execution['statusDetails'],
      ],
      ['JOB_EXECUTION', 'two', 'arn:aws:iot:us-east-1:123456789012:thing/gate', 'SUCCEEDED', { took: '3s' }],
    )
    const job = await watcher.json('$aws/events/job/two/completed')
    assert.deepEqual([job['eventType'], job['operation'], job['status']], ['JOB', 'completed', 'COMPLETED'])
    assert.equal((job['jobProcessDetails'] as { numberOfSucceededThings: number }).numberOfSucceededThings, 1)
    await watcher.end()
  })

  test('presence: a client that takes over a client id is announced, and so is why the other one went', async () => {
    const watcher = await connectMqtt(hub, 'watcher')
    await watcher.subscribe('$aws/events/presence/#')
    await watcher.settle()
    const first = await connectMqtt(hub, 'twin')
    const up = await watcher.json('$aws/events/presence/connected/twin')
    assert.deepEqual([up['clientId'], up['eventType'], up['versionNumber']], ['twin', 'connected', 0])
    assert.match(String(up['sessionIdentifier']), /^[0-9a-f]{32}$/)
    const second = await connectMqtt(hub, 'twin')
    await first.closed
    const down = await watcher.json('$aws/events/presence/disconnected/twin')
    assert.deepEqual(
      [down['disconnectReason'], down['clientInitiatedDisconnect'], down['versionNumber'], down['sessionIdentifier']],
      ['DUPLICATE_CLIENTID', false, 0, up['sessionIdentifier']],
    )
    assert.equal((await watcher.json('$aws/events/presence/connected/twin'))['versionNumber'], 1)
    await second.end()
    const goodbye = await watcher.json('$aws/events/presence/disconnected/twin')
    assert.deepEqual(
      [goodbye['disconnectReason'], goodbye['clientInitiatedDisconnect'], goodbye['versionNumber']],
      ['CLIENT_INITIATED_DISCONNECT', true, 1],
    )
    await watcher.end()
  })

  test('a certificate that is deactivated ends its connection and cannot connect any more', async () => {
    const files = await makeDevice(hub, aws, 'revoked')
    const overTls = {
      protocol: 'mqtts',
      port: hub.endpoints.mqtts,
      ca: hub.ca,
      cert: files.cert,
      key: files.key,
    } as const
    const client = await connectMqtt(hub, 'revoked', overTls)
    await aws.iot.send(new UpdateCertificateCommand({ certificateId: files.certificateId, newStatus: 'INACTIVE' }))
    await client.closed
    await assert.rejects(connectMqtt(hub, 'revoked', overTls), /closed instead of accepted/)
    await aws.iot.send(new UpdateCertificateCommand({ certificateId: files.certificateId, newStatus: 'ACTIVE' }))
    await (await connectMqtt(hub, 'revoked', overTls)).end()
  })
})
