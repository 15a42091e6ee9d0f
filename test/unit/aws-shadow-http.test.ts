import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest, HttpResponse } from '../../src/core/seam/http.ts'
import { AwsError } from '../../src/dialect/aws/wire/errors.ts'
import { shadowRoutes } from '../../src/dialect/aws/twin/http.ts'
import { shadowEvent } from '../../src/dialect/aws/twin/shadow.ts'
import { ContextFixture, published, type Outcome } from '../builders/context-fixture.ts'

const T0 = 1_591_141_596_789

interface Called {
  body: string
  acts: Outcome<unknown>['acts']
}

function service(): {
  bench: ContextFixture
  call: (operation: string, query?: string, body?: string | Buffer, thing?: string) => Called
} {
  const bench = new ContextFixture({ now: T0, onEvent: shadowEvent })
  const call = (operation: string, query = '', body: string | Buffer = '', thing = 'lamp'): Called => {
    const route = shadowRoutes.find((candidate) => candidate.operation === operation)
    assert.ok(route)
    const request: HttpRequest = {
      id: 'r',
      method: route.method,
      path: route.path.replace(':thingName', thing),
      query: new URLSearchParams(query),
      headers: {},
      body: Buffer.from(body),
      secure: false,
      local: true,
      remoteAddress: '127.0.0.1',
    }
    const { result, acts } = bench.turn((ctx) => route.handle(ctx, request, { thingName: thing }, []) as HttpResponse)
    assert.deepEqual([result.status, result.headers], [200, { 'content-type': 'application/json' }])
    return { body: String(result.body), acts }
  }
  return { bench, call }
}

const topicsOf = (called: Called): string[] => published(called).map(({ topic }) => topic)

test('the routes are those of the model', () => {
  assert.deepEqual(
    shadowRoutes.map(({ method, path }) => `${method} ${path}`),
    [
      'GET /things/:thingName/shadow',
      'POST /things/:thingName/shadow',
      'DELETE /things/:thingName/shadow',
      'GET /api/things/shadow/ListNamedShadowsForThing/:thingName',
    ],
  )
})

test('UpdateThingShadow answers the accepted document and tells every subscriber', () => {
  const { call } = service()
  const updated = call('UpdateThingShadow', '', '{"state":{"desired":{"a":1}},"clientToken":"t"}')
  assert.equal(
    updated.body,
    '{"state":{"desired":{"a":1}},"metadata":{"desired":{"a":{"timestamp":1591141596}}},"version":1,"timestamp":1591141596,"clientToken":"t"}',
  )
  assert.deepEqual(
    topicsOf(updated),
    ['accepted', 'delta', 'documents'].map((outcome) => `$aws/things/lamp/shadow/update/${outcome}`),
  )
  assert.equal(published(updated)[0]?.payload, updated.body)
})

test('GetThingShadow answers the whole shadow and tells nobody', () => {
  const { call } = service()
  call('UpdateThingShadow', 'name=conf', '{"state":{"desired":{"a":1}}}')
  const got = call('GetThingShadow', 'name=conf')
  assert.equal(
    got.body,
    '{"state":{"desired":{"a":1},"delta":{"a":1}},"metadata":{"desired":{"a":{"timestamp":1591141596}},"delta":{"a":{"timestamp":1591141596}}},"version":1,"timestamp":1591141596}',
  )
  assert.deepEqual(got.acts, [])
})

test('DeleteThingShadow answers the version and tells every subscriber', () => {
  const { call } = service()
  call('UpdateThingShadow', 'name=conf', '{"state":{}}')
  const deleted = call('DeleteThingShadow', 'name=conf')
  assert.equal(deleted.body, '{"version":1,"timestamp":1591141596}')
  assert.deepEqual(topicsOf(deleted), ['$aws/things/lamp/shadow/name/conf/delete/accepted'])
})

test('an empty name means the classic shadow', () => {
  const { bench, call } = service()
  call('UpdateThingShadow', 'name=', '{"state":{}}')
  assert.equal(bench.engine.twins.get('aws/lamp')?.version, 1)
})

const refusals: {
  name: string
  operation: string
  query?: string
  body?: string | Buffer
  thing?: string
  type: string
  message: RegExp
}[] = [
  {
    name: 'a missing classic shadow',
    operation: 'GetThingShadow',
    type: 'ResourceNotFoundException',
    message: /^No shadow exists with name: 'lamp'$/,
  },
  {
    name: 'a missing named shadow',
    operation: 'DeleteThingShadow',
    query: 'name=x',
    type: 'ResourceNotFoundException',
    message: /^No shadow exists with name: 'x'$/,
  },
  {
    name: 'bad JSON',
    operation: 'UpdateThingShadow',
    body: '{',
    type: 'InvalidRequestException',
    message: /^Invalid JSON$/,
  },
  {
    name: 'a wrong version',
    operation: 'UpdateThingShadow',
    body: '{"state":{},"version":5}',
    type: 'ConflictException',
    message: /^Version conflict$/,
  },
  {
    name: 'too large a body',
    operation: 'UpdateThingShadow',
    body: '{"state":{}}'.padEnd(8193),
    type: 'RequestEntityTooLargeException',
    message: /maximum size/,
  },
  {
    name: 'bytes that are not UTF-8',
    operation: 'UpdateThingShadow',
    body: Buffer.from([0xff]),
    type: 'UnsupportedDocumentEncodingException',
    message: /UTF-8/,
  },
  {
    name: 'a bad thing name',
    operation: 'GetThingShadow',
    thing: 'la mp',
    type: 'InvalidRequestException',
    message: /la mp/,
  },
  {
    name: 'a bad shadow name',
    operation: 'GetThingShadow',
    query: 'name=a%2Fb',
    type: 'InvalidRequestException',
    message: /a\/b/,
  },
  {
    name: 'a bad thing name',
    operation: 'ListNamedShadowsForThing',
    thing: 'la mp',
    type: 'InvalidRequestException',
    message: /la mp/,
  },
  {
    name: 'a page of 0',
    operation: 'ListNamedShadowsForThing',
    query: 'pageSize=0',
    type: 'InvalidRequestException',
    message: /pageSize/,
  },
  {
    name: 'a page of 101',
    operation: 'ListNamedShadowsForThing',
    query: 'pageSize=101',
    type: 'InvalidRequestException',
    message: /pageSize/,
  },
  {
    name: 'a page of x',
    operation: 'ListNamedShadowsForThing',
    query: 'pageSize=x',
    type: 'InvalidRequestException',
    message: /pageSize/,
  },
  {
    name: 'a made-up nextToken',
    operation: 'ListNamedShadowsForThing',
    query: 'nextToken=%25%25',
    type: 'InvalidRequestException',
    message: /nextToken/,
  },
]

for (const row of refusals) {
  test(`${row.operation} refuses ${row.name} with ${row.type}, and changes and tells nothing`, () => {
    const { bench, call } = service()
    assert.throws(
      () => call(row.operation, row.query, row.body, row.thing),
      (error) => error instanceof AwsError && error.type === row.type && row.message.test(error.message),
    )
    assert.equal(bench.tables.table('twins').size, 0)
  })
}

test('ListNamedShadowsForThing pages through the names, without the classic shadow', () => {
  const { bench, call } = service()
  for (const name of ['c', 'a', 'd', 'b']) call('UpdateThingShadow', `name=${name}`, '{"state":{}}')
  call('UpdateThingShadow', '', '{"state":{}}')
  assert.equal(call('ListNamedShadowsForThing').body, '{"results":["a","b","c","d"],"timestamp":1591141596}')
  const first = JSON.parse(call('ListNamedShadowsForThing', 'pageSize=2').body) as {
    results: string[]
    nextToken: string
  }
  assert.deepEqual(first.results, ['a', 'b'])
  call('DeleteThingShadow', 'name=b')
  bench.now += 1000
  assert.equal(
    call('ListNamedShadowsForThing', `pageSize=2&nextToken=${first.nextToken}`).body,
    '{"results":["c","d"],"timestamp":1591141597}',
  )
})

test('ListNamedShadowsForThing of an unknown thing is empty', () => {
  const { call } = service()
  assert.equal(call('ListNamedShadowsForThing', '', '', 'nobody').body, '{"results":[],"timestamp":1591141596}')
})
