import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import { HubError } from '../../src/core/errors.ts'
import { attachHub, type AttachedHub } from '../../src/hub/attach.ts'
import { findHub } from '../../src/hub/locator.ts'
import type { Change, HubApi, Problem } from '../../src/shared/api.ts'
import type { JobDraft } from '../../src/shared/job-draft.ts'
import { JsonText, jsonTextOf } from '../../src/shared/json-text.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { eventually, within } from '../builders/within.ts'

const draft = (name: string, more: Partial<JobDraft> = {}): JobDraft => ({
  dialect: 'aws',
  name,
  targets: [{ device: 'd1' }],
  document: jsonTextOf({ operation: 'reboot' }),
  ...more,
})

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'accepted',
    (error: unknown) => {
      assert.ok(error instanceof HubError, String(error))
      return error.data.field === undefined ? error.code : `${error.code} ${error.data.field}`
    },
  )

/** A look at something of ours, after whatever the sockets have brought. */
const look =
  <T>(read: () => T) =>
  (): Promise<T> =>
    new Promise((resolve) => setImmediate(() => resolve(read())))

/** The same calls have the same outcome in the hub's process and in another. */
for (const how of ['in its own process', 'attached over HTTP'] as const) {
  describe(`the hub's API, ${how}`, () => {
    let hub: TestHub
    let attached: AttachedHub | undefined
    let api: HubApi
    let device: MqttClient
    const changes: Change[] = []

    before(async () => {
      hub = await startHub()
      if (how === 'attached over HTTP') attached = await attachHub((await findHub(dirname(hub.endpoints.token)))!)
      api = attached?.api ?? hub.hub.api
      const { events } = attached ?? hub.hub
      events.on((change) => changes.push(change))
      for (const name of ['d1', 'd2', 'D3']) await api.addDevice('aws', name)
      device = await connectAsync(`mqtt://127.0.0.1:${hub.endpoints.mqtt}`, { clientId: 'd1' })
    })
    after(async () => {
      // Its connection has been ended: there is nothing to say goodbye to.
      device.end(true)
      await attached?.detach()
      await hub.stop()
    })

    const report = (job: string, status: string): Promise<unknown> =>
      device.publishAsync(
        `$aws/things/d1/jobs/${job}/update`,
        JSON.stringify({ status, statusDetails: { progress: '40%' } }),
        { qos: 1 },
      )

    test('says what the clouds bring', async () => {
      const { endpoints, devices, online, dialects } = await api.status()
      assert.deepEqual([endpoints.mqtt, devices, online], [hub.endpoints.mqtt, 3, 1])
      const views = await api.dialects()
      assert.deepEqual(
        views.map(({ name }) => name),
        dialects.map(({ name }) => name),
      )
      const [aws] = views
      assert.match(aws!.query!.example, /thingName/)
      assert.ok(new RegExp(aws!.deviceName.pattern).test('d1') && !new RegExp(aws!.jobName.pattern).test('a b'))
      assert.ok(aws!.kinds[0]!.templates.length > 3 && 'definitions' in aws!.kinds[0]!.documentSchema)
    })

    test('pages through devices by name, and finds them by part of it', async () => {
      const first = await api.devices({ limit: 2 })
      assert.deepEqual([first.items.map(({ name }) => name), first.total, first.next], [['D3', 'd1'], 3, 'aws/d1'])
      const second = await api.devices({ limit: 2, after: first.next! })
      assert.deepEqual([second.items.map(({ name }) => name), second.total, second.next], [['d2'], 3, undefined])
      assert.deepEqual(
        (await api.devices({ search: 'd3' })).items.map(({ key }) => key),
        ['aws/D3'],
      )
      const offline = await api.devices({ online: false, limit: 1 })
      assert.deepEqual([offline.items.map(({ key }) => key), offline.total, offline.next], [['aws/D3'], 2, 'aws/D3'])
      assert.deepEqual(
        (await api.devices({ online: false, limit: 1, after: 'aws/D3' })).items.map(({ key }) => key),
        ['aws/d2'],
      )
      assert.equal((await api.devices({ dialect: 'iothub-course' })).total, 0)
      assert.equal(await codeOf(api.devices({ limit: 0 })), 'INVALID limit')
    })

    test('adds a device once, under a name that its cloud takes, and makes new credentials for it', async () => {
      assert.equal(await codeOf(api.addDevice('aws', 'd1')), 'ALREADY_EXISTS name')
      assert.equal(await codeOf(api.addDevice('aws', 'a b')), 'INVALID name')
      assert.equal(await codeOf(api.addDevice('mars', 'd1')), 'NOT_FOUND')
      const kit = await api.connectionKit('aws/d2')
      assert.deepEqual([kit.device, kit.title, kit.files.length], ['aws/d2', 'AWS IoT Core', 3])
      assert.equal(await codeOf(api.connectionKit('aws/nobody')), 'NOT_FOUND')
      const iothub = await api.addDevice('iothub-course', 'lamp/one')
      assert.equal(iothub.device, 'iothub-course/lamp/one')
      assert.equal((await api.device('iothub-course/lamp/one')).name, 'lamp/one')
      await api.removeDevice('iothub-course/lamp/one')
      assert.equal(await codeOf(api.device('iothub-course/lamp/one')), 'NOT_FOUND')
    })

    test('shows a device by what it does', async () => {
      const state = async (): Promise<string> => (await api.device('aws/d1')).state
      assert.equal(await state(), 'online')
      await api.createJob(draft('states'))
      await report('states', 'IN_PROGRESS')
      assert.equal(await state(), 'working')
      const shown = await api.device('aws/d1')
      assert.deepEqual(
        [
          shown.pending,
          shown.executions.map(({ job, status }) => [job, status]),
          shown.connections.map(({ transport }) => transport),
        ],
        [1, [['aws/states', 'IN_PROGRESS']], ['tcp']],
      )
      await report('states', 'FAILED')
      assert.equal(await state(), 'failed')
      await api.createJob(draft('better'))
      await report('better', 'SUCCEEDED')
      assert.equal(await state(), 'online')
      assert.equal((await api.devices({ search: 'd2' })).items[0]?.state, 'offline')
    })

    test('tells everything that is wrong with a draft, and creates none of it', async () => {
      const wrong = draft('no good', {
        targets: [{ device: 'nobody' }, { group: 'none' }, { query: 'thingName:(' }],
        document: jsonTextOf({ steps: [{}] }),
        timeoutMinutes: 20_000,
        rollout: { perMinute: 5000 },
      })
      const problems = await api.checkJob(wrong)
      assert.deepEqual(
        problems.map(({ field }) => field),
        [
          'name',
          'targets/0/device',
          'targets/1/group',
          'targets/2/query',
          'document/steps/0/action',
          'rollout/perMinute',
          'timeoutMinutes',
        ],
      )
      const advice = problems.filter(({ severity }) => severity === 'warning')
      assert.deepEqual(
        advice.map(({ field }) => field),
        ['document/steps/0/action'],
      )
      const [, { says, ...nobody }] = problems as [Problem, Problem]
      assert.deepEqual(nobody, {
        field: 'targets/0/device',
        value: 'nobody',
        rule: 'is no device of AWS IoT Core here',
      })
      // The cloud's title is a text of its own: in Chinese it may be another.
      const title = { template: 'AWS IoT Core', args: [], text: 'AWS IoT Core' }
      assert.deepEqual([says?.template, says?.args], ['is no device of {0} here', [title]])
      assert.deepEqual([problems[6]?.value, problems[6]?.rule], [20_000, 'must be between 1 and 10080'])
      assert.match(problems[3]!.rule, /at character 12/)
      assert.equal(await codeOf(api.createJob(wrong)), 'INVALID name')
      assert.equal(await codeOf(api.createJob(draft('states'))), 'ALREADY_EXISTS name')
      assert.deepEqual(await api.checkJob(draft('fine')), [])
      const [large] = await api.checkJob({ ...draft('large'), document: jsonTextOf({ note: 'x'.repeat(40_000) }) })
      assert.deepEqual(
        [large?.field, typeof large?.value, large?.rule],
        ['document', 'number', 'characters; 32768 are allowed'],
      )
      const unsent = { ...draft('unsent'), dialect: 'iothub-course', document: jsonTextOf({ size: '1' }) }
      const refused = (await api.checkJob(unsent)).filter(({ field }) => field.startsWith('document'))
      const severities = refused.map(({ field, severity }) => [field, severity])
      assert.deepEqual(severities, [['document', undefined]], 'refused, not advised')
      const broken = { ...draft('broken'), document: new JsonText('{') }
      if (attached !== undefined) assert.equal(await codeOf(api.checkJob(broken)), 'INVALID body')
      else {
        const told = (await api.checkJob(broken)).map(({ field, rule }) => `${field} ${rule}`)
        assert.match(told.join(), /^document must be JSON: /)
      }
      assert.deepEqual(
        (await api.checkJob({ dialect: 'mars' } as JobDraft)).map(({ field }) => field),
        ['name', 'targets', 'document', 'dialect'],
      )
    })

    test('counts whom targets mean now', async () => {
      assert.equal(await api.countTargets('aws', [{ device: 'd1' }, { query: 'thingName:d*' }]), 3)
      assert.equal(await api.countTargets('aws', [{ query: 'connectivity.connected:true' }]), 1)
      assert.match(await codeOf(api.countTargets('aws', [{ query: 'nonsense:1' }])), /^INVALID query$/)
      assert.match(await codeOf(api.countTargets('iothub-course', [{ query: 'x' }])), /^INVALID/)
    })

    test('carries a job from its draft to its end, and once more where it failed', async () => {
      const given = draft('life', { description: 'whole', retry: [{ on: 'TIMED_OUT', times: 1 }], timeoutMinutes: 5 })
      const job = await api.createJob(given)
      assert.deepEqual([job.key, job.status, job.counts, job.planned], ['aws/life', 'IN_PROGRESS', { QUEUED: 1 }, 1])
      await report('life', 'IN_PROGRESS')
      await report('life', 'FAILED')
      const failed = await api.job('aws/life')
      assert.deepEqual(
        [failed.status, failed.counts, failed.document],
        ['COMPLETED', { FAILED: 1 }, '{"operation":"reboot"}'],
      )
      assert.deepEqual(failed.draft, { ...given, selection: 'SNAPSHOT' })
      assert.deepEqual(failed.history.at(-1)?.counts, { FAILED: 1 })
      assert.equal(await api.retryFailed('aws/life'), 1)
      await report('life', 'SUCCEEDED')
      const execution = await api.execution('aws/life', 'aws/d1')
      assert.deepEqual(
        [execution.status, execution.number, execution.attempts.map(({ status }) => status)],
        ['SUCCEEDED', 2, ['FAILED', 'SUCCEEDED']],
      )
      assert.equal((await api.job('aws/life')).status, 'COMPLETED')
      assert.equal(await api.retryFailed('aws/life'), 0)
      assert.equal(await codeOf(api.cancelJob('aws/life')), 'INVALID_TRANSITION')
      await api.deleteJob('aws/life')
      assert.equal(await codeOf(api.job('aws/life')), 'NOT_FOUND')
    })

    test('cancels, and deletes by force what has not ended', async () => {
      await api.createJob(draft('stop', { targets: [{ device: 'd1' }, { device: 'd2' }] }))
      await report('stop', 'IN_PROGRESS')
      const page = await api.executions('aws/stop', { limit: 1 })
      assert.deepEqual(
        [page.items.map(({ device: of, status }) => [of, status]), page.total, page.next],
        [[['aws/d1', 'IN_PROGRESS']], 2, 'aws/d1'],
      )
      assert.deepEqual(
        (await api.executions('aws/stop', { status: 'QUEUED', after: 'aws/d1' })).items.map(({ device: of }) => of),
        ['aws/d2'],
      )
      assert.deepEqual((await api.executions('aws/stop', { search: 'D2' })).total, 1)
      const [queued] = (await api.executions('aws/stop', { sort: 'status', limit: 1 })).items
      assert.equal(queued?.device, 'aws/d2')
      const first = await api.executions('aws/stop', { sort: 'device', descending: true, limit: 1 })
      const rest = await api.executions('aws/stop', { sort: 'device', descending: true, after: first.next! })
      assert.deepEqual(
        [...first.items, ...rest.items].map(({ device: of }) => of),
        ['aws/d2', 'aws/d1'],
      )
      assert.equal(await codeOf(api.executions('aws/stop', { sort: 'colour' as 'device' })), 'INVALID sort')
      const canceled = await api.cancelJob('aws/stop', { comment: 'wrong file' })
      assert.deepEqual(
        [canceled.status, canceled.comment, canceled.counts],
        ['CANCELED', 'wrong file', { IN_PROGRESS: 1, CANCELED: 1 }],
      )
      assert.equal(await codeOf(api.retryFailed('aws/stop')), 'INVALID_TRANSITION')
      await api.createJob(draft('gone'))
      assert.equal(await codeOf(api.deleteJob('aws/gone')), 'INVALID_TRANSITION')
      await api.deleteJob('aws/gone', { force: true })
      assert.ok(!(await api.jobs()).some(({ name }) => name === 'gone'))
    })

    test('replaces what is desired of a twin, unless somebody was faster; the device hears of the difference', async () => {
      const heard: unknown[] = []
      device.on(
        'message',
        (topic, payload) =>
          topic.endsWith('/delta') && heard.push((JSON.parse(payload.toString()) as { state: unknown }).state),
      )
      await device.subscribeAsync('$aws/things/d1/shadow/update/delta', { qos: 1 })
      const document = { state: { desired: {} }, metadata: {}, version: 0 }
      const nothing = { desired: {}, reported: {}, delta: {}, version: 0, updatedAt: 0 }
      assert.deepEqual(await api.twin('aws/d1'), {
        device: 'aws/d1',
        word: 'shadow',
        document,
        desiredAt: ['state', 'desired'],
        ...nothing,
      })
      const first = await api.setDesired('aws/d1', undefined, { on: true, old: { a: 1, b: 2 } }, 0)
      assert.deepEqual(
        [first.desired, first.delta, first.version],
        [{ on: true, old: { a: 1, b: 2 } }, { on: true, old: { a: 1, b: 2 } }, 1],
      )
      const second = await api.setDesired('aws/d1', '', { on: false, old: { b: 2 } }, 1)
      assert.deepEqual([second.desired, second.version], [{ on: false, old: { b: 2 } }, 2])
      assert.equal(await codeOf(api.setDesired('aws/d1', undefined, {}, 1)), 'VERSION_MISMATCH')
      assert.equal(
        (await api.setDesired('aws/d1', undefined, { on: false, old: { b: 2 } }, 2)).version,
        2,
        'nothing changed',
      )
      assert.equal(await codeOf(api.setDesired('aws/d1', undefined, [] as object, 2)), 'INVALID desired')
      await assert.rejects(
        api.setDesired('aws/d1', undefined, { on: 'x'.repeat(8192) }, 2),
        /AWS IoT Core refuses this desired state: The payload exceeds the maximum size allowed/,
      )
      const deep = Array.from({ length: 9 }).reduce<object>((inner) => ({ inner }), {})
      await assert.rejects(api.setDesired('aws/d1', undefined, deep, 2), /too many levels of nesting/)
      await assert.rejects(api.setDesired('aws/d1', undefined, { list: [1, null] }, 2), /an invalid node/)
      assert.equal((await api.twin('aws/d1')).version, 2, 'what is refused changes nothing')
      await api.setDesired('aws/d1', 'config', { mode: 'eco' }, 0)
      assert.deepEqual(
        [(await api.device('aws/d1')).twins, (await api.twin('aws/d1', 'config')).name],
        [['', 'config'], 'config'],
      )
      await eventually(
        'two deltas',
        look(() => heard.length),
        (count) => count === 2,
      )
      assert.deepEqual(heard, [
        { on: true, old: { a: 1, b: 2 } },
        { on: false, old: { b: 2 } },
      ])
    })

    test('takes a shadow as a document of its cloud, edited, or a request in its stead', async () => {
      const shown = await api.twin('aws/d1')
      const { state } = shown.document as { state: object }
      const edit = (edited: object, over = shown.desired) =>
        api.editTwin('aws/d1', undefined, { edited, shown: shown.document, over })
      assert.deepEqual(Object.keys(shown.document), ['state', 'metadata', 'version', 'timestamp'])
      await device.publishAsync('$aws/things/d1/shadow/update', '{"state":{"reported":{"on":false}}}', { qos: 1 })
      const first = await edit({ ...shown.document, state: { ...state, desired: { on: true, level: 3 } } })
      assert.deepEqual(
        [first.desired, first.version],
        [{ on: true, level: 3 }, 4],
        'a report in between is no hindrance',
      )
      assert.equal(
        await codeOf(edit({ state: { desired: { level: 4 } } })),
        'VERSION_MISMATCH',
        'somebody else was faster',
      )
      const refusal: unknown = await edit({ state: { desired: { level: 4 } } }).catch((error: unknown) => error)
      const found = (refusal as HubError).data['current']
      assert.deepEqual(found, await api.twin('aws/d1'), 'and with what it found')
      const second = await edit({ state: { desired: { level: null } } }, first.desired)
      assert.deepEqual([second.desired, second.version], [{ on: true }, 5])
      const over = second.desired
      assert.equal(await codeOf(edit({ state: { desired: { on: false } }, version: 4 }, over)), 'VERSION_MISMATCH')
      assert.equal(await codeOf(edit({ ...shown.document, version: 9 }, over)), 'FORBIDDEN version')
      assert.equal(await codeOf(edit({ on: false }, over)), 'INVALID on')
      assert.equal(
        await codeOf(api.setDesired('aws/d1', undefined, { state: { desired: { on: false } } }, 5)),
        'INVALID state.desired',
      )
      assert.equal((await api.twin('aws/d1')).version, 5, 'what is refused changes nothing')
    })

    test('shows the last messages of a device, from when somebody first asked', async () => {
      await api.messages('aws/d1')
      await device.publishAsync('$aws/things/d1/shadow/get', '', { qos: 1 })
      const messages = await eventually(
        'a request and its answer',
        () => api.messages('aws/d1'),
        ({ length }) => length >= 1,
      )
      assert.deepEqual(
        [messages[0]?.direction, messages[0]?.topic, messages[0]?.payload, messages[0]?.qos],
        ['in', '$aws/things/d1/shadow/get', '', 1],
      )
      assert.equal(await codeOf(api.messages('aws/nobody')), 'NOT_FOUND')
    })

    test('lists groups with their size', async () => {
      const base = `http://127.0.0.1:${hub.endpoints.http}`
      const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/iot/aws4_request' }
      await fetch(`${base}/thing-groups/pumps`, { method: 'POST', headers: signed, body: '{}' })
      await fetch(`${base}/thing-groups/addThingToThingGroup`, {
        method: 'PUT',
        headers: signed,
        body: JSON.stringify({ thingGroupName: 'pumps', thingName: 'd1' }),
      })
      assert.deepEqual(await api.groups('aws'), [{ key: 'aws/pumps', dialect: 'aws', name: 'pumps', devices: 1 }])
      assert.deepEqual(await api.groups('iothub-course'), [])
      assert.equal(await api.countTargets('aws', [{ group: 'pumps' }]), 1)
    })

    test('does not move a real clock', async () => {
      assert.equal(await codeOf(api.advance('next')), 'INVALID clock')
    })

    test('tells of changes after they have happened', async () => {
      await api.createJob(draft('heard'))
      await eventually(
        'changes',
        look(() => changes),
        (all) => all.some((change) => change.type === 'execution' && change.job === 'aws/heard'),
      )
      assert.ok(changes.some((change) => change.type === 'job' && change.key === 'aws/heard'))
    })

    test('removes a device, and ends its connection', async () => {
      const closed = within(
        new Promise<void>((resolve) => device.once('close', () => resolve())),
        'the connection to end',
      )
      device.options.reconnectPeriod = 0
      await api.removeDevice('aws/d1')
      await closed
      assert.equal(await codeOf(api.device('aws/d1')), 'NOT_FOUND')
      assert.equal(await codeOf(api.removeDevice('aws/d1')), 'NOT_FOUND')
    })
  })
}
