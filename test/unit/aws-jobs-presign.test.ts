import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import type { HttpResponse } from '../../src/core/seam/http.ts'
import { AwsError } from '../../src/dialect/aws/wire/errors.ts'
import { s3Failure } from '../../src/dialect/aws/jobs/s3-errors.ts'
import { AwsJobsFixture, thingArn } from '../builders/aws-jobs-fixture.ts'

const roleArn = 'arn:aws:iam::123456789012:role/presign'
const S3 = 'https://fw.s3.eu-west-1.amazonaws.com'

function createFixture(documents: string[], expiresInSec = 60): AwsJobsFixture {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1', 't2'])
  jobs.create('j1', { document: JSON.stringify(documents), presignedUrlConfig: { roleArn, expiresInSec } }, [
    thingArn('t1'),
    thingArn('t2'),
  ])
  jobs.objects.set('fw/dir/app.bin', 'firmware')
  return jobs
}
const app = (): AwsJobsFixture => createFixture([`\${aws:iot:s3-presigned-url:${S3}/dir/app.bin}`])

const documentOf = (jobs: AwsJobsFixture, rest = '$next/get', thing = 't1'): string[] =>
  (jobs.publish(thing, rest)[0]?.json as { execution: { jobDocument: string[] } }).execution.jobDocument
const urlIn = (jobs: AwsJobsFixture, rest?: string, thing?: string): string => documentOf(jobs, rest, thing)[0] ?? ''

const asked = (jobs: AwsJobsFixture, url: string, method = 'GET', body?: string): HttpResponse => {
  const { pathname, search } = new URL(url)
  return jobs.call(method, pathname + search, body).raw
}
const codeOf = ({ status, body }: HttpResponse): unknown => [status, /<Code>(\w+)<\/Code>/.exec(String(body))?.[1]]

test('a device gets a URL on the hub in place of the placeholder, an operator the placeholder', () => {
  const jobs = app()
  const url = urlIn(jobs)
  const query =
    /^https:\/\/localhost:8443\/fw\/dir\/app\.bin\?X-Amz-Date=20260101T120000Z&X-Amz-Expires=60&X-Amz-Signature=[0-9a-f]{64}$/
  assert.match(url, query)
  assert.match(String(jobs.call('GET', '/jobs/j1/job-document').body['document']), /\$\{aws:iot:s3-presigned-url:/)
  const { status, body } = asked(jobs, url)
  assert.deepEqual([status, body], [200, { ref: { bucket: 'fw', key: 'dir/app.bin' } }])
})

test('the URL of an execution is the same at every fetch until it expires, and then a new one', () => {
  const jobs = app()
  const url = urlIn(jobs)
  jobs.advance(59_999)
  for (const rest of ['$next/get', 'j1/get', 'start-next']) assert.equal(urlIn(jobs, rest), url)
  const overHttp = jobs.call('GET', '/things/t1/jobs/j1', undefined, 'jobs-data').body['execution'] as {
    jobDocument: string
  }
  assert.ok(overHttp.jobDocument.includes(url))
  assert.equal(asked(jobs, url).status, 200)
  jobs.advance(1)
  const expired = asked(jobs, url)
  assert.deepEqual(codeOf(expired), [403, 'AccessDenied'])
  const told =
    '<Message>Request has expired</Message><X-Amz-Expires>60</X-Amz-Expires><Expires>2026-01-01T12:01:00Z</Expires>'
  assert.ok(String(expired.body).includes(told))
  const renewed = urlIn(jobs)
  assert.notEqual(renewed, url)
  assert.equal(asked(jobs, renewed).status, 200)
})

test('on wish a URL is as long as one that the credentials of a role sign, the same at every fetch, and checked like any', () => {
  const jobs = new AwsJobsFixture({ options: { presigned: 'long' } })
  jobs.things(['t1'])
  const document = `["\${aws:iot:s3-presigned-url-v2:${S3}/app.bin}","\${aws:iot:s3-presigned-url-upload:${S3}/log}"]`
  jobs.create('j1', { document, presignedUrlConfig: { roleArn, expiresInSec: 60 } }, [thingArn('t1')])
  jobs.objects.set('fw/app.bin', 'firmware')
  const [url = '', upload = ''] = documentOf(jobs)
  assert.ok(url.length > 1800 && url.length < 2048, `${url.length} characters`)
  const token = new URL(url).searchParams.get('X-Amz-Security-Token') ?? ''
  assert.match(token, /^[A-Za-z0-9+/]{1300,}=*$/)
  assert.deepEqual(
    [...new URL(url).searchParams].filter(([name]) => !/Token|Signature/.test(name)),
    [
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Date', '20260101T120000Z'],
      ['X-Amz-SignedHeaders', 'host'],
      ['X-Amz-Expires', '60'],
      ['X-Amz-Credential', 'ASIALOCALIOTHUBROLES/20260101/us-east-1/s3/aws4_request'],
    ],
  )
  assert.deepEqual(documentOf(jobs, 'j1/get'), [url, upload])
  assert.notEqual(new URL(upload).searchParams.get('X-Amz-Security-Token'), token)
  assert.equal(asked(jobs, url).status, 200)
  assert.equal(asked(jobs, upload, 'PUT', 'bytes').status, 200)
  for (const tampered of [
    url.replace('app', 'other'),
    url.replace(encodeURIComponent(token), encodeURIComponent(token.slice(1))),
    url.replace('us-east-1', 'eu-west-1'),
    url.replace(/X-Amz-Security-Token=[^&]*&/, ''),
  ]) {
    assert.deepEqual(codeOf(asked(jobs, tampered)), [403, 'SignatureDoesNotMatch'], tampered)
  }
  jobs.advance(60_000)
  assert.deepEqual(codeOf(asked(jobs, url)), [403, 'AccessDenied'])
})

test('a URL is good for what it was signed for only: object, method and all of the query', () => {
  const jobs = app()
  const url = urlIn(jobs)
  for (const tampered of [
    url.replace('app', 'other'),
    url.replace('Expires=60', 'Expires=3600'),
    url.replace('/fw/', '/fx/'),
    url.replace(/Signature=.*/, 'Signature=0'),
    `${url}&versionId=1`,
    `${url}&response-content-type=text/html`,
  ]) {
    assert.deepEqual(codeOf(asked(jobs, tampered)), [403, 'SignatureDoesNotMatch'], tampered)
  }
  assert.deepEqual(codeOf(asked(jobs, url, 'PUT', 'other bytes')), [403, 'SignatureDoesNotMatch'])
  jobs.objects.delete('fw/dir/app.bin')
  const gone = asked(jobs, url)
  assert.deepEqual(codeOf(gone), [404, 'NoSuchKey'])
  assert.ok(String(gone.body).includes('<Key>dir/app.bin</Key>'))
})

for (const [what, placeholder, bucket, key, path] of [
  [
    'a classic key is taken as written',
    `s3-presigned-url:${S3}/a%20b?c#d.bin`,
    'fw',
    'a%20b?c#d.bin',
    '/fw/a%2520b%3Fc%23d.bin',
  ],
  ['so is one of -v1', `s3-presigned-url-v1:${S3}/a b%2Fc`, 'fw', 'a b%2Fc', '/fw/a%20b%252Fc'],
  [
    'in the classic form a version is part of the key',
    `s3-presigned-url:${S3}/k?versionId=7`,
    'fw',
    'k?versionId=7',
    '/fw/k%3FversionId%3D7',
  ],
  ['-v2 is percent-encoded', `s3-presigned-url-v2:${S3}/a%20b%23c%25.bin`, 'fw', 'a b#c%.bin', '/fw/a%20b%23c%25.bin'],
  ['by path', 's3-presigned-url-v2:https://s3.us-east-1.amazonaws.com/b/k', 'b', 'k', '/b/k'],
  ['by s3:', 's3-presigned-url:s3://b/k', 'b', 'k', '/b/k'],
] as const) {
  test(`${what}: ${placeholder}`, () => {
    const jobs = createFixture([`\${aws:iot:${placeholder}}`])
    jobs.objects.set(`${bucket}/${key}`, 'bytes')
    const url = urlIn(jobs)
    assert.equal(new URL(url).pathname, path)
    const { status, body } = asked(jobs, url)
    assert.deepEqual([status, body], [200, { ref: { bucket, key } }])
  })
}

test('-v2 may ask for a version, which is in the URL and signed; the local folder has but one, and people are told', () => {
  const jobs = createFixture([`\${aws:iot:s3-presigned-url-v2:${S3}/dir/app.bin%3FversionId%3Dabc.1}`])
  assert.deepEqual(jobs.bench.ignored, ['presigned URL versionId'])
  const url = urlIn(jobs)
  assert.equal(new URL(url).searchParams.get('versionId'), 'abc.1')
  assert.equal(asked(jobs, url).status, 200)
  assert.deepEqual(codeOf(asked(jobs, url.replace('abc.1', 'abc.2'))), [403, 'SignatureDoesNotMatch'])
})

test('an upload is a URL to PUT to, filled for each execution, and stores what comes', () => {
  const place = `\${aws:iot:s3-presigned-url-upload:${S3}/logs/\${thingName}/\${jobId}-\${executionNumber}-\${thingName}.log}`
  const jobs = createFixture([place])
  const paths = ['t1', 't2'].map((thing) => new URL(urlIn(jobs, '$next/get', thing)).pathname)
  assert.deepEqual(paths, ['/fw/logs/t1/j1-1-t1.log', '/fw/logs/t2/j1-1-t2.log'])
  const url = urlIn(jobs)
  assert.deepEqual(codeOf(asked(jobs, url)), [403, 'SignatureDoesNotMatch'])
  const stored = asked(jobs, url, 'PUT', 'a line\n')
  assert.deepEqual([stored.status, stored.headers?.['etag'], stored.body], [200, '"etag"', ''])
  assert.equal(String(jobs.objects.get('fw/logs/t1/j1-1-t1.log')), 'a line\n')
  jobs.advance(60_000)
  assert.deepEqual(codeOf(asked(jobs, url, 'PUT', 'late')), [403, 'AccessDenied'])
  assert.equal(String(jobs.objects.get('fw/logs/t1/j1-1-t1.log')), 'a line\n')
})

test('what an upload leaves out is made up, the same for one execution and another for the next', () => {
  const jobs = createFixture(['${aws:iot:s3-presigned-url-upload}', `\${aws:iot:s3-presigned-url-upload:${S3}/}`])
  const paths = (thing: string): string[] => documentOf(jobs, '$next/get', thing).map((url) => new URL(url).pathname)
  assert.deepEqual(paths('t1'), ['/uploads/j1/t1/1/upload-1', '/fw/j1/t1/1/upload-2'])
  assert.deepEqual(paths('t1'), paths('t1'))
  assert.deepEqual(paths('t2'), ['/uploads/j1/t2/1/upload-1', '/fw/j1/t2/1/upload-2'])
})

test('without TLS the URL is one of HTTP, and the default expiry is an hour', () => {
  const jobs = new AwsJobsFixture({ settings: { endpoint: { host: '::1', mqtt: 1, mqtts: 2, http: 8880, https: 0 } } })
  jobs.things(['t1'])
  const document = '["${aws:iot:s3-presigned-url:https:\\/\\/s3.amazonaws.com\\/b\\/k}"]'
  jobs.create('j1', { document, presignedUrlConfig: { roleArn } })
  assert.match(urlIn(jobs), /^http:\/\/\[::1\]:8880\/b\/k\?.*Expires=3600&/)
})

test('what was kept for the URLs of an execution goes with its end', () => {
  const jobs = app()
  urlIn(jobs)
  const kept = jobs.bench.tables.table('aws.presigned')
  assert.equal(kept.size, 2)
  jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  assert.equal(kept.size, 1)
  jobs.call('DELETE', '/jobs/j1?force=true')
  assert.equal(kept.size, 0)
})

const role = { presignedUrlConfig: { roleArn } }
const upload = (rest: string): string => `\${aws:iot:s3-presigned-url-upload:${rest}}`
const needsRole = 'presignedUrlConfig role ARN is required to generate an S3 presigned url in job document.'
const classicNeedsRole = 'Role must be provided for pre-sign S3 urls in job document of job j1.'

for (const [text, members, message] of [
  [`\${aws:iot:s3-presigned-url:${S3}/k}`, {}, classicNeedsRole],
  [`\${aws:iot:s3-presigned-url-v2:${S3}/k}`, { presignedUrlConfig: { expiresInSec: 60 } }, needsRole],
  [upload(`${S3}/k`), {}, needsRole],
  [`\${aws:iot:s3-presigned-url-v2:${S3}/k} \${aws:iot:s3-presigned-url:${S3}/k}`, {}, classicNeedsRole],
  ['${aws:iot:s3-presigned-url:https://example.com/b/k}', role, 'Given S3 url https://example.com/b/k is invalid.'],
  [`\${aws:iot:s3-presigned-url-v2:${S3}/a b}`, role, `Given S3 url ${S3}/a b is invalid.`],
  [`\${aws:iot:s3-presigned-url-v2:${S3}/a%2}`, role, `Given S3 url ${S3}/a%2 is invalid.`],
  [`\${aws:iot:s3-presigned-url:${S3}}`, role, `Provided S3 url is not valid: ${S3}. Error: Key cannot be null`],
  [upload('https://example.com/k'), role, 'Given S3 url https://example.com/k is invalid.'],
  [upload(`${S3}/\${thing}`), role, 'Undefined placeholder, ${thing}, inside of presign url upload parameter'],
  [
    upload('https://s3.amazonaws.com/${thingName}/k'),
    role,
    'S3 bucket name in presigned url upload is not allowed to contain any placeholders',
  ],
  [
    upload(`${S3}/\${jobId}/\${jobId}/\${jobId}`),
    role,
    'Local placeholder, ${jobId}, is allowed twice inside of presign url upload',
  ],
  ['log of ${thingName}', {}, 'Local placeholder, ${thingName}, is only valid inside of presign url upload'],
  [
    `\${aws:iot:s3-presigned-url:${S3}/\${jobId}}`,
    role,
    'Local placeholder, ${jobId}, is only valid inside of presign url upload',
  ],
  [`\${aws:iot:s3-presigned-url:${S3}/k`, role, 'One or more parameters or placeholders are not terminated.'],
  ['${aws:iot:parameter:x', {}, 'One or more parameters or placeholders are not terminated.'],
  [
    '${aws:iot:package:p:version:1:attributes}',
    {},
    /^The placeholder \$\{aws:iot:package:p:version:1:attributes\} is not modelled/,
  ],
] as [string, object, string | RegExp][]) {
  test(`a document with ${text} is refused, also in a template: ${String(message).slice(0, 50)} …`, () => {
    const jobs = new AwsJobsFixture()
    jobs.things(['t1'])
    const document = JSON.stringify({ text })
    for (const [path, more] of [
      ['/jobs/j1', { targets: [thingArn('t1')] }],
      ['/job-templates/j1', { description: 'd' }],
    ] as const) {
      const { status, type, body } = jobs.call('PUT', path, { document, ...more, ...members })
      assert.deepEqual([status, type], [400, 'InvalidRequestException'])
      if (typeof message === 'string') assert.equal(body['message'], message)
      else assert.match(String(body['message']), message)
    }
    assert.equal(jobs.bench.engine.jobs.get('aws/j1'), undefined)
  })
}

test('what nobody knows in the name space of placeholders is handed on and counted, or refused where that is wanted', () => {
  const document = '{"a":"${aws:iot:something:else}","b":"${HOME} ${aws:ec2:x}"}'
  const jobs = new AwsJobsFixture()
  jobs.things(['t1'])
  jobs.create('j1', { document })
  assert.deepEqual(jobs.bench.ignored, ['job document placeholder ${aws:iot:something:else}: handed on as it is'])
  assert.ok(jobs.publish('t1', '$next/get')[0]?.payload.includes(document))
  const strict = new AwsJobsFixture({ settings: { refuseIgnored: true } })
  strict.things(['t1'])
  assert.equal(strict.call('PUT', '/jobs/j1', { targets: [thingArn('t1')], document }).status, 400)
})

for (const [error, status, code] of [
  [new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token'), 403, 'AccessDenied'],
  [new AwsError('UnauthorizedException', 'no'), 403, 'AccessDenied'],
  [new AwsError('InvalidRequestException', 'no'), 400, 'InvalidRequest'],
  [new HubError('TOO_LARGE', 'no'), 400, 'EntityTooLarge'],
  [new HubError('UNSUPPORTED', 'no'), 404, 'NoSuchBucket'],
  [new HubError('UNAVAILABLE', 'no'), 503, 'ServiceUnavailable'],
  [new Error('no'), 500, 'InternalError'],
] as const) {
  const name = error instanceof AwsError ? error.type : error instanceof HubError ? error.code : 'any error'
  test(`who presents the URL of an object hears of ${name} as ${code}`, () => {
    assert.deepEqual(codeOf(s3Failure(error)), [status, code])
  })
}
