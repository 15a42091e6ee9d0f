import type { Execution } from '../../../core/job/model.ts'
import type { Connection } from '../../../core/seam/mqtt.ts'
import { withoutZeros } from '../../../core/twin/json.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { Context } from '../../dialect.ts'
import { Fields } from '../wire/fields.ts'
import { mayAnswer } from '../mqtt/delivery.ts'
import { documentFor } from './device-document.ts'
import { describeExecution, getPending, startNext, update } from './operations.ts'
import { JobsRefusal, toRefusal } from './refusal.ts'
import { KNOWN_MEMBERS, readDescribe, readObject, readStart, readExecutionUpdate } from './requests.ts'
import { executionOf, objectText, stateOf, summaryOf, wholeSeconds, withMember } from './shapes.ts'
import { formatReplyTopic, type JobsRequest } from './topics.ts'
import { verbatim } from '../../../core/said.ts'

/** Members of an answer, as JSON texts. Where nothing is pending there is no `execution` [aws 2.5]. */
type Members = Record<string, string | undefined>

/**
 * Carries out a request that was published on a job topic, by a connection or (without one) through HTTP Publish.
 * The answer goes to the requester only, subscribed or not [aws 2.1].
 */
export function onJobsPublish(
  ctx: Context,
  connection: Connection | undefined,
  request: JobsRequest,
  payload: Uint8Array,
): void {
  let clientToken: string | undefined
  try {
    const object = readRequest(request, payload)
    clientToken = tokenIn(object)
    const fields = new Fields(object)
    if (clientToken === undefined && fields.has('clientToken')) throw fields.refuse('clientToken', 'must be a string')
    for (const member of fields.unknown(KNOWN_MEMBERS[request.operation])) {
      ctx.ignored(verbatim(`${OPERATIONS[request.operation]}.${member.slice(0, 64)}`))
    }
    const members = perform(ctx, request, fields)
    reply(ctx, connection, formatReplyTopic(request, 'accepted'), clientToken, members)
  } catch (error) {
    reply(ctx, connection, formatReplyTopic(request, 'rejected'), clientToken, refused(toRefusal(error)))
  }
}

/** Answers what was published under `…/jobs/` and is no request [aws 2.7 InvalidTopic]. */
export function rejectTopic(
  ctx: Context,
  connection: Connection | undefined,
  topic: string,
  payload: Uint8Array,
): void {
  const refusal = new JobsRefusal('InvalidTopic', `${topic} is no topic of the job service`)
  reply(ctx, connection, `${topic}/rejected`, tokenOf(payload), refused(refusal))
}

/** The token of a payload that may be anything. */
function tokenOf(payload: Uint8Array): string | undefined {
  try {
    return tokenIn(readObject(payload))
  } catch {
    return undefined
  }
}

const OPERATIONS: Record<JobsRequest['operation'], string> = {
  'get-pending': 'GetPendingJobExecutions',
  'start-next': 'StartNextPendingJobExecution',
  describe: 'DescribeJobExecution',
  update: 'UpdateJobExecution',
}

function perform(ctx: Context, request: JobsRequest, fields: Fields): Members {
  switch (request.operation) {
    case 'get-pending': {
      const { inProgress, queued } = getPending(ctx, request.thing)
      return {
        inProgressJobs: JSON.stringify(inProgress.map(summaryOf)),
        queuedJobs: JSON.stringify(queued.map(summaryOf)),
      }
    }
    case 'start-next': {
      const execution = startNext(ctx, request.thing, readStart(fields))
      return { execution: execution && offer(ctx, execution) }
    }
    case 'describe': {
      const wanted = readDescribe(fields)
      const execution = describeExecution(ctx, request.thing, request, wanted)
      return { execution: execution && offer(ctx, execution, wanted.includeJobDocument) }
    }
    case 'update': {
      const wanted = readExecutionUpdate(fields)
      const execution = update(ctx, request.thing, request, wanted)
      return {
        executionState: wanted.includeJobExecutionState ? JSON.stringify(stateOf(execution)) : undefined,
        jobDocument: wanted.includeJobDocument ? documentFor(ctx, execution) : undefined,
      }
    }
  }
}

/** JobExecution over MQTT, where its document is a JSON value [aws 2.2]. */
export const offer = (ctx: Context, execution: Execution, withDocument = true): string =>
  withMember(executionOf(execution, ctx.now), 'jobDocument', withDocument ? documentFor(ctx, execution) : undefined)

/** [aws 2.3] An empty payload asks like `{}`; an update has to say something. */
const readRequest = ({ operation }: JobsRequest, payload: Uint8Array): JsonObject =>
  withoutZeros(payload).byteLength === 0 && operation !== 'update' ? {} : readObject(payload)

/** The token that every answer echoes, also `""` [aws 8.1]; a number or boolean stands for its text. */
function tokenIn({ clientToken }: JsonObject): string | undefined {
  const isScalar =
    typeof clientToken === 'string' || typeof clientToken === 'number' || typeof clientToken === 'boolean'
  return isScalar ? String(clientToken) : undefined
}

const refused = ({ code, message, execution }: JobsRefusal): Members => ({
  executionState: execution && JSON.stringify(stateOf(execution)),
  code: JSON.stringify(code),
  message: JSON.stringify(message),
})

/** Without a connection there is nobody to answer but the subscribers [aws 9 row 1]. */
function reply(
  ctx: Context,
  connection: Connection | undefined,
  topic: string,
  clientToken: string | undefined,
  members: Members,
): void {
  const payload = objectText({
    clientToken: clientToken === undefined ? undefined : JSON.stringify(clientToken),
    timestamp: String(wholeSeconds(ctx.now)),
    ...members,
  })
  if (connection === undefined) ctx.publish({ topic, payload, qos: 1 }, '[aws 2.1] answer to a request by HTTP Publish')
  else if (mayAnswer(connection, topic, ctx.now)) {
    ctx.send(connection.id, { topic, payload }, '[aws 2.1] answer to the requester')
  }
}
