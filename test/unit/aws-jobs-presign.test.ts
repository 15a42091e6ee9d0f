import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpResponse } from '../../src/core/seam/http.ts'
import { JobsLab, thingArn } from '../builders/jobs-lab.ts'

const PLACEHOLDER = '${aws:iot:s3-presigned-url:https://fw.s3.eu-west-1.amazonaws.com/dir/app%20v1.bin}'
const document = `{"files":[{"url":"${PLACEHOLDER}"}]}`

function lab(expiresInSec = 60): JobsLab {
  const jobs = new JobsLab()
  jobs.things(['t1', 't2'])
  jobs.create('j1', { document, presignedUrlConfig: { expiresInSec } }, [thingArn('t1'), thingArn('t2')])
  return jobs
}
const urlIn = (jobs: JobsLab, rest = '$next/get', thing = 't1'): string => {
  const { execution } = jobs.publish(thing, rest)[0]?.json as { execution: { jobDocument: { files: { url: string }[] } } }
  return execution.jobDocument.files[0]?.url ?? ''
}
const fetched = (jobs: JobsLab, url: string, method = 'GET'): HttpResponse => {
  const { pathname, search } = new URL(url)
  return jobs.call(method, pathname + search).raw
}

test('a device gets a URL on the hub in place of the placeholder, an operator the placeholder', () => {
  const jobs = lab()
  const url = urlIn(jobs)
  assert.match(url, /^https:\/\/localhost:8443\/fw\/dir\/app%20v1\.bin\?X-Amz-Date=20260101T120000Z&X-Amz-Expires=60&X-Amz-Signature=[0-9a-f]{64}$/)
  assert.equal(jobs.call('GET', '/jobs/j1/job-document').body['document'], document)
  for (const method of ['GET', 'HEAD']) {
    const { status, body } = fetched(jobs, url, method)
    assert.deepEqual([status, body], [200, { ref: { bucket: 'fw', key: 'dir/app v1.bin' } }])
  }
})

test('the URL of an execution is the same at every fetch until it expires, and then a new one', () => {
  const jobs = lab()
  const url = urlIn(jobs)
  jobs.advance(59_999)
  for (const rest of ['$next/get', 'j1/get', 'start-next']) assert.equal(urlIn(jobs, rest), url)
  const overHttp = jobs.call('GET', '/things/t1/jobs/j1', undefined, 'jobs-data').body['execution'] as { jobDocument: string }
  assert.ok(overHttp.jobDocument.includes(url))
  assert.equal(fetched(jobs, url).status, 200)
  jobs.advance(1)
  assert.deepEqual([fetched(jobs, url).status, String(fetched(jobs, url).body).includes('Request has expired')], [403, true])
  const renewed = urlIn(jobs)
  assert.notEqual(renewed, url)
  assert.equal(fetched(jobs, renewed).status, 200)
})

test('a URL leads to its own object only, and no longer than it says', () => {
  const jobs = lab()
  const url = urlIn(jobs)
  for (const tampered of [url.replace('app', 'other'), url.replace('Expires=60', 'Expires=3600'), url.replace('/fw/', '/fx/'), url.replace(/Signature=.*/, 'Signature=0')]) {
    assert.equal(fetched(jobs, tampered).status, 403)
  }
})

test('escaped slashes, the second form of placeholder and several of them are replaced; the default expiry is an hour', () => {
  const jobs = new JobsLab({ settings: { endpoint: { host: '::1', mqtt: 1, mqtts: 2, http: 8880, https: 0 } } })
  jobs.things(['t1'])
  jobs.create('j1', { document: '["${aws:iot:s3-presigned-url:https:\\/\\/s3.amazonaws.com\\/b\\/k}","${aws:iot:s3-presigned-url-v2:https://b.s3.us-east-1.amazonaws.com/k2}"]' })
  const [first, second] = (jobs.publish('t1', '$next/get')[0]?.json as { execution: { jobDocument: string[] } }).execution.jobDocument
  assert.match(String(first), /^http:\/\/\[::1\]:8880\/b\/k\?.*Expires=3600&/)
  assert.match(String(second), /^http:\/\/\[::1\]:8880\/b\/k2\?/)
})

test('what was kept for the URLs of an execution goes with its end', () => {
  const jobs = lab()
  urlIn(jobs)
  const kept = jobs.bench.tables.table('aws.presigned')
  assert.equal(kept.size, 2)
  jobs.publish('t1', 'j1/update', { status: 'SUCCEEDED' })
  assert.equal(kept.size, 1)
  jobs.call('DELETE', '/jobs/j1?force=true')
  assert.equal(kept.size, 0)
})
