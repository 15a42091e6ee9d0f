import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  DescribeJobExecutionCommand as DescribeForOperator,
  ListJobExecutionsForThingCommand,
} from '@aws-sdk/client-iot'
import {
  DescribeJobExecutionCommand,
  GetPendingJobExecutionsCommand,
  InvalidRequestException,
  InvalidStateTransitionException,
  ResourceNotFoundException,
  StartNextPendingJobExecutionCommand,
  TerminalStateException,
  UpdateJobExecutionCommand,
} from '@aws-sdk/client-iot-jobs-data-plane'
import { awsClients, makeDevice, type AwsClients, type DeviceFiles } from '../builders/aws-clients.ts'
import { createJob } from '../builders/operator.ts'
import { failsWith } from '../builders/fails-with.ts'
import { httpsRequest } from '../builders/https-request.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'

describe('@aws-sdk/client-iot-jobs-data-plane', () => {
  let hub: TestHub
  let aws: AwsClients
  let device: DeviceFiles

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub, 'https')
    device = await makeDevice(hub, aws, 'valve')
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  test('colliding paths reach the plane that the signature names', async () => {
    await createJob(aws, 'collide', [device.thingArn], { open: true })
    const pending = await aws.jobsData.send(new GetPendingJobExecutionsCommand({ thingName: 'valve' }))
    assert.deepEqual([pending.inProgressJobs, pending.queuedJobs?.map(({ jobId }) => jobId)], [[], ['collide']])
    const listed = await aws.iot.send(new ListJobExecutionsForThingCommand({ thingName: 'valve' }))
    assert.deepEqual(
      listed.executionSummaries?.map(({ jobId }) => jobId),
      ['collide'],
    )

    const asDevice = await aws.jobsData.send(new DescribeJobExecutionCommand({ thingName: 'valve', jobId: 'collide' }))
    assert.equal(asDevice.execution?.jobDocument, '{"open":true}', 'over HTTP the document is a string')
    assert.equal(typeof asDevice.execution?.queuedAt, 'number')
    assert.ok(Number.isInteger(asDevice.execution?.queuedAt), 'whole seconds')
    const asOperator = await aws.iot.send(new DescribeForOperator({ thingName: 'valve', jobId: 'collide' }))
    assert.deepEqual([asOperator.execution?.thingArn, asOperator.execution?.statusDetails], [device.thingArn, {}])
    const bare = await aws.jobsData.send(
      new DescribeJobExecutionCommand({ thingName: 'valve', jobId: '$next', includeJobDocument: false }),
    )
    assert.deepEqual([bare.execution?.jobId, bare.execution?.jobDocument], ['collide', undefined])
  })

  test('an update over HTTP notifies the device that listens over MQTT', async () => {
    const listener = await connectMqtt(hub, 'valve')
    await listener.subscribe('$aws/things/valve/jobs/notify', '$aws/things/valve/jobs/notify-next')
    const started = await aws.jobsData.send(
      new StartNextPendingJobExecutionCommand({
        thingName: 'valve',
        statusDetails: { by: 'http' },
        stepTimeoutInMinutes: 3,
      }),
    )
    assert.deepEqual([started.execution?.jobId, started.execution?.versionNumber], ['collide', 2])
    const updated = await aws.jobsData.send(
      new UpdateJobExecutionCommand({
        thingName: 'valve',
        jobId: 'collide',
        status: 'IN_PROGRESS',
        expectedVersion: 2,
        statusDetails: { at: '50%' },
        includeJobExecutionState: true,
        includeJobDocument: true,
      }),
    )
    assert.deepEqual(
      [updated.executionState?.versionNumber, updated.executionState?.statusDetails, updated.jobDocument],
      [3, { at: '50%' }, '{"open":true}'],
    )
    await listener.settle()
    assert.deepEqual(listener.inbox.rest, [], 'progress is silent')

    await aws.jobsData.send(
      new UpdateJobExecutionCommand({ thingName: 'valve', jobId: 'collide', status: 'SUCCEEDED' }),
    )
    assert.deepEqual((await listener.json('$aws/things/valve/jobs/notify'))['jobs'], {})
    assert.equal('execution' in (await listener.json('$aws/things/valve/jobs/notify-next')), false)
    await listener.end()
  })

  test('refusals are the data plane’s own exceptions', async () => {
    await failsWith(
      ResourceNotFoundException,
      aws.jobsData.send(new DescribeJobExecutionCommand({ thingName: 'valve', jobId: 'nope' })),
    )
    await failsWith(
      TerminalStateException,
      aws.jobsData.send(new DescribeJobExecutionCommand({ thingName: 'valve', jobId: 'collide' })),
    )
    await failsWith(
      InvalidStateTransitionException,
      aws.jobsData.send(new UpdateJobExecutionCommand({ thingName: 'valve', jobId: 'collide', status: 'FAILED' })),
    )
    await createJob(aws, 'fresh', [device.thingArn], {})
    const stale = await failsWith(
      InvalidRequestException,
      aws.jobsData.send(
        new UpdateJobExecutionCommand({ thingName: 'valve', jobId: 'fresh', status: 'FAILED', expectedVersion: 9 }),
      ),
    )
    assert.match(stale.message, /Expected version 9 but found version 1/)
    await failsWith(
      InvalidStateTransitionException,
      aws.jobsData.send(new UpdateJobExecutionCommand({ thingName: 'valve', jobId: 'fresh', status: 'TIMED_OUT' })),
    )
    const nothing = await aws.jobsData.send(new GetPendingJobExecutionsCommand({ thingName: 'stranger' }))
    assert.deepEqual([nothing.inProgressJobs, nothing.queuedJobs], [[], []])
  })

  test('a device with its certificate and no signature reaches its jobs, on the HTTPS port and on the MQTT one', async () => {
    for (const port of [hub.endpoints.https, hub.endpoints.mqtts]) {
      const { status, json } = await httpsRequest(hub, {
        port,
        path: '/things/valve/jobs/%24next?includeJobDocument=true',
        cert: device.cert,
        key: device.key,
      })
      assert.equal(status, 200, `port of ${port === hub.endpoints.https ? 'https' : 'mqtts'}`)
      assert.equal((json['execution'] as { jobId: string }).jobId, 'fresh')
    }
  })
})
