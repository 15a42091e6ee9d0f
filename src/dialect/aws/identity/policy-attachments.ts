import { keyOf } from '../../../core/ids.ts'
import type { Context, Route } from '../../dialect.ts'
import { policyFor, policyNames, refreshTarget } from './access.ts'
import { callerOf } from '../arns.ts'
import { flagOf, textOf } from '../rest/parameters.ts'
import { AwsError, invalidRequest } from '../errors.ts'
import { attachmentsOf, policiesOf, targetOf } from './identity-store.ts'
import { operation, readBody, type Call } from '../rest/route.ts'
import { BY_MARKER, pageOf } from '../rest/pages.ts'
import type { Judgement } from './policies.ts'
import { policySummary, requirePolicy } from './policy-routes.ts'
import { arnOf, principalIn, requirePrincipal } from './principals.ts'
import { requireGroup } from '../registry/thing-groups.ts'
import { requireThing } from '../registry/things.ts'

const MAX_POLICIES = 10

/** Which policies count for whom [aws 4.3]. */
export const attachmentRoutes: Route[] = [
  operation('AttachPolicy', 'PUT', '/target-policies/:policyName', (call) => attach(call, targetIn(call))),
  operation('DetachPolicy', 'POST', '/target-policies/:policyName', (call) => detach(call, targetIn(call))),
  operation('ListAttachedPolicies', 'POST', '/attached-policies/:target', ({ ctx, request, params }) => {
    const target = targetOf(params['target'] ?? '')
    requireTarget(ctx, target)
    return listPolicies({ ctx, request }, flagOf(request, 'recursive') ? withAncestors(ctx, target) : [target])
  }),
  operation('ListTargetsForPolicy', 'POST', '/policy-targets/:policyName', (call) => {
    const { items, next } = targetsOf(call, requirePolicy(call.ctx, call.params['policyName']).name)
    return { targets: items, nextMarker: next }
  }),
  operation('AttachPrincipalPolicy', 'PUT', '/principal-policies/:policyName', (call) => attach(call, principalIn(call, 'x-amzn-iot-principal'))),
  operation('DetachPrincipalPolicy', 'DELETE', '/principal-policies/:policyName', (call) => detach(call, principalIn(call, 'x-amzn-iot-principal'))),
  operation('ListPrincipalPolicies', 'GET', '/principal-policies', (call) => listPolicies(call, [principalIn(call, 'x-amzn-iot-principal')])),
  operation('ListPolicyPrincipals', 'GET', '/policy-principals', (call) => {
    const { items, next } = targetsOf(call, requirePolicy(call.ctx, call.request.headers['x-amzn-iot-policy']).name)
    return { principals: items, nextMarker: next }
  }),
  operation('GetEffectivePolicies', 'POST', '/effective-policies', effectivePolicies),
  operation('TestAuthorization', 'POST', '/test-authorization', testAuthorization),
]

function targetIn(call: Call): string {
  const fields = readBody(call, ['target'])
  return targetOf(fields.required('target', fields.text('target', { min: 1 })))
}

function requireTarget(ctx: Context, target: string): void {
  requirePrincipal(ctx, target)
  if (target.startsWith('thinggroup/')) requireGroup(ctx, target.slice('thinggroup/'.length))
}

function attach({ ctx, params }: Call, target: string): object {
  const { name } = requirePolicy(ctx, params['policyName'])
  requireTarget(ctx, target)
  if (!/^(?:cert|thinggroup)\//.test(target)) ctx.ignored('AttachPolicy: a target that is neither a certificate nor a thing group')
  const policies = attachmentsOf(ctx).get(target)?.policies ?? []
  if (policies.includes(name)) return {}
  if (policies.length >= MAX_POLICIES) throw new AwsError('LimitExceededException', `${target} has ${MAX_POLICIES} policies already`)
  attachmentsOf(ctx).set(target, { target, policies: [...policies, name] })
  refreshTarget(ctx, target)
  return {}
}

/** Succeeds where nothing was attached. */
function detach({ ctx, params }: Call, target: string): object {
  const { name } = requirePolicy(ctx, params['policyName'])
  const left = attachmentsOf(ctx).get(target)?.policies.filter((other) => other !== name) ?? []
  if (left.length === 0) attachmentsOf(ctx).delete(target)
  else attachmentsOf(ctx).set(target, { target, policies: left })
  refreshTarget(ctx, target)
  return {}
}

function withAncestors({ engine }: Context, target: string): string[] {
  if (!target.startsWith('thinggroup/')) return [target]
  const ancestors = engine.groups.ancestors(keyOf('aws', target.slice('thinggroup/'.length)))
  return [target, ...ancestors.map(({ name }) => `thinggroup/${name}`)]
}

function listPolicies({ ctx, request }: Pick<Call, 'ctx' | 'request'>, targets: string[]): object {
  const names = new Set(targets.flatMap((target) => attachmentsOf(ctx).get(target)?.policies ?? []))
  const { items, next } = pageOf(request, names, (name) => name, BY_MARKER)
  return { policies: items.map((name) => policySummary(callerOf(request), name)), nextMarker: next }
}

function targetsOf({ ctx, request }: Call, policy: string): { items: string[]; next: string | undefined } {
  const targets = [...attachmentsOf(ctx).values()].filter(({ policies }) => policies.includes(policy))
  const { items, next } = pageOf(request, targets, ({ target }) => target, BY_MARKER)
  return { items: items.map(({ target }) => arnOf(callerOf(request), target)), next }
}

function certificateIn(ctx: Context, principal: string | undefined): string {
  const target = targetOf(principal ?? '')
  if (!target.startsWith('cert/')) throw invalidRequest('principal', principal, 'must be the ARN of a certificate: the hub knows no other principals')
  requirePrincipal(ctx, target)
  return target.slice('cert/'.length)
}

function effectivePolicies(call: Call): object {
  const { ctx, request } = call
  const certificate = certificateIn(ctx, readBody(call, ['principal']).text('principal'))
  const thing = textOf(request, 'thingName')
  const names = policyNames(ctx, certificate, thing === undefined ? undefined : requireThing(ctx, thing).name)
  const documentOf = (name: string): string | undefined => {
    const policy = policiesOf(ctx).get(name)
    return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document
  }
  return { effectivePolicies: names.map((name) => ({ ...policySummary(callerOf(request), name), policyDocument: documentOf(name) })) }
}

const ACTIONS = ['PUBLISH', 'SUBSCRIBE', 'RECEIVE', 'CONNECT'] as const
const ACTION_NAMES = { PUBLISH: 'iot:Publish', SUBSCRIBE: 'iot:Subscribe', RECEIVE: 'iot:Receive', CONNECT: 'iot:Connect' } as const

/** What the hub would decide, and by which statement; `clientId` names the thing whose variables count. */
function testAuthorization(call: Call): object {
  const { ctx, request } = call
  const fields = readBody(call, ['principal', 'authInfos'])
  const policy = policyFor(ctx, certificateIn(ctx, fields.text('principal')), textOf(request, 'clientId'))
  const infos = fields.required('authInfos', fields.each('authInfos', 1, 10))
  const authResults = infos.flatMap((info) => {
    const actionType = info.required('actionType', info.oneOf('actionType', ACTIONS))
    const resources = info.required('resources', info.list('resources', 1, 100)).map(String)
    return resources.map((resource) => {
      const asked = resource.replace(/^arn:[^:]*:iot:[^:]*:[^:]*:/, '')
      const judgement: Judgement = policy === undefined ? { effect: 'Allow' } : policy.judge(ACTION_NAMES[actionType], asked)
      return { authInfo: { actionType, resources: [resource] }, ...verdictOf(judgement) }
    })
  })
  return { authResults }
}

function verdictOf({ effect, policy }: Judgement): object {
  const policies = policy === undefined ? [] : [{ policyName: policy }]
  if (effect === 'Allow') return { authDecision: 'ALLOWED', allowed: { policies } }
  if (effect === 'Deny') return { authDecision: 'EXPLICIT_DENY', denied: { explicitDeny: { policies } } }
  return { authDecision: 'IMPLICIT_DENY', denied: { implicitDeny: { policies } } }
}
