import type { Execution } from '../../../core/job/model.ts'
import type { Route } from '../../dialect.ts'
import { arn, callerOf } from '../arns.ts'
import { resourceNotFound } from '../errors.ts'
import { extraOf } from './extra.ts'
import { jobKey, thingKey } from './keys.ts'
import { readDetails, readExpectedVersion } from './requests.ts'
import { isForced, operation, queryOf, readBody, type Call } from '../rest/route.ts'
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
    const { job, device } = requireExecution(call)
    ctx.engine.executions.cancel(ctx.turn, job, device, {
      force,
      ...(expectedVersion !== undefined && { expectedVersion }),
      ...(details !== undefined && { details }),
    })
    return {}
  }),
  operation('DeleteJobExecution', 'DELETE', '/things/:thingName/jobs/:jobId/executionNumber/:executionNumber', (call) => {
    const { ctx, request, params } = call
    const force = isForced(request)
    const { job, device, number } = requireExecution(call, numberIn(new URLSearchParams(params)))
    ctx.engine.executions.delete(ctx.turn, job, device, number, { force })
    return {}
  }),
]

const numberIn = (query: URLSearchParams): number | undefined => queryOf({ query }, { executionNumber: 'integer' }).integer('executionNumber', 0, Infinity)

function requireExecution({ ctx, request, params }: Call, number?: number): Execution {
  const { thingName = '', jobId = '' } = params
  const execution = ctx.engine.executions.get(jobKey(jobId), thingKey(thingName), number)
  const namespace = queryOf(request, { namespaceId: 'text' }).text('namespaceId')
  const job = ctx.engine.jobs.get(jobKey(jobId))
  const isElsewhere = namespace !== undefined && job !== undefined && extraOf(job).namespaceId !== namespace
  if (execution !== undefined && !isElsewhere) return execution
  throw resourceNotFound(`Thing ${thingName} has no execution of job ${jobId}${number === undefined ? '' : ` with number ${number}`}`)
}
