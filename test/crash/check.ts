import { CreateThingCommand, paginateListThings } from '@aws-sdk/client-iot'
import { GetThingShadowCommand } from '@aws-sdk/client-iot-data-plane'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import type { Place } from '../builders/hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { createJob, executionOf } from '../builders/operator.ts'
import { JOB, MAIL, SHADOWS, SUBSCRIBERS, WORKERS } from './load.ts'
import type { Oracle } from './oracle.ts'

/** What the load needs, made once: workers with a job, and subscribers that are known to the hub. */
export async function furnish(place: Place): Promise<void> {
  const aws = awsClients(place)
  for (const thingName of [...WORKERS, ...SHADOWS]) await aws.iot.send(new CreateThingCommand({ thingName }))
  await createJob(
    aws,
    JOB,
    WORKERS.map((name) => `arn:aws:iot:us-east-1:123456789012:thing/${name}`),
    {},
  )
  for (const name of SUBSCRIBERS) {
    const client = await connectMqtt(place, name, { clean: false })
    await client.subscribe(MAIL)
    await client.end()
  }
  aws.destroy()
}

/** Looks at everything that there should be. Resolves to what is wrong. */
export async function check(place: Place, oracle: Oracle): Promise<string[]> {
  const aws = awsClients(place)
  try {
    const losses: string[] = []
    for (const name of SHADOWS) losses.push(...(await checkShadow(aws, name, oracle)))
    for (const name of WORKERS) losses.push(...(await checkWorker(aws, name, oracle)))
    const made = new Set<string>()
    for await (const { things } of paginateListThings({ client: aws.iot }, {})) {
      for (const { thingName } of things ?? []) if (thingName?.startsWith('made-') === true) made.add(thingName)
    }
    losses.push(...oracle.foundThings(made))
    for (const name of SUBSCRIBERS) {
      const subscriber = await subscribe(place, name, oracle, losses)
      await subscriber.end()
    }
    return losses
  } finally {
    aws.destroy()
  }
}

async function checkShadow({ data }: AwsClients, thingName: string, oracle: Oracle): Promise<string[]> {
  const found = await data.send(new GetThingShadowCommand({ thingName })).catch((error: Error) => {
    if (error.name === 'ResourceNotFoundException') return undefined
    throw error
  })
  if (found === undefined) return oracle.foundNumber(thingName, 0, 0)
  const { state, version } = JSON.parse(Buffer.from(found.payload!).toString()) as {
    state: { reported?: { number?: number } }
    version: number
  }
  return oracle.foundNumber(thingName, state.reported?.number ?? 0, version)
}

async function checkWorker(aws: AwsClients, name: string, oracle: Oracle): Promise<string[]> {
  const found = await executionOf(aws, name, JOB).catch((error: Error) => error)
  if (found instanceof Error) return [`${name}: its execution is not there (${found.message})`]
  // The first version is the queued one.
  return oracle.foundNumber(name, Number(found.statusDetails?.detailsMap?.['number'] ?? 0), found.versionNumber! - 1)
}

/** Connects as that subscriber, with all that waits for it received and settled. */
export async function subscribe(place: Place, name: string, oracle: Oracle, losses: string[]): Promise<TestClient> {
  oracle.connected(name)
  const hear = (topic: string, text: string): void => {
    if (topic === MAIL) losses.push(...oracle.received(name, Number(text)))
  }
  const client = await connectMqtt(place, name, { clean: false })
  // What has come along with the CONNACK.
  for (const { topic, text } of client.inbox.rest) hear(topic, text)
  client.mqtt.on('message', (topic, payload) => hear(topic, payload.toString()))
  await client.settle()
  await settle(client, name, oracle)
  losses.push(...oracle.emptied(name))
  return client
}

/** Has the hub acknowledge something that it was sent after all that was received had been acknowledged to it. */
export async function settle(client: TestClient, name: string, oracle: Oracle): Promise<void> {
  const settled = oracle.settling(name)
  await client.publish(`settled/${name}`, '')
  settled()
}
