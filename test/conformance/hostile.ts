import assert from 'node:assert/strict'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { within } from '../builders/within.ts'
import type { Checks } from './dialect.suite.ts'
import type { HubFixture } from './hub-fixture.ts'
import { inProgress } from './jobs.ts'
import type { ScriptedDevice } from './scripted-device.ts'
import { dressed, pathOf, requestTo, tableOf } from './requests.ts'

const noJson = [
  '',
  '{',
  '[1',
  'nonsense',
  '{"a":}',
  '{"a":1}}',
  '\u0000',
  Buffer.from([0xff, 0xfe, 0x00, 0xc3]),
  '['.repeat(5000),
  `{"a":${'9'.repeat(400)}e`,
]
const wrongType = ['17', '"text"', 'null', 'true', '[]', '[{}]']
const wrongValues: unknown[] = [{}, [], [1], null, true, -1e300, 'x'.repeat(3000), { toString: 1 }]

/** What is sent in error or in malice: nothing changes, and others are served. */
export const hostile: Checks = {
  badJson: ({ strict }) =>
    unmoved(strict, async (device, job) => {
      for (const topic of strict.examples.requests(device.name, nameOf(job)))
        for (const body of [...noJson, ...wrongType]) await device.tries(topic, body)
    }),

  wrongMembers: ({ strict }) =>
    unmoved(strict, async (device, _, work) => {
      // Of another attempt, where reports are known by an id: one that was heard is not heard again.
      for (const { topic, payload } of device.script.report(
        { ...work, attempt: work.attempt + 1000 },
        'SUCCEEDED',
        100,
      )) {
        const said: unknown = JSON.parse(String(payload))
        if (typeof said !== 'object' || said === null) continue
        for (const value of wrongValues)
          await device.tries(topic, JSON.stringify(Object.fromEntries(Object.keys(said).map((key) => [key, value]))))
      }
    }),

  oversize: ({ strict }) =>
    unmoved(strict, async (device, job) => {
      const size = strict.dialect.limits.payloadBytes + 1
      const body = `{"a":"${'x'.repeat(size - 8)}"}`
      assert.equal(body.length, size)
      for (const topic of strict.examples.requests(device.name, nameOf(job))) await device.tries(topic, body)
      for (const { topic } of device.says()) await device.tries(topic, body)
    }),

  unknownTopics: ({ strict }) =>
    unmoved(strict, async (device) => {
      const common = [
        '$SYS/broker/uptime',
        '$nothing',
        '/',
        'a'.repeat(5000),
        'a/'.repeat(200),
        '$share/group/a',
        'ünï/ç∂é',
      ]
      for (const topic of [...strict.examples.unknown(device.name), ...common])
        for (const body of ['{}', '', '{']) await device.tries(topic, body)
    }),

  badBodies: async ({ strict }) => {
    const { devices, jobs } = await strict.api.status()
    let refused = 0
    for (const [round, { type, body }] of bodies().entries()) {
      // Keys that are made for nothing take their time.
      const tried = writes(strict).filter(({ costly }) => !costly || round === 0)
      const answers = tried.map(async ({ method, url, headers, operation }) => {
        const answer = await strict.read(
          await within(
            fetch(url, { method, body, headers: { 'content-type': type, ...headers } }),
            `an answer of ${operation}`,
          ),
        )
        assert.ok(answer.status < 500, `${operation} answers ${answer.status} to ${body.slice(0, 40)}`)
        if (answer.refused) refused += 1
      })
      await Promise.all(answers)
    }
    assert.ok(refused > 0, 'no body was refused')
    const after = await strict.api.status()
    assert.deepEqual({ devices: after.devices, jobs: after.jobs }, { devices, jobs })
    await strict.servesOthers()
  },

  unknownPaths: async ({ strict }) => {
    const { dialect, dialects, place } = strict
    for (const caller of dialect.examples.callers) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const request = ['/nothing', '/no/such/path']
          .map((path) => requestTo(method, path, caller))
          .find((asked) => isUnknown(dialects, asked))
        if (request === undefined) continue
        const owner = dialects.find(({ http }) => http.claim(request) !== 'no')
        const expected = owner === undefined ? { status: 404 } : owner.http.notFound(request)
        const response = await fetch(`http://localhost:${place.endpoints.http}${request.path}?${request.query}`, {
          method,
          headers: caller.headers,
        })
        assert.equal(response.status, expected.status, `${method} as ${JSON.stringify(caller)}`)
        assert.ok(response.status >= 400 && response.status < 500)
        if (owner === undefined) assert.match(await response.text(), /No cloud/)
        else if (expected.headers?.['content-type'] !== undefined)
          assert.equal(response.headers.get('content-type'), expected.headers['content-type'])
      }
    }
  },
}

/** No route of whoever claims it fits. */
const isUnknown = (dialects: readonly Dialect[], request: HttpRequest): boolean =>
  dialects.every((each) => each.http.claim(request) === 'no' || tableOf(each).find(request).type !== 'match')

const nameOf = (job: string): string => job.slice(job.indexOf('/') + 1)

/** A device at work does that; nothing has come of it, it can end its work, and another one is served. */
async function unmoved(
  hub: HubFixture,
  attack: (device: ScriptedDevice, job: string, work: Parameters<ScriptedDevice['report']>[0]) => Promise<void>,
): Promise<void> {
  const { device, job, work } = await inProgress(hub)
  const before = await hub.stateOf(device.key, job)
  await attack(device, job, work)
  assert.deepEqual(await hub.stateOf(device.key, job), before)
  await device.report(work, 'SUCCEEDED', 100)
  await hub.reaches(job, device, 'SUCCEEDED')
  await hub.servesOthers()
  await device.leaves()
}

/** Bodies that no operation can mean. */
const bodies = (): { type: string; body: string }[] => [
  ...['{', '[1', 'nonsense', '"text"', '17', '[]', '['.repeat(5000)].map((body) => ({
    type: 'application/json',
    body,
  })),
  { type: 'application/json', body: `{"a":"${'x'.repeat(50_000)}` },
  { type: 'application/x-www-form-urlencoded', body: '%%%=&&&=%zz' },
  { type: 'application/octet-stream', body: '\u0000\u0001\ufffd' },
]

/** Every operation that takes a body, from every kind of client. */
function writes({
  dialect,
  place,
}: HubFixture): { operation: string; method: string; url: string; headers: Record<string, string>; costly: boolean }[] {
  return dialect.http.routes
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD' && method !== 'DELETE')
    .flatMap((route) =>
      dressed(dialect, route)
        .filter((caller) => route.when?.(requestTo(route.method, pathOf(route), caller)) !== false)
        .map(({ headers, query = {} }) => ({
          operation: route.operation,
          method: route.method,
          url: `http://localhost:${place.endpoints.http}${pathOf(route)}?${new URLSearchParams(query)}`,
          headers,
          costly: route.needs !== undefined,
        })),
    )
}
