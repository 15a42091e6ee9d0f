import type { Connection } from '../../../core/seam/mqtt.ts'
import { known } from '../identity/access.ts'

/**
 * Whether a message may go out to this subscriber: `sensor/#` does not cover `sensor` itself, in strict mode a
 * retained message is for exact subscriptions only, and a policy has to allow `iot:Receive` [aws 1.5, 4.3].
 * Without a policy nothing is allocated.
 */
export function mayDeliver(connection: Connection, topic: string, retained: boolean): boolean {
  const access = known(connection)
  if (access !== undefined) {
    if (retained && access.strict && !connection.subscriptions.has(topic)) return false
    if (access.policy?.allows('iot:Receive', `topic/${topic}`) === false) return false
  }
  return !onlyAsParent(connection.subscriptions, topic)
}

/** Whether the topic matches some filter of the form `{topic}/#`, and no other. */
function onlyAsParent(subscriptions: Connection['subscriptions'], topic: string): boolean {
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
