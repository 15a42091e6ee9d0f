import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { awsClients, makeDevice, type AwsClients } from '../builders/aws-clients.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { createJob } from '../builders/operator.ts'
import { classPathOfSdk } from './java/environment.ts'
import { run } from './program.ts'

describe('AWS’s SDK for Java, unmodified', () => {
  let classPath: string
  let hub: TestHub
  let aws: AwsClients

  before(async () => {
    classPath = await classPathOfSdk()
    hub = await startHub()
    aws = awsClients(hub)
  })
  after(async () => {
    aws.destroy()
    await hub.stop()
  })

  test('a device over mutual TLS takes a job to its end and hears of its shadow', async () => {
    const device = await makeDevice(hub, aws, 'java')
    await createJob(aws, 'java-job', [device.thingArn], { operation: 'mode' })
    const files = ['--ca', device.caPath, '--cert', device.certPath, '--key', device.keyPath]
    const where = ['--host', 'localhost', '--port', String(hub.endpoints.mqtts), '--thing', 'java']
    const said = await run('java', [
      '-cp',
      classPath,
      join(import.meta.dirname, 'java', 'Device.java'),
      ...where,
      ...files,
    ])
    assert.equal(said.get('started'), 'java-job IN_PROGRESS mode')
    assert.equal(said.get('ended'), 'java-job')
    assert.match(String(said.get('delta')), /^23(\.0)?$/)
    assert.equal((await hub.hub.api.job('aws/java-job')).status, 'COMPLETED')
  })
})
