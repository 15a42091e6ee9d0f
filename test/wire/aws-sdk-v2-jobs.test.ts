import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AddThingToThingGroupCommand, CreateThingCommand, CreateThingGroupCommand } from '@aws-sdk/client-iot'
import { iotjobs, type mqtt } from 'aws-iot-device-sdk-v2'
import { awsClients, makeDevice, type AwsClients } from '../builders/aws-clients.ts'
import { createJob } from '../builders/operator.ts'
import { connectV2, endV2, openStream, refusalOf, REQUEST_RESPONSE } from '../builders/device-v2.ts'
import { startHub, type TestHub } from '../builders/hub.ts'

type Notify = iotjobs.model.JobExecutionsChangedEvent
type NotifyNext = iotjobs.model.NextJobExecutionChangedEvent
type Refusal = iotjobs.model.V2ErrorResponse
const { JobStatus } = iotjobs.model

describe('IotJobsClientv2 of aws-iot-device-sdk-v2 1.28 over MQTT 3.1.1 and mutual TLS', () => {
  let hub: TestHub
  let aws: AwsClients
  let connection: mqtt.MqttClientConnection
  let client: iotjobs.IotJobsClientv2

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    const device = await makeDevice(hub, aws, 'pump')
    connection = await connectV2(hub, device, 'test-pump')
    client = iotjobs.IotJobsClientv2.newFromMqtt311(connection, REQUEST_RESPONSE)
  })
  after(async () => {
    client.close()
    await endV2(connection)
    aws.destroy()
    await hub.stop()
  })

  test('the SDK’s own processing test: a thing that joins the group of a continuous job is told, does it, and is told that nothing is left', async () => {
    const { thingGroupArn } = await aws.iot.send(new CreateThingGroupCommand({ thingGroupName: 'pumps' }))
    await createJob(aws, 'flush', [thingGroupArn!], { test: 'do-something1' }, { targetSelection: 'CONTINUOUS' })
    const changed = await openStream<Notify>(client.createJobExecutionsChangedStream({ thingName: 'pump' }))
    const next = await openStream<NotifyNext>(client.createNextJobExecutionChangedStream({ thingName: 'pump' }))

    const nothing = await client.getPendingJobExecutions({ thingName: 'pump' })
    assert.deepEqual([nothing.inProgressJobs, nothing.queuedJobs], [[], []])
    assert.deepEqual((await client.startNextPendingJobExecution({ thingName: 'pump' })).execution, undefined)

    await aws.iot.send(new AddThingToThingGroupCommand({ thingName: 'pump', thingGroupName: 'pumps' }))
    const queued = await changed.messages.take('notify after joining the group')
    assert.deepEqual(Object.keys(queued.jobs!), ['QUEUED'])
    const [summary, ...others] = queued.jobs!['QUEUED']!
    assert.deepEqual([summary?.jobId, summary?.versionNumber, summary?.executionNumber, others], ['flush', 1, 1, []])
    const handed = await next.messages.take('notify-next after joining the group')
    assert.deepEqual(
      [handed.execution?.jobId, handed.execution?.status, handed.execution?.jobDocument],
      ['flush', 'QUEUED', { test: 'do-something1' }],
    )

    const started = await client.startNextPendingJobExecution({
      thingName: 'pump',
      statusDetails: { phase: 'started' },
      stepTimeoutInMinutes: 5,
    })
    assert.deepEqual(
      [started.execution?.jobId, started.execution?.status, started.execution?.versionNumber],
      ['flush', 'IN_PROGRESS', 2],
    )
    const described = await client.describeJobExecution({ thingName: 'pump', jobId: 'flush' })
    assert.deepEqual(
      [described.execution?.status, described.execution?.statusDetails, described.execution?.jobDocument],
      ['IN_PROGRESS', { phase: 'started' }, { test: 'do-something1' }],
    )
    // The SDK's types promise a Date, but it hands on what was sent: whole seconds.
    const startedAt: unknown = described.execution!.startedAt
    assert.ok(Number.isInteger(startedAt) && Math.abs(Number(startedAt) - Date.now() / 1000) < 60, String(startedAt))

    const progress = await client.updateJobExecution({
      thingName: 'pump',
      jobId: 'flush',
      status: JobStatus.IN_PROGRESS,
      statusDetails: { phase: 'flushing' },
      expectedVersion: 2,
      includeJobExecutionState: true,
      includeJobDocument: true,
    })
    assert.deepEqual(
      [progress.executionState?.status, progress.executionState?.versionNumber, progress.executionState?.statusDetails],
      ['IN_PROGRESS', 3, { phase: 'flushing' }],
    )
    assert.deepEqual(progress.jobDocument, { test: 'do-something1' })
    const pending = await client.getPendingJobExecutions({ thingName: 'pump' })
    assert.deepEqual([pending.inProgressJobs?.map(({ jobId }) => jobId), pending.queuedJobs], [['flush'], []])
    assert.deepEqual(
      [changed.messages.rest, next.messages.rest],
      [[], []],
      'a notification between joining and the end',
    )

    await client.updateJobExecution({ thingName: 'pump', jobId: 'flush', status: JobStatus.SUCCEEDED })
    const emptied = await changed.messages.take('notify after success')
    assert.deepEqual(emptied.jobs, {})
    const bare = await next.messages.take('notify-next after success')
    assert.equal(bare.execution, undefined)
    assert.ok(bare.timestamp !== undefined)

    const left = await client.getPendingJobExecutions({ thingName: 'pump' })
    assert.deepEqual([left.inProgressJobs, left.queuedJobs], [[], []])
    assert.deepEqual([changed.messages.rest, next.messages.rest], [[], []], 'a notification after the end')
    changed.stream.close()
    next.stream.close()
  })

  test('a refusal is a ServiceError with the service’s code and, where it matters, the state', async () => {
    const { thingArn } = await aws.iot.send(new CreateThingCommand({ thingName: 'sieve' }))
    await createJob(aws, 'once', [thingArn!], { n: 1 })
    const stale = await refusalOf<Refusal>(
      client.updateJobExecution({
        thingName: 'sieve',
        jobId: 'once',
        status: JobStatus.IN_PROGRESS,
        expectedVersion: 99,
      }),
    )
    assert.deepEqual([stale.code, stale.message], ['VersionMismatch', 'Expected version 99 but found version 1'])
    assert.deepEqual([stale.executionState?.status, stale.executionState?.versionNumber], ['QUEUED', 1])

    const unknown = await refusalOf<Refusal>(client.describeJobExecution({ thingName: 'sieve', jobId: 'nope' }))
    assert.equal(unknown.code, 'ResourceNotFound')
    assert.equal(
      (
        await refusalOf<Refusal>(
          client.updateJobExecution({ thingName: 'sieve', jobId: 'nope', status: JobStatus.IN_PROGRESS }),
        )
      ).code,
      'ResourceNotFound',
    )
    assert.equal(
      (
        await refusalOf<Refusal>(
          client.updateJobExecution({ thingName: 'sieve', jobId: 'once', status: JobStatus.CANCELED }),
        )
      ).code,
      'InvalidStateTransition',
    )

    await client.updateJobExecution({
      thingName: 'sieve',
      jobId: 'once',
      status: JobStatus.FAILED,
      statusDetails: { why: 'rolled back' },
      expectedVersion: 1,
    })
    const over = await refusalOf<Refusal>(
      client.updateJobExecution({ thingName: 'sieve', jobId: 'once', status: JobStatus.IN_PROGRESS }),
    )
    assert.deepEqual(
      [over.code, over.executionState?.status, over.executionState?.versionNumber],
      ['InvalidStateTransition', 'FAILED', 2],
    )
    assert.equal(
      (await refusalOf<Refusal>(client.describeJobExecution({ thingName: 'sieve', jobId: 'once' }))).code,
      'TerminalStateReached',
    )
  })

  test('jobs come in the order in which they were made, $next is not started by looking at it, and REJECTED ends one', async () => {
    const { thingArn } = await aws.iot.send(new CreateThingCommand({ thingName: 'oven' }))
    for (const name of ['first', 'second']) await createJob(aws, name, [thingArn!], { name })
    const next = await client.describeJobExecution({ thingName: 'oven', jobId: '$next' })
    assert.deepEqual(
      [next.execution?.jobId, next.execution?.status, next.execution?.versionNumber],
      ['first', 'QUEUED', 1],
    )
    await client.updateJobExecution({ thingName: 'oven', jobId: 'first', status: JobStatus.REJECTED })
    const started = await client.startNextPendingJobExecution({ thingName: 'oven' })
    assert.equal(started.execution?.jobId, 'second')
    const again = await client.startNextPendingJobExecution({ thingName: 'oven', statusDetails: { ignored: 'yes' } })
    assert.deepEqual(
      [again.execution?.versionNumber, again.execution?.statusDetails],
      [2, undefined],
      'an execution in progress is returned as it is',
    )
    await client.updateJobExecution({ thingName: 'oven', jobId: 'second', status: JobStatus.SUCCEEDED })
  })
})
