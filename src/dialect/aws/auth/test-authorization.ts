import type { Instant } from '../../../core/clock.ts'
import type { Context, Route } from '../../dialect.ts'
import { factsFor, policyNames, policyOf } from './access.ts'
import { callerOf, type Caller } from '../wire/arns.ts'
import { invalidRequest } from '../wire/errors.ts'
import type { Fields } from '../wire/fields.ts'
import { textParameter } from '../wire/parameters.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { requireThing } from '../registry/things.ts'
import { attachmentsOf, policiesOf, targetOf } from './identity-store.ts'
import { requireTarget, withAncestors } from './policy-attachments.ts'
import type { Policy } from './policies.ts'
import { policySummary, requirePolicy } from './policy-routes.ts'
import { verbatim } from '../../../core/said.ts'

/** Asking beforehand what would be decided [aws 4.7.4]. */
export const testRoutes: Route[] = [
  operation('GetEffectivePolicies', 'POST', '/effective-policies', effectivePolicies),
  operation('TestAuthorization', 'POST', '/test-authorization', testAuthorization),
]

function effectivePolicies(call: Call): object {
  const { ctx, request } = call
  const thing = textParameter(request, 'thingName')
  if (thing !== undefined) requireThing(ctx, thing)
  const fields = readBody(call, ['principal', 'cognitoIdentityPoolId'])
  passOverPool(call, fields)
  const principal = fields.text('principal')
  const names = principal === undefined ? [] : namesFor(ctx, readPrincipal(ctx, principal), thing)
  const documentOf = (name: string): string | undefined => {
    const policy = policiesOf(ctx).get(name)
    return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document
  }
  return {
    effectivePolicies: names.map((name) => ({
      ...policySummary(callerOf(request), name),
      policyDocument: documentOf(name),
    })),
  }
}

const passOverPool = ({ ctx, operation: name }: Call, fields: Fields): void => {
  if (fields.has('cognitoIdentityPoolId')) ctx.ignored(verbatim(`${name}.cognitoIdentityPoolId`))
}

function readPrincipal(ctx: Context, principal: string): string {
  const target = targetOf(principal)
  if (!/^(?:cert|thinggroup)\//.test(target))
    throw invalidRequest(
      'principal',
      principal,
      'must be the ARN of a certificate or of a thing group: the hub knows no other principals',
    )
  requireTarget(ctx, target)
  return target
}

/** Policies that count for a certificate under a client id, or those of a group. */
function namesFor(ctx: Context, target: string, clientId: string | undefined): string[] {
  if (target.startsWith('cert/')) return policyNames(ctx, idIn(target), clientId)
  return [...new Set(withAncestors(ctx, target).flatMap((one) => attachmentsOf(ctx).get(one)?.policies ?? []))]
}

const idIn = (target: string): string => target.slice('cert/'.length)

const ACTIONS = ['PUBLISH', 'SUBSCRIBE', 'RECEIVE', 'CONNECT'] as const
const ACTION_NAMES = {
  PUBLISH: 'iot:Publish',
  SUBSCRIBE: 'iot:Subscribe',
  RECEIVE: 'iot:Receive',
  CONNECT: 'iot:Connect',
} as const

/**
 * What the hub would decide for somebody who connects as `clientId`, by which policies, and what it does not know of
 * that client.
 */
function testAuthorization(call: Call): object {
  const { ctx, request } = call
  const fields = readBody(call, [
    'principal',
    'cognitoIdentityPoolId',
    'authInfos',
    'policyNamesToAdd',
    'policyNamesToSkip',
  ])
  passOverPool(call, fields)
  const target = readPrincipal(ctx, fields.required('principal', fields.text('principal')))
  const clientId = textParameter(request, 'clientId')
  const [added, skipped] = ['policyNamesToAdd', 'policyNamesToSkip'].map((member) => namesIn(ctx, fields, member))
  const names = [...new Set([...namesFor(ctx, target, clientId), ...added!])].filter((name) => !skipped!.includes(name))
  const facts = target.startsWith('cert/') ? factsFor(ctx, idIn(target), { clientId }) : { clientId }
  // Open mode allows everything until a first policy is attached.
  const policy = names.length === 0 && ctx.settings.mode === 'open' ? undefined : policyOf(ctx, names, facts)
  const infos = fields.required('authInfos', fields.each('authInfos', 1, 10))
  return { authResults: infos.flatMap((info) => resultsOf(callerOf(request), names, policy, ctx.now, info)) }
}

const namesIn = (ctx: Context, fields: Fields, member: string): string[] =>
  (fields.list(member, 0, 250) ?? []).map((name) => requirePolicy(ctx, String(name)).name)

function resultsOf(
  caller: Caller,
  names: readonly string[],
  policy: Policy | undefined,
  now: Instant,
  info: Fields,
): object[] {
  const actionType = info.required('actionType', info.oneOf('actionType', ACTIONS))
  const resources = info.required('resources', info.list('resources', 1, 100)).map(String)
  const listed = (policies: readonly string[]): object => ({
    policies: policies.map((name) => policySummary(caller, name)),
  })
  return resources.map((resource) => {
    const asked = resource.replace(/^arn:[^:]*:iot:[^:]*:[^:]*:/, '')
    const judged = policy?.judge(ACTION_NAMES[actionType], asked, now) ?? {
      effect: 'Allow' as const,
      allowing: [],
      denying: [],
      missing: [],
    }
    const silent = names.filter((name) => !judged.allowing.includes(name) && !judged.denying.includes(name))
    return {
      authInfo: { actionType, resources: [resource] },
      allowed: listed(judged.allowing),
      denied: { implicitDeny: listed(silent), explicitDeny: listed(judged.denying) },
      authDecision:
        judged.effect === 'Allow' ? 'ALLOWED' : judged.effect === 'Deny' ? 'EXPLICIT_DENY' : 'IMPLICIT_DENY',
      missingContextValues: judged.missing,
    }
  })
}
