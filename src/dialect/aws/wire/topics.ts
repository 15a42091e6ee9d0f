import { formatJobsTopic, isJobsTopic, parseJobsTopic, type JobsRequest } from '../jobs/topics.ts'
import { formatShadowTopic, parseShadowTopic, type ShadowTopic } from '../twin/topics.ts'

/** What a topic means to AWS IoT. */
export type AwsTopic =
  /** A request to the job service; `stray`: in its name space, but no request. */
  | { kind: 'jobs'; request: JobsRequest }
  | { kind: 'jobs-stray'; topic: string }
  /** A shadow request or, with an outcome, what the service says about one. */
  | { kind: 'shadow'; shadow: ShadowTopic }
  /** Basic Ingest: for a rule, without any subscriber. */
  | { kind: 'rule'; rule: string; topic: string }
  | { kind: 'defender'; thing: string; format: Format; outcome?: Outcome }
  | { kind: 'tunnels'; thing: string }
  | { kind: 'streams'; thing: string; rest: string }
  | { kind: 'provisioning'; request: string; format: Format; outcome?: Outcome }
  | { kind: 'commands'; rest: string }
  | { kind: 'events'; rest: string }
  /** Any other topic that begins with `$`. */
  | { kind: 'reserved'; topic: string }
  | { kind: 'ordinary'; topic: string }

type Format = 'json' | 'cbor'
type Outcome = 'accepted' | 'rejected'

const RULE = /^\$aws\/rules\/([^/]+)\/(.+)$/s
const THING =
  /^\$aws\/things\/([^/]+)\/(?:defender\/metrics\/(json|cbor)(?:\/(accepted|rejected))?|(tunnels)\/notify|streams\/(.+))$/s
const PROVISIONING =
  /^\$aws\/((?:certificates\/(?:create|create-from-csr))|provisioning-templates\/[^/]+\/provision)\/(json|cbor)(?:\/(accepted|rejected))?$/s
const COMMANDS = '$aws/commands/'
const EVENTS = '$aws/events/'

/** What a topic means [aws 0.5, 1.5]. Ordinary topics are recognized by their first character. */
export function parseTopic(topic: string): AwsTopic {
  if (!topic.startsWith('$')) return { kind: 'ordinary', topic }
  const request = parseJobsTopic(topic)
  if (request !== undefined) return { kind: 'jobs', request }
  const shadow = parseShadowTopic(topic)
  if (shadow !== undefined) return { kind: 'shadow', shadow }
  if (isJobsTopic(topic)) return { kind: 'jobs-stray', topic }
  return parseRule(topic) ?? parseThing(topic) ?? parseProvisioning(topic) ?? parsePrefix(topic)
}

/** The inverse of `parseTopic`. */
export function formatTopic(parsed: AwsTopic): string {
  switch (parsed.kind) {
    case 'jobs':
      return formatJobsTopic(parsed.request)
    case 'shadow':
      return formatShadowTopic(parsed.shadow)
    case 'rule':
      return `$aws/rules/${parsed.rule}/${parsed.topic}`
    case 'defender':
      return `$aws/things/${parsed.thing}/defender/metrics/${parsed.format}${tail(parsed.outcome)}`
    case 'tunnels':
      return `$aws/things/${parsed.thing}/tunnels/notify`
    case 'streams':
      return `$aws/things/${parsed.thing}/streams/${parsed.rest}`
    case 'provisioning':
      return `$aws/${parsed.request}/${parsed.format}${tail(parsed.outcome)}`
    case 'commands':
      return COMMANDS + parsed.rest
    case 'events':
      return EVENTS + parsed.rest
    case 'jobs-stray':
    case 'reserved':
    case 'ordinary':
      return parsed.topic
  }
}

function parseRule(topic: string): AwsTopic | undefined {
  const [, rule, rest] = RULE.exec(topic) ?? []
  return rule === undefined || rest === undefined ? undefined : { kind: 'rule', rule, topic: rest }
}

function parseThing(topic: string): AwsTopic | undefined {
  const [, thing, format, outcome, tunnels, stream] = THING.exec(topic) ?? []
  if (thing === undefined) return undefined
  if (format !== undefined) return { kind: 'defender', thing, format: format as Format, ...outcomeOf(outcome) }
  if (tunnels !== undefined) return { kind: 'tunnels', thing }
  return stream === undefined ? undefined : { kind: 'streams', thing, rest: stream }
}

function parseProvisioning(topic: string): AwsTopic | undefined {
  const [, request, format, outcome] = PROVISIONING.exec(topic) ?? []
  if (request === undefined) return undefined
  return { kind: 'provisioning', request, format: format as Format, ...outcomeOf(outcome) }
}

function parsePrefix(topic: string): AwsTopic {
  if (topic.startsWith(COMMANDS)) return { kind: 'commands', rest: topic.slice(COMMANDS.length) }
  if (topic.startsWith(EVENTS)) return { kind: 'events', rest: topic.slice(EVENTS.length) }
  return { kind: 'reserved', topic }
}

const tail = (outcome: Outcome | undefined): string => (outcome === undefined ? '' : `/${outcome}`)
const outcomeOf = (outcome: string | undefined): { outcome?: Outcome } =>
  outcome === undefined ? {} : { outcome: outcome as Outcome }
