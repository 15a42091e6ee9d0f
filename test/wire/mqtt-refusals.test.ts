import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { CreateThingCommand } from '@aws-sdk/client-iot'
import { UpdateJobExecutionCommand } from '@aws-sdk/client-iot-jobs-data-plane'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { createJob, executionOf } from '../builders/operator.ts'

const jobs = '$aws/things/belt/jobs'
const arn = 'arn:aws:iot:us-east-1:123456789012:thing/belt'

/**
 * Requests that the job service refuses [aws 2.7], each with the code it must give. `waiting` is queued, `over` has
 * succeeded.
 */
const rows: {
  why: string
  topic: string
  body: object | string | Buffer
  code: string
  token?: string
  state?: object
  reply?: string
}[] = [
  {
    why: 'a topic that matches no API',
    topic: `${jobs}/waiting/stop`,
    body: { clientToken: 'a' },
    code: 'InvalidTopic',
    token: 'a',
  },
  { why: 'a job id that cannot be', topic: `${jobs}/no.such/get`, body: {}, code: 'InvalidTopic' },
  { why: 'text that is no JSON', topic: `${jobs}/waiting/update`, body: '{"status":', code: 'InvalidJson' },
  {
    why: 'bytes that are no UTF-8',
    topic: `${jobs}/waiting/update`,
    body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    code: 'InvalidJson',
  },
  { why: 'JSON that is no object', topic: `${jobs}/get`, body: '["clientToken"]', code: 'InvalidJson' },
  { why: 'a number where an object belongs', topic: `${jobs}/start-next`, body: '42', code: 'InvalidJson' },
  {
    why: 'an update without a status',
    topic: `${jobs}/waiting/update`,
    body: { clientToken: 'b' },
    code: 'InvalidRequest',
    token: 'b',
  },
  {
    why: 'a status nobody knows',
    topic: `${jobs}/waiting/update`,
    body: { status: 'DONE', clientToken: 'c' },
    code: 'InvalidRequest',
    token: 'c',
  },
  {
    why: 'a status that is not for devices to report',
    topic: `${jobs}/waiting/update`,
    body: { status: 'TIMED_OUT' },
    code: 'InvalidStateTransition',
  },
  { why: 'a status of the wrong type', topic: `${jobs}/waiting/update`, body: { status: 7 }, code: 'InvalidRequest' },
  {
    why: 'statusDetails that are no map',
    topic: `${jobs}/waiting/update`,
    body: { status: 'IN_PROGRESS', statusDetails: 'half' },
    code: 'InvalidRequest',
  },
  {
    why: 'a detail that is no text, number or boolean',
    topic: `${jobs}/waiting/update`,
    body: { status: 'IN_PROGRESS', statusDetails: { progress: {} } },
    code: 'InvalidRequest',
  },
  {
    why: 'a detail with a forbidden key',
    topic: `${jobs}/waiting/update`,
    body: { status: 'IN_PROGRESS', statusDetails: { 'a b': 'x' } },
    code: 'InvalidRequest',
  },
  {
    why: 'a detail that is too long',
    topic: `${jobs}/waiting/update`,
    body: { status: 'IN_PROGRESS', statusDetails: { a: 'x'.repeat(1025) } },
    code: 'InvalidRequest',
  },
  {
    why: 'a step timeout out of bounds',
    topic: `${jobs}/waiting/update`,
    body: { status: 'IN_PROGRESS', stepTimeoutInMinutes: 10_081 },
    code: 'InvalidRequest',
  },
  {
    why: 'a step timeout of no minutes',
    topic: `${jobs}/start-next`,
    body: { stepTimeoutInMinutes: 0, clientToken: 'd' },
    code: 'InvalidRequest',
    token: 'd',
  },
  {
    why: 'an expectedVersion that is no number',
    topic: `${jobs}/waiting/update`,
    body: { status: 'IN_PROGRESS', expectedVersion: 'one' },
    code: 'InvalidRequest',
  },
  {
    why: 'a flag that is no boolean',
    topic: `${jobs}/waiting/get`,
    body: { includeJobDocument: 'yes' },
    code: 'InvalidRequest',
  },
  {
    why: 'a job that this thing has not',
    topic: `${jobs}/nope/update`,
    body: { status: 'IN_PROGRESS', clientToken: 'e' },
    code: 'ResourceNotFound',
    token: 'e',
  },
  {
    why: 'an execution number that is not the latest',
    topic: `${jobs}/waiting/update`,
    body: { status: 'IN_PROGRESS', executionNumber: 9 },
    code: 'ResourceNotFound',
  },
  { why: 'a job that nobody has', topic: `${jobs}/nope/get`, body: {}, code: 'ResourceNotFound' },
  {
    why: 'a version that is not the current one',
    topic: `${jobs}/waiting/update`,
    body: { status: 'SUCCEEDED', expectedVersion: 99, clientToken: 'f' },
    code: 'VersionMismatch',
    token: 'f',
    state: { status: 'QUEUED', versionNumber: 1 },
  },
  {
    why: 'the same, as FreeRTOS writes it',
    topic: `${jobs}/waiting/update`,
    body: { status: 'SUCCEEDED', expectedVersion: '99' },
    code: 'VersionMismatch',
    state: { status: 'QUEUED', versionNumber: 1 },
  },
  {
    why: 'an update of what is over',
    topic: `${jobs}/over/update`,
    body: { status: 'IN_PROGRESS', clientToken: 'g' },
    code: 'InvalidStateTransition',
    token: 'g',
    state: { status: 'SUCCEEDED', statusDetails: { how: 'well' }, versionNumber: 2 },
  },
  {
    why: 'putting an execution back into the queue',
    topic: `${jobs}/waiting/update`,
    body: { status: 'QUEUED' },
    code: 'InvalidStateTransition',
  },
  {
    why: 'looking at what is over',
    topic: `${jobs}/over/get`,
    body: { clientToken: 'h' },
    code: 'TerminalStateReached',
    token: 'h',
  },
]

describe('requests that the job service refuses, over a real socket', () => {
  let hub: TestHub
  let aws: AwsClients
  let device: TestClient

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    await aws.iot.send(new CreateThingCommand({ thingName: 'belt' }))
    await createJob(aws, 'over', [arn], { n: 1 })
    await aws.jobsData.send(
      new UpdateJobExecutionCommand({
        thingName: 'belt',
        jobId: 'over',
        status: 'SUCCEEDED',
        statusDetails: { how: 'well' },
      }),
    )
    await createJob(aws, 'waiting', [arn], { n: 2 })
    device = await connectMqtt(hub, 'belt')
    await device.subscribe(`${jobs}/notify`, `${jobs}/notify-next`)
  })
  beforeEach(() => assert.deepEqual(device.inbox.rest, [], 'left over from an earlier refusal'))
  after(async () => {
    await device.end()
    aws.destroy()
    await hub.stop()
  })

  for (const { why, topic, body, code, token, state } of rows) {
    test(`${code}: ${why}`, async () => {
      await device.publish(topic, body)
      const rejected = await device.json(`${topic}/rejected`)
      assert.equal(rejected['code'], code)
      assert.equal(rejected['clientToken'], token)
      assert.deepEqual(rejected['executionState'], state)
      assert.ok(typeof rejected['message'] === 'string' && rejected['message'].length > 0, 'a message for people')
      assert.ok(Number.isInteger(rejected['timestamp']), 'whole seconds')
      const waiting = await executionOf(aws, 'belt', 'waiting')
      assert.deepEqual(
        [waiting.status, waiting.versionNumber, waiting.statusDetails?.detailsMap],
        ['QUEUED', 1, undefined],
        'the state is as it was',
      )
    })
  }

  test('after all of them the device is still connected and can do its job', async () => {
    await device.publish(`${jobs}/start-next`, { clientToken: 'go' })
    const { execution } = (await device.json(`${jobs}/start-next/accepted`)) as { execution: Record<string, unknown> }
    assert.deepEqual([execution['jobId'], execution['versionNumber']], ['waiting', 2])
  })
})
