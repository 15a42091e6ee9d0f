import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import { HubError, type HubErrorCode } from '../../src/core/errors.ts'
import { arn, callerOf, nameInArn, parseArn } from '../../src/dialect/aws/wire/arns.ts'
import { alreadyExists, AwsError, failure } from '../../src/dialect/aws/wire/errors.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { planeOf, type Plane } from '../../src/dialect/aws/wire/planes.ts'
import { AwsInProcess } from '../builders/aws-in-process.ts'

const scope = (service: string, region = 'us-west-2'): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AK/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=00`,
})
const certificate = { sha256: 'ab'.repeat(32), sha1: '00', pem: '', validTo: 0, authorized: false }
const request = (method: string, url: string, more: Partial<HttpRequest> = {}): HttpRequest => {
  const [path = '', query = ''] = url.split('?')
  return {
    id: '1',
    method,
    path,
    query: new URLSearchParams(query),
    headers: {},
    body: Buffer.alloc(0),
    secure: true,
    local: true,
    remoteAddress: '::1',
    ...more,
  }
}

const planes: [what: string, request: HttpRequest, plane: Plane][] = [
  ['iot', request('GET', '/things/t/jobs', { headers: scope('iot') }), 'control'],
  [
    'execute-api, as Debian’s command line signs',
    request('GET', '/things/t/jobs', { headers: scope('execute-api') }),
    'control',
  ],
  ['any other service', request('GET', '/things/t/shadow', { headers: scope('whatever') }), 'control'],
  ['iotdata', request('GET', '/things/t/shadow', { headers: scope('iotdata') }), 'data'],
  ['iotdevicegateway', request('POST', '/topics/a', { headers: scope('iotdevicegateway') }), 'data'],
  ['iot-jobs-data', request('GET', '/things/t/jobs', { headers: scope('iot-jobs-data') }), 'jobs-data'],
  [
    'iot-jobs-data in the query',
    request('GET', '/things/t/jobs?X-Amz-Credential=AK%2F20260101%2Fus-east-1%2Fiot-jobs-data%2Faws4_request'),
    'jobs-data',
  ],
  ['a certificate and a queue', request('GET', '/things/t/jobs', { certificate }), 'jobs-data'],
  ['a certificate and a shadow', request('GET', '/things/t/shadow', { certificate }), 'data'],
  ['a certificate, but signed', request('GET', '/things/t/jobs', { certificate, headers: scope('iot') }), 'control'],
  ['nothing, and a queue', request('GET', '/things/t/jobs'), 'control'],
  ['nothing, a queue and includeJobDocument', request('GET', '/things/t/jobs?includeJobDocument=true'), 'jobs-data'],
  ['nothing, and an execution', request('GET', '/things/t/jobs/j'), 'control'],
  [
    'nothing, an execution and includeJobDocument',
    request('GET', '/things/t/jobs/j?includeJobDocument=false'),
    'jobs-data',
  ],
  ['nothing, and $next', request('PUT', '/things/t/jobs/$next'), 'jobs-data'],
  ['nothing, and %24next', request('GET', '/things/t/jobs/%24next'), 'jobs-data'],
  ['nothing, and an update', request('POST', '/things/t/jobs/j'), 'jobs-data'],
  ['nothing, and a cancel', request('PUT', '/things/t/jobs/j/cancel'), 'control'],
  ['nothing, and a shadow', request('POST', '/things/t/shadow'), 'data'],
  ['nothing, and a topic', request('POST', '/topics/a%2Fb'), 'data'],
  ['nothing, and a thing called topics', request('GET', '/things/topics'), 'control'],
  [
    'a broken scope counts as none',
    request('POST', '/topics/a', { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AK/nonsense' } }),
    'data',
  ],
]

for (const [what, asked, plane] of planes) test(`plane: ${what} → ${plane}`, () => assert.equal(planeOf(asked), plane))

test('the two planes that share paths answer each in their own way', async () => {
  const bench = new AwsInProcess()
  bench.turn((ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 't' }))
  const body = (headers: Record<string, string>): string[] =>
    Object.keys(JSON.parse(String(bench.request('GET', '/things/t/jobs', { headers }).body)) as object)
  assert.deepEqual(
    [body(scope('iot')), body(scope('iot-jobs-data'))],
    [['executionSummaries'], ['inProgressJobs', 'queuedJobs']],
  )
})

const presigned = (key: string): string =>
  `/bucket/key?X-Amz-Expires=60&X-Amz-Credential=${key}%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0`

const claims: [what: string, request: HttpRequest, claim: string][] = [
  ['a signature', request('GET', '/whatever', { headers: scope('iot') }), 'credential'],
  ['a signature for S3', request('GET', '/bucket/key', { headers: scope('s3') }), 'no'],
  ['a presigned URL of somebody else', request('GET', presigned('AKIAIOSFODNN7EXAMPLE')), 'no'],
  ['a presigned URL of the hub, as of a role', request('GET', presigned('ASIALOCALIOTHUBROLES')), 'credential'],
  ['a URL presigned here', request('GET', '/bucket/key?X-Amz-Date=1&X-Amz-Expires=60&X-Amz-Signature=0'), 'credential'],
  ['a certificate on a path of AWS', request('GET', '/things/t/shadow', { certificate }), 'path'],
  ['a certificate where AWS takes signatures only', request('GET', '/jobs', { certificate }), 'fallback'],
  ['nothing on a path of AWS', request('GET', '/things'), 'fallback'],
  ['nothing on another path', request('GET', '/devices/x'), 'no'],
  ['a certificate on another path', request('GET', '/devices/x', { certificate }), 'no'],
]

for (const [what, asked, claim] of claims)
  test(`claim: ${what} → ${claim}`, () => assert.equal(aws.http.claim(asked), claim))

test('ARNs show the caller’s region, and are read from any', () => {
  assert.equal(
    arn.thing(callerOf(request('GET', '/', { headers: scope('iot', 'eu-west-1') })), 'a'),
    'arn:aws:iot:eu-west-1:123456789012:thing/a',
  )
  assert.equal(arn.job(callerOf(request('GET', '/')), 'a'), 'arn:aws:iot:us-east-1:123456789012:job/a')
  assert.equal(nameInArn('arn:aws-cn:iot:cn-north-1:000000000000:thinggroup/a:b', 'thinggroup'), 'a:b')
  assert.equal(nameInArn('arn:aws:iot:us-east-1:1:thing/a', 'thinggroup'), undefined)
  for (const text of [
    '',
    'thing/a',
    'arn:aws:s3:::bucket',
    'arn:aws:iot:us-east-1:1:thing',
    'arn:aws:iot:us-east-1:1:thing/',
  ])
    assert.equal(parseArn(text), undefined)
})

const statuses: [type: string, control: number, data: number, jobsData: number][] = [
  ['InvalidRequestException', 400, 400, 400],
  ['ThrottlingException', 400, 429, 429],
  ['UnauthorizedException', 401, 401, 401],
  ['ForbiddenException', 403, 403, 403],
  ['ResourceNotFoundException', 404, 404, 404],
  ['CertificateStateException', 406, 406, 406],
  ['VersionConflictException', 409, 409, 409],
  ['LimitExceededException', 410, 410, 410],
  ['TerminalStateException', 410, 410, 410],
  ['RequestEntityTooLargeException', 413, 413, 413],
  ['InternalFailureException', 500, 500, 500],
  ['ServiceUnavailableException', 503, 503, 503],
]

for (const [type, ...wanted] of statuses) {
  test(`${type} is ${wanted.join(', ')} on control, data and jobs data`, () => {
    const error = new AwsError(type, 'no')
    assert.deepEqual(
      (['control', 'data', 'jobs-data'] as const).map((plane) => failure(error, plane).status),
      wanted,
    )
    assert.equal(failure(error, 'control').headers?.['x-amzn-errortype'], type)
  })
}

const codes: [HubErrorCode, control: string, data: string, jobsData: string][] = [
  ['VERSION_MISMATCH', 'VersionConflictException', 'ConflictException', 'InvalidStateTransitionException'],
  ['TERMINAL_STATE', 'InvalidStateTransitionException', 'ConflictException', 'TerminalStateException'],
  ['LIMIT', 'LimitExceededException', 'ThrottlingException', 'ThrottlingException'],
  ['TOO_LARGE', 'InvalidRequestException', 'RequestEntityTooLargeException', 'InvalidRequestException'],
  ['UNSUPPORTED', 'InvalidRequestException', 'InvalidRequestException', 'InvalidRequestException'],
]

for (const [code, ...types] of codes) {
  test(`the engine’s ${code} has a name on every plane`, () => {
    const shown = (['control', 'data', 'jobs-data'] as const).map(
      (plane) => failure(new HubError(code, 'no'), plane).headers?.['x-amzn-errortype'],
    )
    assert.deepEqual(shown, types)
  })
}

test('what is in the way is named in the body, and what nobody foresaw is an internal failure', () => {
  assert.deepEqual(JSON.parse(String(failure(alreadyExists('there', 'id', 'arn'), 'control').body)), {
    message: 'there',
    resourceId: 'id',
    resourceArn: 'arn',
  })
  assert.equal(failure(new TypeError('oops'), 'control').status, 500)
  assert.equal(failure(new TypeError('oops'), 'jobs-data').status, 503)
})

test('errors of the data planes carry a trace id, those of the control plane do not', () => {
  const bench = new AwsInProcess()
  const members = (headers: Record<string, string>) =>
    Object.keys(JSON.parse(String(bench.request('GET', '/nowhere', { headers }).body)) as object)
  assert.deepEqual([members(scope('iotdata')), members(scope('iot'))], [['message', 'traceId'], ['message']])
})

test('an unknown operation is 404 and says which', () => {
  const answer = new AwsInProcess().request('GET', '/nowhere', { headers: scope('iot') })
  assert.deepEqual([answer.status, answer.headers?.['x-amzn-errortype']], [404, 'UnknownOperationException'])
  assert.match(String(answer.body), /GET \/nowhere/)
})
