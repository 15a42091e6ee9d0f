import { keyOf } from '../../../core/ids.ts'
import type { Context, Route } from '../../dialect.ts'
import { groupTargets } from './access.ts'
import { refreshTarget } from './live.ts'
import { callerOf } from '../wire/arns.ts'
import { flagOf, textParameter } from '../wire/parameters.ts'
import { AwsError } from '../wire/errors.ts'
import { attachmentsOf, policiesOf, targetOf } from './identity-store.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { BY_MARKER, creationOrder, paginate } from '../wire/pagination.ts'
import { policySummary, requirePolicy } from './policy-routes.ts'
import { arnOf, principalIn, requirePrincipal } from './principals.ts'
import { requireGroup } from '../registry/thing-groups.ts'
import { verbatim } from '../../../core/said.ts'

const MAX_POLICIES = 10
const MAX_GROUP_POLICIES = 2

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
  operation('AttachPrincipalPolicy', 'PUT', '/principal-policies/:policyName', (call) =>
    attach(call, principalIn(call, 'x-amzn-iot-principal')),
  ),
  operation('DetachPrincipalPolicy', 'DELETE', '/principal-policies/:policyName', (call) =>
    detach(call, principalIn(call, 'x-amzn-iot-principal')),
  ),
  operation('ListPrincipalPolicies', 'GET', '/principal-policies', (call) => {
    const { ctx, request } = call
    const names = attachmentsOf(ctx).get(principalIn(call, 'x-amzn-iot-principal'))?.policies ?? []
    const policies = names.flatMap((name) => policiesOf(ctx).get(name) ?? [])
    const { items, next } = paginate(request, policies, creationOrder(request), BY_MARKER)
    return { policies: items.map(({ name }) => policySummary(callerOf(request), name)), nextMarker: next }
  }),
  operation('ListPolicyPrincipals', 'GET', '/policy-principals', (call) => {
    // Nobody keeps when a policy was attached.
    if (textParameter(call.request, 'isAscendingOrder') !== undefined)
      call.ctx.ignored(verbatim('ListPolicyPrincipals.isAscendingOrder'))
    const { items, next } = targetsOf(call, requirePolicy(call.ctx, call.request.headers['x-amzn-iot-policy']).name)
    return { principals: items, nextMarker: next }
  }),
]

function targetIn(call: Call): string {
  const fields = readBody(call, ['target'])
  return targetOf(fields.required('target', fields.text('target', { min: 1 })))
}

/** ResourceNotFoundException for a certificate or group that there is not. */
export function requireTarget(ctx: Context, target: string): void {
  requirePrincipal(ctx, target)
  if (target.startsWith('thinggroup/')) requireGroup(ctx, target.slice('thinggroup/'.length))
}

function attach({ ctx, params }: Call, target: string): undefined {
  const { name } = requirePolicy(ctx, params['policyName'])
  requireTarget(ctx, target)
  if (!/^(?:cert|thinggroup)\//.test(target))
    ctx.ignored('AttachPolicy: a target that is neither a certificate nor a thing group')
  const policies = attachmentsOf(ctx).get(target)?.policies ?? []
  if (policies.includes(name)) return undefined
  const most = target.startsWith('thinggroup/') ? MAX_GROUP_POLICIES : MAX_POLICIES
  if (policies.length >= most) throw new AwsError('LimitExceededException', `${target} has ${most} policies already`)
  attachmentsOf(ctx).set(target, { target, policies: [...policies, name] })
  refreshTarget(ctx, target)
}

/** Succeeds where nothing was attached. */
function detach({ ctx, params }: Call, target: string): undefined {
  const { name } = requirePolicy(ctx, params['policyName'])
  const left =
    attachmentsOf(ctx)
      .get(target)
      ?.policies.filter((other) => other !== name) ?? []
  if (left.length === 0) attachmentsOf(ctx).delete(target)
  else attachmentsOf(ctx).set(target, { target, policies: left })
  refreshTarget(ctx, target)
}

/** The target itself; of a group its ancestors, too. */
export function withAncestors(ctx: Context, target: string): string[] {
  return target.startsWith('thinggroup/')
    ? groupTargets(ctx, keyOf('aws', target.slice('thinggroup/'.length)))
    : [target]
}

function listPolicies({ ctx, request }: Pick<Call, 'ctx' | 'request'>, targets: string[]): object {
  const names = new Set(targets.flatMap((target) => attachmentsOf(ctx).get(target)?.policies ?? []))
  const { items, next } = paginate(request, names, (name) => name, BY_MARKER)
  return { policies: items.map((name) => policySummary(callerOf(request), name)), nextMarker: next }
}

function targetsOf({ ctx, request }: Call, policy: string): { items: string[]; next: string | undefined } {
  const targets = [...attachmentsOf(ctx).values()].filter(({ policies }) => policies.includes(policy))
  const { items, next } = paginate(request, targets, ({ target }) => target, BY_MARKER)
  return { items: items.map(({ target }) => arnOf(callerOf(request), target)), next }
}
