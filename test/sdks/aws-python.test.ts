import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { join } from 'node:path'
import { awsClients, makeDevice, type AwsClients, type DeviceFiles } from '../builders/aws-clients.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { createJob } from '../builders/operator.ts'
import { run } from './program.ts'
import { pythonWithSdks } from './python/environment.ts'

const script = (name: string): string => join(import.meta.dirname, 'python', name)

describe('AWS’s SDKs for Python, unmodified', () => {
  let python: string
  let hub: TestHub
  let aws: AwsClients

  before(async () => {
    python = await pythonWithSdks((line) => process.stderr.write(`${line}\n`))
    hub = await startHub()
    aws = awsClients(hub)
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  for (const [way, websocket] of [
    ['over mutual TLS', false],
    ['over WebSocket', true],
  ] as const) {
    test(`AWSIoTPythonSDK ${way} takes a job to its end and keeps a shadow`, async () => {
      const thing = websocket ? 'v1-websocket' : 'v1-certificate'
      const device = await prepare(thing)
      const said = await run(python, [script('v1_device.py'), ...connect(device, websocket)])
      assert.deepEqual(said.get('started'), {
        jobId: `${thing}-job`,
        status: 'IN_PROGRESS',
        jobDocument: { operation: 'mode', ratio: 1 },
        executionNumber: 1,
        versionNumber: 2,
      })
      const progress = said.get('progress') as { executionState: object; jobDocument: object }
      assert.deepEqual(progress.executionState, {
        status: 'IN_PROGRESS',
        statusDetails: { progress: '50' },
        versionNumber: 3,
      })
      assert.deepEqual(progress.jobDocument, { operation: 'mode', ratio: 1 })
      assert.deepEqual(membersOf(said.get('succeeded')), ['clientToken', 'timestamp'])
      assert.deepEqual(membersOf(said.get('next')), ['clientToken', 'timestamp'])
      assert.deepEqual(membersOf(said.get('nothing')), ['clientToken', 'timestamp'])
      assert.deepEqual((said.get('delta') as { state: object }).state, { mode: 23 })
      const shadow = JSON.parse((said.get('shadow') as { payload: string }).payload) as { state: object }
      assert.deepEqual(shadow.state, { desired: { mode: 23 }, reported: { mode: 1 }, delta: { mode: 23 } })
      await ended(thing)
    })

    test(`awsiotsdk ${way} takes a job to its end and hears of the shadow`, async () => {
      const thing = websocket ? 'v2-websocket' : 'v2-certificate'
      const device = await prepare(thing)
      const said = await run(python, [script('v2_device.py'), ...connect(device, websocket)])
      assert.deepEqual(said.get('started'), {
        jobId: `${thing}-job`,
        status: 'IN_PROGRESS',
        jobDocument: { operation: 'mode', ratio: 1 },
      })
      assert.equal(said.get('updated'), 'SUCCEEDED')
      assert.deepEqual(said.get('nothing'), { execution: false })
      assert.equal(said.get('shadow updated'), 1)
      assert.deepEqual(said.get('delta'), { mode: 23 })
      await ended(thing)
    })
  }

  test('boto3 makes thing, certificate and job, and reads back what it wrote', async () => {
    const endpoint = `http://localhost:${hub.endpoints.http}`
    const said = await run(python, [
      script('control.py'),
      '--endpoint',
      endpoint,
      '--folder',
      hub.folder,
      '--thing',
      'boto',
    ])
    assert.equal(said.get('key'), '-----BEGIN RSA PRIVATE KEY-----')
    assert.equal(said.get('document'), '{"operation":"mode", "big":12345678901234567890, "ratio":1.0}')
    assert.deepEqual(said.get('job'), {
      jobId: 'boto-job',
      status: 'IN_PROGRESS',
      targets: ['arn:aws:iot:us-east-1:123456789012:thing/boto'],
      timeoutConfig: {},
      presignedUrlConfig: {},
    })
    assert.deepEqual(said.get('executions'), ['QUEUED'])
    assert.deepEqual(said.get('pending'), ['boto-job'])
    assert.equal((said.get('twice') as { type: string }).type, 'ResourceAlreadyExistsException')
    assert.deepEqual(statusOf(said.get('unknown thing')), ['ResourceNotFoundException', 404])
    assert.deepEqual(said.get('shadow'), { desired: { mode: 5 }, delta: { mode: 5 } })
    assert.ok((said.get('things') as string[]).includes('boto'))
  })

  async function prepare(thing: string): Promise<DeviceFiles> {
    const device = await makeDevice(hub, aws, thing)
    await createJob(aws, `${thing}-job`, [device.thingArn], { operation: 'mode', ratio: 1 })
    return device
  }

  function connect({ thing, caPath, certPath, keyPath }: DeviceFiles, websocket: boolean): string[] {
    const { https, mqtts } = hub.endpoints
    const common = ['--host', 'localhost', '--ca', caPath, '--thing', thing]
    if (websocket) return [...common, '--port', String(https), '--websocket']
    return [...common, '--port', String(mqtts), '--cert', certPath, '--key', keyPath]
  }

  async function ended(thing: string): Promise<void> {
    assert.equal((await hub.hub.api.job(`aws/${thing}-job`)).status, 'COMPLETED')
  }
})

const membersOf = (answer: unknown): string[] => Object.keys(answer as object).sort()
const statusOf = (refusal: unknown): unknown[] => {
  const { type, status } = refusal as { type: string; status: number }
  return [type, status]
}
