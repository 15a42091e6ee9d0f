import { HubError, invalid } from '../../../core/errors.ts'
import type { Fulfilled, IssuedCertificate } from '../../../core/seam/needs.ts'
import type { ConnectionKit, Context, Enrolment, KitOffer } from '../../dialect.ts'
import { refreshThing } from '../auth/live.ts'
import { arn, LOCAL_CALLER } from '../wire/arns.ts'
import { addCertificate, COMMON_NAME, VALID_DAYS } from '../auth/new-certificate.ts'
import { attachPrincipal, certificateTarget, principalsOf } from '../auth/identity-store.ts'
import { asAwsWrites } from '../auth/private-key.ts'
import { attachDevicePolicies, DEVICE_POLICY } from '../auth/device-policy.ts'
import { thingCredentials, withdrawCertificate } from '../auth/thing-credentials.ts'
import { CERTIFICATE_FILE, CA_FILE, KEY_FILE, SNIPPETS, snippetsFor, type KitFacts } from './kit-snippets.ts'
import { isThingName, NAMES } from '../wire/names.ts'
import type { Label } from '../../../core/said.ts'

const RULE = 'must be 1 to 128 characters of a–z A–Z 0–9 : _ -'
/**
 * How a person adds a thing by hand, as AWS's console does: a thing with a certificate of its own, active and attached.
 * The private key is shown this once and kept nowhere, so asking again gives another certificate.
 */
export const enrolment: Enrolment = {
  names: { pattern: NAMES.thing.source, rule: RULE, example: 'washer-1' },
  needs: () => [{ type: 'certificate', commonName: COMMON_NAME, days: VALID_DAYS }],
  register,
  offer: ({ settings }, name): KitOffer => ({
    facts: [...factsOf(settings, name), { label: 'Note', value: ONCE }],
    secrets: [],
    files: [{ name: CERTIFICATE_FILE }, { name: KEY_FILE, secret: true }, { name: CA_FILE }],
    snippets: [...SNIPPETS],
  }),
  enrol(ctx, name, [issued], ca) {
    register(ctx, name)
    const { pem, privateKey } = certificateIn(issued)
    const again = (principalsOf(ctx).get(name)?.principals.length ?? 0) > 0
    const id = addCertificate(ctx, pem, 'ACTIVE')
    attach(ctx, name, certificateTarget(id))
    return kitOf(ctx, { name, id, pem, privateKey, ca, again })
  },
  credentials: thingCredentials,
  withdraw: withdrawCertificate,
}

function register(ctx: Context, name: string): void {
  if (!isThingName(name)) throw invalid('name', name, RULE)
  ctx.engine.devices.ensure(ctx.turn, 'aws', name)
}

const BARE_PORT: Label = 'MQTT port (from this machine, without credentials)'
const POLICY: Label = 'Policy'
const ONCE: Label = 'Each kit gets a certificate of its own; its private key is given once and not kept.'

/** What anybody may know. */
function factsOf(
  { mode, endpoint: { mqtt, mqtts, https, host, lan } }: Context['settings'],
  name: string,
): KitOffer['facts'] {
  return [
    { label: 'Endpoint', value: lan ?? host },
    { label: 'MQTT over TLS port', value: String(mqtts) },
    ...(mode === 'open' ? [{ label: BARE_PORT, value: String(mqtt) }] : []),
    { label: 'HTTPS port', value: String(https) },
    { label: 'Thing name and client id', value: name },
    ...(mode === 'strict' ? [{ label: POLICY, value: DEVICE_POLICY }] : []),
  ]
}

function certificateIn(issued: Fulfilled[number]): IssuedCertificate & { privateKey: string } {
  if (issued instanceof Error) throw issued
  if (issued === undefined || !('pem' in issued) || issued.privateKey === undefined)
    throw new HubError('INVALID', 'certificate: a certificate with its private key must be made first', {
      field: 'certificate',
    })
  return { ...issued, privateKey: asAwsWrites(issued.privateKey) }
}

function attach(ctx: Context, thing: string, principal: string): void {
  attachPrincipal(ctx, thing, principal, 'NON_EXCLUSIVE_THING')
  if (ctx.settings.mode === 'strict') attachDevicePolicies(ctx, thing, principal)
  refreshThing(ctx, thing)
}

interface Issued {
  name: string
  id: string
  pem: string
  privateKey: string
  ca: string
  again: boolean
}

function kitOf({ settings }: Context, { name, id, pem, privateKey, ca, again }: Issued): ConnectionKit {
  const { mqtts, http, https, host: here, lan: host = here } = settings.endpoint
  const facts: KitFacts = {
    ...{ host, here, mqtts, http, https, thing: name, certificate: pem, privateKey, ca },
    thingArn: arn.thing(LOCAL_CALLER, name),
  }
  return {
    session: { clientId: name, certificate: { cert: pem, key: privateKey } },
    facts: [
      ...factsOf(settings, name),
      { label: 'Certificate id', value: id },
      { label: 'Private key', value: privateKey, secret: true },
      {
        label: 'Note',
        value: again
          ? 'This is a new certificate, besides those that the thing has: private keys are not kept, so earlier ones cannot be shown again.'
          : 'Save the files now: the private key is not kept and cannot be shown again.',
      },
    ],
    files: [
      { name: CERTIFICATE_FILE, content: pem },
      { name: KEY_FILE, content: privateKey, secret: true },
      { name: CA_FILE, content: ca },
    ],
    snippets: snippetsFor(facts),
  }
}
