import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AddThingToThingGroupCommand,
  AssociateTargetsWithJobCommand,
  CancelJobCommand,
  CancelJobExecutionCommand,
  CreateJobCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DeleteThingGroupCommand,
  DescribeJobCommand,
  DescribeThingCommand,
  DescribeThingGroupCommand,
  GetJobDocumentCommand,
  InvalidRequestException,
  InvalidStateTransitionException,
  ListJobExecutionsForJobCommand,
  ListJobExecutionsForThingCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  UpdateJobCommand,
  VersionConflictException,
} from '@aws-sdk/client-iot'
import { StartNextPendingJobExecutionCommand, UpdateJobExecutionCommand } from '@aws-sdk/client-iot-jobs-data-plane'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import { createJob, executionOf, tutorialDocument } from '../builders/operator.ts'
import { failsWith } from '../builders/fails-with.ts'
import { putObject, startHub, type TestHub } from '../builders/hub.ts'

for (const scheme of ['http', 'https'] as const) {
  describe(`@aws-sdk/client-iot over ${scheme}`, () => {
    let hub: TestHub
    let aws: AwsClients

    before(async () => {
      hub = await startHub()
      aws = awsClients(hub, scheme)
    })
    after(async () => {
      aws.destroy()
      await hub.stop()
    })

    const things = async (...names: string[]): Promise<string[]> => {
      const arns: string[] = []
      for (const thingName of names) arns.push((await aws.iot.send(new CreateThingCommand({ thingName }))).thingArn!)
      return arns
    }

    test('the tutorial’s job: a group, a document in a bucket, and the same document back', async () => {
      await things('jobdemo-1')
      await aws.iot.send(new CreateThingGroupCommand({ thingGroupName: 'jobdemo' }))
      await aws.iot.send(new AddThingToThingGroupCommand({ thingGroupName: 'jobdemo', thingName: 'jobdemo-1' }))
      const text = JSON.stringify(tutorialDocument, null, 2)
      await putObject(hub, 'BUCKET', 'jobtest.json', text)
      const documentSource = 'https://s3-us-west-2.amazonaws.com/BUCKET/jobtest.json'
      const made = await aws.iot.send(
        new CreateJobCommand({
          jobId: '020',
          targets: ['arn:aws:iot:us-west-2:123456789012:thinggroup/jobdemo'],
          documentSource,
        }),
      )
      assert.equal(made.jobId, '020')
      assert.match(made.jobArn!, /^arn:aws:iot:[a-z0-9-]+:123456789012:job\/020$/)
      // What was fetched then counts, not what lies there now.
      await putObject(hub, 'BUCKET', 'jobtest.json', '{"changed":true}')
      assert.equal((await aws.iot.send(new GetJobDocumentCommand({ jobId: '020' }))).document, text)
      const { job, documentSource: source } = await aws.iot.send(new DescribeJobCommand({ jobId: '020' }))
      assert.equal(source, documentSource)
      assert.deepEqual(
        [job?.status, job?.targetSelection, job?.jobProcessDetails?.numberOfQueuedThings],
        ['IN_PROGRESS', 'SNAPSHOT', 1],
      )
      assert.ok(Math.abs(Date.now() - job!.createdAt!.getTime()) < 60_000, 'createdAt is now')
    })

    test('a job’s whole life: queued, started, one succeeds, one fails, completed, deleted', async () => {
      const targets = await things('life-1', 'life-2')
      await createJob(
        aws,
        'life',
        targets,
        { go: 1 },
        { description: 'a life', timeoutConfig: { inProgressTimeoutInMinutes: 30 } },
      )
      assert.deepEqual(await states('life'), { 'life-1': 'QUEUED', 'life-2': 'QUEUED' })
      await aws.jobsData.send(
        new StartNextPendingJobExecutionCommand({ thingName: 'life-1', statusDetails: { step: 'a' } }),
      )
      const running = await executionOf(aws, 'life-1', 'life')
      assert.deepEqual(
        [running.status, running.versionNumber, running.executionNumber, running.statusDetails?.detailsMap],
        ['IN_PROGRESS', 2, 1, { step: 'a' }],
      )
      assert.equal(running.thingArn, targets[0])
      assert.ok(running.approximateSecondsBeforeTimedOut! > 1700 && running.approximateSecondsBeforeTimedOut! <= 1800)
      await report('life-1', 'life', 'SUCCEEDED')
      await report('life-2', 'life', 'FAILED')
      const { job } = await aws.iot.send(new DescribeJobCommand({ jobId: 'life' }))
      assert.deepEqual(
        [
          job?.status,
          job?.description,
          job?.jobProcessDetails?.numberOfSucceededThings,
          job?.jobProcessDetails?.numberOfFailedThings,
        ],
        ['COMPLETED', 'a life', 1, 1],
      )
      assert.ok(job?.completedAt instanceof Date)
      const ofThing = await aws.iot.send(new ListJobExecutionsForThingCommand({ thingName: 'life-1' }))
      assert.deepEqual(
        ofThing.executionSummaries?.map(({ jobId, jobExecutionSummary }) => [jobId, jobExecutionSummary?.status]),
        [['life', 'SUCCEEDED']],
      )
      const failed = await aws.iot.send(new ListJobExecutionsForJobCommand({ jobId: 'life', status: 'FAILED' }))
      assert.deepEqual(
        failed.executionSummaries?.map(({ thingArn }) => thingArn),
        [targets[1]],
      )
      await aws.iot.send(new DeleteJobCommand({ jobId: 'life' }))
      await failsWith(ResourceNotFoundException, aws.iot.send(new DescribeJobCommand({ jobId: 'life' })))
    })

    test('cancel leaves what is in progress, force does not, and each says so', async () => {
      const targets = await things('cancel-1', 'cancel-2')
      await createJob(aws, 'soft', targets, {})
      await aws.jobsData.send(new StartNextPendingJobExecutionCommand({ thingName: 'cancel-1' }))
      await aws.iot.send(new CancelJobCommand({ jobId: 'soft', reasonCode: 'BAD_BUILD', comment: 'too early' }))
      assert.deepEqual(await states('soft'), { 'cancel-1': 'IN_PROGRESS', 'cancel-2': 'CANCELED' })
      const { job } = await aws.iot.send(new DescribeJobCommand({ jobId: 'soft' }))
      assert.deepEqual(
        [job?.status, job?.reasonCode, job?.comment, job?.forceCanceled ?? false],
        ['CANCELED', 'BAD_BUILD', 'too early', false],
      )
      await report('cancel-1', 'soft', 'SUCCEEDED')

      await createJob(aws, 'hard', targets, {})
      await aws.jobsData.send(new StartNextPendingJobExecutionCommand({ thingName: 'cancel-1' }))
      await aws.iot.send(new CancelJobCommand({ jobId: 'hard', force: true }))
      assert.deepEqual(await states('hard'), { 'cancel-1': 'CANCELED', 'cancel-2': 'CANCELED' })
      assert.equal((await aws.iot.send(new DescribeJobCommand({ jobId: 'hard' }))).job?.forceCanceled, true)
      assert.equal((await executionOf(aws, 'cancel-1', 'hard')).forceCanceled, true)
      await failsWith(InvalidRequestException, aws.iot.send(new CancelJobCommand({ jobId: 'hard' })))
    })

    test('one execution is canceled or deleted by itself, in progress only with force', async () => {
      const [target] = await things('single')
      await createJob(aws, 'single', [target!], {})
      await aws.jobsData.send(new StartNextPendingJobExecutionCommand({ thingName: 'single' }))
      await failsWith(
        InvalidStateTransitionException,
        aws.iot.send(new CancelJobExecutionCommand({ jobId: 'single', thingName: 'single' })),
      )
      const conflict = await failsWith(
        VersionConflictException,
        aws.iot.send(
          new CancelJobExecutionCommand({ jobId: 'single', thingName: 'single', force: true, expectedVersion: 9 }),
        ),
      )
      assert.match(conflict.message, /Expected version 9 but found version 2/)
      await failsWith(
        InvalidStateTransitionException,
        aws.iot.send(new DeleteJobExecutionCommand({ jobId: 'single', thingName: 'single', executionNumber: 1 })),
      )
      await aws.iot.send(
        new CancelJobExecutionCommand({
          jobId: 'single',
          thingName: 'single',
          force: true,
          expectedVersion: 2,
          statusDetails: { by: 'operator' },
        }),
      )
      const canceled = await executionOf(aws, 'single', 'single')
      assert.deepEqual(
        [canceled.status, canceled.versionNumber, canceled.statusDetails?.detailsMap],
        ['CANCELED', 3, { by: 'operator' }],
      )
      await aws.iot.send(new DeleteJobExecutionCommand({ jobId: 'single', thingName: 'single', executionNumber: 1 }))
      await failsWith(ResourceNotFoundException, executionOf(aws, 'single', 'single'))
    })

    test('delete needs force while the job runs', async () => {
      await createJob(aws, 'running', await things('running'), {})
      await failsWith(InvalidStateTransitionException, aws.iot.send(new DeleteJobCommand({ jobId: 'running' })))
      await aws.iot.send(new DeleteJobCommand({ jobId: 'running', force: true }))
      await failsWith(ResourceNotFoundException, aws.iot.send(new DescribeJobCommand({ jobId: 'running' })))
    })

    test('what cannot be is refused with AWS’s typed exceptions, and nothing is made', async () => {
      const [target] = await things('strict-1')
      await createJob(aws, 'twice', [target!], {})
      const exists = await failsWith(
        ResourceAlreadyExistsException,
        createJob(aws, 'twice', [target!], { other: true }),
      )
      assert.equal(exists.resourceId, 'twice')
      assert.match(exists.resourceArn!, /:job\/twice$/)
      await failsWith(
        ResourceNotFoundException,
        createJob(aws, 'nobody', ['arn:aws:iot:us-east-1:123456789012:thing/nobody'], {}),
      )
      await failsWith(InvalidRequestException, createJob(aws, 'nonsense', ['not an arn'], {}))
      await failsWith(
        InvalidRequestException,
        aws.iot.send(new CreateJobCommand({ jobId: 'broken', targets: [target!], document: '{"a":' })),
      )
      await failsWith(
        InvalidRequestException,
        aws.iot.send(new CreateJobCommand({ jobId: 'none', targets: [target!] })),
      )
      await failsWith(
        InvalidRequestException,
        aws.iot.send(
          new CreateJobCommand({
            jobId: 'no-object',
            targets: [target!],
            documentSource: 'https://s3.amazonaws.com/nowhere/nothing.json',
          }),
        ),
      )
      await failsWith(
        InvalidRequestException,
        createJob(aws, 'timeout', [target!], {}, { timeoutConfig: { inProgressTimeoutInMinutes: 0 } }),
      )
      for (const jobId of ['nobody', 'nonsense', 'broken', 'none', 'no-object', 'timeout']) {
        await failsWith(ResourceNotFoundException, aws.iot.send(new DescribeJobCommand({ jobId })))
      }
      await failsWith(ResourceNotFoundException, aws.iot.send(new DescribeThingCommand({ thingName: 'nobody' })))
    })

    test('a group of more things than one turn takes out is gone when DeleteThingGroup answers, and its things’ executions are removed', async () => {
      const names = Array.from({ length: 230 }, (_, index) => `crowd-${index}`)
      const made = await aws.iot.send(
        new CreateThingGroupCommand({ thingGroupName: 'crowd', tags: [{ Key: 'k', Value: 'v' }] }),
      )
      await Promise.all(
        names.map((thingName) =>
          things(thingName).then(() =>
            aws.iot.send(new AddThingToThingGroupCommand({ thingGroupName: 'crowd', thingName })),
          ),
        ),
      )
      await aws.iot.send(
        new CreateJobCommand({
          jobId: 'crowd',
          targets: [made.thingGroupArn!],
          document: '{}',
          targetSelection: 'CONTINUOUS',
        }),
      )
      const both = [
        aws.iot.send(new DeleteThingGroupCommand({ thingGroupName: 'crowd' })),
        aws.iot.send(new DeleteThingGroupCommand({ thingGroupName: 'crowd' })),
      ]
      await Promise.all(both)
      await failsWith(
        ResourceNotFoundException,
        aws.iot.send(new DescribeThingGroupCommand({ thingGroupName: 'crowd' })),
      )
      const { job } = await aws.iot.send(new DescribeJobCommand({ jobId: 'crowd' }))
      assert.deepEqual(
        [job?.jobProcessDetails?.numberOfRemovedThings, job?.jobProcessDetails?.numberOfQueuedThings],
        [names.length, 0],
      )
      const again = await aws.iot.send(new CreateThingGroupCommand({ thingGroupName: 'crowd' }))
      assert.notEqual(again.thingGroupId, made.thingGroupId)
    })

    test('a continuous job takes in another group, a snapshot job does not', async () => {
      const [one] = await things('assoc-1', 'assoc-2')
      const { thingGroupArn } = await aws.iot.send(new CreateThingGroupCommand({ thingGroupName: 'late' }))
      await aws.iot.send(new AddThingToThingGroupCommand({ thingGroupName: 'late', thingName: 'assoc-2' }))
      await createJob(aws, 'rolling', [one!], {}, { targetSelection: 'CONTINUOUS' })
      await aws.iot.send(new AssociateTargetsWithJobCommand({ jobId: 'rolling', targets: [thingGroupArn!] }))
      assert.deepEqual(await states('rolling'), { 'assoc-1': 'QUEUED', 'assoc-2': 'QUEUED' })
      await createJob(aws, 'fixed', [one!], {})
      await failsWith(
        InvalidRequestException,
        aws.iot.send(new AssociateTargetsWithJobCommand({ jobId: 'fixed', targets: [thingGroupArn!] })),
      )
      await aws.iot.send(new UpdateJobCommand({ jobId: 'rolling', description: 'goes on' }))
      assert.equal((await aws.iot.send(new DescribeJobCommand({ jobId: 'rolling' }))).job?.description, 'goes on')
    })

    async function states(jobId: string): Promise<Record<string, string>> {
      const { executionSummaries } = await aws.iot.send(new ListJobExecutionsForJobCommand({ jobId }))
      return Object.fromEntries(
        executionSummaries!.map(({ thingArn, jobExecutionSummary }) => [
          thingArn!.split('/')[1]!,
          jobExecutionSummary!.status!,
        ]),
      )
    }

    const report = (thingName: string, jobId: string, status: 'SUCCEEDED' | 'FAILED'): Promise<unknown> =>
      aws.jobsData.send(new UpdateJobExecutionCommand({ thingName, jobId, status }))
  })
}
