import type { Execution } from '../../../core/job/model.ts'
import type { Context, Route } from '../../dialect.ts'
import { AwsError, notModelled } from '../wire/errors.ts'
import { documentFor } from './device-document.ts'
import { describeExecution, getPending, startNext, update } from './operations.ts'
import { toException, toRefusal } from './refusal.ts'
import { KNOWN_MEMBERS, readStart, readExecutionUpdate, type DescribeRequest } from './requests.ts'
import { bodyOf, operation, queryOf, readBody, type Call } from '../wire/route.ts'
import { executionOf, stateOf, summaryOf } from './shapes.ts'

/** The jobs data plane [aws 2.11]: the device side over HTTP, of jobs without a namespace [aws 2.12]. */
export const jobDataRoutes: Route[] = [
  dataOperation('GetPendingJobExecutions', 'GET', '/things/:thingName/jobs', ({ ctx, params }) => {
    const { inProgress, queued } = getPending(ctx, params['thingName'] ?? '')
    return { inProgressJobs: inProgress.map(summaryOf), queuedJobs: queued.map(summaryOf) }
  }),
  dataOperation('StartNextPendingJobExecution', 'PUT', '/things/:thingName/jobs/$next', (call) => {
    const { ctx, params } = call
    const execution = startNext(ctx, params['thingName'] ?? '', readStart(readBody(call, KNOWN_MEMBERS['start-next'])))
    return execution === undefined ? {} : { execution: offer(ctx, params['thingName'] ?? '', execution, true) }
  }),
  dataOperation('DescribeJobExecution', 'GET', '/things/:thingName/jobs/:jobId', (call) => {
    const { ctx, params } = call
    const { thingName = '', jobId = '' } = params
    const wanted = readQuery(call)
    const execution = describeExecution(ctx, thingName, { job: jobId }, wanted)
    return execution === undefined ? {} : { execution: offer(ctx, thingName, execution, wanted.includeJobDocument) }
  }),
  dataOperation('UpdateJobExecution', 'POST', '/things/:thingName/jobs/:jobId', (call) => {
    const { ctx, params } = call
    const wanted = readExecutionUpdate(readBody(call, KNOWN_MEMBERS.update))
    const execution = update(ctx, params['thingName'] ?? '', { job: params['jobId'] ?? '' }, wanted)
    return {
      ...(wanted.includeJobExecutionState && { executionState: stateOf(execution) }),
      ...(wanted.includeJobDocument && { jobDocument: documentFor(ctx, execution) }),
    }
  }),
  operation('StartCommandExecution', 'POST', '/command-executions', ({ request }) => {
    bodyOf(request)
    throw notModelled('StartCommandExecution')
  }),
]

/** An operation whose refusals are those of the device side, in the exceptions of the data plane. */
function dataOperation(name: string, method: string, path: string, answer: (call: Call) => object): Route {
  return operation(name, method, path, (call) => {
    try {
      return answer(call)
    } catch (error) {
      throw error instanceof AwsError ? error : toException(toRefusal(error))
    }
  })
}

function readQuery({ request }: Call): DescribeRequest {
  const query = queryOf(request, { executionNumber: 'integer', includeJobDocument: 'boolean' })
  const executionNumber = query.integer('executionNumber', 0, Infinity)
  return {
    includeJobDocument: query.boolean('includeJobDocument') ?? true,
    ...(executionNumber !== undefined && { executionNumber }),
  }
}

/** JobExecution over HTTP: with the thing's name, and its document as a string [aws 2.2, 0.3 row 4]. */
const offer = (ctx: Context, thingName: string, execution: Execution, withDocument: boolean): object => {
  const jobDocument = withDocument ? documentFor(ctx, execution) : undefined
  return { thingName, ...executionOf(execution, ctx.now), ...(jobDocument !== undefined && { jobDocument }) }
}
