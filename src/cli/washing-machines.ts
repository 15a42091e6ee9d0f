import { inParallel } from '../sim/in-parallel.ts'
import type { AwsControl } from './aws-control.ts'

/** One job sends every machine a new run parameter. */
export const runParameterDocument = JSON.stringify({ operation: 'setRunParameter', parameters: { operatingMode: 23 } })

const GROUP = 'washing-machines'
/** Requests under way at a time; each keeps its connection. */
const REQUESTS = 16

/** The names of so many machines. */
export const machineNames = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `washing-machine-${String(i + 1).padStart(4, '0')}`)

/** Registers the machines and gathers them in one group. Returns the ARN of the group. */
export async function registerMachines(
  aws: AwsControl,
  names: readonly string[],
  onProgress: (done: number) => void,
): Promise<string> {
  const group = await aws.renewGroup(GROUP)
  let done = 0
  await inParallel(names, REQUESTS, async (name) => {
    await aws.createThing(name)
    await aws.addToGroup(name, GROUP)
    onProgress((done += 1))
  })
  return group
}

/** A job id that no earlier run has used, also where state is kept from run to run. */
export const jobName = (now: Date): string =>
  `set-run-parameter-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`
