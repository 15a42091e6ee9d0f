/** The parts of `aws-iot-device-sdk` 2.2.16 (which has no types of its own) that the tests use. */
declare module 'aws-iot-device-sdk' {
  import type { EventEmitter } from 'node:events'

  export interface DeviceOptions {
    host: string
    port: number
    clientId: string
    keyPath?: string
    certPath?: string
    caPath?: string
    protocol?: 'mqtts' | 'wss' | 'wss-custom-auth'
    region?: string
    accessKeyId?: string
    secretKey?: string
    sessionToken?: string
    customAuthHeaders?: Record<string, string>
    websocketOptions?: { ca: string }
    ALPNProtocols?: string[]
    clean?: boolean
    drainTimeMs?: number
  }

  type Done = (error?: Error | null) => void
  type Grants = { topic: string; qos: number }[]

  export class device extends EventEmitter {
    constructor(options: DeviceOptions)
    publish(topic: string, message: string, options?: { qos: 0 | 1 } | null, done?: Done): void
    subscribe(
      topics: string | string[],
      options?: { qos: 0 | 1 } | null,
      done?: (error: Error | null, granted: Grants) => void,
    ): void
    unsubscribe(topics: string | string[], done?: Done): void
    end(force?: boolean, done?: () => void): void
  }

  export interface Job {
    id: string
    document: unknown
    operation?: string
    status: { status: string; statusDetails?: Record<string, string> }
    inProgress(details?: Record<string, string> | Done, done?: Done): void
    failed(details?: Record<string, string> | Done, done?: Done): void
    succeeded(details?: Record<string, string> | Done, done?: Done): void
  }

  type OnJob = (error: Error | null, job: Job) => void

  export class jobs extends device {
    subscribeToJobs(thing: string, onJob: OnJob): void
    subscribeToJobs(thing: string, operation: string, onJob: OnJob): void
    startJobNotifications(thing: string, done?: Done): void
  }

  export interface RegisterOptions {
    persistentSubscribe?: boolean
    ignoreDeltas?: boolean
    qos?: 0 | 1
  }

  export class thingShadow extends device {
    constructor(options: DeviceOptions, shadowOptions?: { operationTimeout?: number })
    register(thing: string, options: RegisterOptions, done: (error?: unknown, failed?: Grants) => void): void
    unregister(thing: string): void
    update(thing: string, state: object): string | null
    get(thing: string, clientToken?: string): string | null
    delete(thing: string, clientToken?: string): string | null
  }
}
