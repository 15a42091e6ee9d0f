import { asSaid, wordsOf } from '../../core/said.ts'
import type { ObjectRef, StoredObject } from '../../core/seam/needs.ts'
import type { JobKind } from '../../dialect/job-kinds.ts'
import type { Problem } from '../../shared/api.ts'
import { ruleIn } from './rule-in.ts'
import type { ApiSources } from './sources.ts'

/** A path in the bucket folder: its first part is what clouds call a bucket. */
function refOf(path: string): ObjectRef | undefined {
  const slash = path.indexOf('/')
  return slash < 1 || slash === path.length - 1
    ? undefined
    : { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
}

/** The file that a job names, if it is there. */
export async function fileOf(
  { fulfil }: Pick<ApiSources, 'fulfil'>,
  path: string | undefined,
): Promise<StoredObject | undefined> {
  const ref = path === undefined ? undefined : refOf(path)
  const found = ref && (await fulfil({ type: 'object', ref }))
  return found instanceof Error ? undefined : (found as StoredObject | undefined)
}

/** What stands against a job of that kind with that file, or without one. */
export async function fileProblems(
  { fulfil }: Pick<ApiSources, 'fulfil'>,
  { file }: JobKind,
  path: string | undefined,
): Promise<Problem[]> {
  const problem = (rule: ReturnType<typeof ruleIn>): Problem[] => [{ field: 'file', value: path, ...rule }]
  if (path === undefined) return file?.required === true ? problem(ruleIn('is required')) : []
  if (file === undefined) return problem(ruleIn('is not known here'))
  const ref = refOf(path)
  if (ref === undefined) return problem(ruleIn('must be the path of a file in a folder of the bucket folder'))
  const found = await fulfil({ type: 'object', ref })
  if (found instanceof Error) return problem(ruleIn(asSaid(wordsOf(found))))
  return found === undefined ? problem(ruleIn('is no file in the bucket folder')) : []
}
