import type { Context, Route } from '../../dialect.ts'
import { parseArn } from '../wire/arns.ts'
import { invalidRequest, resourceNotFound } from '../wire/errors.ts'
import { certificatesOf, policiesOf } from '../auth/identity-store.ts'
import { jobExtra } from '../jobs/extra.ts'
import type { Fields } from '../wire/fields.ts'
import { groupKey, jobKey } from '../jobs/keys.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { typesOf } from './thing-type-store.ts'
import { say } from '../../../core/said.ts'

export interface Tag {
  Key: string
  Value?: string
}

const MAX_TAGS = 50

/** Tags of resources [aws 4.1]. */
export const tagRoutes: Route[] = [
  operation('TagResource', 'POST', '/tags', tagResource),
  operation('UntagResource', 'POST', '/untag', untagResource),
  operation('ListTagsForResource', 'GET', '/tags', ({ ctx, request }) => {
    const resource = requireResource(ctx, request.query.get('resourceArn') ?? undefined)
    return { tags: tagsOf(ctx, resource) }
  }),
]

/** Reads a list of tags. */
export const readTags = (fields: Fields): Tag[] | undefined =>
  fields.each('tags', 0, MAX_TAGS)?.map((tag) => {
    const value = tag.text('Value', { max: 256 })
    return {
      Key: tag.required('Key', tag.text('Key', { min: 1, max: 128 })),
      ...(value !== undefined && { Value: value }),
    }
  })

/** Gives a new resource its tags; `resource` is kind and name, as in its ARN: `thinggroup/red`. */
export function setResourceTags(ctx: Context, resource: string, tags: Tag[] | undefined): void {
  if (tags === undefined || tags.length === 0) ctx.own<{ tags: Tag[] }>('tags').delete(resource)
  else ctx.own<{ tags: Tag[] }>('tags').set(resource, { tags })
}

/** A job brings its first tags with it; once they are changed, they are kept here. */
function tagsOf(ctx: Context, resource: string): Tag[] {
  const kept = ctx.own<{ tags: Tag[] }>('tags').get(resource)?.tags
  const job = resource.startsWith('job/') ? ctx.engine.jobs.get(jobKey(resource.slice('job/'.length))) : undefined
  return kept ?? (job === undefined ? [] : (jobExtra(job).tags ?? []))
}

function tagResource(call: Call): object {
  const fields = readBody(call, ['resourceArn', 'tags'])
  const resource = requireResource(call.ctx, fields.text('resourceArn'))
  const merged = new Map(tagsOf(call.ctx, resource).map((tag) => [tag.Key, tag]))
  for (const tag of fields.required('tags', readTags(fields))) merged.set(tag.Key, tag)
  if (merged.size > MAX_TAGS)
    throw fields.refuse('tags', say`would make ${merged.size} tags; a resource may have ${MAX_TAGS}`)
  call.ctx.own<{ tags: Tag[] }>('tags').set(resource, { tags: [...merged.values()] })
  return {}
}

function untagResource(call: Call): object {
  const fields = readBody(call, ['resourceArn', 'tagKeys'])
  const resource = requireResource(call.ctx, fields.text('resourceArn'))
  const keys = new Set(fields.required('tagKeys', fields.list('tagKeys', 0, MAX_TAGS)))
  call.ctx
    .own<{ tags: Tag[] }>('tags')
    .set(resource, { tags: tagsOf(call.ctx, resource).filter(({ Key }) => !keys.has(Key)) })
  return {}
}

/** Kind and name of a taggable resource that exists. */
function requireResource(ctx: Context, text: string | undefined): string {
  const arn = text === undefined ? undefined : parseArn(text)
  if (arn === undefined) throw invalidRequest('resourceArn', text, 'must be the ARN of an AWS IoT resource')
  const exists = EXISTS[arn.kind]
  if (exists === undefined)
    throw invalidRequest(
      'resourceArn',
      text,
      `names a ${arn.kind}, and the hub keeps tags of ${Object.keys(EXISTS).join(', ')} only`,
    )
  if (!exists(ctx, arn.name)) throw resourceNotFound(`There is no resource ${text}`)
  return `${arn.kind}/${arn.name}`
}

const EXISTS: Readonly<Record<string, (ctx: Context, name: string) => boolean>> = {
  thinggroup: (ctx, name) => ctx.engine.groups.get(groupKey(name)) !== undefined,
  thingtype: (ctx, name) => typesOf(ctx).has(name),
  job: (ctx, name) => ctx.engine.jobs.get(jobKey(name)) !== undefined,
  jobtemplate: (ctx, name) => ctx.own('jobTemplates').has(name),
  policy: (ctx, name) => policiesOf(ctx).has(name),
  cert: (ctx, name) => certificatesOf(ctx).has(name),
}
