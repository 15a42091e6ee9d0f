import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import type { HttpRequest, HttpResponse } from '../../src/core/seam/http.ts'
import type { Dialect, Route } from '../../src/dialect/dialect.ts'
import { HttpGate, type HttpGateOptions } from '../../src/hub/http-gate.ts'
import { textOf } from '../../src/core/said.ts'

const request = (method: string, path: string, headers: Record<string, string> = {}): HttpRequest => ({
  id: `${method} ${path}`,
  method,
  path,
  query: new URLSearchParams(),
  headers,
  body: Buffer.alloc(0),
  secure: false,
  local: true,
  remoteAddress: '127.0.0.1',
})

const dialect = (name: string, claim: (request: HttpRequest) => 'marker' | 'path' | 'no', routes: Route[]): Dialect =>
  ({
    name,
    title: name.toUpperCase(),
    http: {
      claim,
      credential: (_: unknown, { headers }: HttpRequest) =>
        headers['key'] === 'given' ? { given: true, who: 'one' } : { given: false, why: 'show something' },
      routes,
      notFound: () => ({ status: 404, body: `${name} knows no such thing` }),
      failure: (error: unknown) => ({
        status: error instanceof HubError ? 400 : 500,
        body: `${name}: ${(error as Error).message}`,
      }),
      finish: (response: object) => ({ ...response, headers: { 'x-by': name } }),
    },
  }) as unknown as Dialect

interface Gate {
  gate: HttpGate
  options: HttpGateOptions
  failures: string[]
  /** Who was not let in. */
  refusals: string[]
  /** What became of the files that came. */
  files: string[]
  /** The turns that were taken, by the cloud they are of. */
  turns: string[]
  ask(given: HttpRequest, gone?: AbortSignal, body?: AsyncIterable<Uint8Array>): Promise<HttpResponse>
}

function gateOf(...dialects: Dialect[]): Gate {
  const failures: string[] = []
  const refusals: string[] = []
  const files: string[] = []
  const turns: string[] = []
  const options: HttpGateOptions = {
    dialects,
    perform: async (name, _, decide) => {
      turns.push(name)
      return decide({ dialect: name } as unknown as Parameters<typeof decide>[0])
    },
    fulfil: async (need) =>
      need.type === 'object' ? { ref: need.ref, size: 2, etag: 'e', content: Buffer.from('ok') } : undefined,
    intake: {
      take: async (ref, bytes, maxBytes) => {
        let text = ''
        for await (const chunk of bytes) text += Buffer.from(chunk).toString()
        files.push(`${text} for ${ref.bucket}/${ref.key}, ${maxBytes} at most`)
        return {
          keep: async () => {
            files.push('kept')
            return { ref, size: text.length, etag: 'e' }
          },
          discard: async () => void files.push('discarded'),
        }
      },
    },
    onFailure: (text) => failures.push(textOf(text)),
    isRefusing: () => false,
    onRefusal: (text) => refusals.push(textOf(text)),
  }
  const gate = new HttpGate(options)
  return {
    gate,
    options,
    failures,
    refusals,
    files,
    turns,
    ask: (given, gone = new AbortController().signal, body) => gate.handle(given, gone, body),
  }
}

const route = (path: string, handle: Route['handle'], rest: Partial<Route> = {}): Route => ({
  operation: path,
  method: 'GET',
  path,
  handle,
  ...rest,
})

test('the surest claim wins, and its dialect has the last word on the response', async () => {
  const a = dialect('a', () => 'path', [route('/things', () => ({ status: 200, body: 'a' }))])
  const b = dialect('b', ({ headers }) => (headers['key'] === 'b' ? 'marker' : 'no'), [
    route('/things', () => ({ status: 200, body: 'b' })),
  ])
  const { ask } = gateOf(a, b)
  assert.deepEqual(await ask(request('GET', '/things')), { status: 200, body: 'a', headers: { 'x-by': 'a' } })
  assert.deepEqual(await ask(request('GET', '/things', { key: 'b' })), {
    status: 200,
    body: 'b',
    headers: { 'x-by': 'b' },
  })
})

test('a request that no dialect claims is a 404 of the hub’s own', async () => {
  const { ask } = gateOf(dialect('a', () => 'no', []))
  assert.equal((await ask(request('GET', '/x'))).status, 404)
})

test('a claimed request without a route is answered in the dialect’s words', async () => {
  const { ask } = gateOf(dialect('a', () => 'path', []))
  assert.deepEqual(await ask(request('GET', '/x')), {
    status: 404,
    body: 'a knows no such thing',
    headers: { 'x-by': 'a' },
  })
})

test('what a request names and nobody knows is answered in the dialect’s words, and people are told', async () => {
  const sing: Route = { operation: 'Sing', method: 'POST', path: '/', named: true, handle: () => ({ status: 200 }) }
  const a = dialect('a', () => 'path', [sing])
  a.http.operationOf = ({ headers }) => headers['action']
  const { ask, refusals } = gateOf(a)
  assert.equal((await ask(request('POST', '/', { action: 'Sing' }))).status, 200)
  assert.equal((await ask(request('POST', '/'))).status, 404)
  assert.deepEqual(refusals, [])
  assert.equal((await ask(request('POST', '/', { action: 'Dance' }))).body, 'a knows no such thing')
  assert.deepEqual(refusals, ['A has no operation Dance here'])
})

test('what a route needs is fetched before it decides', async () => {
  const read = route(
    '/doc',
    (_ctx, _request, _params, [found]) => ({
      status: 200,
      body: found !== undefined && 'content' in found ? found.content! : '',
    }),
    {
      needs: () => [{ type: 'object', ref: { bucket: 'b', key: 'k' } }],
    },
  )
  const { ask } = gateOf(dialect('a', () => 'path', [read]))
  assert.equal(String((await ask(request('GET', '/doc'))).body), 'ok')
})

test('a request for which nothing is fetched is one turn, however it ends; one that waits for a file is two', async () => {
  const refuse = (): never => {
    throw new HubError('FORBIDDEN', 'not you')
  }
  const done: Route['handle'] = () => ({ status: 200, body: 'done' })
  const { ask, turns } = gateOf(
    dialect('a', () => 'path', [
      route('/plain', done),
      route('/nothing', done, { authorize: () => {}, needs: () => [] }),
      route('/forbidden', done, { authorize: refuse, needs: () => [] }),
      route('/refused', refuse),
      route('/file', done, { needs: () => [{ type: 'object', ref: { bucket: 'b', key: 'k' } }] }),
    ]),
  )
  const taken: Record<string, [unknown, number, unknown]> = {}
  for (const path of ['/plain', '/nothing', '/forbidden', '/refused', '/none', '/file']) {
    const { body, headers } = await ask(request('GET', path))
    taken[path] = [body, turns.splice(0).length, headers?.['x-by']]
  }
  assert.deepEqual(taken, {
    '/plain': ['done', 1, 'a'],
    '/nothing': ['done', 1, 'a'],
    '/forbidden': ['a: not you', 1, 'a'],
    '/refused': ['a: not you', 1, 'a'],
    '/none': ['a knows no such thing', 1, 'a'],
    '/file': ['done', 2, 'a'],
  })
})

test('what goes wrong after the decision is answered in the cloud’s words as well, with its last word', async () => {
  const { gate, options } = gateOf(dialect('a', () => 'path', [route('/plain', () => ({ status: 200 }))]))
  let fails = true
  options.perform = async (_, __, decide) => {
    const result = decide({} as unknown as Parameters<typeof decide>[0])
    if (!fails) return result
    fails = false
    throw new Error('the disk is full')
  }
  const { status, body, headers } = await gate.handle(request('GET', '/plain'), new AbortController().signal)
  assert.deepEqual([status, body, headers], [500, 'a: the disk is full', { 'x-by': 'a' }])
})

test('nothing is fetched or made for a caller who may not do it, and a right that is lost meanwhile does not count', async () => {
  let fetched = 0
  let revoked = false
  const read = route('/doc', () => ({ status: 200, body: 'done' }), {
    authorize: (_ctx, { headers }) => {
      if (headers['key'] !== 'right' || revoked) throw new HubError('FORBIDDEN', 'not you')
    },
    needs: (_ctx, { headers }) => {
      fetched += 1
      revoked = headers['meanwhile'] === 'revoked'
      return [{ type: 'object', ref: { bucket: 'b', key: 'k' } }]
    },
  })
  const { ask } = gateOf(dialect('a', () => 'path', [read]))
  assert.deepEqual([(await ask(request('GET', '/doc'))).body, fetched], ['a: not you', 0])
  assert.deepEqual([(await ask(request('GET', '/doc', { key: 'right' }))).body, fetched], ['done', 1])
  assert.deepEqual(
    [(await ask(request('GET', '/doc', { key: 'right', meanwhile: 'revoked' }))).body, fetched],
    ['a: not you', 2],
  )
})

test('from elsewhere no route is reached without a credential, whatever the route says of itself', async () => {
  let reached = 0
  const open: Partial<Route> = {
    needs: () => [{ type: 'object', ref: { bucket: 'b', key: 'k' } }],
    authorize: () => void (reached += 1),
  }
  const handle: Route['handle'] = () => {
    reached += 1
    return { status: 200, body: 'done' }
  }
  const own = route('/own', handle, {
    credential: (_ctx, { query }) =>
      query.has('signed') ? { given: true, who: 'it' } : { given: false, why: 'no', answer: { status: 418 } },
  })
  const upload = route('/upload', handle, {
    method: 'PUT',
    upload: () => ({ ref: { bucket: 'b', key: 'k' }, maxBytes: 9 }),
  })
  const { ask, refusals, files } = gateOf(
    dialect('a', () => 'path', [route('/open', handle, open), route('/plain', handle), own, upload]),
  )
  const far = (method: string, path: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
    ...request(method, path),
    local: false,
    remoteAddress: '192.0.2.7',
    ...more,
  })
  for (const path of ['/open', '/plain']) assert.equal((await ask(far('GET', path))).body, 'a: show something')
  assert.equal((await ask(far('PUT', '/upload', { body: Buffer.from('x') }))).body, 'a: show something')
  assert.equal((await ask(far('GET', '/own'))).status, 418, 'the answer that the dialect has for it')
  assert.deepEqual([reached, files], [0, []])
  assert.deepEqual(refusals, [
    'A /open from 192.0.2.7: show something',
    'A /plain from 192.0.2.7: show something',
    'A /upload from 192.0.2.7: show something',
    'A /own from 192.0.2.7: no',
  ])
  const shown = [
    far('GET', '/plain', { headers: { key: 'given' } }),
    far('GET', '/own', { query: new URLSearchParams('signed') }),
    far('GET', '/plain', { operator: true }),
    request('GET', '/plain'),
  ]
  for (const each of shown) assert.equal((await ask(each)).body, 'done')
})

test('a refusal is an answer; a defect is an answer too, and is told', async () => {
  const { ask, failures } = gateOf(
    dialect('a', () => 'path', [
      route('/refused', () => {
        throw new HubError('INVALID', 'no')
      }),
      route('/broken', () => {
        throw new TypeError('oops')
      }),
    ]),
  )
  assert.equal((await ask(request('GET', '/refused'))).status, 400)
  assert.deepEqual(failures, [])
  assert.equal((await ask(request('GET', '/broken'))).status, 500)
  assert.deepEqual(failures, ['GET /broken failed'])
})

test('an answer that comes later is waited for, also if it came before the decision returned', async () => {
  const later = route('/later', () => 'later')
  const already = route('/already', (_, { id }) => {
    gate.respond(id, { status: 201, body: 'early' })
    return 'later'
  })
  const { gate, ask } = gateOf(dialect('a', () => 'path', [later, already]))
  assert.equal((await ask(request('GET', '/already'))).body, 'early')
  const answer = ask(request('GET', '/later'))
  await new Promise((resolve) => setImmediate(resolve))
  gate.respond('GET /later', { status: 200, body: 'at last' })
  assert.equal((await answer).body, 'at last')
})

test('a file is taken for who may give it, and in its place before that is decided', async () => {
  let rights = 1
  const put = route(
    '/files/:name',
    (_ctx, _request, { name }, [stored, needed]) => ({
      status: 201,
      body: `${name}: ${JSON.stringify([stored, needed !== undefined])}`,
    }),
    {
      method: 'PUT',
      authorize: () => {
        if (rights-- <= 0) throw new HubError('FORBIDDEN', 'not you')
      },
      upload: (_ctx, _request, { name = '' }) => ({ ref: { bucket: 'up', key: name }, maxBytes: 5 }),
      needs: () => [{ type: 'object', ref: { bucket: 'b', key: 'k' } }],
    },
  )
  const { gate, ask, files, failures } = gateOf(
    dialect('a', () => 'path', [put, route('/files/:name', () => ({ status: 200 }))]),
  )
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from('con')
    yield Buffer.from('tent')
  }
  const bring = (headers: Record<string, string> = {}) => ask(request('PUT', '/files/x', headers), undefined, body())
  assert.deepEqual(
    [
      gate.streams(request('PUT', '/files/x')),
      gate.streams(request('GET', '/files/x')),
      gate.streams(request('PUT', '/other')),
    ],
    [true, false, false],
  )

  rights = 0
  assert.equal((await bring()).body, 'a: not you')
  assert.deepEqual(files.splice(0), [], 'not read')
  rights = 1
  assert.equal((await bring({ 'content-length': '6' })).body, 'a: a file may have 5 bytes here')
  assert.deepEqual(files.splice(0), [], 'not read')
  rights = 1
  assert.equal((await bring()).body, 'a: not you', 'the right was lost while the file came')
  assert.deepEqual(files.splice(0), ['content for up/x, 5 at most', 'discarded'])
  rights = 3
  assert.equal((await bring()).body, 'x: [{"ref":{"bucket":"up","key":"x"},"size":7,"etag":"e"},true]')
  assert.deepEqual(files, ['content for up/x, 5 at most', 'kept'])
  assert.deepEqual(failures, [])
})
