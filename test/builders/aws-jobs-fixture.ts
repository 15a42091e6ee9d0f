import type { Execution, Job } from '../../src/core/job/model.ts'
import type { HttpRequest, HttpResponse } from '../../src/core/seam/http.ts'
import type { Fulfilled, StoredObject } from '../../src/core/seam/needs.ts'
import type { Connection, Message } from '../../src/core/seam/mqtt.ts'
import { http } from '../../src/dialect/aws/http/front.ts'
import {
  jobDataRoutes,
  jobRoutes,
  onJobsEvent,
  onJobsPublish,
  presignedRoutes,
  rejectTopic,
} from '../../src/dialect/aws/jobs/jobs.ts'
import { groupKey, jobKey, thingKey } from '../../src/dialect/aws/jobs/keys.ts'
import { parseJobsTopic } from '../../src/dialect/aws/jobs/topics.ts'
import { onPlane } from '../../src/dialect/aws/wire/planes.ts'
import type { Route } from '../../src/dialect/dialect.ts'
import { Routes } from '../../src/http/routes.ts'
import { ContextFixture, type ContextFixtureOptions, type Outcome } from './context-fixture.ts'

/** A message as the hub sent it: `to` is the one connection it went to; `json` is its payload, read. */
export interface Sent {
  topic: string
  payload: string
  json: Record<string, unknown>
  qos: Message['qos'] | 'as-subscribed'
  to?: string
}

/** An answer over HTTP; `body` is `{}` where the response has another kind of body. */
export interface Answer {
  status: number
  type: string | undefined
  body: Record<string, unknown>
  raw: HttpResponse
  sent: Sent[]
}

export type Plane = 'control' | 'jobs-data'

const SERVICE = { control: 'iot', 'jobs-data': 'iot-jobs-data' }

/** The header by which a request says, unproven, that it is signed for that plane. */
export const signedFor = (plane: Plane, region = 'us-east-1'): { authorization: string } => ({
  authorization:
    `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/${SERVICE[plane]}/aws4_request, ` +
    'SignedHeaders=host, Signature=x',
})

/** AWS IoT Jobs without a hub: devices publish, operators call, the clock moves, and all that is sent is at hand. */
export class AwsJobsFixture {
  readonly bench: ContextFixture
  /** Files in buckets, by `bucket/key`. */
  readonly objects = new Map<string, string | Buffer>()
  readonly #routes = new Routes<Route>([
    ...onPlane('control', jobRoutes),
    ...onPlane('jobs-data', jobDataRoutes),
    ...presignedRoutes,
  ])
  #requests = 0

  constructor({
    now = Date.UTC(2026, 0, 1, 12),
    settings = {},
    options = {},
  }: Pick<ContextFixtureOptions, 'now' | 'settings' | 'options'> = {}) {
    this.bench = new ContextFixture({ now, settings, options, onEvent: onJobsEvent })
  }

  /** Registers things, in these groups. */
  things(names: string[], ...groups: string[]): void {
    this.bench.turn(({ engine, turn }) => {
      for (const group of groups)
        if (engine.groups.get(groupKey(group)) === undefined)
          engine.groups.create(turn, { dialect: 'aws', name: group })
      for (const name of names) {
        engine.devices.ensure(turn, 'aws', name)
        for (const group of groups) engine.devices.join(turn, thingKey(name), groupKey(group))
      }
    })
  }

  /** Takes a thing out of a group. */
  leave(thing: string, group: string): Sent[] {
    return this.#take(
      this.bench.turn(({ engine, turn }) => engine.devices.leave(turn, thingKey(thing), groupKey(group))),
    )
  }

  /** Puts a thing into a group. */
  join(thing: string, group: string): Sent[] {
    return this.#take(
      this.bench.turn(({ engine, turn }) => engine.devices.join(turn, thingKey(thing), groupKey(group))),
    )
  }

  /** A device publishes on `$aws/things/{thing}/jobs/{rest}`; text goes out as it is. */
  publish(
    thing: string,
    rest: string,
    payload: object | string | Buffer = {},
    connection: Connection | null = this.connection(thing),
  ): Sent[] {
    const topic = `$aws/things/${thing}/jobs/${rest}`
    const bytes = Buffer.isBuffer(payload)
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    const request = parseJobsTopic(topic)
    return this.#take(
      this.bench.turn((ctx) => {
        if (request === undefined) rejectTopic(ctx, connection ?? undefined, topic, bytes)
        else onJobsPublish(ctx, connection ?? undefined, request, bytes)
      }),
    )
  }

  connection(thing: string): Connection {
    return this.bench.connections.get(thing) ?? this.bench.connect(thing, thingKey(thing))
  }

  /** Calls an operation over HTTP, as an SDK signed for that plane does. */
  call(method: string, target: string, body?: unknown, plane: Plane = 'control', region = 'us-east-1'): Answer {
    const [path = '', query] = target.split('?')
    const request: HttpRequest = {
      id: `request-${(this.#requests += 1)}`,
      method,
      path,
      query: new URLSearchParams(query),
      headers: signedFor(plane, region),
      body: Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)),
      secure: false,
      local: true,
      remoteAddress: '127.0.0.1',
    }
    const found = this.#routes.find(request)
    if (found.type !== 'match') throw new Error(`no route for ${method} ${target}`)
    const outcome = this.bench.turn((ctx): HttpResponse => {
      try {
        found.route.authorize?.(ctx, request, found.params)
        const needs = found.route.needs?.(ctx, request, found.params) ?? []
        const fulfilled: Fulfilled = needs.map((need) =>
          need.type === 'object' ? this.#object(need.ref, need.maxBytes) : undefined,
        )
        const upload = found.route.upload?.(ctx, request, found.params)
        if (upload !== undefined) this.objects.set(`${upload.ref.bucket}/${upload.ref.key}`, request.body)
        const stored = upload === undefined ? [] : [this.#object(upload.ref)]
        const response = found.route.handle(ctx, request, found.params, [...stored, ...fulfilled])
        if (response === 'later') throw new Error('unexpected')
        return response
      } catch (error) {
        return http.failure(error, request)
      }
    })
    const raw = outcome.result
    return {
      status: raw.status,
      type: raw.headers?.['x-amzn-errortype'],
      body:
        typeof raw.body === 'string' && raw.body.startsWith('{')
          ? (JSON.parse(raw.body) as Record<string, unknown>)
          : {},
      raw,
      sent: this.#take(outcome),
    }
  }

  /** Creates a job through the control plane, by default for one thing and with a document that names the job. */
  create(job: string, members: Record<string, unknown> = {}, targets: string[] = [thingArn('t1')]): Answer {
    const hasWork = ['document', 'documentSource', 'jobTemplateArn'].some((member) => member in members)
    const answer = this.call('PUT', `/jobs/${job}`, {
      targets,
      ...(hasWork ? {} : { document: JSON.stringify({ operation: job }) }),
      ...members,
    })
    if (answer.status !== 200) throw new Error(`CreateJob ${job}: ${JSON.stringify(answer.body)}`)
    return answer
  }

  /** Moves the clock, and does on the way what falls due. */
  advance(ms: number): Sent[] {
    const to = this.bench.now + ms
    const sent: Sent[] = []
    for (
      let next = this.bench.engine.nextDeadline();
      next !== undefined && next <= to;
      next = this.bench.engine.nextDeadline()
    ) {
      this.bench.now = Math.max(this.bench.now, next)
      sent.push(
        ...this.#take(this.bench.turn(({ engine, turn }) => engine.tick(turn), { type: 'deadline', key: 'next' })),
      )
    }
    this.bench.now = to
    return sent
  }

  execution(job: string, thing = 't1', number?: number): Execution {
    return this.bench.engine.executions.require(jobKey(job), thingKey(thing), number)
  }

  job(job: string): Job {
    return this.bench.engine.jobs.require(jobKey(job))
  }

  #object(ref: StoredObject['ref'], maxBytes?: number): StoredObject | undefined {
    const content = this.objects.get(`${ref.bucket}/${ref.key}`)
    if (content === undefined) return undefined
    const bytes = Buffer.from(content)
    return { ref, size: bytes.length, etag: 'etag', content: bytes.subarray(0, maxBytes) }
  }

  #take({ acts }: Outcome<unknown>): Sent[] {
    return acts.flatMap(({ action }): Sent[] => {
      if (action.type !== 'publish' && action.type !== 'send') return []
      const { topic, qos } = action.message
      const payload = String(action.message.payload)
      const json = JSON.parse(payload) as Record<string, unknown>
      return [{ topic, payload, json, qos, ...(action.type === 'send' && { to: action.connection }) }]
    })
  }
}

export const thingArn = (thing: string): string => `arn:aws:iot:us-east-1:123456789012:thing/${thing}`
export const groupArn = (group: string): string => `arn:aws:iot:us-east-1:123456789012:thinggroup/${group}`

/** Of what was sent, that to `notify` and `notify-next`, by its last topic level. */
export const notices = (sent: Sent[]): { topic: string; json: Record<string, unknown> }[] =>
  sent
    .filter(({ topic }) => /\/notify(-next)?$/.test(topic))
    .map(({ topic, json }) => ({ topic: topic.slice(topic.lastIndexOf('/') + 1), json }))

/** What was sent on topics that end so; an error if it is not exactly one message. */
export function only(sent: Sent[], end: string): Sent {
  const found = sent.filter(({ topic }) => topic.endsWith(end))
  if (found.length !== 1)
    throw new Error(`${found.length} messages to …${end} among ${sent.map(({ topic }) => topic).join(', ')}`)
  return found[0]!
}
