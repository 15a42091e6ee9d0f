import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { startHub, type TestHub } from '../builders/hub.ts'

// Mission C with nothing but the `mqtt` package and `fetch`, as the course's SDKs and server samples use them.

const P = 'IotApp'
const FIRMWARE = {
  type: 'firmware',
  url: 'http://test.com/firmware/1.1.pkg',
  version: '1.1',
  size: '1000',
  md5: 'abcd',
}
/** The form's size has become a number [iothub 7]. */
const COMMANDED = { url: FIRMWARE.url, version: '1.1', size: 1000, md5: 'abcd', type: 'firmware' }

let hub: TestHub
before(async () => {
  hub = await startHub({ mode: 'strict', clock: 'virtual' })
})
after(() => hub.stop())

/** Client ids of the two editions of the course's SDK, the second client of a device too [iothub 2]. */
const editions = {
  'first edition': {
    clientId: (name: string) => `${P}/${name}`,
    other: (name: string) => `${P}/${name}/second`,
    unit: 1000,
  },
  'second edition': {
    clientId: (name: string) => `${P}-${name}`,
    other: (name: string) => `${P}-${name}-second`,
    unit: 1,
  },
}

interface Registered {
  name: string
  secret: string
}

async function register(): Promise<Registered> {
  const response = await form('POST', '/devices', { product_name: P })
  const { product_name, device_name, secret } = (await response.json()) as {
    product_name: string
    device_name: string
    secret: string
  }
  assert.equal(product_name, P)
  return { name: device_name, secret }
}

/** As the SDK connects: TLS without a look at the certificate, and a session that is kept. */
const enter = ({ name, secret }: Registered, clientId: string): Promise<TestClient> =>
  connectMqtt(hub, clientId, {
    protocol: 'mqtts',
    port: hub.endpoints.mqtts,
    rejectUnauthorized: false,
    clean: false,
    username: `${P}/${name}`,
    password: secret,
  })

const url = (path: string): string => `http://127.0.0.1:${hub.endpoints.http}${path}`
const form = (method: string, path: string, fields: Record<string, string>): Promise<Response> =>
  fetch(url(path), { method, body: new URLSearchParams(fields) })
const json = (method: string, path: string, body: object): Promise<Response> =>
  fetch(url(path), { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const get = async (path: string): Promise<Record<string, unknown>> =>
  (await fetch(url(path))).json() as Promise<Record<string, unknown>>

const command = (client: TestClient, prefix: string) =>
  client.inbox.take(`a command on ${prefix}`, ({ topic }) => topic.startsWith(prefix))

let ids = 0
const messageId = (): string => (ids += 1).toString(16).padStart(24, '0')

for (const [edition, { clientId, other, unit }] of Object.entries(editions)) {
  test(`C1, C3, C4 (${edition}): an upgrade, from the form to the version that runs`, async () => {
    const nobody = await form('POST', `/ota/${P}/nobody`, FIRMWARE)
    assert.deepEqual([nobody.status, await nobody.text()], [400, 'device not found'])
    const device = await register()
    const own = `${P}/${device.name}`
    const client = await enter(device, clientId(device.name))
    assert.deepEqual(await get(`/ota/${own}`), {})

    const started = await form('POST', `/ota/${own}`, FIRMWARE)
    assert.deepEqual([started.status, await started.text()], [200, 'ok'])
    const { topic, text, qos } = await command(client, `cmd/${own}/$ota_upgrade/plain/`)
    assert.equal(topic, `cmd/${own}/$ota_upgrade/plain/${started.headers.get('x-request-id')}`)
    assert.deepEqual([JSON.parse(text), qos], [COMMANDED, 1])

    const id = messageId()
    const progress = { version: '1.1', type: 'firmware', progress: 20, desc: 'download' }
    await client.publish(`update_ota_status/${own}/${id}`, progress)
    const { now } = await hub.hub.api.status()
    assert.deepEqual(await get(`/ota/${own}`), { ...progress, ts: Math.floor(now / unit) })
    await client.publish(`update_ota_status/${own}/${id}`, { ...progress, progress: 99 })
    assert.equal((await get(`/ota/${own}`))['progress'], 20)

    await client.publish(`update_ota_status/${own}/${messageId()}`, { ...progress, progress: 100 })
    await client.publish(`update_status/${own}/${messageId()}`, { firmware_ver: '1.1' })
    const { device_status, connections } = await get(`/devices/${own}`)
    assert.deepEqual(device_status, { firmware_ver: '1.1' })
    assert.deepEqual(
      (connections as { client_id: string; connected_at: number }[]).map(({ client_id, connected_at }) => [
        client_id,
        connected_at,
      ]),
      [[clientId(device.name), Math.floor(now / unit)]],
    )
    const [job] = (await hub.hub.api.jobs()).filter(({ name }) => name === started.headers.get('x-request-id'))
    assert.deepEqual([job?.status, job?.counts], ['COMPLETED', { SUCCEEDED: 1 }])
    await client.end()
  })

  test(`C1 (${edition}): a second client of the device hears the same, and one that was away finds it`, async () => {
    const device = await register()
    const first = await enter(device, clientId(device.name))
    const second = await enter(device, other(device.name))
    await second.end()
    await json('POST', `/ota/${P}/${device.name}`, { ...COMMANDED, version: '2' })
    const heard = await command(first, `cmd/${P}/${device.name}/$ota_upgrade/`)
    const back = await enter(device, other(device.name))
    assert.equal(back.sessionPresent, true)
    assert.deepEqual(await command(back, `cmd/${P}/${device.name}/$ota_upgrade/`), heard)
    await Promise.all([first.end(), back.end()])
  })

  test(`C2 (${edition}): the same to every device with a tag`, async () => {
    const [listens, silent, plain] = [await register(), await register(), await register()]
    const tag = edition.replace(' ', '-')
    for (const { name } of [listens, silent])
      assert.equal((await form('PUT', `/devices/${P}/${name}/tags`, { tags: `${tag},other` })).status, 200)
    const clients = [
      await enter(listens, clientId(listens.name)),
      await enter(silent, clientId(silent.name)),
      await enter(plain, clientId(plain.name)),
    ] as const
    assert.deepEqual(await clients[0].subscribe(`tags/${P}/${tag}/cmd/+/+/+/#`), [1])
    await hub.hub.api.advance(1000)

    const sent = await form('POST', `/ota/${P}/tags/${tag}`, FIRMWARE)
    assert.deepEqual([sent.status, await sent.text()], [200, 'ok'])
    const request = sent.headers.get('x-request-id')
    const [broadcast, direct] = [await command(clients[0], 'tags/'), await command(clients[1], 'cmd/')]
    assert.deepEqual(
      [broadcast.topic, direct.topic],
      [`tags/${P}/${tag}/cmd/$ota_upgrade/plain/${request}`, `cmd/${P}/${silent.name}/$ota_upgrade/plain/${request}`],
    )
    assert.deepEqual([JSON.parse(broadcast.text), JSON.parse(direct.text)], [COMMANDED, COMMANDED])

    await clients[0].publish(`update_ota_status/${P}/${listens.name}/${messageId()}`, {
      version: '1.1',
      type: 'firmware',
      progress: 40,
      desc: 'download',
    })
    const { devices } = await get(`/ota/${P}/tags/${tag}?version=1.1`)
    assert.deepEqual(
      (devices as { device_name: string; progress: number }[]).map(({ device_name, progress }) => [
        device_name,
        progress,
      ]),
      [[listens.name, 40]],
    )
    await clients[2].unsubscribe('nothing')
    assert.deepEqual(
      [...clients[0].inbox.rest, ...clients[1].inbox.rest, ...clients[2].inbox.rest].filter(({ topic }) =>
        topic.includes('$ota_upgrade'),
      ),
      [],
    )
    assert.equal((await form('POST', `/tags/${P}/nobody-has-it/ota`, FIRMWARE)).status, 200)
    await Promise.all(clients.map((client) => client.end()))
  })

  test(`C5 (${edition}): what the ACL forbids goes nowhere; commands carry encoding, request id and time to live`, async () => {
    const [device, victim] = [await register(), await register()]
    const own = `${P}/${device.name}`
    const client = await enter(device, clientId(device.name))
    const theirs = await enter(victim, clientId(victim.name))
    await client.publish(`update_status/${P}/${victim.name}/${messageId()}`, { firmware_ver: '6.6.6' })
    await client.publish(`cmd/${P}/${victim.name}/reboot/plain/1`, 'now')
    await client.publish('anything/else', 'x')
    assert.deepEqual(
      await client.subscribe('#', `cmd/${P}/${victim.name}/+/+/+/#`, `tags/${P}/+/cmd/+/+/+/#`),
      [128, 128, 1],
    )
    assert.deepEqual((await get(`/devices/${P}/${victim.name}`))['device_status'], {})
    await theirs.unsubscribe('nothing')
    assert.deepEqual(theirs.inbox.rest, [])

    const now = Math.floor((await hub.hub.api.status()).now / 1000)
    const answers = [
      await form('POST', `/devices/${own}/command`, { command: 'ping', data: 'hello' }),
      await form('POST', `/devices/${own}/command`, {
        command: 'ping',
        data: 'aGVsbG8=',
        encoding: 'base64',
        ttl: '10',
      }),
      await json('POST', `/devices/${own}/command`, { command: 'ping', data: 'hello', ttl: 60 }),
    ]
    const requests = (await Promise.all(answers.map((answer) => answer.json()))).map(
      (answer) => (answer as { request_id: string }).request_id,
    )
    for (const id of requests) assert.match(id, /^[0-9a-f]{24}$/)
    const heard = [await command(client, 'cmd/'), await command(client, 'cmd/'), await command(client, 'cmd/')]
    assert.deepEqual(
      heard.map(({ topic, text }) => [topic, text]),
      [
        [`cmd/${own}/ping/plain/${requests[0]}`, 'hello'],
        [`cmd/${own}/ping/base64/${requests[1]}/${now + 10}`, 'aGVsbG8='],
        [`cmd/${own}/ping/plain/${requests[2]}/${now + 60}`, 'hello'],
      ],
    )

    const asked = form('POST', `/devices/${own}/command`, { command: 'time', data: '', use_rpc: 'true' })
    const question = await command(client, `rpc/${own}/time/plain/`)
    const request = question.topic.split('/')[5]
    await client.publish(`rpc_resp/${own}/time/${request}/${messageId()}`, '1767225602')
    assert.deepEqual(await (await asked).json(), { response: Buffer.from('1767225602').toString('base64') })
    await Promise.all([client.end(), theirs.end()])
  })

  test(`C5 (${edition}): a wrong secret, no secret and a suspended device are refused`, async () => {
    const device = await register()
    await assert.rejects(enter({ ...device, secret: 'wrong' }, clientId(device.name)), /Not authorized|Bad User/i)
    await assert.rejects(connectMqtt(hub, clientId(device.name), { username: `${P}/${device.name}` }))
    const client = await enter(device, clientId(device.name))
    assert.equal((await form('PUT', `/devices/${P}/${device.name}/suspend`, {})).status, 200)
    await client.closed
    await assert.rejects(enter(device, clientId(device.name)), /Not authorized/i)
    assert.equal((await form('PUT', `/devices/${P}/${device.name}/resume`, {})).status, 200)
    await (await enter(device, clientId(device.name))).end()
  })
}

test('the port 3000 of the samples is opened when asked for, or people are told why not', async () => {
  const aliased = await startHub({ aliases: true })
  try {
    await aliased.hub.api.addDevice('iothub-course', `${P}/on-3000`)
    const told = (await aliased.hub.api.notices()).some(({ text }) =>
      text.startsWith('port 3000 could not be opened, it is taken; the samples of the course'),
    )
    const answered = await fetch(`http://127.0.0.1:3000/devices/${P}/on-3000`).then(
      (response) => response.ok,
      () => false,
    )
    assert.notEqual(told, answered)
    assert.equal(aliased.endpoints.aliases?.includes(3000) ?? false, answered)
  } finally {
    await aliased.stop()
  }
})
