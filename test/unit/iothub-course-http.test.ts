import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import { http as aws } from '../../src/dialect/aws/http/front.ts'
import { Body } from '../../src/dialect/iothub-course/http/body.ts'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { Conversation } from '../builders/conversation.ts'

const request = (method: string, target: string, headers: HttpRequest['headers'] = {}): HttpRequest => {
  const [path = '', query = ''] = target.split('?')
  return {
    id: 'r',
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.alloc(0),
    secure: false,
    local: true,
    remoteAddress: '::1',
  }
}

const rank = { credential: 4, marker: 3, path: 2, fallback: 1, no: 0 }
const ours = [
  'POST /devices',
  'GET /devices/P',
  'GET /devices/P/D',
  'DELETE /devices/P/D',
  'PUT /devices/P/D/suspend',
  'PUT /devices/P/D/resume',
].concat(
  [
    'POST /devices/P/D/command',
    'PUT /devices/P/D/tags',
    'PUT /devices/P/D/shadow',
    'POST /tags/P/t/command',
    'POST /tags/P/t/ota',
    'POST /ota/P/D',
  ],
  ['GET /ota/P/tags/t', 'GET /messages/P?device_name=D', 'POST /tokens', 'POST /emqx_web_hook'],
)
const theirs = [
  'POST /tags',
  'GET /tags?resourceArn=arn',
  'POST /untag',
  'GET /things/t',
  'GET /jobs',
  'PUT /jobs/j',
  'GET /otaUpdates',
  'GET /thing-groups',
  'GET /endpoint',
]

for (const line of ours) {
  test(`${line} is surely IotHub’s, also beside AWS, and also over a connection with a certificate`, () => {
    const [method = '', target = ''] = line.split(' ')
    const plain = request(method, target)
    const certified = { ...plain, certificate: { sha256: '', sha1: '', pem: '', validTo: 0, authorized: true } }
    for (const one of [plain, certified]) assert.ok(rank[iothubCourse.http.claim(one)] > rank[aws.claim(one)])
  })
}

for (const line of theirs) {
  test(`${line} is not IotHub’s`, () => {
    const [method = '', target = ''] = line.split(' ')
    assert.equal(iothubCourse.http.claim(request(method, target)), 'no')
  })
}

test('a request with another cloud’s credentials is that cloud’s, whatever its path', () => {
  assert.equal(iothubCourse.http.claim(request('GET', '/devices/d?api-version=2021-04-12')), 'no')
  assert.equal(
    iothubCourse.http.claim(request('GET', '/devices/d', { authorization: 'SharedAccessSignature sr=…' })),
    'no',
  )
  assert.equal(
    iothubCourse.http.claim(request('POST', '/tags/P/t/command', { authorization: 'AWS4-HMAC-SHA256 Credential=…' })),
    'no',
  )
})

/** A device is registered; `ask` returns status and body. */
async function api(): Promise<{
  talk: Conversation
  ask: (method: string, path: string, body?: object | string) => Promise<[number, string]>
}> {
  const talk = new Conversation(iothubCourse)
  await talk.happens(
    'registered',
    (ctx) =>
      void ctx.engine.devices.create(ctx.turn, {
        dialect: 'iothub-course',
        name: 'P/D',
        type: 'P',
        extra: { secret: 's' },
      }),
  )
  return {
    talk,
    ask: async (method, path, body) => {
      const answer = await talk.http('app', method, path, body)
      assert.ok(answer)
      return [answer.status, answer.body]
    },
  }
}

test('POST /devices makes a device with a name and a secret that a URL can hold', async () => {
  const { ask } = await api()
  const [status, body] = await ask('POST', '/devices', { product_name: 'IotApp' })
  assert.equal(status, 200)
  const made = JSON.parse(body) as Record<string, string>
  assert.deepEqual(Object.keys(made), ['product_name', 'device_name', 'secret'])
  assert.equal(made['product_name'], 'IotApp')
  assert.match(made['device_name'] ?? '', /^[\w-]{7,14}$/)
  assert.match(made['secret'] ?? '', /^[\w-]{7,14}$/)
  assert.notEqual(made['device_name'], made['secret'])
})

const refusals: [string, string, object | string | undefined, number, string][] = [
  ['POST', '/devices', {}, 400, 'product_name: null must be given'],
  [
    'POST',
    '/devices',
    { product_name: 'a/b' },
    400,
    'product_name: "a/b" must be 1 to 64 characters without blanks and / + #',
  ],
  ['POST', '/devices', { product_name: { a: 1 } }, 400, 'product_name: {"a":1} must be a text'],
  ['GET', '/devices/P/E', undefined, 404, '{"error":"Not Found"}'],
  ['DELETE', '/devices/P/E', undefined, 404, '{"error":"Not Found"}'],
  ['PUT', '/devices/P/E/tags', 'tags=a', 404, 'device not found'],
  ['PUT', '/devices/P/E/shadow', {}, 404, 'device not found'],
  ['POST', '/devices/P/E/command', 'command=a', 404, 'device not found'],
  ['POST', '/ota/P/E', 'url=u&version=1', 400, 'device not found'],
  ['GET', '/ota/P/E', undefined, 200, '{}'],
  ['GET', '/devices/Q', undefined, 200, '[]'],
  ['PUT', '/devices/P/E/suspend', undefined, 200, 'ok'],
  ['PUT', '/devices/P/E/resume', undefined, 200, 'ok'],
  ['PUT', '/devices/P/D/tags', {}, 400, 'tags: null must be a text: the tags, with commas between'],
  ['PUT', '/devices/P/D/tags', 'tags=a,b%2Fc', 400, 'tags: "b/c" must be 1 to 128 characters without / + #'],
  ['PUT', '/devices/P/D/tags', { tags: [{}] }, 400, 'tags: {} must be a text'],
  ['PUT', '/devices/P/D/tags', { tags: ['a', null] }, 400, 'tags: null must be a text'],
  ['PUT', '/devices/P/D/tags', { tags: ['a,b'] }, 400, 'tags: "a,b" must not contain a comma'],
  ['PUT', '/devices/P/D/shadow', { desired: {} }, 400, 'version: null must be given'],
  ['PUT', '/devices/P/D/shadow', { desired: 1, version: 1 }, 400, 'desired: 1 must be an object'],
  [
    'PUT',
    '/devices/P/D/shadow',
    { desired: {}, version: 'x' },
    400,
    'version: "x" must be a whole number of at least 0',
  ],
  ['PUT', '/devices/P/D/shadow', { desired: {}, version: 0 }, 409, 'version out of date'],
  ['POST', '/devices/P/D/command', {}, 400, 'command: null must be given'],
  ['POST', '/devices/P/D/command', { command: 'a', encoding: 'hex' }, 400, 'encoding: "hex" must be plain or base64'],
  ['POST', '/devices/P/D/command', { command: 'a', ttl: 0 }, 400, 'ttl: "0" must be a whole number of at least 1'],
  ['POST', '/tags/P/a%2Bb/command', { command: 'a' }, 400, 'tag: "a+b" must be 1 to 128 characters without / + #'],
  ['POST', '/ota/P/D', 'version=1', 400, 'url: null must be given'],
  ['POST', '/ota/P/D', 'url=u&version=1&size=big', 400, 'size: "big" must be a whole number of at least 0'],
  [
    'POST',
    '/emqx_web_hook',
    { action: 'client_connected' },
    404,
    '{"error":"Not Found: the hub is its own broker and takes no events from another"}',
  ],
  ['PATCH', '/devices/P/D', {}, 404, '{"error":"Not Found"}'],
  ['GET', '/devices/P/D/nonsense/more', undefined, 404, '{"error":"Not Found"}'],
]
test('a number that stands for a text is taken as it was written', () => {
  const body = Buffer.from('{ "data" : 12345678901234567890, "ttl":6e1, "md5":1.0 }')
  const read = new Body({ headers: { 'content-type': 'application/json' }, body })
  assert.deepEqual([read.text('data'), read.text('md5'), read.integer('ttl', 1)], ['12345678901234567890', '1.0', 60])
})

for (const [method, path, body, status, text] of refusals) {
  test(`${method} ${path} ${typeof body === 'string' ? body : (JSON.stringify(body) ?? '')}: ${status} ${text}`, async () => {
    const { talk, ask } = await api()
    assert.deepEqual(await ask(method, path, body), [status, text])
    assert.equal(talk.hub.engine.devices.size, 1)
    assert.equal(talk.hub.engine.devices.require('iothub-course/P/D').version, 1)
    assert.equal([...talk.hub.engine.jobs.all()].length, 0)
  })
}

test('a body that is no JSON object, or nests without end, is refused', async () => {
  const { talk } = await api()
  for (const body of ['[]', '{', '1', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`]) {
    const route = iothubCourse.http.routes.find(
      ({ operation }) => operation === 'PUT /devices/{product}/{device}/shadow',
    )
    const asked = {
      ...request('PUT', '/devices/P/D/shadow', { 'content-type': 'application/json' }),
      body: Buffer.from(body),
    }
    await assert.rejects(
      talk.happens(body.slice(0, 20), (ctx) => route?.handle(ctx, asked, { product: 'P', device: 'D' }, [])),
      /not a JSON object/,
    )
  }
})

test('an upgrade becomes a job named by X-Request-Id, whose document is the payload, with a size that is a number', async () => {
  const { talk } = await api()
  const answer = await talk.http('app', 'POST', '/ota/P/D', 'type=firmware&url=u&version=1.1&size=1000&md5=abcd')
  const id = answer?.headers['x-request-id']
  assert.match(id ?? '', /^[0-9a-f]{24}$/)
  const job = talk.hub.engine.jobs.require(`iothub-course/${id}`)
  assert.equal(job.document, '{"url":"u","version":"1.1","size":1000,"md5":"abcd","type":"firmware"}')
  assert.equal(job.selection, 'SNAPSHOT')
})

test('a body in a form that is not read is refused for that, not for what it lacks', async () => {
  const { talk } = await api()
  const route = iothubCourse.http.routes.find(({ operation }) => operation === 'POST /devices')
  for (const [type, said] of [
    ['text/plain;charset=UTF-8', 'text/plain'],
    [undefined, 'none'],
  ] as const) {
    const asked = {
      ...request('POST', '/devices', type === undefined ? {} : { 'content-type': type }),
      body: Buffer.from('product_name=P'),
    }
    await assert.rejects(
      talk.happens('asked', (ctx) => route?.handle(ctx, asked, {}, [])),
      {
        code: 'INVALID',
        message: `the body must be application/json or application/x-www-form-urlencoded, and its content type is ${said}`,
      },
    )
  }
})

test('members that mean nothing are counted, and refused by --strict before anything happens', async () => {
  const asked: [string, string, object, string][] = [
    ['POST', '/devices', { product_name: 'P', colour: 'red' }, 'devices.colour'],
    ['POST', '/devices/P/D/command', { command: 'a', TTL: 5 }, 'command.TTL'],
    [
      'POST',
      '/devices/P/D/command',
      { command: 'a', use_rpc: 'yes' },
      'command.use_rpc that is neither true nor false',
    ],
    [
      'POST',
      '/devices/P/D/command',
      { command: 'a', use_rpc: true, ttl: 60 },
      'command.ttl with use_rpc: it is five seconds',
    ],
    ['POST', '/tags/P/t/command', { command: 'a', use_rpc: true }, 'command.use_rpc for a tag'],
    ['PUT', '/devices/P/D/tags', { tags: 'a', tags_version: 7 }, 'tags.tags_version'],
    ['PUT', '/devices/P/D/shadow', { desired: {}, version: 1, reported: {} }, 'shadow.reported'],
    ['POST', '/ota/P/D', { url: 'u', version: '1', sha256: 'x' }, 'ota.sha256'],
  ]
  for (const [method, path, body, ignored] of asked) {
    const { talk } = await api()
    await talk.http('app', method, path, body)
    assert.deepEqual(talk.hub.ignored, [ignored])
    const strict = await api()
    strict.talk.hub.settings.refuseIgnored = true
    assert.equal((await strict.ask(method, path, body))[0], 400)
    assert.equal(strict.talk.hub.engine.devices.size, 1)
    assert.deepEqual(
      [
        strict.talk.hub.engine.devices.require('iothub-course/P/D').version,
        [...strict.talk.hub.engine.jobs.all()].length,
      ],
      [1, 0],
    )
    assert.doesNotMatch(strict.talk.text, /← cmd|← rpc/)
  }
})

test('people are told of a command that reaches nobody and waits nowhere', async () => {
  const { talk, ask } = await api()
  assert.equal((await ask('POST', '/devices/P/D/command', { command: 'a' }))[0], 200)
  assert.deepEqual(talk.hub.warnings, [
    {
      about: 'iothub-course/P/D',
      text: 'the command a went to nobody: no client of the device is connected, and none has left a session to keep it',
    },
  ])
  await talk.connect('D', { clientId: 'P/D', username: 'P/D', password: 's' })
  await talk.disconnect('D')
  await ask('POST', '/devices/P/D/command', { command: 'b' })
  assert.equal(talk.hub.warnings.length, 1)
})
