import { nameOf } from '../../../core/ids.ts'
import type { Execution } from '../../../core/job/model.ts'
import { isPending } from '../../../core/job/states.ts'
import type { Route } from '../../dialect.ts'
import { arn, callerOf } from '../wire/arns.ts'
import { AwsError, resourceNotFound } from '../wire/errors.ts'
import { jobExtra } from './extra.ts'
import { jobKey, thingKey } from './keys.ts'
import { ONE_JOB } from './model.ts'
import { readDetails, readExpectedVersion } from './requests.ts'
import { checkShape } from '../wire/constraints.ts'
import { isForced, operation, queryOf, readBody, type Call } from '../wire/route.ts'
import { controlExecution } from './shapes.ts'

/** Single executions on the control plane [aws 3.3]. */
export const jobExecutionRoutes: Route[] = [
  operation('DescribeJobExecution', 'GET', '/things/:thingName/jobs/:jobId', (call) => {
    const { ctx, request, params } = call
    const execution = requireExecution(call, numberIn(request.query))
    return { execution: controlExecution(execution, arn.thing(callerOf(request), params['thingName'] ?? ''), ctx.now) }
  }),
  operation('CancelJobExecution', 'PUT', '/things/:thingName/jobs/:jobId/cancel', (call) => {
    const { ctx, request } = call
    const force = isForced(request)
    const fields = readBody(call, ['expectedVersion', 'statusDetails'])
    const expectedVersion = readExpectedVersion(fields)
    const details = readDetails(fields)
    const execution = requireExecution(call)
    const { job, device, status } = execution
    if (expectedVersion === undefined || expectedVersion === execution.version) {
      if (!isPending(status)) throw cannot(execution, 'cannot be canceled.')
      if (status === 'IN_PROGRESS' && !force) {
        throw cannot(execution, 'in status IN_PROGRESS cannot be canceled without force flag.')
      }
    }
    ctx.engine.executions.cancel(ctx.turn, job, device, {
      force,
      ...(expectedVersion !== undefined && { expectedVersion }),
      ...(details !== undefined && { details }),
    })
    return undefined
  }),
  operation(
    'DeleteJobExecution',
    'DELETE',
    '/things/:thingName/jobs/:jobId/executionNumber/:executionNumber',
    (call) => {
      const { ctx, request, params } = call
      const force = isForced(request)
      const wanted = numberIn(new URLSearchParams(params))
      if (wanted !== undefined && wanted < 1)
        throw new AwsError('InvalidRequestException', 'Execution number is invalid.')
      const execution = requireExecution(call, wanted)
      const { job, device, number, status } = execution
      if (status === 'IN_PROGRESS' && !force) {
        throw cannot(execution, 'in status IN_PROGRESS cannot be deleted without force flag.')
      }
      ctx.engine.executions.delete(ctx.turn, job, device, number, { force })
      return undefined
    },
  ),
]

const numberIn = (query: URLSearchParams): number | undefined =>
  queryOf({ query }, { executionNumber: 'integer' }).integer('executionNumber', 0, Infinity)

/** [aws 3.12] Looked for are the job, then the execution. */
function requireExecution({ ctx, request, params }: Call, number?: number): Execution {
  const { thingName = '', jobId = '' } = params
  const namespaceId = request.query.get('namespaceId') || undefined
  checkShape(ONE_JOB, { jobId, thingName, namespaceId })
  const job = ctx.engine.jobs.get(jobKey(jobId))
  if (job === undefined || (namespaceId !== undefined && jobExtra(job).namespaceId !== namespaceId)) {
    throw resourceNotFound(`Job execution cannot be found as the Job ${jobId} does not exist.`)
  }
  const execution = ctx.engine.executions.get(jobKey(jobId), thingKey(thingName), number)
  if (execution !== undefined) return execution
  throw resourceNotFound(`Job execution for thing ${thingName} cannot be found within job ${jobId}.`)
}

/** What an execution does not go along with, in AWS's words. */
const cannot = ({ job, device }: Execution, be: string): AwsError =>
  new AwsError(
    'InvalidStateTransitionException',
    `Job execution for thing ${nameOf(device)} within job ${nameOf(job)} ${be}`,
  )
