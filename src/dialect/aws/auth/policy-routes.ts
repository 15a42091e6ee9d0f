import type { Context, Route } from '../../dialect.ts'
import { refreshTarget } from './live.ts'
import { arn, callerOf, type Caller } from '../wire/arns.ts'
import { flagOf } from '../wire/parameters.ts'
import { alreadyExists, AwsError, resourceNotFound } from '../wire/errors.ts'
import { generationOf } from './generation.ts'
import { attachmentsOf, policiesOf, type PolicyRecord, type PolicyVersion } from './identity-store.ts'
import type { Fields } from '../wire/fields.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { floatSeconds } from '../jobs/shapes.ts'
import { checkName, NAMES } from '../wire/names.ts'
import { BY_MARKER, creationOrder, paginate } from '../wire/pagination.ts'
import { readPolicy, unmodelledParts } from './policy-document.ts'
import { readTags, setResourceTags } from '../registry/tags.ts'
import { asSaid, say } from '../../../core/said.ts'

const MAX_VERSIONS = 5

/** Policies and their versions [aws 4.3]. */
export const policyRoutes: Route[] = [
  operation('CreatePolicy', 'POST', '/policies/:policyName', create),
  operation('GetPolicy', 'GET', '/policies/:policyName', ({ ctx, request, params }) =>
    describe(requirePolicy(ctx, params['policyName']), callerOf(request)),
  ),
  operation('ListPolicies', 'GET', '/policies', ({ ctx, request }) => {
    const { items, next } = paginate(request, policiesOf(ctx).values(), creationOrder(request), BY_MARKER)
    return { policies: items.map(({ name }) => policySummary(callerOf(request), name)), nextMarker: next }
  }),
  operation('DeletePolicy', 'DELETE', '/policies/:policyName', remove),
  operation('CreatePolicyVersion', 'POST', '/policies/:policyName/version', createVersion),
  operation('GetPolicyVersion', 'GET', '/policies/:policyName/version/:policyVersionId', (call) => {
    const policy = requirePolicy(call.ctx, call.params['policyName'])
    const { id, document, createdAt, updatedAt = createdAt } = requireVersion(call, policy)
    return {
      ...policySummary(callerOf(call.request), policy.name),
      policyDocument: document,
      policyVersionId: id,
      isDefaultVersion: id === policy.defaultVersion,
      creationDate: floatSeconds(createdAt),
      lastModifiedDate: floatSeconds(updatedAt),
      generationId: generationOf(policy.name, policy.createdAt),
    }
  }),
  operation('ListPolicyVersions', 'GET', '/policies/:policyName/version', ({ ctx, params }) => {
    const { versions, defaultVersion } = requirePolicy(ctx, params['policyName'])
    const shown = versions.map(({ id, createdAt }) => ({
      versionId: id,
      isDefaultVersion: id === defaultVersion,
      createDate: floatSeconds(createdAt),
    }))
    return { policyVersions: shown.reverse() }
  }),
  operation('SetDefaultPolicyVersion', 'PATCH', '/policies/:policyName/version/:policyVersionId', (call) => {
    const policy = requirePolicy(call.ctx, call.params['policyName'])
    save(call.ctx, withDefault(call.ctx, policy, requireVersion(call, policy).id))
    return undefined
  }),
  operation('DeletePolicyVersion', 'DELETE', '/policies/:policyName/version/:policyVersionId', (call) => {
    const policy = requirePolicy(call.ctx, call.params['policyName'])
    const { id } = requireVersion(call, policy)
    if (id === policy.defaultVersion)
      throw new AwsError('DeleteConflictException', `Version ${id} is the default version of the policy ${policy.name}`)
    save(call.ctx, { ...policy, versions: policy.versions.filter((version) => version.id !== id) })
    return undefined
  }),
]

/** Name and ARN, as lists show policies. */
export const policySummary = (caller: Caller, name: string): object => ({
  policyName: name,
  policyArn: arn.policy(caller, name),
})

/** The policy, or ResourceNotFoundException. */
export function requirePolicy(ctx: Context, name: string | undefined): PolicyRecord {
  const policy = policiesOf(ctx).get(checkName('policyName', name, NAMES.policy))
  if (policy === undefined) throw resourceNotFound(`The policy ${name} does not exist`)
  return policy
}

function requireVersion({ params }: Call, { name, versions }: PolicyRecord): PolicyVersion {
  const version = versions.find(({ id }) => id === params['policyVersionId'])
  if (version === undefined) throw resourceNotFound(`The policy ${name} has no version ${params['policyVersionId']}`)
  return version
}

/**
 * The document as it came; MalformedPolicyException if it is none. Counts what in it does not mean here what it says.
 */
function readDocument(ctx: Context, name: string, fields: Fields): string {
  const document = fields.required('policyDocument', fields.text('policyDocument', { max: 404_600 }))
  for (const part of unmodelledParts(readPolicy(document))) ctx.ignored(say`policy ${name}: ${asSaid(part)}`)
  return document
}

function create(call: Call): object {
  const { ctx, request, params } = call
  const name = checkName('policyName', params['policyName'], NAMES.policy)
  const fields = readBody(call, ['policyDocument', 'tags'])
  const document = readDocument(ctx, name, fields)
  const tags = readTags(fields)
  const policyArn = arn.policy(callerOf(request), name)
  if (policiesOf(ctx).has(name)) throw alreadyExists(`The policy ${name} already exists`, name, policyArn)
  const times = { createdAt: ctx.now, updatedAt: ctx.now }
  policiesOf(ctx).set(name, {
    name,
    defaultVersion: '1',
    lastVersion: 1,
    versions: [{ id: '1', document, createdAt: ctx.now }],
    ...times,
  })
  setResourceTags(ctx, `policy/${name}`, tags)
  return { policyName: name, policyArn, policyDocument: document, policyVersionId: '1' }
}

function createVersion(call: Call): object {
  const { ctx, request } = call
  const policy = requirePolicy(ctx, call.params['policyName'])
  const document = readDocument(ctx, policy.name, readBody(call, ['policyDocument']))
  const isDefault = flagOf(request, 'setAsDefault')
  if (policy.versions.length >= MAX_VERSIONS)
    throw new AwsError(
      'VersionsLimitExceededException',
      `The policy ${policy.name} has ${MAX_VERSIONS} versions already`,
    )
  const id = String(policy.lastVersion + 1)
  const versions = [...policy.versions, { id, document, createdAt: ctx.now }]
  const next = { ...policy, versions, lastVersion: policy.lastVersion + 1 }
  save(ctx, isDefault ? withDefault(ctx, next, id) : next)
  return {
    policyArn: arn.policy(callerOf(request), policy.name),
    policyDocument: document,
    policyVersionId: id,
    isDefaultVersion: isDefault,
  }
}

const describe = (policy: PolicyRecord, caller: Caller): object => ({
  ...policySummary(caller, policy.name),
  policyDocument: policy.versions.find(({ id }) => id === policy.defaultVersion)?.document,
  defaultVersionId: policy.defaultVersion,
  creationDate: floatSeconds(policy.createdAt),
  lastModifiedDate: floatSeconds(policy.updatedAt),
  generationId: generationOf(policy.name, policy.createdAt),
})

/** Both versions have been modified: the one that becomes the default, and the one that was it. */
function withDefault({ now }: Context, policy: PolicyRecord, id: string): PolicyRecord {
  if (policy.defaultVersion === id) return policy
  const changed = [policy.defaultVersion, id]
  const versions = policy.versions.map((version) =>
    changed.includes(version.id) ? { ...version, updatedAt: now } : version,
  )
  return { ...policy, versions, defaultVersion: id }
}

/** Live connections follow at once. */
function save(ctx: Context, policy: PolicyRecord): void {
  policiesOf(ctx).set(policy.name, { ...policy, updatedAt: ctx.now })
  for (const { target, policies } of attachmentsOf(ctx).values())
    if (policies.includes(policy.name)) refreshTarget(ctx, target)
}

function remove({ ctx, params }: Call): undefined {
  const { name, versions } = requirePolicy(ctx, params['policyName'])
  if (versions.length > 1)
    throw new AwsError('DeleteConflictException', `The policy ${name} has more than its default version`)
  for (const { target, policies } of attachmentsOf(ctx).values()) {
    if (policies.includes(name))
      throw new AwsError('DeleteConflictException', `The policy ${name} is attached to ${target}`)
  }
  policiesOf(ctx).delete(name)
  setResourceTags(ctx, `policy/${name}`, undefined)
}
