import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, connectAsync } from 'mqtt'
import type { ConnectionKitView, DeviceView, HubStatus, JobDetail, NoticeView } from '../../src/shared/api.ts'
import { buildCli, startCli, type BuiltCli, type CliHub } from '../builders/cli-hub.ts'
import { within } from '../builders/within.ts'

let built: BuiltCli
let hub: CliHub

before(async () => {
  built = await buildCli()
  hub = await startCli(built, 'data')
})
after(() => built.cleanUp())

interface Said {
  code: number
  out: string
  err: string
}

const run = (line: string): Promise<Said> =>
  new Promise((resolve) => {
    execFile(process.execPath, [built.cli, ...line.split(' ')], { cwd: built.folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })

/** With the hub's data folder; fails if the command does. */
async function well(line: string): Promise<string> {
  const { code, out, err } = await run(`${line} --data data`)
  assert.equal(code, 0, err)
  assert.equal(err, '')
  return out
}

const json = async <T>(line: string): Promise<T> => JSON.parse(await well(`${line} --json`)) as T

const file = (name: string, content: unknown): Promise<void> =>
  writeFile(join(built.folder, name), JSON.stringify(content))

test('status shows where the hub is and how it does', async () => {
  const status = await json<HubStatus>('status')
  assert.deepEqual([status.endpoints.http, status.devices, status.mode], [hub.endpoints.http, 0, 'open'])
  const text = await well('status')
  assert.match(text, new RegExp(`mqtt://localhost:${hub.endpoints.mqtt}\\n`))
  assert.match(text, /Devices +0, 0 online/)
})

test('keys shows what programs on other machines sign with, as a shell takes it, and puts others in their place', async () => {
  const text = await well('keys')
  assert.match(
    text,
    /^# aws: .*\nexport AWS_ACCESS_KEY_ID=AKIALOCAL\w{11}\n# .*\nexport AWS_SECRET_ACCESS_KEY=\S{40}\n# iothub-course: .*\nexport JWT_SECRET=[0-9a-f]{64}\n$/,
  )
  assert.equal(await well('keys'), text)
  await writeFile(join(built.folder, 'jwt.txt'), 'a key that the team has\n')
  assert.equal(
    await well('keys set iothub-course JWT_SECRET jwt.txt'),
    'JWT_SECRET of iothub-course is another one now.\n',
  )
  assert.match(await well('keys'), /export JWT_SECRET='a key that the team has'\n$/)
  const { code, err } = await run('keys set iothub-course SECRET jwt.txt --data data')
  assert.equal(code, 1)
  assert.match(err, /name: "SECRET" must be JWT_SECRET/)
})

test('what a client has called itself gives a terminal no orders, and begins no line', async () => {
  const client = connect({
    host: 'localhost',
    port: hub.endpoints.mqtt,
    clientId: 'x\x1b[2J\nwarning: forged',
    username: 'nobody',
    password: 'x',
    reconnectPeriod: 0,
  })
  await within(new Promise((resolve) => client.once('error', resolve)), 'the hub to refuse it')
  client.end(true)
  const err = await within(
    (async () => {
      while (!hub.complaints().includes('forged')) await once(hub.child.stderr!, 'data')
      return hub.complaints()
    })(),
    'the hub to tell of it',
  )
  assert.match(err, /^refused: x\\x1b\[2J\\nwarning: forged: /m)
  assert.ok(!err.includes('\x1b[2J') && !/^warning: forged/m.test(err))
})

test('device add writes the device’s files, keys for their owner only, into a folder of their own', async () => {
  const text = await well('device add aws pump-1 --out kit')
  assert.match(text, /^aws\/pump-1 registered with AWS IoT Core\./)
  assert.ok(!text.includes('PRIVATE KEY'))
  assert.deepEqual((await readdir(join(built.folder, 'kit'))).sort(), ['ca.pem', 'device.pem.crt', 'private.pem.key'])
  assert.equal((await stat(join(built.folder, 'kit/private.pem.key'))).mode & 0o777, 0o600)
  assert.equal(await readFile(join(built.folder, 'kit/ca.pem'), 'utf8'), hub.ca)
  const second = await run('device add aws pump-2 --out kit --data data')
  assert.equal(second.code, 1)
  assert.match(second.err, /^iot-hub: kit: must be a new or an empty folder/)
  assert.deepEqual(
    (await json<DeviceView[]>('devices')).map(({ key }) => key),
    ['aws/pump-1'],
    'nothing was registered',
  )
})

test('without a folder, device add prints what the device needs', async () => {
  assert.match(
    await well('device add iothub-course lamps/one'),
    /Secret: \S+[\s\S]*ca\.pem:\n-----BEGIN CERTIFICATE-----/,
  )
  const kit = await json<ConnectionKitView>('device add aws pump-2')
  assert.deepEqual(
    kit.files.map(({ name }) => name),
    ['device.pem.crt', 'private.pem.key', 'ca.pem'],
  )
  const { code, err } = await run('device add aws pump-2 --data data')
  assert.deepEqual([code, err], [1, 'iot-hub: device aws/pump-2 already exists\n'])
})

test('who says what a dialect was called in an earlier release is understood, and told on stderr', async () => {
  const { code, err } = await run('device add iothub lamps/one --data data')
  const advice = 'iothub is called iothub-course now; what it was called works, too.'
  assert.deepEqual([code, err], [1, `${advice}\niot-hub: device iothub-course/lamps/one already exists\n`])
})

test('devices lists them, or those that are searched for', async () => {
  assert.match(
    await well('devices'),
    /^DEVICE +STATE +PENDING +GROUPS\naws\/pump-1 +offline +0\naws\/pump-2 +offline +0\niothub-course\/lamps\/one +offline +0\n$/,
  )
  assert.equal((await well('devices --search LAMP')).split('\n').length, 3)
  assert.equal(await well('devices --search none'), 'No devices.\n')
})

test('a job is created from its file, shown, canceled and deleted', async () => {
  await file('good.iotjob.json', {
    dialect: 'aws',
    name: 'reboot',
    targets: [{ query: 'thingName:pump*' }],
    document: { operation: 'reboot' },
  })
  assert.equal(await well('job create good.iotjob.json'), 'Job aws/reboot created.\n')
  assert.match(await well('jobs'), /^JOB +STATUS +DEVICES +DONE\naws\/reboot +IN_PROGRESS +2 +0 % · 2 queued\n$/)
  assert.match(await well('job reboot'), /aws\/pump-1 +QUEUED +1\naws\/pump-2 +QUEUED +1\n$/)
  const job = await json<JobDetail & { executions: unknown[] }>('job aws/reboot')
  assert.deepEqual(
    [job.counts, job.executions.length, job.draft.targets],
    [{ QUEUED: 2 }, 2, [{ query: 'thingName:pump*' }]],
  )
  assert.equal(await well('job retry reboot'), 'Job aws/reboot: 0 devices queued again.\n')
  const early = await run('job delete reboot --data data')
  assert.deepEqual([early.code, early.err], [1, 'iot-hub: job aws/reboot is IN_PROGRESS and cannot be deleted\n'])
  assert.equal(await well('job cancel reboot --comment enough'), 'Job aws/reboot canceled.\n')
  assert.equal((await json<JobDetail>('job reboot')).comment, 'enough')
  assert.equal(await well('job delete reboot'), 'Job aws/reboot deleted.\n')
  assert.equal(await well('jobs'), 'No jobs.\n')
})

test('a file that cannot become a job is told all that is wrong with it', async () => {
  await file('bad.iotjob.json', {
    dialect: 'aws',
    name: 'a b',
    targets: [{ device: 'nobody' }],
    document: { steps: 4 },
  })
  const { code, out, err } = await run('job create bad.iotjob.json --data data')
  assert.deepEqual([code, out], [1, ''])
  assert.match(
    err,
    /^iot-hub: bad\.iotjob\.json cannot be created: 2 problems\n {2}name: "a b" must be .*\n {2}targets\/0\/device: "nobody" is no device.*\n {2}warning: document\/steps: 4 must be array\n$/,
  )
  const machine = await run('job create bad.iotjob.json --data data --json')
  assert.equal(machine.code, 1)
  assert.deepEqual(
    (JSON.parse(machine.out) as { problems: { field: string }[] }).problems.map(({ field }) => field),
    ['name', 'targets/0/device', 'document/steps'],
  )
  await writeFile(join(built.folder, 'half.iotjob.json'), '{')
  assert.match((await run('job create half.iotjob.json --data data')).err, /^iot-hub: half\.iotjob\.json is not JSON: /)
})

test('what needs attention is listed with cause and cure, dismissed, and gone once it works', async () => {
  const come = (shown: object) =>
    connectAsync(`mqtt://127.0.0.1:${hub.endpoints.mqtt}`, { clientId: 'stray', reconnectPeriod: 0, ...shown })
  for (let times = 0; times < 2; times += 1) await assert.rejects(come({ username: 'admin', password: 'admin' }))
  assert.match(
    await well('notices'),
    /^\d+ {2}refused: stray: was not let in from \S+: no cloud has .*\(2 ×\)\n {2}→ AWS IoT Core takes /m,
  )
  await (await come({})).endAsync()
  assert.doesNotMatch(await well('notices'), /stray/)
  await assert.rejects(come({ username: 'admin', password: 'admin' }))
  for (const { id } of await json<NoticeView[]>('notices'))
    assert.equal(await well(`notices dismiss ${id}`), `Notice ${id} dismissed.\n`)
  assert.equal(await well('notices'), 'Nothing needs attention.\n')
  assert.equal((await run('notices dismiss none --data data')).err, 'iot-hub: no notice none\n')
})

test('what is refused is exit code 1, what is not understood 2', async () => {
  for (const [line, code, message] of [
    ['job nothing', 1, 'iot-hub: there is no job nothing\n'],
    ['clock advance next', 1, 'iot-hub: clock: "real" must be virtual to be moved\n'],
    ['clock advance soon', 2, 'iot-hub: clock advance: "soon" must be a number of milliseconds, at least 0, or next\n'],
    [
      'job create',
      2,
      'iot-hub: say iot-hub job NAME, or iot-hub job create FILE, or iot-hub job cancel NAME, or iot-hub job retry NAME, or iot-hub job delete NAME\n',
    ],
    ['status now', 2, 'iot-hub: say iot-hub status\n'],
  ] as const) {
    const said = await run(`${line} --data data`)
    assert.deepEqual([said.code, said.err], [code, message], line)
  }
})

test('a hub is also reached by its URL and the file with its token', async () => {
  const url = `http://127.0.0.1:${hub.endpoints.http}`
  const { code, out } = await run(`status --json --url ${url}/ --token ${hub.endpoints.token}`)
  assert.deepEqual([code, (JSON.parse(out) as HubStatus).endpoints.http], [0, hub.endpoints.http])
  const wrong = await run(`status --url ${url} --token ${join(built.folder, 'kit/ca.pem')}`)
  assert.equal(wrong.code, 1)
  assert.deepEqual([(await run(`status --url ${url}`)).code, (await run('status --token x')).code], [2, 2])
})

test('without a hub people are told how to start one', async () => {
  const { code, err } = await run('status --data elsewhere')
  assert.equal(code, 1)
  assert.match(err, /^iot-hub: no hub runs on \S+elsewhere; start one with: iot-hub start --data \S+elsewhere\n$/)
})

test('device add prints no key that it has written into a file', async () => {
  const kit = await json<{
    files: { name: string; path: string }[]
    facts: { label: string }[]
    snippets: { id: string }[]
  }>('device add aws pump-3 --out kit-3')
  const key = await readFile(join(built.folder, 'kit-3/private.pem.key'), 'utf8')
  assert.deepEqual(
    kit.files.find(({ name }) => name === 'private.pem.key'),
    { name: 'private.pem.key', path: 'kit-3/private.pem.key' },
  )
  for (const line of key.trim().split('\n').slice(1, -1))
    assert.ok(!JSON.stringify(kit).includes(line), 'the key is in its file, and nowhere else')
  assert.ok(kit.facts.some(({ label }) => label === 'Endpoint') && kit.snippets.some(({ id }) => id === 'node'))
  assert.match(
    JSON.stringify(await json('device add aws pump-4')),
    /PRIVATE KEY/,
    'without a folder it is told: nobody has it otherwise',
  )
  const lamp = JSON.stringify(await json('device add iothub-course p/lamp-9 --out kit-9'))
  const secret = /SECRET=(.+)/.exec(await readFile(join(built.folder, 'kit-9/.env'), 'utf8'))?.[1]
  assert.ok(secret !== undefined && !lamp.includes(secret))
})

test('stop ends the hub, which then writes everything down and exits 0', async () => {
  const { child } = hub
  const ended = once(child, 'exit')
  assert.equal(await well('stop'), 'The hub stops.\n')
  assert.deepEqual(await within(ended, 'the hub to end'), [0, null])
  assert.equal((await run('status --data data')).code, 1)
})
