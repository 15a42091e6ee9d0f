import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificateFacts } from '../../src/dialect/aws/auth/certificate-facts.ts'
import { parsePolicy } from '../../src/dialect/aws/auth/policy-document.ts'
import type { RequestFacts, ConnectionFacts } from '../../src/dialect/aws/auth/policy-facts.ts'
import { Policy } from '../../src/dialect/aws/auth/policies.ts'
import { certificateOf } from '../builders/device-certificate.ts'

const { pem } = await certificateOf(
  [
    ...[
      { CN: ['first'] },
      { CN: ['second'] },
      { C: ['DE'] },
      { O: ['Ac*me'] },
      { OU: ['a, b'] },
      { ST: ['Hesse'] },
      { G: ['Ada'] },
      { SN: ['Sur'] },
      { I: ['AB'] },
      { T: ['Dr'] },
    ],
    ...[{ '2.5.4.65': ['ps'] }, { '2.5.4.5': ['77'] }, { '2.5.4.46': ['dq'] }, { '2.5.4.44': ['III'] }],
  ],
  {
    issuer: [{ CN: ['CA'] }, { O: ['Maker'] }],
    serialNumber: '0500ff',
    names: [
      { type: 'email', value: 'a@b.c' },
      { type: 'dns', value: 'x.example' },
      { type: 'dns', value: 'y.example' },
      { type: 'url', value: 'urn:a,b' },
      { type: 'ip', value: '10.1.2.3' },
      { type: 'dn', value: 'CN=a\\, b, OU=c\\+d' },
    ],
  },
)

const facts: ConnectionFacts = {
  clientId: 'lamp',
  certificateId: 'ab12',
  certificate: () => certificateFacts(pem),
  sourceIp: '10.1.2.3',
  domainName: 'iot.example',
  thing: {
    name: 'lamp',
    type: 'Bulb',
    attributes: { room: 'Hall', size: '12', since: '2026-01-01T00:00:00Z', arn: 'arn:aws:iot:r:1:thing/a:b' },
  },
  isAttached: true,
}

const NOW = Date.UTC(2026, 5, 1, 12)

const decides = (
  Condition: object,
  {
    effect = 'Allow',
    asking,
    of = facts,
  }: { effect?: 'Allow' | 'Deny'; asking?: RequestFacts; of?: ConnectionFacts } = {},
): boolean => {
  const all = { Effect: 'Allow', Action: '*', Resource: '*' }
  const conditional = { Effect: effect, Action: 'iot:Connect', Resource: '*', Condition }
  const statements = parsePolicy(
    JSON.stringify({ Version: '2012-10-17', Statement: effect === 'Deny' ? [all, conditional] : [conditional] }),
  )
  const policy = new Policy([{ name: 'p', statements }], of)
  return policy.allows('iot:Connect', 'client/lamp', NOW, asking) === (effect === 'Allow')
}

const CERTIFICATE = 'iot:Certificate.'
const THING = 'iot:Connection.Thing.'
const room = `${THING}Attributes[room]`
const size = `${THING}Attributes[size]`
const since = `${THING}Attributes[since]`
const arn = `${THING}Attributes[arn]`
const absent = `${THING}Attributes[none]`

const conditions: [operator: string, key: string, wanted: unknown, met: boolean][] = [
  ['DateGreaterThan', 'aws:CurrentTime', '2026-06-01T11:59:59Z', true],
  ['DateGreaterThan', 'aws:CurrentTime', '2026-06-01T12:00:00Z', false],
  ['DateLessThanEquals', 'AWS:currenttime', '2026-06-01T12:00:00Z', true],
  ['DateLessThan', 'aws:CurrentTime', '2026-06-01T13:00:00+02:00', false],
  ['DateEquals', 'aws:EpochTime', '2026-06-01T12:00:00Z', true],
  ['NumericLessThan', 'aws:EpochTime', String(NOW / 1000 + 1), true],
  ['Null', 'aws:CurrentTime', 'false', true],
  ['StringEquals', 'iot:ClientId', 'lamp', true],
  ['StringEquals', 'iot:ClientId', ['x', 'lamp'], true],
  ['StringEquals', 'iot:ClientId', 'LAMP', false],
  ['StringEquals', 'IOT:clientid', 'lamp', true],
  ['StringEquals', 'iot:ClientId', 'la*', false],
  ['StringEquals', 'iot:CertificateId', 'ab12', true],
  ['StringEquals', 'iot:DomainName', 'iot.example', true],
  ['StringNotEquals', 'iot:ClientId', 'lamp', false],
  ['StringNotEquals', 'iot:ClientId', ['x', 'y'], true],
  ['StringNotEquals', 'iot:ClientId', ['x', 'lamp'], false],
  ['StringEqualsIgnoreCase', room, 'hALL', true],
  ['StringNotEqualsIgnoreCase', room, 'hALL', false],
  ['StringLike', room, 'H*', true],
  ['StringLike', room, 'Hal?', true],
  ['StringLike', room, 'h*', false],
  ['StringNotLike', room, 'H*', false],
  ['StringNotLike', room, 'X*', true],
  ['StringEquals', `${THING}ThingName`, '${iot:ClientId}', true],
  ['StringEquals', `${THING}ThingName`, '${iot:ClientId}x', false],
  ['StringLike', room, '${iot:Certificate.Subject.State}*', false],
  ['StringNotEquals', room, '${iot:Certificate.Subject.Organization}', false],
  ['StringNotEquals', room, '${iot:Connection.Thing.Attributes[none]}', false],
  ['StringEquals', `${THING}ThingTypeName`, 'Bulb', true],
  ['Bool', `${THING}IsAttached`, ['true'], true],
  ['Bool', `${THING}IsAttached`, true, true],
  ['Bool', `${THING}IsAttached`, 'FALSE', false],
  ['NumericEquals', size, '12.0', true],
  ['NumericEquals', size, 12, true],
  ['NumericNotEquals', size, 12, false],
  ['NumericLessThan', size, '12', false],
  ['NumericLessThan', size, '100', true],
  ['NumericLessThanEquals', size, '12', true],
  ['NumericGreaterThan', size, '2', true],
  ['NumericGreaterThanEquals', size, '13', false],
  ['NumericGreaterThan', room, '0', false],
  ['NumericNotEquals', room, '0', true],
  ['DateEquals', since, '2026-01-01T01:00:00+01:00', true],
  ['DateNotEquals', since, '2026-01-01T00:00:00Z', false],
  ['DateGreaterThan', since, '2025-12-31', true],
  ['DateLessThan', since, '1767225600', false],
  ['DateLessThanEquals', since, '1767225600', true],
  ['DateGreaterThanEquals', since, 'soon', false],
  ['IpAddress', 'aws:SourceIp', '10.0.0.0/8', true],
  ['IpAddress', 'aws:sourceip', ['192.168.0.0/16', '10.1.2.3'], true],
  ['IpAddress', 'aws:SourceIp', '11.0.0.0/8', false],
  ['IpAddress', 'aws:SourceIp', 'nonsense', false],
  ['NotIpAddress', 'aws:SourceIp', '10.0.0.0/8', false],
  ['NotIpAddress', 'aws:SourceIp', '11.0.0.0/8', true],
  ['ArnEquals', arn, 'arn:aws:iot:r:1:thing/a:b', true],
  ['ArnLike', arn, 'arn:aws:iot:*:*:thing/*', true],
  ['ArnLike', arn, 'arn:aws:iot:*', false],
  ['ArnEquals', arn, 'arn:aws:iot:r:1:thing/?:b', true],
  ['ArnNotEquals', arn, 'arn:aws:iot:r:1:thing/a:b', false],
  ['ArnNotLike', arn, 'arn:aws:s3:*:*:*', true],
  // What is absent meets what is negated, and what asks for nothing else.
  ['Null', absent, 'true', true],
  ['Null', absent, 'false', false],
  ['Null', room, true, false],
  ['Null', room, 'false', true],
  ['StringEquals', absent, 'x', false],
  ['StringNotEquals', absent, 'x', true],
  ['NotIpAddress', absent, '10.0.0.0/8', true],
  ['StringEqualsIfExists', absent, 'x', true],
  ['StringEqualsIfExists', room, 'x', false],
  ['NumericLessThanIfExists', absent, '1', true],
  ['ForAllValues:StringEquals', absent, 'x', true],
  ['ForAnyValue:StringEquals', absent, 'x', false],
  ['ForAnyValue:StringEqualsIfExists', absent, 'x', true],
  // Certificates.
  ['StringEquals', `${CERTIFICATE}Subject.CommonName`, 'first', true],
  ['StringEquals', `${CERTIFICATE}Subject.CommonName`, 'second', false],
  ['StringEquals', `${CERTIFICATE}Subject.CommonName.1`, 'second', true],
  ['Null', `${CERTIFICATE}Subject.CommonName.2`, 'true', true],
  ['ForAnyValue:StringEquals', `${CERTIFICATE}Subject.CommonName.List`, 'second', true],
  ['ForAllValues:StringEquals', `${CERTIFICATE}Subject.CommonName.List`, ['first', 'second', 'third'], true],
  ['ForAllValues:StringEquals', `${CERTIFICATE}Subject.CommonName.List`, ['first'], false],
  ['ForAllValues:StringNotEquals', `${CERTIFICATE}Subject.CommonName.List`, ['second'], false],
  ['ForAnyValue:StringNotEquals', `${CERTIFICATE}Subject.CommonName.List`, ['second'], true],
  ...Object.entries({
    Country: 'DE',
    DistinguishedNameQualifier: 'dq',
    GenerationQualifier: 'III',
    GivenName: 'Ada',
    Initials: 'AB',
    Organization: 'Ac*me',
    OrganizationalUnit: 'a, b',
    Pseudonym: 'ps',
    SerialNumber: '77',
    State: 'Hesse',
    Surname: 'Sur',
    Title: 'Dr',
    'AlternativeName.RFC822Name': 'a@b.c',
    'AlternativeName.DNSName': 'x.example',
    'AlternativeName.DNSName.1': 'y.example',
    'AlternativeName.DirectoryName': 'cn=a\\, b,ou=c\\+d',
    'AlternativeName.UniformResourceIdentifier': 'urn:a,b',
    'AlternativeName.IPAddress': '10.1.2.3',
  }).map(([part, value]): [string, string, unknown, boolean] => [
    'StringEquals',
    `${CERTIFICATE}Subject.${part}`,
    value,
    true,
  ]),
  ['StringEquals', `${CERTIFICATE}Issuer.CommonName`, 'CA', true],
  ['StringEquals', `${CERTIFICATE}Issuer.Organization`, 'Maker', true],
  ['Null', `${CERTIFICATE}Issuer.Country`, 'true', true],
  ['StringEquals', `${CERTIFICATE}SerialNumber`, '327935', true],
  ['ForAnyValue:StringEquals', `${CERTIFICATE}AvailableKeys`, `${CERTIFICATE}Subject.Title`, true],
  ['ForAnyValue:StringEquals', `${CERTIFICATE}AvailableKeys`, `${CERTIFICATE}Issuer.Title`, false],
]

for (const [operator, key, wanted, met] of conditions) {
  test(`the condition ${operator} ${key} ${JSON.stringify(wanted)} is ${met ? '' : 'not '}met`, () => {
    assert.equal(decides({ [operator]: { [key]: wanted } }), met)
    assert.equal(decides({ [operator]: { [key]: wanted } }, { effect: 'Deny' }), met, 'in a Deny as well')
  })
}

test('all conditions have to be met', () => {
  assert.equal(
    decides({ StringEquals: { 'iot:ClientId': 'lamp', [room]: 'Hall' }, Bool: { [`${THING}IsAttached`]: 'true' } }),
    true,
  )
  assert.equal(decides({ StringEquals: { 'iot:ClientId': 'lamp', [room]: 'Attic' } }), false)
  assert.equal(decides({ StringEquals: { 'iot:ClientId': 'lamp' }, Bool: { [`${THING}IsAttached`]: 'false' } }), false)
})

test('an operator or key that the hub does not know is met in an Allow and not met in a Deny', () => {
  for (const condition of [
    { BinaryEquals: { 'iot:ClientId': 'x' } },
    { Bool: { 'aws:SecureTransport': 'false' } },
    { StringEqualsMaybe: { 'iot:ClientId': 'x' } },
  ]) {
    assert.deepEqual([decides(condition), decides(condition, { effect: 'Deny' })], [true, false])
    assert.equal(
      decides({ ...condition, StringEquals: { 'iot:ClientId': 'x' } }),
      false,
      'what it does know still counts',
    )
  }
})

const PERSISTENT = 'PersistentConnect'
const connects: [
  condition: object | undefined,
  effect: 'Allow' | 'Deny',
  plain: boolean,
  will: boolean,
  persistent: boolean,
  both: boolean,
][] = [
  [undefined, 'Allow', true, true, true, true],
  [{ 'ForAllValues:StringEquals': { 'iot:ConnectAttributes': [PERSISTENT] } }, 'Allow', true, false, true, false],
  [{ 'ForAllValues:StringNotEquals': { 'iot:ConnectAttributes': [PERSISTENT] } }, 'Allow', true, true, false, false],
  [{ 'ForAnyValue:StringEquals': { 'iot:ConnectAttributes': [PERSISTENT] } }, 'Deny', true, true, false, false],
  [
    { 'ForAllValues:StringEquals': { 'iot:ConnectAttributes': [PERSISTENT, 'LastWill'] } },
    'Allow',
    true,
    true,
    true,
    true,
  ],
  [{ 'ForAllValues:StringEquals': { 'iot:ConnectAttributes': ['LastWill'] } }, 'Allow', true, true, false, false],
  [{ 'ForAllValues:StringEquals': { 'iot:ConnectAttributes': [] } }, 'Allow', true, false, false, false],
  [{ 'ForAnyValue:StringEquals': { 'iot:ConnectAttributes': [PERSISTENT] } }, 'Allow', false, false, true, true],
]

for (const [condition, effect, ...expected] of connects) {
  test(`of the ways to connect, ${effect} with ${JSON.stringify(condition)} lets in ${expected.join(', ')}`, () => {
    const ways = [[], ['LastWill'], [PERSISTENT], [PERSISTENT, 'LastWill']]
    const letIn = ways.map(
      (connectAttributes) =>
        decides(condition ?? {}, { effect, asking: { connectAttributes } }) === (effect === 'Allow'),
    )
    assert.deepEqual(letIn, expected)
  })
}

test('what only the question knows is read from it', () => {
  assert.equal(decides({ StringEquals: { 'iot:JobId': 'j' } }, { asking: { jobId: 'j' } }), true)
  assert.equal(decides({ StringEquals: { 'iot:JobId': 'j' } }, { asking: { jobId: 'k' } }), false)
  assert.equal(decides({ StringLike: { 'iot:Topic': 'a/*' } }, { asking: { topic: 'a/b' } }), true)
  assert.equal(decides({ StringEquals: { 'iot:JobId': 'j' } }), false)
})

test('what cannot be read as a certificate has no values', () => {
  assert.equal(certificateFacts('nonsense').size, 0)
})

test('of a certificate five values at most count, of 1024 characters at most', async () => {
  const many = await certificateOf([...Array(7).keys()].map((n) => ({ OU: [`u${n}`] })))
  assert.deepEqual(certificateFacts(many.pem).get(`${CERTIFICATE}Subject.OrganizationalUnit`), [
    'u0',
    'u1',
    'u2',
    'u3',
    'u4',
  ])
  const long = await certificateOf([{ O: ['x'.repeat(1025)] }, { O: ['y'.repeat(1024)] }])
  assert.deepEqual(certificateFacts(long.pem).get(`${CERTIFICATE}Subject.Organization`), ['y'.repeat(1024)])
})

const NEGATIVE = `-----BEGIN CERTIFICATE-----
MIIBATCBqAIBgDAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAF4MCAXDTIwMDEwMTAw
MDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAMMQowCAYDVQQDDAF4MFkwEwYHKoZIzj0C
AQYIKoZIzj0DAQcDQgAEgTOdJDr1PhuQfRo6vqYQ/WM3ykJEVc39hZoE0nwM4AiK
tKsTZ1ZS86lVXEYl2Z3a+ObcFOMTH65GcwVNyRd03zAKBggqhkjOPQQDAgNIADBF
AiEAum0wF8u6c4gm2eTnS7z6E+yRv3f0W7jiZENXizIYy3sCIC3N/7fYASE96x2n
Tir2SWW4zfEnEWUdkaZbMzPkq6ch
-----END CERTIFICATE-----`

test('a negative serial number, which should not be, is read as it is', () => {
  // Serial number -128; subject and issuer `CN=x`.
  const facts = certificateFacts(NEGATIVE)
  assert.deepEqual(facts.get(`${CERTIFICATE}SerialNumber`), ['-128'])
  assert.deepEqual(facts.get(`${CERTIFICATE}Subject.CommonName`), ['x'])
})
