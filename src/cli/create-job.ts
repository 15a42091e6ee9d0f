import { readFile } from 'node:fs/promises'
import type { HubApi, Problem } from '../shared/api.ts'
import type { JobDraft } from '../shared/job-draft.ts'
import { readJobDraft } from '../shared/job-draft-text.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'

const { calls } = messages

/**
 * Creates the job that a file describes, of this kind where one is named, or tells everything that stands in the way;
 * advice does not. Returns the exit code.
 */
export async function createJob(api: HubApi, file: string, kind: string | undefined, output: Output): Promise<number> {
  const draft = { ...(await readDraft(file)), ...(kind !== undefined && { kind }) }
  const problems = await api.checkJob(draft)
  const refusals = problems.filter(({ severity }) => severity !== 'warning')
  if (refusals.length > 0) {
    if (output.json) output.result({ problems }, () => '')
    output.complain(messages.error(calls.refused(file, refusals.length)))
  }
  for (const problem of problems) output.complain(line(problem))
  if (refusals.length > 0) return 1
  const job = await api.createJob(draft)
  output.result(job, () => calls.created(job.key))
  return 0
}

/** Whether it is a draft is for the hub to say. */
async function readDraft(file: string): Promise<JobDraft> {
  const text = await readFile(file, 'utf8')
  try {
    return readJobDraft(text)
  } catch (error) {
    throw new Error(calls.notJson(file, error instanceof Error ? error.message : String(error)))
  }
}

const line = ({ field, value, rule, severity }: Problem): string => {
  const sentence = calls.problem(field, shown(value), rule)
  return severity === 'warning' ? calls.warning(sentence) : `  ${sentence}`
}

function shown(value: unknown): string | undefined {
  const text = JSON.stringify(value)
  return text === undefined || text.length <= 60 ? text : `${text.slice(0, 60)}…`
}
