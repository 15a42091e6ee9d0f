import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AttachPolicyCommand, CreatePolicyCommand, CreateThingCommand } from '@aws-sdk/client-iot'
import { AwsBroker, deviceCertificate } from '../builders/aws-connections.ts'

/** A hub whose device certificate may do just that. */
async function allowing(
  Action: string | string[],
  Resource: string | string[],
  Condition?: object,
): Promise<AwsBroker> {
  const broker = new AwsBroker()
  broker.request('GET', '/things/lamp/shadow', { certificate: deviceCertificate })
  await broker.iot.send(new CreateThingCommand({ thingName: 'lamp' }))
  const policyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action, Resource, ...(Condition !== undefined && { Condition }) },
  })
  await broker.iot.send(new CreatePolicyCommand({ policyName: 'p', policyDocument }))
  await broker.iot.send(
    new AttachPolicyCommand({ policyName: 'p', target: `arn:aws:iot:us-east-1:1:cert/${deviceCertificate.sha256}` }),
  )
  return broker
}

const isLetIn = (broker: AwsBroker, method: string, url: string): boolean => {
  const body = url.includes('shadow') ? '{"state":{}}' : url.includes('jobs') ? '{"status":"IN_PROGRESS"}' : ''
  const { status, headers } = broker.request(method, url, {
    certificate: deviceCertificate,
    body: method === 'GET' ? '' : body,
  })
  assert.equal(status === 403, headers?.['x-amzn-errortype'] === 'ForbiddenException')
  return status !== 403
}

const operations: [action: string, tail: string, method: string, url: string][] = [
  ['iotjobsdata:GetPendingJobExecutions', 'thing/lamp', 'GET', '/things/lamp/jobs'],
  ['iotjobsdata:StartNextPendingJobExecution', 'thing/lamp', 'PUT', '/things/lamp/jobs/$next'],
  ['iotjobsdata:DescribeJobExecution', 'thing/lamp', 'GET', '/things/lamp/jobs/j'],
  ['iotjobsdata:UpdateJobExecution', 'thing/lamp', 'POST', '/things/lamp/jobs/j'],
  ['iot:GetThingShadow', 'thing/lamp', 'GET', '/things/lamp/shadow'],
  ['iot:UpdateThingShadow', 'thing/lamp', 'POST', '/things/lamp/shadow'],
  ['iot:DeleteThingShadow', 'thing/lamp', 'DELETE', '/things/lamp/shadow'],
  ['iot:GetThingShadow', 'thing/lamp/wifi', 'GET', '/things/lamp/shadow?name=wifi'],
  ['iot:ListNamedShadowsForThing', 'thing/lamp', 'GET', '/api/things/shadow/ListNamedShadowsForThing/lamp'],
  ['iot:Publish', 'topic/a/b', 'POST', '/topics/a/b'],
  ['iot:GetRetainedMessage', 'topic/a', 'GET', '/retainedMessage/a'],
  ['iot:ListRetainedMessages', '*', 'GET', '/retainedMessage'],
  ['iot:GetConnection', 'client/c', 'GET', '/connections/c'],
  ['iot:ListSubscriptions', 'client/c', 'GET', '/connections/c/subscriptions'],
  ['iot:DeleteConnection', 'client/c', 'DELETE', '/connections/c'],
  ['iot:SendDirectMessage', 'client/c', 'POST', '/connections/c/messages?topic=t'],
]

for (const [action, tail, method, url] of operations) {
  test(`over HTTP, ${method} ${url} takes ${action} on ${tail}`, async () => {
    const arn = (name: string): string => (name === '*' ? '*' : `arn:aws:iot:us-east-1:123456789012:${name}`)
    const letsIn = async (actions: string | string[], resource: string): Promise<boolean> =>
      isLetIn(await allowing(actions, resource), method, url)
    assert.equal(await letsIn(action, arn(tail)), true)
    assert.equal(await letsIn('*', '*'), true)
    assert.equal(await letsIn(action, arn('topic/other')), false)
    assert.equal(
      await letsIn(
        operations.map(([other]) => other).filter((other) => other !== action),
        '*',
      ),
      false,
    )
    const isJobs = action.startsWith('iotjobsdata:')
    assert.deepEqual(
      [await letsIn('iot:*', '*'), await letsIn('iotjobsdata:*', '*')],
      [!isJobs, isJobs],
      'jobs are a service of their own',
    )
  })
}

test('people are told why a device is refused over HTTP: its firmware seldom shows it', async () => {
  const broker = await allowing('iot:GetThingShadow', 'arn:aws:iot:us-east-1:123456789012:thing/lamp')
  assert.equal(isLetIn(broker, 'GET', '/things/pump/shadow'), false)
  assert.deepEqual(broker.warnings, [
    {
      about: `cert/${deviceCertificate.sha256}`,
      text: 'GetThingShadow over HTTPS was refused: no policy allows iot:GetThingShadow on thing/pump',
    },
  ])
})
