import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import type { Place } from './hub.ts'
import { Mailbox } from './mailbox.ts'
import { within } from './within.ts'

/** A message as it arrived. */
export interface Received {
  topic: string
  text: string
  qos: number
  retain: boolean
}

/** The `mqtt` package, with everything that arrives kept in order. */
export interface TestClient {
  mqtt: MqttClient
  sessionPresent: boolean
  inbox: Mailbox<Received>
  /** Settles when the connection has ended, whoever ended it. */
  closed: Promise<void>
  /**
   * Publishes; an object is written as JSON. Resolves when the hub has acknowledged (QoS 1) or the bytes are out (QoS
   * 0).
   */
  publish(topic: string, body: object | string | Buffer, qos?: 0 | 1): Promise<void>
  /** Asks for QoS 1; what was granted per filter, 128 = refused. */
  subscribe(...filters: string[]): Promise<number[]>
  /** Resolves when the hub has answered, whether it was subscribed or not. */
  unsubscribe(filter: string): Promise<void>
  /** The next message on that topic, parsed. */
  json(topic: string): Promise<Record<string, unknown>>
  /**
   * Waits until everything that was on its way to this client has arrived: a message to itself comes back behind it.
   */
  settle(): Promise<void>
  /** Says goodbye. */
  end(): Promise<void>
}

let echoes = 0

/** Connects in the clear unless other options are given; never reconnects, so that an ended connection stays ended. */
export async function connectMqtt(
  { endpoints }: Place,
  clientId: string,
  options: IClientOptions = {},
): Promise<TestClient> {
  const inbox = new Mailbox<Received>()
  const mqtt = connect({
    protocol: 'mqtt',
    host: 'localhost',
    port: endpoints.mqtt,
    clientId,
    reconnectPeriod: 0,
    connectTimeout: 5000,
    ...options,
  })
  mqtt.on('message', (topic, payload, { qos, retain }) => inbox.put({ topic, text: payload.toString(), qos, retain }))
  const closed = new Promise<void>((resolve) => mqtt.once('close', resolve))
  const connected = new Promise<boolean>((resolve, reject) => {
    mqtt.once('connect', ({ sessionPresent }) => resolve(sessionPresent))
    mqtt.once('error', reject)
    mqtt.once('close', () => reject(new Error(`the connection of ${clientId} was closed instead of accepted`)))
  })
  try {
    const sessionPresent = await within(connected, `${clientId} to connect`)
    mqtt.on('error', () => undefined)
    return { mqtt, inbox, closed, sessionPresent, ...verbs(mqtt, inbox, closed, clientId) }
  } catch (error) {
    mqtt.end(true)
    throw error
  }
}

type Verbs = Omit<TestClient, 'mqtt' | 'inbox' | 'closed' | 'sessionPresent'>

function verbs(mqtt: MqttClient, inbox: Mailbox<Received>, closed: Promise<void>, clientId: string): Verbs {
  const unlessClosed = <T>(promise: Promise<T>, what: string): Promise<T> => {
    const ended = closed.then<never>(() =>
      Promise.reject(new Error(`the connection of ${clientId} ended before ${what}`)),
    )
    return within(Promise.race([promise, ended]), what)
  }
  const subscribe = (...filters: string[]): Promise<number[]> =>
    unlessClosed(
      new Promise<number[]>((resolve, reject) => {
        mqtt.subscribe(filters, { qos: 1 }, (error, _, suback) =>
          suback === undefined ? reject(error ?? new Error('no SUBACK')) : resolve(suback.granted as number[]),
        )
      }),
      `SUBACK for ${filters.join(', ')}`,
    )
  const publish = async (topic: string, body: object | string | Buffer, qos: 0 | 1 = 1): Promise<void> => {
    const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    await unlessClosed(mqtt.publishAsync(topic, payload, { qos }), `${topic} was acknowledged`)
  }
  const take = (topic: string): Promise<Received> =>
    inbox.take(`a message on ${topic} to ${clientId}`, (message) => message.topic === topic)
  return {
    publish,
    subscribe,
    unsubscribe: async (filter) => void (await unlessClosed(mqtt.unsubscribeAsync(filter), `UNSUBACK for ${filter}`)),
    json: async (topic) => JSON.parse((await take(topic)).text) as Record<string, unknown>,
    settle: async () => {
      const topic = `settle/${clientId}/${++echoes}`
      await subscribe(topic)
      await publish(topic, 'settled')
      await take(topic)
      await unlessClosed(mqtt.unsubscribeAsync(topic), `UNSUBACK for ${topic}`)
    },
    end: () => within(mqtt.endAsync(false), `${clientId} to say goodbye`),
  }
}
