import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as control from '@aws-sdk/client-iot'
import * as data from '@aws-sdk/client-iot-data-plane'
import * as jobsData from '@aws-sdk/client-iot-jobs-data-plane'
import { aws } from '../../src/dialect/aws/index.ts'

const operationsOf = (client: object): string[] =>
  Object.keys(client).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? [])

const known = new Set(aws.http.routes.map(({ operation }) => operation))
const listed = new Set(aws.capability.flatMap(({ item }) => item.split(', ')))

for (const [plane, client] of Object.entries({ control, data, 'jobs data': jobsData })) {
  test(`every operation of AWS's ${plane} plane has a route, be it one that refuses it by name`, () => {
    assert.ok(operationsOf(client).length > 4)
    assert.deepEqual(
      operationsOf(client).filter((name) => !known.has(name)),
      [],
    )
  })
}

test('every operation that has a route is in the capability list', () => {
  assert.deepEqual(
    [...known].filter((name) => !listed.has(name)),
    [],
  )
})
