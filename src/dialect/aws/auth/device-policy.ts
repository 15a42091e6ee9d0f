import type { Context } from '../../dialect.ts'
import { attachmentsOf, policiesOf } from './identity-store.ts'

/** The policy that enrolment attaches in strict mode. */
export const DEVICE_POLICY = 'local-iot-hub-device'

const THING = '${iot:Connection.Thing.ThingName}'
/**
 * What AWS reserves for the thing, and where its designs for MQTT topics and its SDK samples have applications put the
 * name of the thing.
 */
const TOPICS = [
  `$aws/things/${THING}/*`,
  `${THING}/*`,
  `dt/${THING}/*`,
  `dt/*/${THING}/*`,
  `cmd/${THING}/*`,
  `cmd/*/${THING}/*`,
  'sdk/*',
]
const resources = (type: string, names: string[]): string[] => names.map((name) => `arn:aws:iot:*:*:${type}/${name}`)
const documentOf = (...statements: { Action: string[]; Resource: string[] }[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
  })

/** Over MQTT a thing may be itself, and say and hear what is its own: least privilege, as AWS advises [aws 4.3]. */
const OVER_MQTT = documentOf(
  { Action: ['iot:Connect'], Resource: resources('client', [THING]) },
  { Action: ['iot:Publish', 'iot:RetainPublish', 'iot:Receive'], Resource: resources('topic', TOPICS) },
  { Action: ['iot:Subscribe'], Resource: resources('topicfilter', TOPICS) },
)

/** Over HTTP there is no client id, so that the variables stand for nothing [aws 1.3]: this one names the thing. */
const overHttp = (thing: string): string =>
  documentOf({ Action: ['iot:*', 'iotjobsdata:*'], Resource: resources('thing', [thing, `${thing}/*`]) })

/** Attaches what the certificate of a thing needs: a policy that all share, and one of its own for HTTP. */
export function attachDevicePolicies(ctx: Context, thing: string, principal: string): void {
  const own = ownPolicy(principal)
  provide(ctx, DEVICE_POLICY, OVER_MQTT)
  provide(ctx, own, overHttp(thing))
  attachmentsOf(ctx).set(principal, { target: principal, policies: [DEVICE_POLICY, own] })
}

/** A certificate is deleted: what was attached to it is not any more, and the policy of its own goes with it. */
export function dropDevicePolicies(ctx: Context, principal: string): void {
  attachmentsOf(ctx).delete(principal)
  policiesOf(ctx).delete(ownPolicy(principal))
}

/** Names of things may hold what names of policies may not, and be too long. */
const ownPolicy = (principal: string): string => `${DEVICE_POLICY}-http-${principal.slice(-16)}`

/** Makes the policy unless there is one of that name, which people may have changed. */
function provide(ctx: Context, name: string, document: string): void {
  if (policiesOf(ctx).has(name)) return
  const versions = [{ id: '1', document, createdAt: ctx.now }]
  policiesOf(ctx).set(name, {
    name,
    defaultVersion: '1',
    versions,
    lastVersion: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  })
}
