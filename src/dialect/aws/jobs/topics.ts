/**
 * A request of a device to the job service, as its topic says it; `job` may be `$next` where a job is described. Jobs
 * of a namespace are spoken of with it only [aws 2.12].
 */
export type JobsRequest =
  | { thing: string; operation: 'get-pending' }
  | { thing: string; operation: 'start-next' }
  | { thing: string; operation: 'describe'; job: string; namespace?: string }
  | { thing: string; operation: 'update'; job: string; namespace?: string }

export type JobsOutcome = 'accepted' | 'rejected'

const PREFIX = /^\$aws\/things\/[^/]+\/jobs\//
const THING = /^\$aws\/things\/([a-zA-Z0-9:_-]{1,128})\/jobs\/(.+)$/
const PLAIN = /^(?:get|start-next)$/
const ONE_JOB = /^([a-zA-Z0-9_-]{1,64}|\$next(?=\/(?:.*\/)?get$))\/(?:namespace-([a-zA-Z0-9_-]+)\/)?(get|update)$/

/**
 * Whether the topic belongs to the job service: what a client publishes there and is no request deserves InvalidTopic.
 */
export const isJobsTopic = (topic: string): boolean => PREFIX.test(topic)

/** The request a topic stands for [aws 2.1]; `undefined` if it stands for none. */
export function parseJobsTopic(topic: string): JobsRequest | undefined {
  const [, thing, rest = ''] = THING.exec(topic) ?? []
  if (thing === undefined) return undefined
  if (PLAIN.test(rest)) return { thing, operation: rest === 'get' ? 'get-pending' : 'start-next' }
  const [, job, namespace, verb] = ONE_JOB.exec(rest) ?? []
  if (job === undefined) return undefined
  return {
    thing,
    operation: verb === 'update' ? 'update' : 'describe',
    job,
    ...(namespace !== undefined && { namespace }),
  }
}

/** The topic a device publishes this request on. */
export function formatJobsTopic(request: JobsRequest): string {
  const base = jobsBase(request.thing)
  if (request.operation === 'get-pending') return `${base}/get`
  if (request.operation === 'start-next') return `${base}/start-next`
  const namespace = request.namespace === undefined ? '' : `/namespace-${request.namespace}`
  return `${base}/${request.job}${namespace}/${request.operation === 'update' ? 'update' : 'get'}`
}

/** Where the answer goes; a literal `$next` stays in the topic [aws 2.1]. */
export const formatReplyTopic = (request: JobsRequest, outcome: JobsOutcome): string =>
  `${formatJobsTopic(request)}/${outcome}`

/** Where the device hears that its pending set has changed. */
export const notifyTopic = (thing: string, namespace?: string): string =>
  `${jobsBase(thing)}/notify${within(namespace)}`

/** Where the device hears that another execution is next. */
export const notifyNextTopic = (thing: string, namespace?: string): string =>
  `${jobsBase(thing)}/notify-next${within(namespace)}`

const within = (namespace: string | undefined): string => (namespace === undefined ? '' : `-namespace-${namespace}`)

const jobsBase = (thing: string): string => `$aws/things/${thing}/jobs`
