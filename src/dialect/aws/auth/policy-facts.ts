import type { Instant } from '../../../core/clock.ts'
import type { CertificateFacts } from './certificate-facts.ts'
import { isCertificateFact } from './certificate-facts.ts'

/** The thing that a connection stands for, as far as policies ask. */
interface ThingFacts {
  name: string
  type?: string | undefined
  attributes: Readonly<Record<string, string>>
}

/** What policies can say of whoever asks [aws 4.7.3]. What is absent has no value. */
export interface ConnectionFacts {
  clientId?: string | undefined
  certificateId?: string | undefined
  /** Read only if a policy wants to know. */
  certificate?: (() => CertificateFacts) | undefined
  sourceIp?: string | undefined
  domainName?: string | undefined
  /** The thing it is attached to. Over HTTP nobody looks for one. */
  thing?: ThingFacts | undefined
  isAttached?: boolean | undefined
}

/** What only this one question knows. */
export interface RequestFacts {
  /** `PersistentConnect`, `LastWill`. */
  connectAttributes?: readonly string[]
  jobId?: string
  /** Where a direct message goes. */
  topic?: string
}

/** What depends on the question or on the time at which it is asked. */
const ASKED: Readonly<Record<string, (asking: RequestFacts, now: Instant) => readonly string[] | undefined>> = {
  'aws:CurrentTime': (_, now) => [new Date(now).toISOString()],
  'aws:EpochTime': (_, now) => [String(Math.floor(now / 1000))],
  'iot:ConnectAttributes': ({ connectAttributes }) => connectAttributes,
  'iot:JobId': ({ jobId }) => one(jobId),
  'iot:Topic': ({ topic }) => one(topic),
}

const THING = 'iot:Connection.Thing.'
const ATTRIBUTE = /^iot:Connection\.Thing\.Attributes\[([^\]]+)\]$/

const KNOWN: Readonly<Record<string, (facts: ConnectionFacts) => readonly string[] | undefined>> = {
  'iot:ClientId': ({ clientId }) => one(clientId),
  'iot:CertificateId': ({ certificateId }) => one(certificateId),
  'aws:SourceIp': ({ sourceIp }) => one(sourceIp),
  'iot:DomainName': ({ domainName }) => one(domainName),
  [`${THING}ThingName`]: ({ thing }) => one(thing?.name),
  [`${THING}ThingTypeName`]: ({ thing }) => one(thing?.type),
  [`${THING}IsAttached`]: ({ isAttached }) => one(isAttached?.toString()),
}

/** Names without regard to case, as IAM has it for the keys of conditions. */
const SPELLINGS = new Map([...Object.keys(KNOWN), ...Object.keys(ASKED)].map((name) => [name.toLowerCase(), name]))

const one = (value: string | undefined): readonly string[] | undefined => (value === undefined ? undefined : [value])

/** The key of a condition as it is spelled here. */
export const spelled = (key: string): string => SPELLINGS.get(key.toLowerCase()) ?? key

/** Whether the value depends on the question, or on when it is asked. */
export const isAsked = (name: string): boolean => Object.hasOwn(ASKED, name)

/** What the question and its time say under a name. */
export const askedValues = (name: string, asking: RequestFacts, now: Instant): readonly string[] =>
  ASKED[name]?.(asking, now) ?? []

/** Whether policies may ask for that. */
export const isKnown = (name: string): boolean =>
  Object.hasOwn(KNOWN, name) || isAsked(name) || ATTRIBUTE.test(name) || isCertificateFact(baseOf(name).base)

/** All values under a name: none, one, or those of a certificate. */
export function valuesOf(facts: ConnectionFacts, name: string): readonly string[] {
  const read = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
  if (read !== undefined) return read(facts) ?? []
  const attribute = ATTRIBUTE.exec(name)?.[1]
  if (attribute !== undefined) {
    const { attributes = {} } = facts.thing ?? {}
    return Object.hasOwn(attributes, attribute) ? [attributes[attribute]!] : []
  }
  const { base, pick } = baseOf(name)
  if (!isCertificateFact(base)) return []
  const values = facts.certificate?.().get(base) ?? []
  return pick === 'all' ? values : values.slice(pick, pick + 1)
}

/** `X` is the first of a certificate's values, `X.1` the second, `X.List` all of them; what exists is always a list. */
function baseOf(name: string): { base: string; pick: number | 'all' } {
  const [, base, suffix] = /^(iot:Certificate\..+?)(?:\.(List|\d{1,2}))?$/.exec(name) ?? []
  if (base === undefined) return { base: name, pick: 0 }
  return { base, pick: suffix === 'List' || base.endsWith('AvailableKeys') ? 'all' : Number(suffix ?? 0) }
}
