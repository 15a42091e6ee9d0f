import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, mock, test } from 'node:test'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { jsonTextOf } from '../../src/shared/json-text.ts'

// The state in `course-state` was left by a hub of the release before the dialect was renamed, killed amid a rollout.
// Its people were fond of the word: a job, a command, a tag, a thing of another cloud and its client are called so too.

const TEXT = 'iothub/Washer/w1 of "iothub", iothub.messages'
const SECRETS = { w1: '1zX7MR_wAg', away: 'LJKSeh_H9g', gone: 'txSvb-NgFg' }

/** What the hub’s clock showed last. */
const LEFT_AT = 1_795_713_768_136

describe('what a hub kept before the course’s dialect was renamed', () => {
  let folder: string
  let hub: TestHub

  before(async () => {
    // It ages: sessions of the other cloud are kept for an hour.
    mock.timers.enable({ apis: ['Date'], now: LEFT_AT + 1000 })
    folder = mkdtempSync(join(tmpdir(), 'iot-hub-course-'))
    mkdirSync(join(folder, 'data'))
    cpSync(join(import.meta.dirname, 'course-state'), join(folder, 'data', 'state'), { recursive: true })
    hub = await startHub({ memory: false, clock: 'virtual', data: join(folder, 'data') })
  })
  after(async () => {
    await hub.stop()
    rmSync(folder, { recursive: true, force: true })
    mock.timers.reset()
  })

  const enter = (name: keyof typeof SECRETS): Promise<TestClient> =>
    connectMqtt(hub, `Washer/${name}`, { clean: false, username: `Washer/${name}`, password: SECRETS[name] })
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${hub.endpoints.http}${path}`)).json()

  test('devices, tags, shadows, messages and upgrades are found under the present name', async () => {
    const { api } = hub.hub
    const keys = (await api.devices()).items.map(({ key }) => key)
    assert.deepEqual(keys, ['aws/iothub', ...['away', 'w1', 'w2', 'w4'].map((name) => `iothub-course/Washer/${name}`)])
    const groups = (await api.groups()).map(({ key, devices }) => [key, devices])
    assert.deepEqual(groups, [
      ['iothub-course/Washer/kitchen', 2],
      ['iothub-course/Washer/iothub', 2],
    ])
    const { desired } = await api.twin('iothub-course/Washer/w1')
    assert.deepEqual(desired, { text: TEXT, 'iothub/x': { key: 'iothub/Washer/w1' } })
    const { modules, tags } = await api.device('iothub-course/Washer/w1')
    assert.deepEqual(
      [modules.map(({ module, version }) => [module, version]), tags],
      [[['firmware', '1']], { status: { firmware_ver: '1', note: TEXT } }],
    )
    const { messages } = (await get('/messages/Washer')) as { messages: { data_type: string; payload: string }[] }
    assert.deepEqual(
      messages.map(({ data_type, payload }) => [data_type, payload]),
      [
        ['iothub', Buffer.from(TEXT).toString('base64')],
        ['b', Buffer.from([0, 1, 255]).toString('base64')],
      ],
    )
    assert.equal(((await get('/ota/Washer/w1')) as { desc: string }).desc, TEXT)
  })

  test('a device that was away gets what waited for it, and one that was deleted stays out', async () => {
    const client = await enter('away')
    assert.equal(client.sessionPresent, true)
    const received = await Promise.all([1, 2, 3].map(() => client.inbox.take('what waited', () => true)))
    const heard = received.map(({ topic, text }) => [topic.split('/').slice(0, 4).join('/'), text])
    const upgrade = { url: 'http://test.com/3.pkg', version: '3', size: 1000, md5: 'abcd', type: 'resource' }
    assert.deepEqual(heard, [
      ['cmd/Washer/away/reboot', TEXT],
      ['cmd/Washer/away/open', TEXT],
      ['tags/Washer/kitchen/cmd', JSON.stringify(upgrade)],
    ])
    await client.end()
    await assert.rejects(enter('gone'), /Bad username or password/)
  })

  test('a rollout goes on, and an upgrade under way comes to its end', async () => {
    const { api } = hub.hub
    const client = await enter('w1')
    await client.publish('update_status/Washer/w1/00000000000000000000aaaa', { firmware_ver: '2' })
    const upgrade = (await api.jobs()).find(({ upgrade: of }) => of?.module === 'firmware')
    assert.deepEqual([upgrade?.status, upgrade?.counts], ['COMPLETED', { SUCCEEDED: 1 }])
    const { rolledOut, planned, description, document, draft } = await api.job('iothub-course/iothub')
    assert.deepEqual([rolledOut, planned, description], [2, 5, TEXT])
    assert.equal(document, JSON.stringify({ command: 'iothub', data: TEXT }))
    assert.deepEqual(
      [draft.dialect, draft.targets],
      ['iothub-course', [{ group: 'Washer/kitchen' }, { device: 'Washer/away' }]],
    )
    for (let minute = 0; minute < 5; minute += 1) await api.advance(60_000)
    const { counts } = await api.job('iothub-course/iothub')
    assert.deepEqual(counts, { SENT: 2, QUEUED: 2 })
    await client.end()
  })

  test('what belongs to another cloud is as it was', async () => {
    const { api } = hub.hub
    assert.deepEqual((await api.twin('aws/iothub')).desired, { iothub: TEXT })
    const client = await connectMqtt(hub, 'iothub/w1', { clean: false })
    assert.equal(client.sessionPresent, true)
    assert.deepEqual(await client.inbox.take('what waited', () => true), {
      topic: 'iothub/Washer/w1',
      text: TEXT,
      qos: 1,
      retain: false,
    })
    await client.end()
  })

  test('who says what the dialect was called is understood, and told', async () => {
    const { api } = hub.hub
    const { key } = await api.device('iothub/Washer/w1')
    assert.equal(key, 'iothub-course/Washer/w1')
    assert.equal((await api.devices({ dialect: 'iothub' })).total, 4)
    assert.equal((await api.addDevice('iothub', 'Washer/new')).device, 'iothub-course/Washer/new')
    const draft = {
      dialect: 'iothub',
      name: 'again',
      targets: [{ device: 'Washer/new' }],
      document: jsonTextOf({ command: 'reboot' }),
    }
    const rule = 'is called iothub-course now; what it was called works, too'
    assert.deepEqual(
      (await api.checkJob(draft)).map(({ says: _, ...problem }) => problem),
      [{ field: 'dialect', value: 'iothub', rule, severity: 'warning' }],
    )
    assert.equal((await api.createJob(draft)).key, 'iothub-course/again')
    const path = `http://127.0.0.1:${hub.endpoints.http}/hub/jobs/iothub/again`
    const token = readFileSync(hub.endpoints.token, 'utf8').trim()
    const answer = await fetch(path, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(((await answer.json()) as { key: string }).key, 'iothub-course/again')
  })
})
