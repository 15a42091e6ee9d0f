import type { EventEmitter } from 'node:events'
import { device, jobs, thingShadow, type DeviceOptions, type Job, type RegisterOptions } from 'aws-iot-device-sdk'
import type { DeviceFiles } from './aws-clients.ts'
import type { Place } from './hub.ts'
import { Mailbox } from './mailbox.ts'
import type { Received } from './mqtt-client.ts'
import { within } from './within.ts'

/** Host, port and files over mutual TLS; nothing else differs from what one would write for the cloud. */
export const mutualTls = (
  { endpoints }: Place,
  { certPath, keyPath, caPath }: DeviceFiles,
  clientId: string,
): DeviceOptions => ({
  host: 'localhost',
  port: endpoints.mqtts,
  clientId,
  certPath,
  keyPath,
  caPath,
  // The SDK sends what is queued one by one, every 250 ms unless told otherwise.
  drainTimeMs: 10,
})

interface Endable {
  end(force?: boolean, done?: () => void): void
}

/** Resolves when the device has connected; fails with the SDK's own error. */
async function connected<T extends EventEmitter & Endable>(client: T, what: string): Promise<T> {
  const up = new Promise<void>((resolve, reject) => {
    client.once('connect', resolve)
    client.once('error', reject)
    client.once('close', () => reject(new Error(`${what} was closed instead of accepted`)))
  })
  // Left alone, the SDK would go on reconnecting after a failed test.
  client.once('close', () => client.end(true))
  await within(up, `${what} to connect`)
  client.on('error', () => undefined)
  return client
}

/** Ends a v1 client; resolves when its connection is closed. */
export const endV1 = (client: Endable): Promise<void> =>
  within(new Promise<void>((resolve) => client.end(false, resolve)), 'the v1 client to end')

/** A v1 `device` whose messages are kept in order. */
export async function connectDevice(options: DeviceOptions): Promise<{ client: device; inbox: Mailbox<Received> }> {
  const client = new device(options)
  const inbox = new Mailbox<Received>()
  client.on('message', (topic: string, payload: Buffer, { qos, retain }: { qos: number; retain: boolean }) =>
    inbox.put({ topic, text: payload.toString(), qos, retain }),
  )
  return { client: await connected(client, `v1 device ${options.clientId}`), inbox }
}

/** A v1 `jobs` client. */
export interface JobsDevice {
  client: jobs
  /** A box that fills as the handler for this operation (or the default one) is called. */
  jobsOf(thing: string, operation?: string): Mailbox<Job>
  /** Waits until everything on its way to or from this client has arrived: a message to itself comes back behind it. */
  settle(): Promise<void>
}

export async function connectJobs(options: DeviceOptions): Promise<JobsDevice> {
  const client = await connected(new jobs(options), `v1 jobs ${options.clientId}`)
  const echoes = new Mailbox<string>()
  let sent = 0
  client.on('message', (topic: string) => echoes.put(topic))
  const jobsOf = (thing: string, operation?: string): Mailbox<Job> => {
    const box = new Mailbox<Job>()
    const onJob = (error: Error | null, job: Job): void => {
      if (error !== null) throw error
      box.put(job)
    }
    if (operation === undefined) client.subscribeToJobs(thing, onJob)
    else client.subscribeToJobs(thing, operation, onJob)
    return box
  }
  const settle = async (): Promise<void> => {
    const echo = `echo/${options.clientId}/${(sent += 1)}`
    client.subscribe(echo)
    client.publish(echo, '')
    await echoes.take(echo, (topic) => topic === echo)
  }
  return { client, jobsOf, settle }
}

/** What a v1 `thingShadow` says about its thing. */
export type ShadowEvent =
  | { type: 'status'; status: string; token: string; state: Record<string, unknown> }
  | { type: 'delta'; state: Record<string, unknown> }
  | { type: 'foreign'; operation: string; state: Record<string, unknown> }
  | { type: 'timeout'; token: string }

/** A v1 `thingShadow`, registered for one thing. */
export async function connectShadow(
  options: DeviceOptions,
  thing: string,
  register: RegisterOptions = {},
): Promise<{ client: thingShadow; events: Mailbox<ShadowEvent> }> {
  const client = await connected(new thingShadow(options), `v1 shadow ${options.clientId}`)
  const events = new Mailbox<ShadowEvent>()
  client.on('status', (_: string, status: string, token: string, state: Record<string, unknown>) =>
    events.put({ type: 'status', status, token, state }),
  )
  client.on('delta', (_: string, state: Record<string, unknown>) => events.put({ type: 'delta', state }))
  client.on('foreignStateChange', (_: string, operation: string, state: Record<string, unknown>) =>
    events.put({ type: 'foreign', operation, state }),
  )
  client.on('timeout', (_: string, token: string) => events.put({ type: 'timeout', token }))
  const registered = new Promise<void>((resolve, reject) => {
    client.register(thing, register, (error, failed) =>
      error || failed ? reject(new Error(`not registered: ${String(error)} ${JSON.stringify(failed)}`)) : resolve(),
    )
  })
  await within(registered, `${thing} to be registered`)
  return { client, events }
}
