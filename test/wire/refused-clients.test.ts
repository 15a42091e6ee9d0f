import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import type { IClientOptions } from 'mqtt'
import { WebSocket } from 'ws'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { within } from '../builders/within.ts'

/** How a client that is turned away over each transport hears of it. */
const transports: Record<string, (hub: TestHub) => IClientOptions> = {
  tcp: () => ({}),
  tls: ({ endpoints, ca }) => ({ protocol: 'mqtts', port: endpoints.mqtts, ca }),
  ws: ({ endpoints }) => ({ protocol: 'ws', port: endpoints.http, path: '/mqtt' }),
  wss: ({ endpoints, ca }) => ({ protocol: 'wss', port: endpoints.https, path: '/mqtt', ca }),
}

for (const mode of ['open', 'strict'] as const) {
  describe(`a client that no cloud knows, ${mode} mode`, () => {
    let hub: TestHub
    before(async () => {
      hub = await startHub({ mode })
    })
    after(() => hub.stop())

    const strangers: [string, IClientOptions][] = [
      ['with a user name and password of its own', { username: 'admin', password: 'admin' }],
    ]
    if (mode === 'strict') strangers.push(['with nothing to show', {}])
    for (const [who, shown] of strangers) {
      for (const [transport, options] of Object.entries(transports)) {
        test(`${who} is told so over ${transport} (CONNACK 5), and people are told what it takes`, async () => {
          const clientId = `${transport}-${who.length}`
          await assert.rejects(connectMqtt(hub, clientId, { ...options(hub), ...shown }), { code: 5 })
          const [notice, ...others] = (await hub.hub.api.notices()).filter(({ about }) => about?.name === clientId)
          assert.equal(notice?.kind, 'refused')
          assert.match(
            notice.cure ?? '',
            /AWS IoT Core takes over TLS the certificate of a thing .*IotHub \(course\) takes the user name PRODUCT\/DEVICE/,
          )
          assert.deepEqual(others, [])
        })
      }
    }

    for (const [transport, options] of Object.entries(transports)) {
      test(`who speaks MQTT 5 is told so in its own words over ${transport} (CONNACK 0x84)`, async () => {
        await assert.rejects(connectMqtt(hub, 'five', { ...options(hub), protocolVersion: 5 }), { code: 0x84 })
      })
    }
  })
}

describe('a page whose name leads to this machine (DNS rebinding)', () => {
  let hub: TestHub
  before(async () => {
    hub = await startHub()
  })
  after(() => hub.stop())
  const evil = (headers: Record<string, string> = {}) => ({
    host: 'evil.example:8880',
    origin: 'http://evil.example:8880',
    ...headers,
  })

  const ask = (
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const req = request(
        { host: '127.0.0.1', port: hub.endpoints.http, method, path, headers, agent: false },
        (res) => {
          let body = ''
          res
            .on('data', (chunk: Buffer) => (body += chunk.toString()))
            .on('end', () => resolve({ status: res.statusCode ?? 0, body }))
        },
      )
      req.on('error', reject).end()
    })

  test('makes no thing, with or without an Origin, and is told why', async () => {
    for (const headers of [evil(), { host: 'evil.example' }]) {
      const { status, body } = await ask('POST', '/things/x', headers)
      assert.equal(status, 403)
      assert.match(body, /Host evil\.example.*--names/)
    }
    assert.equal((await hub.hub.api.status()).devices, 0)
    assert.ok((await hub.hub.api.notices()).some(({ text }) => text.includes('Host evil.example:8880')))
  })

  test('reads nothing of the hub’s own API, not even with its token', async () => {
    assert.equal((await ask('GET', '/hub/status', evil({ authorization: 'Bearer whatever' }))).status, 403)
  })

  test('opens no WebSocket', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${hub.endpoints.http}/mqtt`, ['mqtt'], { headers: evil() })
    const status = new Promise<number>((resolve, reject) => {
      socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
      socket.once('open', () => reject(new Error('it was accepted'))).once('error', reject)
    })
    assert.equal(await within(status, 'a refusal'), 403)
    socket.terminate()
  })

  test('while names of this machine, of the user and of the clouds are taken', async () => {
    const named = await startHub({ names: 'hub.lan, board-net' })
    const { http } = named.endpoints
    for (const host of [
      'localhost',
      `127.0.0.1:${http}`,
      'hub.lan',
      'board-net:1',
      'host.docker.internal',
      'x-ats.iot.eu-west-1.amazonaws.com',
    ]) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        request({ host: '127.0.0.1', port: http, path: '/things', headers: { host } }, (res) =>
          resolve(res.resume().statusCode),
        )
          .on('error', reject)
          .end()
      })
      assert.equal(status, 200, host)
    }
    await named.stop()
    await assert.rejects(
      startHub({ names: 'http://hub.lan' }),
      /names: "http:\/\/hub\.lan" must be names or addresses without ports/,
    )
  })
})
