import { Aedes, type Client } from 'aedes'
import { createServer, type AddressInfo } from 'node:net'
import { jobsTopic, serviceMessages } from '../packets.ts'
import { answer } from './answer.ts'
import { gauges, type Gauges } from './gauges.ts'

/** Bare aedes: carries the packets of the job service without any service behind it. */
export interface AedesCalls extends Gauges {
  /**
   * `tuned`: with TCP_NODELAY and without a limit of messages under way. Without that, as its README starts it, Nagle's
   * algorithm holds back a reply behind the PUBACK, and a backlog of messages that nobody subscribes to overflows the
   * stack (mqemitter 7).
   */
  start(tuned: boolean): Promise<{ mqtt: number }>
  /** Sends every client what it would be sent if this job were created; updates of it are answered from now on. */
  launch(job: string): void
  /** Answers updates of this job from now on. */
  serve(job: string): void
}

/** So many clients are told in one turn of the event loop, as the hub does it. */
const SLICE = 100

let broker: Aedes
let messages = serviceMessages('')

async function createBroker(tuned: boolean): Promise<void> {
  broker = await Aedes.createBroker(tuned ? { concurrency: 0 } : {})
  broker.on('publish', ({ topic, payload }, client) => {
    if (client === null || !topic.endsWith('/update')) return
    reply(client, topic)
    if (payload.includes('"SUCCEEDED"')) tell(client.id, messages.notifyNone, messages.nextNone)
  })
}

function reply(client: Client, topic: string): void {
  client.publish({ ...plain(`${topic}/accepted`, messages.accepted) }, failed)
}

/** The cheapest way in aedes to have a message reach whoever subscribes to it. */
function tell(device: string, notify: string, notifyNext: string): void {
  broker.publish(plain(`${jobsTopic(device)}/notify`, notify), failed)
  broker.publish(plain(`${jobsTopic(device)}/notify-next`, notifyNext), failed)
}

const plain = (topic: string, payload: string) => ({
  cmd: 'publish' as const,
  topic,
  payload,
  qos: 1 as const,
  retain: false,
  dup: false,
})

const failed = (error?: Error): void => {
  if (error) throw error
}

function tellAll(devices: string[]): void {
  for (const device of devices.splice(0, SLICE)) tell(device, messages.notify, messages.notifyNext)
  if (devices.length > 0) setImmediate(tellAll, devices)
}

const serve = (job: string): void => {
  messages = serviceMessages(job)
}

const calls: AedesCalls = {
  ...gauges(),
  start: async (tuned) => {
    await createBroker(tuned)
    const server = createServer({ noDelay: tuned }, broker.handle)
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, resolve))
    return { mqtt: (server.address() as AddressInfo).port }
  },
  serve,
  launch: (job) => {
    serve(job)
    tellAll(Object.keys((broker as unknown as { clients: object }).clients))
  },
}
answer(calls)
