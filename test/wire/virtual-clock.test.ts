import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  CreateThingCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  ListJobExecutionsForJobCommand,
} from '@aws-sdk/client-iot'
import { StartNextPendingJobExecutionCommand, UpdateJobExecutionCommand } from '@aws-sdk/client-iot-jobs-data-plane'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { createJob, executionOf } from '../builders/operator.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

describe('a hub on virtual time, asked over HTTP and heard over MQTT', () => {
  let hub: TestHub
  let aws: AwsClients

  before(async () => {
    hub = await startHub({ clock: 'virtual' })
    aws = awsClients(hub)
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  const things = async (prefix: string, count: number): Promise<string[]> => {
    const arns: string[] = []
    for (let index = 0; index < count; index += 1)
      arns.push((await aws.iot.send(new CreateThingCommand({ thingName: `${prefix}-${index}` }))).thingArn!)
    return arns
  }
  const advance = async (ms: number): Promise<void> => void (await hub.hub.api.advance(ms))
  const inState = async (jobId: string, status: 'QUEUED' | 'IN_PROGRESS' | 'CANCELED' | 'TIMED_OUT'): Promise<number> =>
    (await aws.iot.send(new ListJobExecutionsForJobCommand({ jobId, status, maxResults: 250 }))).executionSummaries!
      .length
  const jobStatus = async (jobId: string): Promise<string> =>
    (await aws.iot.send(new DescribeJobCommand({ jobId }))).job!.status!

  test('an execution times out to the minute, is tried again, and the device hears of both', async () => {
    const targets = await things('slow', 1)
    await createJob(
      aws,
      'slow-job',
      targets,
      {},
      {
        timeoutConfig: { inProgressTimeoutInMinutes: 5 },
        jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'TIMED_OUT', numberOfRetries: 1 }] },
      },
    )
    await aws.jobsData.send(new StartNextPendingJobExecutionCommand({ thingName: 'slow-0' }))
    const device = await connectMqtt(hub, 'slow-0')
    await device.subscribe('$aws/things/slow-0/jobs/notify', '$aws/things/slow-0/jobs/notify-next')

    await advance(5 * MINUTE - SECOND)
    const nearly = await executionOf(aws, 'slow-0', 'slow-job')
    assert.deepEqual([nearly.status, nearly.approximateSecondsBeforeTimedOut], ['IN_PROGRESS', 1])
    await device.settle()
    assert.deepEqual(device.inbox.rest, [])

    await advance(SECOND)
    const { execution: first } = await aws.iot.send(
      new DescribeJobExecutionCommand({ thingName: 'slow-0', jobId: 'slow-job', executionNumber: 1 }),
    )
    assert.deepEqual([first?.status, first?.versionNumber], ['TIMED_OUT', 3])
    const second = await executionOf(aws, 'slow-0', 'slow-job')
    assert.deepEqual([second.status, second.executionNumber, second.versionNumber], ['QUEUED', 2, 1])
    const { execution } = (await device.json('$aws/things/slow-0/jobs/notify-next')) as {
      execution: Record<string, unknown>
    }
    assert.deepEqual([execution['jobId'], execution['executionNumber'], execution['status']], ['slow-job', 2, 'QUEUED'])

    await aws.jobsData.send(new StartNextPendingJobExecutionCommand({ thingName: 'slow-0' }))
    await advance(5 * MINUTE)
    assert.equal((await executionOf(aws, 'slow-0', 'slow-job')).status, 'TIMED_OUT')
    assert.equal(await jobStatus('slow-job'), 'COMPLETED')
    await device.end()
  })

  test('step timers replace each other and never outlive the job’s own timer, as in the worked case of AWS', async () => {
    await createJob(aws, 'steps', await things('stepper', 1), {}, { timeoutConfig: { inProgressTimeoutInMinutes: 20 } })
    const left = async (): Promise<number | undefined> =>
      (await executionOf(aws, 'stepper-0', 'steps')).approximateSecondsBeforeTimedOut
    const step = (stepTimeoutInMinutes: number): Promise<unknown> =>
      aws.jobsData.send(
        new UpdateJobExecutionCommand({
          thingName: 'stepper-0',
          jobId: 'steps',
          status: 'IN_PROGRESS',
          stepTimeoutInMinutes,
        }),
      )
    await aws.jobsData.send(new StartNextPendingJobExecutionCommand({ thingName: 'stepper-0' }))
    assert.equal(await left(), 20 * 60)
    await advance(5 * MINUTE)
    await step(7)
    assert.equal(await left(), 7 * 60)
    await advance(5 * MINUTE)
    await step(5)
    assert.equal(await left(), 5 * 60)
    await advance(3 * MINUTE)
    await step(9)
    assert.equal(await left(), 7 * 60, 'the job’s own 20 minutes are over before')
    await advance(7 * MINUTE - SECOND)
    assert.equal((await executionOf(aws, 'stepper-0', 'steps')).status, 'IN_PROGRESS')
    await advance(SECOND)
    assert.equal((await executionOf(aws, 'stepper-0', 'steps')).status, 'TIMED_OUT')
  })

  test('a scheduled job waits for its start and is canceled at its end', async () => {
    const { now } = await hub.hub.api.status()
    const start = Math.ceil((now + HOUR) / MINUTE) * MINUTE
    const schedulingConfig = {
      startTime: written(start),
      endTime: written(start + HOUR),
      endBehavior: 'CANCEL',
    } as const
    await createJob(aws, 'nightly', await things('sleepy', 2), { at: 'night' }, { schedulingConfig })
    const device = await connectMqtt(hub, 'sleepy-0')
    await device.subscribe('$aws/things/sleepy-0/jobs/notify-next')
    await advance(start - SECOND - now)
    assert.deepEqual([await jobStatus('nightly'), await inState('nightly', 'QUEUED')], ['SCHEDULED', 0])
    await device.settle()
    assert.deepEqual(device.inbox.rest, [])

    await advance(SECOND)
    assert.deepEqual([await jobStatus('nightly'), await inState('nightly', 'QUEUED')], ['IN_PROGRESS', 2])
    const { execution } = (await device.json('$aws/things/sleepy-0/jobs/notify-next')) as {
      execution: Record<string, unknown>
    }
    assert.deepEqual(
      [execution['jobId'], execution['jobDocument'], execution['queuedAt']],
      ['nightly', { at: 'night' }, start / 1000],
    )
    await aws.jobsData.send(new StartNextPendingJobExecutionCommand({ thingName: 'sleepy-1' }))

    await advance(HOUR)
    assert.deepEqual(
      [await jobStatus('nightly'), await inState('nightly', 'CANCELED'), await inState('nightly', 'IN_PROGRESS')],
      ['CANCELED', 1, 1],
    )
    await device.end()
  })

  test('a rollout of ten per minute reaches twenty-five things in three steps', async () => {
    await createJob(
      aws,
      'gentle',
      await things('many', 25),
      {},
      { jobExecutionsRolloutConfig: { maximumPerMinute: 10 } },
    )
    assert.equal(await inState('gentle', 'QUEUED'), 10)
    await advance(MINUTE - SECOND)
    assert.equal(await inState('gentle', 'QUEUED'), 10)
    await advance(SECOND)
    assert.equal(await inState('gentle', 'QUEUED'), 20)
    await advance(MINUTE)
    assert.equal(await inState('gentle', 'QUEUED'), 25)
  })

  test('a fifth of failures aborts the rollout before it reaches everybody', async () => {
    const abortConfig = {
      criteriaList: [
        { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 20, minNumberOfExecutedThings: 5 },
      ],
    } as const
    await createJob(
      aws,
      'fragile',
      await things('glass', 20),
      {},
      {
        jobExecutionsRolloutConfig: { maximumPerMinute: 10 },
        abortConfig: { criteriaList: [...abortConfig.criteriaList] },
      },
    )
    for (const [index, status] of (['FAILED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'] as const).entries()) {
      await aws.jobsData.send(new UpdateJobExecutionCommand({ thingName: `glass-${index}`, jobId: 'fragile', status }))
    }
    assert.equal(await jobStatus('fragile'), 'IN_PROGRESS')
    await aws.jobsData.send(
      new UpdateJobExecutionCommand({ thingName: 'glass-4', jobId: 'fragile', status: 'SUCCEEDED' }),
    )
    assert.deepEqual([await jobStatus('fragile'), await inState('fragile', 'CANCELED')], ['CANCELED', 5])
    await advance(HOUR)
    assert.equal(await inState('fragile', 'QUEUED'), 0, 'nobody else is asked')
  })
})

test('a hub on real time does not let itself be moved', async () => {
  const hub = await startHub()
  await assert.rejects(async () => hub.hub.api.advance(HOUR), /must be virtual/)
  await hub.stop()
})

/** `2026-01-31 18:30`, as AWS writes times of a schedule. */
const written = (at: number): string => new Date(at).toISOString().slice(0, 16)

test('virtual time that was moved is where it was after a crash, also if nothing fell due on the way', async () => {
  const first = await startHub({ clock: 'virtual', memory: false })
  const { now } = await first.hub.api.advance(7 * 24 * HOUR)
  // What is on disk now is what a killed hub would have left.
  const left = await mkdtemp(join(tmpdir(), 'iot-hub-left-'))
  await cp(join(first.folder, 'data'), left, {
    recursive: true,
    filter: (path) => !basename(path).startsWith('hub.lock.'),
  })
  await first.stop()
  const second = await startHub({ clock: 'virtual', memory: false, data: left })
  assert.equal((await second.hub.api.status()).now, now)
  await second.stop()
  await rm(left, { recursive: true })
})
