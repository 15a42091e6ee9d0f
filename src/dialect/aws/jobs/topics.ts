/** A request of a device to the job service, as its topic says it; `job` may be `$next` where a job is described. */
export type JobsRequest =
  | { thing: string; operation: 'get-pending' }
  | { thing: string; operation: 'start-next' }
  | { thing: string; operation: 'describe'; job: string }
  | { thing: string; operation: 'update'; job: string }

export type JobsOutcome = 'accepted' | 'rejected'

const PREFIX = /^\$aws\/things\/[^/]+\/jobs\//
const REQUEST = /^\$aws\/things\/([a-zA-Z0-9:_-]{1,128})\/jobs\/(?:(get|start-next)|(\$next(?=\/get$)|[a-zA-Z0-9_-]{1,64})\/(get|update))$/

/** Whether the topic belongs to the job service: what a client publishes there and is no request deserves InvalidTopic. */
export const isJobsTopic = (topic: string): boolean => PREFIX.test(topic)

/** The request a topic stands for [aws 2.1]; `undefined` if it stands for none. */
export function parseJobsTopic(topic: string): JobsRequest | undefined {
  const [, thing, plain, job, verb] = REQUEST.exec(topic) ?? []
  if (thing === undefined) return undefined
  if (job !== undefined) return { thing, operation: verb === 'update' ? 'update' : 'describe', job }
  return { thing, operation: plain === 'get' ? 'get-pending' : 'start-next' }
}

/** The topic a device publishes this request on. */
export function formatJobsTopic(request: JobsRequest): string {
  const base = jobsBase(request.thing)
  if (request.operation === 'get-pending') return `${base}/get`
  if (request.operation === 'start-next') return `${base}/start-next`
  return `${base}/${request.job}/${request.operation === 'update' ? 'update' : 'get'}`
}

/** Where the answer goes; a literal `$next` stays in the topic [aws 2.1]. */
export const formatReplyTopic = (request: JobsRequest, outcome: JobsOutcome): string => `${formatJobsTopic(request)}/${outcome}`

/** Where the device hears that its pending set has changed. */
export const notifyTopic = (thing: string): string => `${jobsBase(thing)}/notify`

/** Where the device hears that another execution is next. */
export const notifyNextTopic = (thing: string): string => `${jobsBase(thing)}/notify-next`

const jobsBase = (thing: string): string => `$aws/things/${thing}/jobs`
