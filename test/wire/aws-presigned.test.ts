import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CreateThingCommand } from '@aws-sdk/client-iot'
import { StartNextPendingJobExecutionCommand } from '@aws-sdk/client-iot-jobs-data-plane'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import { putObject, startHub, type TestHub } from '../builders/hub.ts'
import { createJob } from '../builders/operator.ts'
import { within } from '../builders/within.ts'

const roleArn = 'arn:aws:iam::123456789012:role/presign'
let hub: TestHub
let aws: AwsClients

for (const presigned of ['short', 'long'] as const) {
  describe(`URLs that are ${presigned}`, () => {
    before(async () => {
      hub = await startHub({ clouds: { aws: { presigned } } })
      aws = awsClients(hub, 'https')
    })
    after(async () => {
      aws.destroy()
      await hub.stop()
    })

    test('a device reads a file by its presigned URL, whatever letters its key has, and nothing else', reads)
    test('a device brings a file by the URL of an upload, into the place that was filled in for it', brings)
  })
}

async function ask(url: string, method: string, body?: string): Promise<{ status: number; text: string }> {
  const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(url, { method, ca: hub.ca, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode!, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
  return within(answer, `${method} ${url}`)
}

/** The URLs in the document of a thing's job. */
async function urlsFor(thingName: string, document: string[]): Promise<string[]> {
  const { thingArn } = await aws.iot.send(new CreateThingCommand({ thingName }))
  await createJob(aws, thingName, [thingArn!], document, { presignedUrlConfig: { roleArn } })
  const { execution } = await aws.jobsData.send(new StartNextPendingJobExecutionCommand({ thingName }))
  return JSON.parse(execution?.jobDocument ?? '') as string[]
}

async function reads(): Promise<void> {
  await putObject(hub, 'fw', 'v1 50%#2.bin', 'firmware')
  const [classic, encoded, gone] = await urlsFor('reader', [
    '${aws:iot:s3-presigned-url:https://fw.s3.us-east-1.amazonaws.com/v1 50%#2.bin}',
    '${aws:iot:s3-presigned-url-v2:https://fw.s3.us-east-1.amazonaws.com/v1%2050%25%232.bin}',
    '${aws:iot:s3-presigned-url:https://fw.s3.us-east-1.amazonaws.com/none.bin}',
  ])
  for (const url of [classic!, encoded!]) assert.deepEqual(await ask(url, 'GET'), { status: 200, text: 'firmware' })
  const missing = await ask(gone!, 'GET')
  assert.deepEqual([missing.status, /<Code>NoSuchKey<\/Code>/.test(missing.text)], [404, true])
  for (const [url, method] of [
    [`${classic!}&versionId=2`, 'GET'],
    [classic!.replace('/fw/', '/other/'), 'GET'],
    [classic!, 'PUT'],
    [classic!, 'DELETE'],
    [classic!, 'POST'],
  ] as const) {
    const refused = await ask(url, method, method === 'GET' ? undefined : 'x')
    assert.deepEqual([refused.status, /<Code>SignatureDoesNotMatch<\/Code>/.test(refused.text)], [403, true], method)
  }
  assert.equal((await ask(classic!, 'HEAD')).status, 403)
}

async function brings(): Promise<void> {
  const [url] = await urlsFor('writer', [
    '${aws:iot:s3-presigned-url-upload:https://logs.s3.us-east-1.amazonaws.com/${thingName}/${jobId}-${executionNumber}.log}',
  ])
  assert.equal((await ask(url!, 'GET')).status, 403)
  assert.deepEqual(await ask(url!, 'PUT', 'first line\n'), { status: 200, text: '' })
  // Where there is no folder of the bucket's name, the folder itself is the bucket.
  assert.equal(await readFile(join(hub.folder, 'buckets', 'writer', 'writer-1.log'), 'utf8'), 'first line\n')
}
