import type { Context, Route } from '../../dialect.ts'
import { refreshTarget, refreshThing } from './live.ts'
import { arn, callerOf, type Caller } from '../wire/arns.ts'
import { textParameter } from '../wire/parameters.ts'
import { invalidRequest, resourceNotFound } from '../wire/errors.ts'
import {
  attachPrincipal,
  certificatesOf,
  detachPrincipals,
  exclusiveThing,
  principalsOf,
  targetOf,
  thingsOfPrincipal,
  type PrincipalType,
  type ThingPrincipals,
} from './identity-store.ts'
import { operation, type Call } from '../wire/route.ts'
import { paginate } from '../wire/pagination.ts'
import { requireThing } from '../registry/things.ts'

/** Which principals stand for which things; the principal's ARN is in the header `x-amzn-principal` [aws 4.3]. */
export const principalRoutes: Route[] = [
  operation('AttachThingPrincipal', 'PUT', '/things/:thingName/principals', attach),
  operation('DetachThingPrincipal', 'DELETE', '/things/:thingName/principals', detach),
  operation('ListThingPrincipals', 'GET', '/things/:thingName/principals', (call) => {
    const { items, next } = principalsOfThing(call)
    return { principals: items.map(({ principal }) => arnOf(callerOf(call.request), principal)), nextToken: next }
  }),
  operation('ListThingPrincipalsV2', 'GET', '/things/:thingName/principals-v2', (call) => {
    const { items, next } = principalsOfThing(call)
    const shown = items.map(({ principal, type }) => ({
      principal: arnOf(callerOf(call.request), principal),
      thingPrincipalType: type,
    }))
    return { thingPrincipalObjects: shown, nextToken: next }
  }),
  operation('ListPrincipalThings', 'GET', '/principals/things', (call) => {
    const { items, next } = thingsOf(call)
    return { things: items.map(({ thing }) => thing), nextToken: next }
  }),
  operation('ListPrincipalThingsV2', 'GET', '/principals/things-v2', (call) => {
    const { items, next } = thingsOf(call)
    return {
      principalThingObjects: items.map(({ thing, type }) => ({ thingName: thing, thingPrincipalType: type })),
      nextToken: next,
    }
  }),
]

/** The ARN of a principal or target, shown in the caller's region. */
export function arnOf(caller: Caller, target: string): string {
  if (target.startsWith('cert/')) return arn.certificate(caller, target.slice('cert/'.length))
  return target.startsWith('thinggroup/') ? arn.thingGroup(caller, target.slice('thinggroup/'.length)) : target
}

/** The principal in a header, as the store has it; InvalidRequestException without one. */
export function principalIn({ request }: Call, header: string): string {
  const given = request.headers[header]
  if (given === undefined || given === '') throw invalidRequest(header, given, 'is required')
  return targetOf(given)
}

/** ResourceNotFoundException for a certificate nobody registered. */
export function requirePrincipal(ctx: Context, principal: string): void {
  if (principal.startsWith('cert/') && !certificatesOf(ctx).has(principal.slice('cert/'.length))) {
    throw resourceNotFound(`The certificate ${principal.slice('cert/'.length)} does not exist`)
  }
}

const HEADER = 'x-amzn-principal'

function attach(call: Call): object {
  const { ctx, params } = call
  const thing = requireThing(ctx, params['thingName']).name
  const principal = principalIn(call, HEADER)
  requirePrincipal(ctx, principal)
  if (!principal.startsWith('cert/')) ctx.ignored('AttachThingPrincipal: a principal that is not a certificate')
  const type = readType(call) ?? 'NON_EXCLUSIVE_THING'
  const others = thingsOfPrincipal(ctx, principal).filter((other) => other.thing !== thing)
  const exclusive = others.find((other) => type === 'EXCLUSIVE_THING' || other.type === 'EXCLUSIVE_THING')
  if (exclusive !== undefined)
    throw invalidRequest(
      'thingPrincipalType',
      type,
      `is not possible: the principal is attached to the thing ${exclusive.thing}`,
    )
  changing(ctx, thing, principal, () => attachPrincipal(ctx, thing, principal, type))
  return {}
}

/** Live connections follow: those of the thing's name, and all of a certificate that was or becomes its own. */
function changing<T>(ctx: Context, thing: string, principal: string, change: () => T): T {
  const before = exclusiveThing(ctx, principal)
  const result = change()
  refreshThing(ctx, thing)
  if (before !== exclusiveThing(ctx, principal)) refreshTarget(ctx, principal)
  return result
}

function readType({ request }: Call): PrincipalType | undefined {
  const type = textParameter(request, 'thingPrincipalType')
  if (type === undefined || type === 'EXCLUSIVE_THING' || type === 'NON_EXCLUSIVE_THING') return type
  throw invalidRequest('thingPrincipalType', type, 'must be EXCLUSIVE_THING or NON_EXCLUSIVE_THING')
}

function detach(call: Call): object {
  const { ctx, params } = call
  const thing = requireThing(ctx, params['thingName']).name
  const principal = principalIn(call, HEADER)
  const gone = changing(ctx, thing, principal, () => detachPrincipals(ctx, thing, principal))
  if (gone.length === 0) throw resourceNotFound(`The principal is not attached to the thing ${thing}`)
  return {}
}

/** Of the type in the query, if one is there. */
function principalsOfThing(call: Call): { items: ThingPrincipals['principals']; next: string | undefined } {
  const { ctx, request, params } = call
  const thing = requireThing(ctx, params['thingName']).name
  return paginate(
    request,
    ofType(principalsOf(ctx).get(thing)?.principals ?? [], readType(call)),
    ({ principal }) => principal,
  )
}

function thingsOf(call: Call): { items: { thing: string; type: PrincipalType }[]; next: string | undefined } {
  return paginate(
    call.request,
    ofType(thingsOfPrincipal(call.ctx, principalIn(call, HEADER)), readType(call)),
    ({ thing }) => thing,
  )
}

const ofType = <T extends { type: PrincipalType }>(attached: T[], type: PrincipalType | undefined): T[] =>
  type === undefined ? attached : attached.filter((one) => one.type === type)
