import { connect, ErrorWithSubackPacket, type MqttClient } from 'mqtt'
import type { ReportedStatus } from '../core/job/model.ts'
import type { Message } from '../core/seam/mqtt.ts'
import type { DeviceScript, ScriptInput, Work } from '../core/seam/device-script.ts'
import { planWork, type Behavior, type PlannedReport, type Range } from './behavior.ts'
import type { Random } from './random.ts'
import { offerKey, Task } from './task.ts'

/**
 * `off`: not connected yet or stopped; `offline`: lost, trying to come back; `failed`: cannot get in and no longer
 * tries.
 */
export type DeviceState = 'off' | 'connecting' | 'idle' | 'working' | 'offline' | 'failed'

/** What happens to a device, for whoever counts or shows it. */
export type DeviceEvent =
  | { type: 'state'; state: DeviceState; before: DeviceState }
  | { type: 'taken'; work: Work }
  | { type: 'reported'; work: Work; status: ReportedStatus; progress: number }
  | Exclude<ScriptInput, { type: 'offer' | 'idle' }>

export interface DeviceOptions {
  /** `mqtt://host:port`. */
  url: string
  script: DeviceScript
  behavior: Behavior
  random: Random
  /**
   * From a lost connection or a failed attempt to the next one; spread, so that a fleet that lost its hub does not come
   * back in one instant.
   */
  reconnectMs?: Range
  onEvent?: (event: DeviceEvent) => void
}

/** Attempts to get in before a device that never was in gives up. */
const FIRST_TRIES = 5
const RECONNECT: Range = [500, 1500]
/** How many ended executions a device remembers, so that a late repetition of their offer is known. */
const REMEMBERED = 16
/** How long a goodbye may take; milliseconds. */
const PATIENCE = 2000

/**
 * One device on an MQTT connection: it takes the work it is offered, reports as its behavior says, and asks for more.
 */
export class SimDevice {
  readonly #options: DeviceOptions
  readonly #ended: string[] = []
  /** Offers kept for later, where nobody would repeat them. */
  readonly #waiting: Work[] = []
  #state: DeviceState = 'off'
  #client: MqttClient | undefined
  #task: Task | undefined

  constructor(options: DeviceOptions) {
    this.#options = options
  }

  get state(): DeviceState {
    return this.#state
  }

  /**
   * Resolves once connected, subscribed and announced. Rejects if the hub refuses or cannot be reached; the device has
   * then given up.
   */
  connect(): Promise<void> {
    const { url, script, random } = this.#options
    const [shortest, longest] = this.#options.reconnectMs ?? RECONNECT
    if (this.#client !== undefined) throw new Error(`${script.session.clientId} is connected already`)
    this.#become('connecting')
    const client = connect(url, {
      ...script.session,
      protocolVersion: 4,
      keepalive: 60,
      connectTimeout: 10_000,
      reconnectPeriod: Math.round(shortest + random() * (longest - shortest)),
      // A subscription is part of getting in, also the second time; mqtt.js would only do it again.
      resubscribe: false,
    })
    this.#client = client
    return new Promise((resolve, reject) => {
      let entered = false
      let tries = 0
      const giveUp = (error: Error): void => {
        if (this.#client !== client) return
        this.#client = undefined
        this.#drop()
        client.end(true)
        this.#become('failed')
        reject(error)
      }
      client.on('connect', () =>
        this.#subscribe(client, giveUp, () => {
          entered = true
          this.#become(this.#task === undefined ? 'idle' : 'working')
          this.#send(script.hello())
          resolve()
        }),
      )
      client.on('message', (topic, payload) => this.#hear(script.read(topic, payload)))
      client.on('error', (error) => {
        tries += 1
        if (isRefusal(error) || (!entered && tries >= FIRST_TRIES)) giveUp(error)
      })
      client.on('close', () => {
        if (this.#client === client) this.#become(entered ? 'offline' : 'connecting')
      })
      client.once('end', () => reject(new Error('stopped')))
    })
  }

  /** Says goodbye and stops working; resolves once the connection has ended. */
  async stop(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    this.#drop()
    this.#become('off')
    if (client !== undefined) await leave(client)
  }

  #subscribe(client: MqttClient, giveUp: (error: Error) => void, done: () => void): void {
    const filters = this.#options.script.subscriptions
    if (filters.length === 0) return done()
    client.subscribe(Object.fromEntries(filters.map(({ filter, qos }) => [filter, { qos }])), (error) => {
      if (this.#client !== client) return
      if (error === null) return done()
      const refused = refusedFilters(error, filters)
      // Without a SUBACK the connection was lost on the way: the next one subscribes again.
      if (refused !== undefined) giveUp(new Error(`the hub refuses the subscription to ${refused}`))
    })
  }

  #hear(heard: ScriptInput | undefined): void {
    if (heard === undefined || heard.type === 'idle' || this.#client === undefined) return
    if (heard.type === 'offer') return this.#take(heard.work)
    this.#tell(heard)
    // What the hub will not hear of any more is over; a refusal is final, as in the clouds' own device clients.
    if (heard.type !== 'accepted' && this.#task?.work.id === heard.work) this.#end(this.#task)
  }

  #take(work: Work): void {
    const key = offerKey(work)
    // Repeated offers are normal.
    if (this.#task?.key === key || this.#ended.includes(key)) return
    // One thing at a time: the rest is asked for later. Only work that hangs makes way, as after a watchdog's reset.
    if (this.#task !== undefined && !this.#task.over) {
      if (this.#options.script.pushed === true && !this.#waiting.some((other) => offerKey(other) === key))
        this.#waiting.push(work)
      return
    }
    this.#drop()
    this.#task = new Task(work, planWork(this.#options.behavior, this.#options.random), (task, report) =>
      this.#report(task, report),
    )
    if (this.#client?.connected === true) this.#become('working')
    this.#tell({ type: 'taken', work })
  }

  #report(task: Task, { status, progress }: PlannedReport): void {
    this.#send(this.#options.script.report(task.work, status, progress))
    this.#tell({ type: 'reported', work: task.work, status, progress })
    if (status !== 'IN_PROGRESS') this.#end(task)
  }

  #end(task: Task): void {
    task.cancel()
    this.#task = undefined
    this.#ended.push(task.key)
    if (this.#ended.length > REMEMBERED) this.#ended.shift()
    const next = this.#waiting.shift()
    if (next !== undefined) return this.#take(next)
    // Offline there is nobody to ask; coming back asks anyway.
    if (this.#client?.connected !== true) return
    this.#become('idle')
    this.#send(this.#options.script.hello())
  }

  #drop(): void {
    this.#task?.cancel()
    this.#task = undefined
  }

  /** While the connection is lost, mqtt.js keeps the messages and sends them on the next one. */
  #send(messages: Message[]): void {
    for (const { topic, payload, qos, retain = false } of messages) {
      this.#client?.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos, retain })
    }
  }

  #become(state: DeviceState): void {
    const before = this.#state
    if (state === before) return
    this.#state = state
    this.#tell({ type: 'state', state, before })
  }

  #tell(event: DeviceEvent): void {
    this.#options.onEvent?.(event)
  }
}

/** A CONNACK with a return code of 1–5: trying again will not help. Socket errors have a text as their code. */
const isRefusal = (error: Error): boolean => 'code' in error && typeof error.code === 'number'

function refusedFilters(error: Error, filters: DeviceScript['subscriptions']): string | undefined {
  const granted =
    error instanceof ErrorWithSubackPacket ? (error.packet as typeof error.packet | undefined)?.granted : undefined
  return (
    granted &&
    filters
      .filter((_, i) => Number(granted[i]) >= 0x80)
      .map(({ filter }) => filter)
      .join(', ')
  )
}

function leave(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    // A hub that no longer acknowledges must not keep us.
    const giveUp = setTimeout(() => {
      client.stream.destroy()
      resolve()
    }, PATIENCE)
    client.end(!client.connected, () => {
      clearTimeout(giveUp)
      resolve()
    })
  })
}
