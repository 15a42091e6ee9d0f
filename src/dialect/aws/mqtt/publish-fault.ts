import type { Instant } from '../../../core/clock.ts'
import type { Incoming } from '../../../core/seam/mqtt.ts'
import type { Policy } from '../auth/policies.ts'
import { MAX_PAYLOAD_BYTES } from '../wire/limits.ts'
import { say, type Words } from '../../../core/said.ts'

type Published = Pick<Incoming, 'topic' | 'payload' | 'qos' | 'retain'>

/** Why AWS IoT would take this message from nobody, but for the length of its topic [aws 1.5]. */
export function publishFault({ topic, payload, qos, retain }: Published): Words | undefined {
  if (qos === 2) return say`QoS 2 publish to ${topic}: AWS IoT knows QoS 0 and 1 only`
  if (payload.length > MAX_PAYLOAD_BYTES) {
    return say`publish to ${topic} has ${payload.length} bytes, and may have ${MAX_PAYLOAD_BYTES}`
  }
  if (retain && topic.startsWith('$')) return say`retained publish to ${topic}: topics that begin with $ cannot retain`
  return undefined
}

/** Why this client may not publish the message: it takes another action to have it retained [aws 4.3]. */
export function policyFault({ topic, retain }: Published, policy: Policy | undefined, now: Instant): Words | undefined {
  for (const action of retain ? ['iot:Publish', 'iot:RetainPublish'] : ['iot:Publish']) {
    if (policy?.allows(action, `topic/${topic}`, now) === false) return policy.explain(action, `topic/${topic}`, now)
  }
  return undefined
}
