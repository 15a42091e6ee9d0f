import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import {
  CreateJobTemplateCommand,
  CreateJobCommand,
  CreateThingCommand,
  GetJobDocumentCommand,
} from '@aws-sdk/client-iot'
import { DescribeJobExecutionCommand } from '@aws-sdk/client-iot-jobs-data-plane'
import { attachHub, type AttachedHub } from '../../src/hub/attach.ts'
import type { JobDetail } from '../../src/shared/api.ts'
import { JsonText } from '../../src/shared/json-text.ts'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import { buildCli, startCli, type BuiltCli, type CliHub } from '../builders/cli-hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'

/**
 * All that is lost when JSON is parsed and written again: digits, `.0`, exponents, escapes, order, blanks, one of two
 * members.
 */
const WRITTEN = '{ "z":12345678901234567890 ,"10":1.0, "2":[1e2,-0 ,\t"\\u00e9\\/"],\n  "a":{"twice":1, "twice":2}}'

let built: BuiltCli
let hub: CliHub
let aws: AwsClients
let attached: AttachedHub

async function reach(): Promise<void> {
  hub = await startCli(built, 'data')
  aws = awsClients(hub)
  const token = (await readFile(hub.endpoints.token, 'utf8')).trim()
  attached = await attachHub({ url: `http://127.0.0.1:${hub.endpoints.http}`, token })
}
async function leave(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  aws.destroy()
  await attached.detach()
  await hub.end(signal)
}
before(async () => {
  built = await buildCli()
  await reach()
})
after(async () => {
  await leave('SIGTERM')
  await built.cleanUp()
})

const arnOf = (kind: string, name: string): string => `arn:aws:iot:us-east-1:123456789012:${kind}/${name}`
const cli = (...words: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [built.cli, ...words, '--data', 'data'], { cwd: built.folder })
const fileOf = (name: string): string =>
  `{"dialect":"aws","name":"${name}","targets":[{"device":"${name}"}],\n"document" : ${WRITTEN} }\n`

/** What makes a job of this name with that document, for the thing of this name. */
const origins: Record<string, (name: string) => Promise<unknown>> = {
  'a file, by the command line': async (name) => {
    await writeFile(join(built.folder, 'job.iotjob.json'), fileOf(name))
    await cli('job', 'create', 'job.iotjob.json')
  },
  'a request to the hub’s own API': async (name) => {
    const { http, token } = hub.endpoints
    const headers = { authorization: `Bearer ${(await readFile(token, 'utf8')).trim()}` }
    const { status } = await fetch(`http://127.0.0.1:${http}/hub/jobs`, { method: 'POST', headers, body: fileOf(name) })
    assert.equal(status, 200)
  },
  'another process, through its HubApi': (name) =>
    attached.api.createJob({ dialect: 'aws', name, targets: [{ device: name }], document: new JsonText(WRITTEN) }),
  'a job that is repeated': async (name) => {
    const { draft } = await attached.api.job('aws/t0')
    await attached.api.createJob({ ...draft, name, targets: [{ device: name }] })
  },
  CreateJob: (name) =>
    aws.iot.send(new CreateJobCommand({ jobId: name, targets: [arnOf('thing', name)], document: WRITTEN })),
  'a job template made of a job': async (name) => {
    const jobArn = arnOf('job', 't4')
    await aws.iot.send(new CreateJobTemplateCommand({ jobTemplateId: 'like', jobArn, description: 'the same' }))
    const template = { jobTemplateArn: arnOf('jobtemplate', 'like') }
    await aws.iot.send(new CreateJobCommand({ jobId: name, targets: [arnOf('thing', name)], ...template }))
  },
}

/** Asks for the next execution as a device; the text of the answer. */
async function next(device: TestClient, thing: string): Promise<string> {
  await device.publish(`$aws/things/${thing}/jobs/$next/get`, '{}')
  const topic = `$aws/things/${thing}/jobs/$next/get/accepted`
  return (await device.inbox.take('the next execution', (message) => message.topic === topic)).text
}

for (const [index, [origin, make]] of Object.entries(origins).entries()) {
  test(`a document is handed on as it was written: from ${origin}`, async () => {
    const name = `t${index}`
    await aws.iot.send(new CreateThingCommand({ thingName: name }))
    const device = await connectMqtt(hub, name)
    const topic = `$aws/things/${name}/jobs/notify-next`
    await device.subscribe(topic)
    await make(name)
    const told = await device.inbox.take('notify-next', (message) => message.topic === topic)
    const embedded = `,"jobDocument":${WRITTEN}}`
    assert.ok(told.text.includes(embedded), told.text)
    assert.ok((await next(device, name)).includes(embedded))

    const { execution } = await aws.jobsData.send(new DescribeJobExecutionCommand({ thingName: name, jobId: name }))
    assert.equal(execution?.jobDocument, WRITTEN)
    assert.equal((await aws.iot.send(new GetJobDocumentCommand({ jobId: name }))).document, WRITTEN)
    const { document, draft } = await attached.api.job(`aws/${name}`)
    assert.deepEqual([document, draft.document], [WRITTEN, new JsonText(WRITTEN)])
    const { stdout } = await cli('job', name, '--json')
    assert.ok(stdout.includes(`"document":${WRITTEN}`))
    assert.equal((JSON.parse(stdout) as JobDetail).document, WRITTEN)
    await device.end()
  })
}

test('and still after the hub was killed, and for whoever tries again', async () => {
  await leave('SIGKILL')
  await reach()
  const device = await connectMqtt(hub, 't0')
  assert.ok((await next(device, 't0')).includes(`,"jobDocument":${WRITTEN}}`))
  await device.subscribe('$aws/things/t0/jobs/t0/update/accepted')
  await device.publish('$aws/things/t0/jobs/t0/update', { status: 'FAILED' })
  await device.json('$aws/things/t0/jobs/t0/update/accepted')
  await attached.api.retryFailed('aws/t0')
  const again = await next(device, 't0')
  assert.match(again, /"executionNumber":2/)
  assert.ok(again.includes(`,"jobDocument":${WRITTEN}}`))
  await device.end()
})

test('a schema advises only: any JSON becomes a job, with warnings on stderr', async () => {
  await aws.iot.send(new CreateThingCommand({ thingName: 'any' }))
  const odd: [document: string, warnings: number][] = [
    ['{"version":2,"operatingMode":"eco"}', 2],
    ['[{"operation":"a"},"b"]', 1],
    ['{"steps":[]}', 1],
    ['"text"', 1],
    ['-1.50', 1],
    ['null', 1],
    ['{"mine":true}', 0],
  ]
  for (const [index, [document, warnings]] of odd.entries()) {
    const file = `{"dialect":"aws","name":"odd-${index}","targets":[{"device":"any"}],"document":${document}}`
    await writeFile(join(built.folder, 'odd.iotjob.json'), file)
    const { stdout, stderr } = await cli('job', 'create', 'odd.iotjob.json')
    assert.equal(stdout, `Job aws/odd-${index} created.\n`)
    assert.equal(stderr.split('\n').filter((line) => line.startsWith('  warning: document')).length, warnings, stderr)
    assert.equal((await attached.api.job(`aws/odd-${index}`)).document, document)
  }
})
