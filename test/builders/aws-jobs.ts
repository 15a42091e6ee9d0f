import { CreateJobCommand, DescribeJobExecutionCommand, type CreateJobCommandInput, type JobExecution } from '@aws-sdk/client-iot'
import type { AwsClients } from './aws-clients.ts'

/** A job document like the tutorial's: a list with an install operation. */
export const tutorialDocument = [
  {
    operation: 'install',
    packageName: 'demo',
    files: [{ fileName: 'demo.bin', fileVersion: '1.0.1', fileSource: { url: 'https://localhost/demo.bin' } }],
  },
]

/** Creates a job through the control plane; `more` are further members of the request. */
export async function createJob(
  { iot }: AwsClients,
  jobId: string,
  targets: string[],
  document: unknown,
  more: Partial<CreateJobCommandInput> = {},
): Promise<void> {
  await iot.send(new CreateJobCommand({ jobId, targets, document: JSON.stringify(document), ...more }))
}

/** The latest execution of a job on a thing, as the operator sees it. */
export async function executionOf({ iot }: AwsClients, thingName: string, jobId: string): Promise<JobExecution> {
  const { execution } = await iot.send(new DescribeJobExecutionCommand({ thingName, jobId }))
  if (execution === undefined) throw new Error(`no execution of ${jobId} on ${thingName}`)
  return execution
}
