import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aws } from '../../src/dialect/aws/index.ts'
import { AwsInProcess } from '../builders/aws-in-process.ts'

test('the coverage names every operation of the route table', () => {
  const items = new Set(aws.capability.flatMap(({ item }) => item.split(', ')))
  const missing = aws.http.routes.map(({ operation }) => operation).filter((operation) => !items.has(operation))
  assert.deepEqual(missing, [])
})

test('what the coverage calls refused is refused, whatever the request', () => {
  const bench = new AwsInProcess()
  const refused = new Set(aws.capability.filter(({ state }) => state === 'refused').map(({ item }) => item))
  const routes = aws.http.routes.filter(({ operation }) => refused.has(operation))
  assert.ok(routes.length > 40)
  const headers = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/${service}/aws4_request`,
  })
  for (const { operation, method, path } of routes) {
    const answers = ['iot', 'iot-jobs-data'].map((service) =>
      bench.request(method, path.replaceAll(':', ''), { headers: headers(service), body: '{}' }),
    )
    assert.ok(
      answers.some(({ status, body }) => status === 400 && String(body).includes(operation)),
      `${operation}: ${JSON.stringify(answers)}`,
    )
  }
})

test('no row of the coverage says something and its opposite', () => {
  const states = new Map<string, string>()
  for (const { area, item, state } of aws.capability) {
    const key = `${area}: ${item}`
    assert.ok(!states.has(key), `${key} is listed twice`)
    states.set(key, state)
  }
})
