import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { putObject, startHub, type TestHub } from '../builders/hub.ts'
import { tutorialDocument } from '../builders/operator.ts'
import { within } from '../builders/within.ts'

let hub: TestHub
before(async () => {
  hub = await startHub()
})
after(() => hub.stop())

/** A request byte for byte as Debian's awscli 2.9.19 sends it: signed for `execute-api`, JSON as Python writes it. */
async function awsCli(
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; type: string | undefined; json: Record<string, unknown> }> {
  const headers = {
    'Accept-Encoding': 'identity',
    'User-Agent': 'aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0 source/x86_64.debian.12 prompt/off command/iot.create-job',
    'X-Amz-Date': '20260101T000000Z',
    Authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
  }
  const answered = new Promise<{ status: number; type: string | undefined; json: Record<string, unknown> }>(
    (resolve, reject) => {
      const sent = request(
        { host: 'localhost', port: hub.endpoints.http, method, path, headers, agent: false },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              type: response.headers['x-amzn-errortype'] as string | undefined,
              json: JSON.parse(text) as Record<string, unknown>,
            }),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    },
  )
  return within(answered, `an answer to ${method} ${path}`)
}

test('the tutorial’s command lines work on a local bucket folder, region and account as pasted from the cloud', async () => {
  await putObject(hub, 'BUCKET', 'jobtest.json', JSON.stringify(tutorialDocument))
  // aws iot create-thing-group --thing-group-name jobdemo
  const group = await awsCli('POST', '/thing-groups/jobdemo', '{}')
  assert.deepEqual([group.status, group.json['thingGroupName']], [200, 'jobdemo'])
  await awsCli('POST', '/things/machine', '{}')
  // aws iot add-thing-to-thing-group --thing-group-name jobdemo --thing-name machine
  assert.equal(
    (await awsCli('PUT', '/thing-groups/addThingToThingGroup', '{"thingGroupName": "jobdemo", "thingName": "machine"}'))
      .status,
    200,
  )
  // aws iot create-job --job-id 020 --targets arn:aws:iot:us-west-2:123456789012:thinggroup/jobdemo --document-source
  // https://s3-us-west-2.amazonaws.com/BUCKET/jobtest.json
  const created = await awsCli(
    'PUT',
    '/jobs/020',
    '{"targets": ["arn:aws:iot:us-west-2:123456789012:thinggroup/jobdemo"], "documentSource": "https://s3-us-west-2.amazonaws.com/BUCKET/jobtest.json"}',
  )
  assert.equal(created.status, 200)
  assert.deepEqual(created.json, { jobArn: 'arn:aws:iot:us-west-2:123456789012:job/020', jobId: '020' })
  // aws iot list-job-executions-for-thing --thing-name machine
  const { json } = await awsCli('GET', '/things/machine/jobs')
  assert.deepEqual(
    (json['executionSummaries'] as { jobId: string }[]).map(({ jobId }) => jobId),
    ['020'],
  )
})

test('an error is what the command line shows: a type in the header, a message in the body', async () => {
  const missing = await awsCli('GET', '/jobs/nope')
  assert.equal(missing.status, 404)
  assert.equal(missing.type, 'ResourceNotFoundException')
  assert.equal(typeof missing.json['message'], 'string')
})
