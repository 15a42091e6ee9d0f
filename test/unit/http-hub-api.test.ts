import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { HubError, invalid, type HubErrorCode } from '../../src/core/errors.ts'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import { createAccess } from '../../src/hub/access.ts'
import { createApiFront, type ApiRequest, type ApiRoute } from '../../src/http/hub-api.ts'
import { textOf, type Said } from '../../src/core/said.ts'

const notices: string[] = []
let asked: { request: ApiRequest; params: Record<string, string> } | undefined
let answer: () => unknown = () => ({ fine: true })

const route = (method: string, path: string): ApiRoute => ({
  method,
  path,
  handle: async (request, params) => {
    asked = { request, params }
    return answer()
  },
})

const front = createApiFront({
  routes: [route('GET', '/hub/status'), route('GET', '/hub/jobs/:key'), route('POST', '/hub/advance')],
  admit: ({ headers }) => createAccess({ hosts: [], token: 'token' }).api(headers),
  onNotice: (text) => void notices.push(textOf(text)),
})

async function call(
  line: string,
  headers: HttpRequest['headers'] = {},
  body = '',
): Promise<{ status: number; headers: Record<string, string>; body: unknown }> {
  const [method = '', path = ''] = line.split(' ')
  const all = { host: 'localhost:8880', authorization: 'Bearer token', ...headers }
  const rest = { query: new URLSearchParams('a=1'), secure: false, local: true, remoteAddress: '127.0.0.1' }
  const response = await front.handle({ id: '1', method, path, headers: all, body: Buffer.from(body), ...rest })
  assert.ok(!('stream' in response))
  assert.ok(response.body === undefined || typeof response.body === 'string')
  return {
    status: response.status,
    headers: response.headers ?? {},
    body: response.body === undefined ? undefined : JSON.parse(response.body),
  }
}

const codeOf = (body: unknown): unknown => (body as { error: { code: string } }).error.code

describe("the hub's own API", () => {
  beforeEach(() => {
    asked = undefined
    answer = () => ({ fine: true })
    notices.length = 0
  })

  it('claims its own paths only', () => {
    const claims = (path: string): boolean => front.claims({ path } as HttpRequest)
    assert.deepEqual(['/hub', '/hub/x', '/hubs', '/', '/things/hub'].map(claims), [true, true, false, false, false])
  })

  it('answers with JSON', async () => {
    assert.deepEqual(await call('GET /hub/status'), {
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body: { fine: true },
    })
  })

  it('answers null as null and nothing as 204', async () => {
    answer = () => null
    assert.deepEqual([(await call('GET /hub/status')).status, (await call('GET /hub/status')).body], [200, null])
    answer = () => undefined
    assert.deepEqual([(await call('GET /hub/status')).status, (await call('GET /hub/status')).body], [204, undefined])
  })

  it('gives a route its parameters, query and parsed body', async () => {
    await call('GET /hub/jobs/aws%2Fj1')
    assert.deepEqual(
      [asked?.params, asked?.request.query.get('a'), asked?.request.json],
      [{ key: 'aws/j1' }, '1', undefined],
    )
    await call('POST /hub/advance', {}, '{"by":"next"}')
    assert.deepEqual(asked?.request.json, { by: 'next' })
  })

  it('refuses a body that is not JSON', async () => {
    const { status, body } = await call('POST /hub/advance', {}, '{')
    assert.equal(status, 400)
    assert.match(
      JSON.stringify(body),
      /^\{"error":\{"code":"INVALID","message":"body: must be JSON .*","field":"body","says":.*\}\}$/,
    )
    assert.equal(asked, undefined)
  })

  it('needs the token', async () => {
    for (const authorization of [undefined, 'Bearer nope', 'Basic dG9rZW4=']) {
      const { status, headers, body } = await call('GET /hub/status', { authorization })
      assert.deepEqual([status, headers['WWW-Authenticate'], codeOf(body)], [401, 'Bearer', 'UNAUTHORIZED'])
    }
    assert.equal(asked, undefined)
  })

  it('tells nobody without the token what exists', async () => {
    assert.equal((await call('GET /hub/nope', { authorization: undefined })).status, 401)
    assert.equal((await call('PUT /hub/status', { authorization: undefined })).status, 401)
  })

  it('is closed to web pages, token or not', async () => {
    assert.equal((await call('GET /hub/status', { origin: 'https://evil.example' })).status, 403)
    assert.equal((await call('GET /hub/status', { origin: 'capacitor://localhost' })).status, 403)
    assert.equal(asked, undefined)
    assert.equal((await call('GET /hub/status', { origin: 'vscode-webview://0abc' })).status, 200)
  })

  it('tells apart what does not exist and what is done otherwise', async () => {
    assert.deepEqual(codeOf((await call('GET /hub/nope')).body), 'NOT_FOUND')
    const wrong = await call('PUT /hub/advance')
    assert.deepEqual([wrong.status, wrong.headers['Allow'], codeOf(wrong.body)], [405, 'POST', 'METHOD_NOT_ALLOWED'])
    assert.deepEqual((await call('GET /hub/jobs/%zz')).status, 400)
  })

  for (const [code, status] of [
    ['INVALID', 400],
    ['UNAUTHORIZED', 401],
    ['FORBIDDEN', 403],
    ['NOT_FOUND', 404],
    ['ALREADY_EXISTS', 409],
    ['VERSION_MISMATCH', 409],
    ['INVALID_TRANSITION', 409],
    ['TERMINAL_STATE', 409],
    ['CONFLICT', 409],
    ['NOT_ONLINE', 409],
    ['TOO_LARGE', 413],
    ['LIMIT', 422],
    ['UNSUPPORTED', 501],
    ['TIMEOUT', 504],
  ] satisfies [HubErrorCode, number][]) {
    it(`answers ${code} with ${status}`, async () => {
      answer = () => {
        throw new HubError(code, 'because')
      }
      const response = await call('GET /hub/status')
      assert.deepEqual([response.status, response.body], [status, { error: { code, message: 'because' } }])
      assert.deepEqual(notices, [])
    })
  }

  it('names the offending field', async () => {
    answer = () => {
      throw invalid('by', -1, 'must be at least 0')
    }
    const { error } = (await call('GET /hub/status')).body as { error: { says: Said } }
    const { says, ...rest } = error
    assert.deepEqual(rest, { code: 'INVALID', message: 'by: -1 must be at least 0', field: 'by' })
    // Editors say it in other languages.
    assert.deepEqual([says.template, says.args.slice(0, 2)], ['{0}: {1} {2}', ['by', '-1']])
  })

  it('keeps the reason of a failure to itself and its log', async () => {
    answer = () => {
      throw new TypeError('secret')
    }
    const { status, body } = await call('GET /hub/status')
    assert.equal(status, 500)
    assert.deepEqual(body, { error: { code: 'INTERNAL', message: 'The hub failed; its log says why' } })
    assert.deepEqual(notices, ['GET /hub/status failed'])
  })
})
