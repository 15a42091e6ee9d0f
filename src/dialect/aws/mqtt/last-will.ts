import type { DeviceKey } from '../../../core/ids.ts'
import type { ConnectRequest, PublishVerdict } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { canBeCarried, lengthFault } from '../wire/limits.ts'
import { formatTopic, parseTopic, type AwsTopic } from '../wire/topics.ts'
import { publishFault } from './publish-fault.ts'
import { asSaid, say, type Words } from '../../../core/said.ts'

type Will = ConnectRequest['will']

/** Why AWS IoT would never send this last will, and so refuses the CONNECT that brings it [aws 1.5]. */
export function willFault(will: Will, strict: boolean): Words | undefined {
  if (will === undefined) return undefined
  const long = lengthFault(will.topic)
  const tooLong = strict || !canBeCarried(will.topic) ? long : undefined
  const fault = publishFault(will) ?? tooLong
  return fault && say`last will: ${asSaid(fault)}`
}

/** Tells people at CONNECT of a last will that will not do what it looks like. */
export function warnOfWill(ctx: Context, device: DeviceKey, will: Will): void {
  if (will === undefined) return
  const topic = parseTopic(will.topic)
  if (topic.kind === 'ordinary') return
  const verdict = tellWill(topic)
  if (verdict.route === 'drop')
    return ctx.warn(device, say`its last will is never delivered: ${asSaid(verdict.reason)}`)
  ctx.warn(device, say`its last will on ${will.topic} reaches subscribers only: AWS’s services take no wills`)
}

/** A last will is for subscribers; the services ignore it, whatever topic it is on [DG device-shadow-comms-app]. */
export function tellWill(topic: AwsTopic): PublishVerdict {
  switch (topic.kind) {
    case 'ordinary':
    case 'jobs':
      return { route: 'forward' }
    case 'shadow':
      return topic.shadow.outcome === undefined ? { route: 'forward' } : reserved(topic)
    case 'defender':
    case 'provisioning':
      return topic.outcome === undefined ? { route: 'forward' } : reserved(topic)
    case 'rule':
      return { route: 'consume' }
    default:
      return reserved(topic)
  }
}

const reserved = (topic: AwsTopic): PublishVerdict => ({
  route: 'drop',
  reason: say`${formatTopic(topic)} is reserved for the service`,
})
