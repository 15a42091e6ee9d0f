import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { AddThingToThingGroupCommand, CreateJobCommand, CreateThingGroupCommand } from '@aws-sdk/client-iot'
import { awsClients, makeDevice, type AwsClients } from '../builders/aws-clients.ts'
import { createJob, executionOf, tutorialDocument } from '../builders/operator.ts'
import { connectDevice, connectJobs, endV1, mutualTls } from '../builders/device-v1.ts'
import { putObject, startHub, type TestHub } from '../builders/hub.ts'
import { eventually, within } from '../builders/within.ts'

describe('aws-iot-device-sdk 2.2.16 over mutual TLS', () => {
  let hub: TestHub
  let aws: AwsClients

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  test('the tutorial’s job on a group reaches the default handler as the array it was written as', async () => {
    const device = await makeDevice(hub, aws, 'washer')
    await aws.iot.send(new CreateThingGroupCommand({ thingGroupName: 'jobdemo' }))
    await aws.iot.send(new AddThingToThingGroupCommand({ thingGroupName: 'jobdemo', thingName: 'washer' }))
    await putObject(hub, 'jobdemo-bucket', 'jobtest.json', JSON.stringify(tutorialDocument))
    await aws.iot.send(
      new CreateJobCommand({
        jobId: '020',
        targets: ['arn:aws:iot:us-west-2:123456789012:thinggroup/jobdemo'],
        documentSource: 'https://s3-us-west-2.amazonaws.com/jobdemo-bucket/jobtest.json',
      }),
    )

    const { client, jobsOf } = await connectJobs(mutualTls(hub, device, 'washer'))
    const installs = jobsOf('washer', 'install')
    const others = jobsOf('washer')
    client.startJobNotifications('washer')
    const job = await others.take('job 020 in the default handler')
    assert.equal(job.id, '020')
    assert.deepEqual(job.document, tutorialDocument)
    assert.equal(job.operation, undefined)
    assert.equal(job.status.status, 'QUEUED')
    assert.deepEqual(installs.rest, [], 'the handler of another operation')

    await within(
      new Promise<void>((resolve, reject) => job.succeeded((error) => (error ? reject(error) : resolve()))),
      'the SDK to send the update',
    )
    await jobIs('washer', '020', 'SUCCEEDED')
    await endV1(client)
  })

  test('method 2: one job at a time, succeeded() and failed() bring the next, and nothing comes while one is in progress', async () => {
    const device = await makeDevice(hub, aws, 'lathe')
    const { client, jobsOf, settle } = await connectJobs(mutualTls(hub, device, 'lathe-client'))
    const jobs = jobsOf('lathe')
    client.startJobNotifications('lathe')
    await settle()
    await createJob(aws, 'lathe-1', [device.thingArn], { step: 1 })

    const first = await jobs.take('the first job by notify-next')
    assert.equal(first.id, 'lathe-1')
    first.inProgress({ progress: '10%' })
    await jobIs('lathe', 'lathe-1', 'IN_PROGRESS', { progress: '10%' })
    await createJob(aws, 'lathe-2', [device.thingArn], { step: 2 })
    await createJob(aws, 'lathe-3', [device.thingArn], { step: 3 })
    first.inProgress({ progress: '80%', phase: 'verify' })
    await jobIs('lathe', 'lathe-1', 'IN_PROGRESS', { progress: '80%', phase: 'verify' })
    await settle()
    assert.deepEqual(jobs.rest, [], 'handed out while one is in progress')

    first.succeeded({ progress: '100%' })
    const second = await jobs.take('the second job')
    assert.deepEqual([second.id, second.document], ['lathe-2', { step: 2 }])
    await jobIs('lathe', 'lathe-1', 'SUCCEEDED', { progress: '100%' })

    second.failed({ reason: 'no space', rolledBackTo: '1.0' })
    const third = await jobs.take('the third job')
    assert.equal(third.id, 'lathe-3')
    await jobIs('lathe', 'lathe-2', 'FAILED', { reason: 'no space', rolledBackTo: '1.0' })

    third.succeeded()
    await jobIs('lathe', 'lathe-3', 'SUCCEEDED')
    await settle()
    assert.deepEqual(jobs.rest, [], 'a handler was called although nothing is left')
    await endV1(client)
  })

  test('an object document goes to the handler of its operation, everything else to the default one', async () => {
    const device = await makeDevice(hub, aws, 'printer')
    const { client, jobsOf, settle } = await connectJobs(mutualTls(hub, device, 'printer'))
    const installs = jobsOf('printer', 'install')
    const others = jobsOf('printer')
    client.startJobNotifications('printer')
    await settle()
    await createJob(aws, 'printer-1', [device.thingArn], { operation: 'install', version: '2.0' })
    const install = await installs.take('the install job')
    assert.deepEqual(
      [install.id, install.operation, install.document],
      ['printer-1', 'install', { operation: 'install', version: '2.0' }],
    )
    await createJob(aws, 'printer-2', [device.thingArn], { operation: 'reboot' })
    install.succeeded()
    const reboot = await others.take('the reboot job')
    assert.deepEqual([reboot.id, reboot.operation], ['printer-2', 'reboot'])
    await settle()
    assert.deepEqual(installs.rest, [])
    await endV1(client)
  })

  test('method 1: the device lists its jobs, picks one by its own priority and reports until it succeeds', async () => {
    const files = await makeDevice(hub, aws, 'robot')
    const { client, inbox } = await connectDevice(mutualTls(hub, files, 'robot'))
    const jobs = '$aws/things/robot/jobs'
    const json = async (topic: string): Promise<Record<string, unknown>> =>
      JSON.parse((await inbox.take(topic, (message) => message.topic === topic)).text) as Record<string, unknown>
    await within(
      new Promise<void>((resolve) => client.subscribe([`${jobs}/notify`], { qos: 1 }, () => resolve())),
      'the subscription to notify',
    )
    await createJob(aws, 'low', [files.thingArn], { priority: 1 })
    const one = await json(`${jobs}/notify`)
    assert.deepEqual(idsPerState(one), { QUEUED: ['low'] })
    await createJob(aws, 'high', [files.thingArn], { priority: 9 })
    assert.deepEqual(idsPerState(await json(`${jobs}/notify`)), { QUEUED: ['low', 'high'] })

    client.publish(`${jobs}/get`, JSON.stringify({ clientToken: 'list' }))
    const list = await json(`${jobs}/get/accepted`)
    assert.equal(list['clientToken'], 'list')
    assert.deepEqual(
      (list['queuedJobs'] as { jobId: string }[]).map(({ jobId }) => jobId),
      ['low', 'high'],
    )
    assert.deepEqual(list['inProgressJobs'], [])

    client.publish(`${jobs}/high/get`, '{}')
    const { execution } = (await json(`${jobs}/high/get/accepted`)) as { execution: Record<string, unknown> }
    assert.deepEqual(
      [execution['jobId'], execution['status'], execution['versionNumber'], execution['jobDocument']],
      ['high', 'QUEUED', 1, { priority: 9 }],
    )

    for (const [index, progress] of ['0%', '50%', '90%'].entries()) {
      // Word for word as in the tutorial, with its empty expectedVersion and clientToken.
      client.publish(
        `${jobs}/high/update`,
        JSON.stringify({ status: 'IN_PROGRESS', statusDetails: { progress }, expectedVersion: '', clientToken: '' }),
      )
      assert.equal((await json(`${jobs}/high/update/accepted`))['clientToken'], '')
      const seen = await executionOf(aws, 'robot', 'high')
      assert.deepEqual(
        [seen.status, seen.versionNumber, seen.statusDetails?.detailsMap],
        ['IN_PROGRESS', index + 2, { progress }],
      )
    }
    client.publish(
      `${jobs}/high/update`,
      JSON.stringify({ status: 'SUCCEEDED', expectedVersion: '4', clientToken: 'done' }),
    )
    assert.equal((await json(`${jobs}/high/update/accepted`))['clientToken'], 'done')
    assert.deepEqual(idsPerState(await json(`${jobs}/notify`)), { QUEUED: ['low'] })
    assert.equal((await executionOf(aws, 'robot', 'high')).status, 'SUCCEEDED')
    assert.deepEqual(inbox.rest, [], 'messages nobody expects')
    await endV1(client)
  })

  /**
   * v1 publishes at QoS 0 and never hears the answer, so the operator's view is asked until it shows what was reported.
   */
  async function jobIs(thing: string, job: string, status: string, details?: Record<string, string>): Promise<void> {
    await eventually(
      `${job} on ${thing} to be ${status} ${JSON.stringify(details ?? {})}`,
      () => executionOf(aws, thing, job),
      (execution) =>
        execution.status === status &&
        (details === undefined || isDeepStrictEqual(execution.statusDetails?.detailsMap, details)),
    )
  }
})

/** Job ids per state, as a `notify` message groups them. */
function idsPerState(notify: Record<string, unknown>): Record<string, string[]> {
  const jobs = notify['jobs'] as Record<string, { jobId: string }[]>
  return Object.fromEntries(
    Object.entries(jobs).map(([state, summaries]) => [state, summaries.map(({ jobId }) => jobId)]),
  )
}
