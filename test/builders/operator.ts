import {
  CreateJobCommand,
  DescribeJobExecutionCommand,
  type CreateJobCommandInput,
  type JobExecution,
} from '@aws-sdk/client-iot'
import type { AwsClients } from './aws-clients.ts'

/** Creates a job through the control plane; targets are ARNs. */
export async function createJob(
  { iot }: AwsClients,
  jobId: string,
  targets: string[],
  document: unknown,
  more: Partial<CreateJobCommandInput> = {},
): Promise<void> {
  await iot.send(new CreateJobCommand({ jobId, targets, document: JSON.stringify(document), ...more }))
}

/** What the operator sees of a thing's latest execution. */
export async function executionOf({ iot }: AwsClients, thingName: string, jobId: string): Promise<JobExecution> {
  const { execution } = await iot.send(new DescribeJobExecutionCommand({ thingName, jobId }))
  if (execution === undefined) throw new Error(`no execution of ${jobId} on ${thingName}`)
  return execution
}

/** The document of the tutorial that this flow comes from: a JSON array with one install operation. */
export const tutorialDocument = [
  {
    operation: 'install',
    packageName: 'jobtest',
    url: 'https://s3-us-west-2.amazonaws.com/jobdemo-bucket/jobtest-2.0.bin',
    version: '2.0',
  },
]
