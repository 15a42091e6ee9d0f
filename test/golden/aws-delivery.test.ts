import { join } from 'node:path'
import { test } from 'node:test'
import { aws } from '../../src/dialect/aws/index.ts'
import { deviceCertificate } from '../builders/aws-connections.ts'
import { signedFor } from '../builders/aws-jobs-fixture.ts'
import { Conversation } from '../builders/conversation.ts'

const ARN = 'arn:aws:iot:us-east-1:123456789012'
const signed = signedFor('control')
const policyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['iot:Connect', 'iot:Subscribe', 'iot:Publish', 'iot:RetainPublish'], Resource: '*' },
    { Effect: 'Allow', Action: 'iot:Receive', Resource: `${ARN}:topic/open/*` },
  ],
})

test('what a policy keeps from a client is withheld, and what is retained reaches exact subscriptions only', async () => {
  const talk = new Conversation(aws, { settings: { mode: 'strict' } })
  await talk.given(async () => {
    const { pem: certificatePem, sha256 } = deviceCertificate
    await talk.http('operator', 'POST', '/certificate/register-no-ca', { certificatePem, status: 'ACTIVE' }, signed)
    await talk.http('operator', 'POST', '/policies/hears-open', { policyDocument }, signed)
    const target = `${ARN}:cert/${sha256}`
    await talk.http('operator', 'PUT', '/target-policies/hears-open', { target }, signed)
  })
  for (const who of ['reader', 'writer']) await talk.connect(who, { transport: 'tls', certificate: deviceCertificate })
  talk.heading('iot:Receive is for open/* [aws 4.3]')
  await talk.subscribe('reader', '#')
  await talk.publish('writer', 'open/a', 'for all')
  await talk.publish('writer', 'secret/a', 'for few')
  talk.heading('a retained message is for exact subscriptions [aws 1.5]')
  await talk.unsubscribe('reader', '#')
  await talk.publish('writer', 'open/state', 'on', { retain: true })
  await talk.subscribe('reader', 'open/#')
  await talk.subscribe('reader', 'open/state')
  talk.matches(join(import.meta.dirname, 'aws-delivery.txt'))
})
