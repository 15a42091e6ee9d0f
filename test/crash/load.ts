import { CreateThingCommand, DeleteThingCommand } from '@aws-sdk/client-iot'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import type { Place } from '../builders/hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import type { Random } from '../../src/sim/random.ts'
import type { Oracle } from './oracle.ts'

export const SHADOWS = ['s0', 's1', 's2', 's3']
export const WORKERS = ['w0', 'w1']
export const SUBSCRIBERS = ['awake', 'asleep']
export const JOB = 'load'
export const MAIL = 'mail/all'

/** Unanswered requests a writer may have. */
const WINDOW = 5
/** A life: more would be dropped by the bounds of kept sessions, rightly. */
const MESSAGES = 150

/** Changes everything as fast as it is acknowledged, until the hub is gone; tells the oracle. Resolves then. */
export async function load(place: Place, oracle: Oracle, random: Random): Promise<void> {
  const aws = awsClients(place)
  const names = [...SHADOWS, ...WORKERS, 'publisher']
  // The hub may be killed before all are there.
  const writing = names.map(async (name) => {
    const client = await connectMqtt(place, `${name}-writer`)
    if (name === 'publisher') publish(client, oracle)
    else write(client, name, oracle)
    await client.closed
  })
  await Promise.allSettled([...writing, control(aws, oracle, random)])
  aws.destroy()
}

function write({ mqtt }: TestClient, name: string, oracle: Oracle): void {
  const next = (): void => {
    const number = oracle.send(name)
    const [topic, body] = SHADOWS.includes(name)
      ? [`$aws/things/${name}/shadow/update`, { state: { reported: { number } } }]
      : [`$aws/things/${name}/jobs/${JOB}/update`, { status: 'IN_PROGRESS', statusDetails: { number: String(number) } }]
    mqtt.publish(topic, JSON.stringify(body), { qos: 1 }, (error) => {
      if (error) return
      oracle.acknowledge(name, number)
      next()
    })
  }
  for (let count = 0; count < WINDOW; count += 1) next()
}

function publish({ mqtt }: TestClient, oracle: Oracle): void {
  let left = MESSAGES
  const next = (): void => {
    if ((left -= 1) < 0) return
    const number = oracle.publish()
    mqtt.publish(MAIL, String(number), { qos: 1 }, (error) => {
      if (error) return
      oracle.published(number)
      next()
    })
  }
  for (let count = 0; count < WINDOW; count += 1) next()
}

/** Makes things through the control plane, and deletes some again; rejects once the hub is gone. */
async function control({ iot }: AwsClients, oracle: Oracle, random: Random): Promise<never> {
  const there = oracle.things()
  for (;;) {
    if (there.length > 0 && random() < 0.4) {
      const [gone] = there.splice(Math.floor(random() * there.length), 1)
      oracle.ask(gone!)
      await iot.send(new DeleteThingCommand({ thingName: gone! }))
      oracle.answered(gone!, false)
    }
    const thingName = oracle.newThing()
    await iot.send(new CreateThingCommand({ thingName }))
    oracle.answered(thingName, true)
    there.push(thingName)
  }
}
