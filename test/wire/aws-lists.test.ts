import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AddThingToThingGroupCommand,
  CancelJobCommand,
  CreateJobTemplateCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DeleteJobTemplateCommand,
  DescribeEndpointCommand,
  DescribeJobCommand,
  DescribeJobTemplateCommand,
  ListCertificatesCommand,
  ListJobExecutionsForJobCommand,
  ListJobsCommand,
  ListJobTemplatesCommand,
  ListThingPrincipalsCommand,
  ListThingsCommand,
  ListThingsInThingGroupCommand,
  ResourceNotFoundException,
  CreateJobCommand,
} from '@aws-sdk/client-iot'
import { awsClients, makeDevice, type AwsClients } from '../builders/aws-clients.ts'
import { failsWith } from '../builders/fails-with.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { createJob } from '../builders/operator.ts'

describe('lists, pages and templates of @aws-sdk/client-iot', () => {
  let hub: TestHub
  let aws: AwsClients
  let arns: string[]
  const names = Array.from({ length: 7 }, (_, index) => `unit-${index}`)

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    arns = []
    await aws.iot.send(new CreateThingGroupCommand({ thingGroupName: 'units' }))
    for (const thingName of names) {
      arns.push(
        (
          await aws.iot.send(
            new CreateThingCommand({
              thingName,
              attributePayload: { attributes: { parity: String(arns.length % 2) } },
            }),
          )
        ).thingArn!,
      )
      await aws.iot.send(new AddThingToThingGroupCommand({ thingName, thingGroupName: 'units' }))
    }
    for (const jobId of ['job-a', 'job-b', 'job-c'])
      await createJob(aws, jobId, arns, { jobId }, jobId === 'job-b' ? { targetSelection: 'CONTINUOUS' } : {})
    await aws.iot.send(new CancelJobCommand({ jobId: 'job-c' }))
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  test('every page but the last is full, and together they are everything exactly once', async () => {
    const things = await pages(3, async (nextToken) => {
      const page = await aws.iot.send(new ListThingsCommand({ maxResults: 3, ...token(nextToken) }))
      return { items: page.things!.map(({ thingName }) => thingName!), nextToken: page.nextToken }
    })
    assert.deepEqual(things.sort(), names)
    const members = await pages(2, async (nextToken) => {
      const page = await aws.iot.send(
        new ListThingsInThingGroupCommand({ thingGroupName: 'units', maxResults: 2, ...token(nextToken) }),
      )
      return { items: page.things!, nextToken: page.nextToken }
    })
    assert.deepEqual(members.sort(), names)
    const executions = await pages(4, async (nextToken) => {
      const page = await aws.iot.send(
        new ListJobExecutionsForJobCommand({ jobId: 'job-a', maxResults: 4, ...token(nextToken) }),
      )
      return { items: page.executionSummaries!.map(({ thingArn }) => thingArn!), nextToken: page.nextToken }
    })
    assert.deepEqual(executions.sort(), [...arns].sort())
    const jobs = await pages(1, async (nextToken) => {
      const page = await aws.iot.send(new ListJobsCommand({ maxResults: 1, ...token(nextToken) }))
      return { items: page.jobs!.map(({ jobId }) => jobId!), nextToken: page.nextToken }
    })
    assert.deepEqual(jobs.sort(), ['job-a', 'job-b', 'job-c'])
  })

  test('filters narrow lists', async () => {
    const ids = async (filter: object): Promise<string[]> =>
      (await aws.iot.send(new ListJobsCommand(filter))).jobs!.map(({ jobId }) => jobId!).sort()
    assert.deepEqual(await ids({ status: 'CANCELED' }), ['job-c'])
    assert.deepEqual(await ids({ status: 'IN_PROGRESS' }), ['job-a', 'job-b'])
    assert.deepEqual(await ids({ targetSelection: 'CONTINUOUS' }), ['job-b'])
    const odd = await aws.iot.send(new ListThingsCommand({ attributeName: 'parity', attributeValue: '1' }))
    assert.deepEqual(odd.things!.map(({ thingName }) => thingName).sort(), ['unit-1', 'unit-3', 'unit-5'])
    const canceled = await aws.iot.send(new ListJobExecutionsForJobCommand({ jobId: 'job-c', status: 'CANCELED' }))
    assert.equal(canceled.executionSummaries?.length, 7)
  })

  test('a job made from a template has its document and its settings', async () => {
    const { jobTemplateArn } = await aws.iot.send(
      new CreateJobTemplateCommand({
        jobTemplateId: 'reboot',
        description: 'how we reboot',
        document: '{"operation":"reboot"}',
        timeoutConfig: { inProgressTimeoutInMinutes: 5 },
        jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 2 }] },
      }),
    )
    const template = await aws.iot.send(new DescribeJobTemplateCommand({ jobTemplateId: 'reboot' }))
    assert.deepEqual(
      [template.description, template.document, template.timeoutConfig],
      ['how we reboot', '{"operation":"reboot"}', { inProgressTimeoutInMinutes: 5 }],
    )
    const listed = await aws.iot.send(new ListJobTemplatesCommand({}))
    assert.deepEqual(
      listed.jobTemplates!.map(({ jobTemplateId, description }) => [jobTemplateId, description]),
      [['reboot', 'how we reboot']],
    )
    await aws.iot.send(
      new CreateJobCommand({ jobId: 'from-template', targets: [arns[0]!], jobTemplateArn: jobTemplateArn! }),
    )
    const { job } = await aws.iot.send(new DescribeJobCommand({ jobId: 'from-template' }))
    assert.deepEqual([job?.jobTemplateArn, job?.timeoutConfig], [jobTemplateArn, { inProgressTimeoutInMinutes: 5 }])
    assert.deepEqual(job?.jobExecutionsRetryConfig, { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 2 }] })
    await aws.iot.send(new DeleteJobTemplateCommand({ jobTemplateId: 'reboot' }))
    await failsWith(
      ResourceNotFoundException,
      aws.iot.send(new DescribeJobTemplateCommand({ jobTemplateId: 'reboot' })),
    )
  })

  test('certificates are listed with their things, and the endpoint is a host without a scheme', async () => {
    const device = await makeDevice(hub, aws, 'certified')
    const { certificates } = await aws.iot.send(new ListCertificatesCommand({}))
    assert.deepEqual(
      certificates!.map(({ certificateId, status }) => [certificateId, status]),
      [[device.certificateId, 'ACTIVE']],
    )
    assert.deepEqual((await aws.iot.send(new ListThingPrincipalsCommand({ thingName: 'certified' }))).principals, [
      device.certificateArn,
    ])
    const { endpointAddress } = await aws.iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }))
    assert.match(endpointAddress!, /^localhost(:\d+)?$/)
  })
})

const token = (nextToken: string | undefined): { nextToken?: string } => (nextToken === undefined ? {} : { nextToken })

/** Everything from all pages, each of which but the last must have exactly `size` items. */
async function pages<T>(
  size: number,
  fetch: (nextToken: string | undefined) => Promise<{ items: T[]; nextToken: string | undefined }>,
): Promise<T[]> {
  const all: T[] = []
  let nextToken: string | undefined
  do {
    const page = await fetch(nextToken)
    all.push(...page.items)
    if (page.nextToken !== undefined) assert.equal(page.items.length, size)
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return all
}
