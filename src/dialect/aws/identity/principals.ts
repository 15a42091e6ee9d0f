import type { Context, Route } from '../../dialect.ts'
import { refreshThing } from './access.ts'
import { arn, callerOf, type Caller } from '../arns.ts'
import { textOf } from '../rest/parameters.ts'
import { invalidRequest, resourceNotFound } from '../errors.ts'
import { certificatesOf, principalsOf, targetOf, thingsOfPrincipal, type PrincipalType, type ThingPrincipals } from './identity-store.ts'
import { operation, type Call } from '../rest/route.ts'
import { pageOf } from '../rest/pages.ts'
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
    const shown = items.map(({ principal, type }) => ({ principal: arnOf(callerOf(call.request), principal), thingPrincipalType: type }))
    return { thingPrincipalObjects: shown, nextToken: next }
  }),
  operation('ListPrincipalThings', 'GET', '/principals/things', (call) => {
    const { items, next } = thingsOf(call)
    return { things: items.map(({ thing }) => thing), nextToken: next }
  }),
  operation('ListPrincipalThingsV2', 'GET', '/principals/things-v2', (call) => {
    const { items, next } = thingsOf(call)
    return { principalThingObjects: items.map(({ thing, type }) => ({ thingName: thing, thingPrincipalType: type })), nextToken: next }
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
  const type = readType(call)
  const others = thingsOfPrincipal(ctx, principal).filter((other) => other.thing !== thing)
  const exclusive = others.find((other) => type === 'EXCLUSIVE_THING' || other.type === 'EXCLUSIVE_THING')
  if (exclusive !== undefined) throw invalidRequest('thingPrincipalType', type, `is not possible: the principal is attached to the thing ${exclusive.thing}`)
  const before = principalsOf(ctx).get(thing)?.principals ?? []
  principalsOf(ctx).set(thing, { thing, principals: [...before.filter((other) => other.principal !== principal), { principal, type }] })
  refreshThing(ctx, thing)
  return {}
}

function readType({ request }: Call): PrincipalType {
  const type = textOf(request, 'thingPrincipalType') ?? 'NON_EXCLUSIVE_THING'
  if (type !== 'EXCLUSIVE_THING' && type !== 'NON_EXCLUSIVE_THING') throw invalidRequest('thingPrincipalType', type, 'must be EXCLUSIVE_THING or NON_EXCLUSIVE_THING')
  return type
}

function detach(call: Call): object {
  const { ctx, params } = call
  const thing = requireThing(ctx, params['thingName']).name
  const principal = principalIn(call, HEADER)
  const principals = principalsOf(ctx).get(thing)?.principals ?? []
  const left = principals.filter((other) => other.principal !== principal)
  if (left.length === principals.length) throw resourceNotFound(`The principal is not attached to the thing ${thing}`)
  if (left.length === 0) principalsOf(ctx).delete(thing)
  else principalsOf(ctx).set(thing, { thing, principals: left })
  refreshThing(ctx, thing)
  return {}
}

function principalsOfThing({ ctx, request, params }: Call): { items: ThingPrincipals['principals']; next: string | undefined } {
  const thing = requireThing(ctx, params['thingName']).name
  return pageOf(request, principalsOf(ctx).get(thing)?.principals ?? [], ({ principal }) => principal)
}

function thingsOf(call: Call): { items: { thing: string; type: PrincipalType }[]; next: string | undefined } {
  return pageOf(call.request, thingsOfPrincipal(call.ctx, principalIn(call, HEADER)), ({ thing }) => thing)
}
