import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import { Routes, type RouteLike } from '../../src/http/routes.ts'

interface Named extends RouteLike {
  operation: string
}

const request = (line: string, headers: HttpRequest['headers'] = {}): HttpRequest => {
  const [method = '', path = ''] = line.split(' ')
  const body = Buffer.alloc(0)
  return {
    id: '1',
    method,
    path,
    query: new URLSearchParams(),
    headers,
    body,
    secure: false,
    local: true,
    remoteAddress: '127.0.0.1',
  }
}

const route = (line: string, more: Partial<Named> = {}): Named => {
  const [method = '', path = ''] = line.split(' ')
  return { operation: line, method, path, ...more }
}

/** `<operation> <params>`, or the kind of refusal. */
function answer(routes: Routes<Named>, asked: HttpRequest): string {
  const found = routes.find(asked)
  if (found.type === 'match') return `${found.route.operation} ${JSON.stringify(found.params)}`
  return found.type === 'method-not-allowed' ? `405 ${found.allow.join(',')}` : found.type
}

const aws = new Routes([
  route('GET /things'),
  route('GET /things/:thing'),
  route('PUT /thing-groups/:group'),
  route('PUT /thing-groups/addThingToThingGroup'),
  route('PUT /things/:thing/jobs/:job/cancel'),
  route('PUT /things/:thing/jobs/$next'),
  route('POST /things/:thing/jobs/:job'),
  route('GET /things/:thing/jobs/:job'),
  route('DELETE /things/:thing/jobs/:job/executionNumber/:number'),
  route('POST /topics/*topic'),
  route('GET /retainedMessage/*topic'),
  route('GET /retainedMessage'),
  route('GET /api/things/shadow/ListNamedShadowsForThing/:thing'),
  route('GET /:bucket/*key'),
  route('GET /managed-job-templates/AWS-:name'),
  route('GET /managed-job-templates/:name'),
])

describe('a route table', () => {
  for (const [line, expected] of [
    ['GET /things', 'GET /things {}'],
    ['GET /things/', 'GET /things {}'],
    ['GET /things/t1', 'GET /things/:thing {"thing":"t1"}'],
    ['PUT /thing-groups/addThingToThingGroup', 'PUT /thing-groups/addThingToThingGroup {}'],
    ['PUT /thing-groups/addThingToThingGroupX', 'PUT /thing-groups/:group {"group":"addThingToThingGroupX"}'],
    ['PUT /things/t1/jobs/$next', 'PUT /things/:thing/jobs/$next {"thing":"t1"}'],
    ['PUT /things/t1/jobs/%24next', 'PUT /things/:thing/jobs/$next {"thing":"t1"}'],
    ['GET /things/t1/jobs/%24next', 'GET /things/:thing/jobs/:job {"thing":"t1","job":"$next"}'],
    ['PUT /things/t1/jobs/j/cancel', 'PUT /things/:thing/jobs/:job/cancel {"thing":"t1","job":"j"}'],
    [
      'DELETE /things/t/jobs/j/executionNumber/3',
      'DELETE /things/:thing/jobs/:job/executionNumber/:number {"thing":"t","job":"j","number":"3"}',
    ],
    [
      'GET /api/things/shadow/ListNamedShadowsForThing/t',
      'GET /api/things/shadow/ListNamedShadowsForThing/:thing {"thing":"t"}',
    ],
    ['GET /managed-job-templates/AWS-Reboot', 'GET /managed-job-templates/AWS-:name {"name":"Reboot"}'],
    ['GET /managed-job-templates/Other', 'GET /managed-job-templates/:name {"name":"Other"}'],
    ['GET /b/k/l.bin', 'GET /:bucket/*key {"bucket":"b","key":"k/l.bin"}'],
  ] as const) {
    it(`answers ${line} with ${expected}`, () => assert.equal(answer(aws, request(line)), expected))
  }

  for (const [path, topic] of [
    ['/topics/%24aws%2Fthings%2Ft%2Fshadow', '$aws/things/t/shadow'],
    ['/topics/a/b', 'a/b'],
    ['/topics/a%2fb/c', 'a/b/c'],
    ['/topics/a/b/', 'a/b/'],
    ['/topics/%2Fa', '/a'],
    ['/topics/100%25', '100%'],
    ['/topics/a%252Fb', 'a%2Fb'],
    ['/topics/caf%C3%A9', 'café'],
    ['/topics/a%2Bb%20c', 'a+b c'],
    ['/topics/a%0Ab', 'a\nb'],
  ] as const) {
    it(`reads ${path} as topic ${JSON.stringify(topic)}`, () => {
      assert.equal(answer(aws, request(`POST ${path}`)), `POST /topics/*topic ${JSON.stringify({ topic })}`)
    })
  }

  it('keeps an encoded slash inside its parameter', () => {
    assert.equal(answer(aws, request('GET /things/a%2Fb')), 'GET /things/:thing {"thing":"a/b"}')
  })

  it('reports broken percent-encoding instead of failing', () => {
    for (const path of ['/things/%', '/things/%zz', '/things/%C3', '/things/%%34%31'])
      assert.equal(answer(aws, request(`GET ${path}`)), 'malformed')
  })

  it('does not find what no method serves', () => {
    assert.equal(answer(aws, request('GET /nope')), 'not-found')
    assert.equal(answer(aws, request('GET *')), 'not-found')
    assert.equal(answer(aws, request('BREW /nope/%zz/x')), '405 GET,HEAD')
    assert.equal(answer(aws, request('GET /Things')), 'not-found')
  })

  it('names the methods that a path does serve', () => {
    assert.equal(answer(aws, request('PATCH /things/t/jobs/j')), '405 GET,POST,HEAD')
    assert.equal(answer(aws, request('DELETE /topics/x')), '405 GET,POST,HEAD')
  })

  it('serves HEAD by the GET route, or by its own', () => {
    assert.equal(answer(aws, request('HEAD /b/k')), 'GET /:bucket/*key {"bucket":"b","key":"k"}')
    const own = new Routes([route('GET /x'), route('HEAD /x')])
    assert.equal(answer(own, request('HEAD /x')), 'HEAD /x {}')
  })

  it('asks `when` in the order of the table and falls back to less specific routes', () => {
    const plane = (name: string) => (asked: HttpRequest) => asked.headers['plane'] === name
    const routes = new Routes([
      route('GET /things/:thing', { operation: 'fallback' }),
      route('GET /things/special', { operation: 'data', when: plane('data') }),
      route('GET /things/special', { operation: 'control', when: plane('control') }),
    ])
    assert.equal(answer(routes, request('GET /things/special', { plane: 'data' })), 'data {}')
    assert.equal(answer(routes, request('GET /things/special', { plane: 'control' })), 'control {}')
    assert.equal(answer(routes, request('GET /things/special')), 'fallback {"thing":"special"}')
  })

  it('is not found, rather than not allowed, where only `when` disagrees', () => {
    const routes = new Routes([route('GET /x', { when: () => false })])
    assert.equal(answer(routes, request('GET /x')), 'not-found')
  })

  it('goes by the operation that a request names, however many are on one path', () => {
    const nameOf = ({ headers }: HttpRequest): string | undefined => headers['action']
    const named = (line: string, operation: string): Named => route(line, { operation, named: true })
    const routes = new Routes([named('POST /', 'Create'), named('POST /', 'Delete'), named('GET /', 'Delete')], nameOf)
    assert.equal(answer(routes, request('POST /', { action: 'Create' })), 'Create {}')
    assert.equal(answer(routes, request('POST /', { action: 'Delete' })), 'Delete {}')
    assert.equal(answer(routes, request('GET /', { action: 'Delete' })), 'Delete {}')
    assert.equal(answer(routes, request('GET /', { action: 'Create' })), '405 POST')
    assert.equal(answer(routes, request('POST /', { action: 'Nothing' })), 'not-found')
    assert.equal(answer(routes, request('POST /')), 'not-found')
    assert.equal(answer(routes, request('POST /elsewhere', { action: 'Create' })), 'not-found')
  })

  it('goes by path where a request names nothing that the table has by name', () => {
    const routes = new Routes(
      [route('POST /', { operation: 'Create', named: true }), route('GET /:file', { operation: 'Download' })],
      ({ headers }) => headers['action'],
    )
    assert.equal(answer(routes, request('GET /bear.png')), 'Download {"file":"bear.png"}')
    assert.equal(answer(routes, request('GET /bear.png', { action: 'Download' })), 'Download {"file":"bear.png"}')
  })

  it('refuses a table that has one operation by name twice, or by no name', () => {
    const create = route('POST /', { operation: 'Create', named: true })
    assert.throws(() => new Routes([create, create], () => 'Create'), /POST \/ is hidden by POST \//)
    assert.throws(() => new Routes([create]), /Create is found by name/)
  })

  it('refuses a table in which a route can never be reached', () => {
    assert.throws(() => new Routes([route('GET /a/:b'), route('GET /a/:c')]), /GET \/a\/:c is hidden by GET \/a\/:b/)
    assert.doesNotThrow(() => new Routes([route('GET /a/:b', { when: () => true }), route('GET /a/:c')]))
  })

  it('gives back any parameter that was encoded into the path', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        const found = aws.find(request(`PUT /things/t/jobs/${encodeURIComponent(name)}/cancel`))
        assert.deepEqual(found.type === 'match' && found.params, { thing: 't', job: name })
      }),
    )
  })

  it('never throws, whatever the path', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => void aws.find({ ...request('GET /'), path: `/${a}%${b}` })),
    )
  })
})
