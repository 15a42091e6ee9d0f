import type { HttpRequest } from '../../../core/seam/http.ts'
import { credentialOf } from './credential-scope.ts'

/** Whose account and region the ARNs in an answer show. */
export interface Caller {
  region: string
  account: string
}

export const LOCAL_CALLER: Caller = { region: 'us-east-1', account: '123456789012' }

/** The caller's region as signed; there is one account [aws 0.4]. */
export function callerOf(request: Pick<HttpRequest, 'headers' | 'query'>): Caller {
  const region = credentialOf(request)?.region
  return region === undefined ? LOCAL_CALLER : { ...LOCAL_CALLER, region }
}

export type ArnKind =
  | 'thing'
  | 'thinggroup'
  | 'thingtype'
  | 'job'
  | 'jobtemplate'
  | 'cert'
  | 'policy'
  | 'stream'
  | 'otaupdate'
  | 'index'
  | 'topic'
  | 'topicfilter'
  | 'client'

const make =
  (kind: ArnKind) =>
  ({ region, account }: Caller, name: string): string =>
    `arn:aws:iot:${region}:${account}:${kind}/${name}`

/** Makes ARNs: `arn.thing(caller, name)`. */
export const arn = {
  thing: make('thing'),
  thingGroup: make('thinggroup'),
  thingType: make('thingtype'),
  job: make('job'),
  jobTemplate: make('jobtemplate'),
  certificate: make('cert'),
  policy: make('policy'),
  stream: make('stream'),
  otaUpdate: make('otaupdate'),
  topic: make('topic'),
  topicFilter: make('topicfilter'),
  client: make('client'),
}

export interface Arn {
  partition: string
  region: string
  account: string
  /** `thing`, `thinggroup`, … */
  kind: string
  name: string
}

const ARN = /^arn:([a-z-]+):iot:([a-z0-9-]*):([0-9]*):([a-z]+)\/(.+)$/s

/**
 * Reads an ARN of AWS IoT; of any region and account, since people paste what they have in the cloud. `undefined` if it
 * is none.
 */
export function parseArn(text: string): Arn | undefined {
  const [, partition, region, account, kind, name] = ARN.exec(text) ?? []
  if (
    partition === undefined ||
    region === undefined ||
    account === undefined ||
    kind === undefined ||
    name === undefined
  )
    return undefined
  return { partition, region, account, kind, name }
}

/** The name in an ARN of that kind, else `undefined`. */
export function nameInArn(text: string, kind: ArnKind): string | undefined {
  const parsed = parseArn(text)
  return parsed?.kind === kind ? parsed.name : undefined
}
