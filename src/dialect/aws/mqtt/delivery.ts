import type { Instant } from '../../../core/clock.ts'
import type { Connection } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { permissionsOf } from '../auth/access.ts'
import type { Policy } from '../auth/policies.ts'
import { asSaid, say, type Words } from '../../../core/said.ts'

/**
 * Whether a message may go out to this subscriber: `sensor/#` does not cover `sensor` itself, in strict mode a
 * retained message is for exact subscriptions only, and a policy has to allow `iot:Receive` [aws 1.5, 4.3].
 * Without a policy nothing is allocated.
 */
export function mayDeliver(connection: Connection, topic: string, retained: boolean, now: Instant): boolean {
  const access = permissionsOf(connection)
  if (access !== undefined) {
    if (retained && access.strict && !connection.subscriptions.has(topic)) return false
    if (access.policy !== undefined && !mayReceive(connection, access.policy, topic, now)) return false
  }
  return !onlyAsParent(connection.subscriptions, topic)
}

/** Whether the answer to a request may go out: policies count where the client has subscribed to it [aws 4.7.1]. */
export function mayAnswer(connection: Connection, topic: string, now: Instant): boolean {
  const policy = permissionsOf(connection)?.policy
  if (policy === undefined || !isSubscribed(connection.subscriptions, topic)) return true
  return mayReceive(connection, policy, topic, now)
}

/** Why a client may not be sent a message on a topic; `undefined` if it may. */
export function receiveFault(connection: Connection, topic: string, now: Instant): Words | undefined {
  const policy = permissionsOf(connection)?.policy
  return policy === undefined || policy.allows(RECEIVE, `topic/${topic}`, now)
    ? undefined
    : policy.explain(RECEIVE, `topic/${topic}`, now)
}

function mayReceive(connection: Connection, policy: Policy, topic: string, now: Instant): boolean {
  if (policy.isOpen(RECEIVE) || policy.allows(RECEIVE, `topic/${topic}`, now)) return true
  withhold(connection, topic)
  return false
}

const NOT_THEN = 'its policies did not allow it then'
const RECEIVE = 'iot:Receive'
/** So many topics are told of a connection; a policy that withholds more is understood by then. */
const MOST_WITHHELD = 5

/** Topics of which something was not delivered: the wire says nothing of it. */
function withhold({ state }: Connection, topic: string): void {
  const topics = (state['withheld'] ??= new Map<string, 'new' | 'told'>()) as Map<string, 'new' | 'told'>
  if (topics.size < MOST_WITHHELD && !topics.has(topic)) topics.set(topic, 'new')
}

/** Tells people what policies have kept from a client since this was last asked. */
export function tellWithheld(ctx: Context, connection: Connection): void {
  const topics = connection.state['withheld'] as Map<string, 'new' | 'told'> | undefined
  if (topics === undefined) return
  for (const [topic, news] of topics) {
    if (news === 'told') continue
    topics.set(topic, 'told')
    const why = receiveFault(connection, topic, ctx.now) ?? NOT_THEN
    ctx.warn(connection.id, say`was not sent a message on ${topic}: ${asSaid(why)}`)
  }
}

/** Whether a filter of the client matches the topic. */
function isSubscribed(subscriptions: Connection['subscriptions'], topic: string): boolean {
  if (subscriptions.has(topic)) return true
  for (const filter of subscriptions.keys()) if (covers(filter, filter.length, topic)) return true
  return false
}

/** Whether the topic matches some filter of the form `{topic}/#`, and no other. */
function onlyAsParent(subscriptions: Connection['subscriptions'], topic: string): boolean {
  if (subscriptions.has(topic)) return false
  let parent = false
  for (const filter of subscriptions.keys()) {
    const end = filter.length - 2
    if (filter.endsWith('/#') && covers(filter, end, topic)) parent = true
    else if (covers(filter, filter.length, topic)) return false
  }
  return parent
}

/** Whether the first `end` characters of a filter match the topic; a `#` takes one level or more. */
function covers(filter: string, end: number, topic: string): boolean {
  let at = 0
  for (let index = 0; index < end; index += 1) {
    const wanted = filter.charCodeAt(index)
    if (wanted === HASH) return at <= topic.length && !(index === 0 && topic.charCodeAt(0) === DOLLAR)
    if (wanted === PLUS) {
      if (index === 0 && topic.charCodeAt(0) === DOLLAR) return false
      while (at < topic.length && topic.charCodeAt(at) !== SLASH) at += 1
      continue
    }
    if (at >= topic.length || topic.charCodeAt(at) !== wanted) return false
    at += 1
  }
  return at === topic.length
}

const HASH = 35
const DOLLAR = 36
const PLUS = 43
const SLASH = 47
