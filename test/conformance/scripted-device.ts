import assert from 'node:assert/strict'
import type { IClientOptions } from 'mqtt'
import type { ReportedStatus } from '../../src/core/job/model.ts'
import type { Message } from '../../src/core/seam/mqtt.ts'
import type { ScriptInput, DeviceScript, Work } from '../../src/core/seam/device-script.ts'
import type { ConnectionKitView } from '../../src/shared/api.ts'
import type { Place } from '../builders/hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import type { Enrolled, HubFixture } from './hub-fixture.ts'

type Session = ConnectionKitView['session']

let said = 0

/** An enrolled device, played on a real connection in the words of its dialect's device script. */
export class ScriptedDevice implements Enrolled {
  readonly name: string
  readonly key: string
  readonly kit: ConnectionKitView
  readonly script: DeviceScript
  readonly #hub: HubFixture
  #client: TestClient

  constructor(hub: HubFixture, device: Enrolled, client: TestClient) {
    this.name = device.name
    this.key = device.key
    this.kit = device.kit
    this.script = hub.dialect.jobs.deviceScript(device.name)
    this.#hub = hub
    this.#client = client
  }

  get client(): TestClient {
    return this.#client
  }

  /** The work it is handed next. */
  async offer(): Promise<Work> {
    const { text, topic } = await this.#client.inbox.take(
      `work for ${this.key}`,
      ({ topic, text }) => this.#read(topic, text)?.type === 'offer',
    )
    const heard = this.#read(topic, text)
    assert.ok(heard?.type === 'offer')
    return heard.work
  }

  /** Whether work has arrived that was not taken. */
  get offered(): boolean {
    return this.#client.inbox.rest.some(({ topic, text }) => this.#read(topic, text)?.type === 'offer')
  }

  /** What it has heard last of work that it might do. */
  get lastHeard(): ScriptInput | undefined {
    return this.#client.inbox.rest
      .map(({ topic, text }) => this.#read(topic, text))
      .filter((heard) => heard !== undefined && heard.type !== 'accepted')
      .at(-1)
  }

  async report(work: Work, status: ReportedStatus, progress: number): Promise<void> {
    await this.publish(...this.script.report(work, status, progress))
  }

  /** Resolves when all of them are acknowledged. */
  async publish(...messages: Message[]): Promise<void> {
    for (const { topic, payload, qos, retain = false } of messages) {
      if (retain) await this.#client.mqtt.publishAsync(topic, Buffer.from(payload), { qos, retain })
      else await this.#client.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), qos)
    }
  }

  /** Something of its own that it may say; never the same twice. */
  says(): Message[] {
    return this.#hub.examples.says(this.name, (said += 1))
  }

  /**
   * Waits until all that was on its way to it has arrived: the hub answers in order, and an UNSUBSCRIBE of nothing
   * always.
   */
  async settle(): Promise<void> {
    for (let round = 0; round < 2; round += 1) await this.#client.unsubscribe('nothing')
  }

  /** Publishes what the hub may rather close the connection for; comes back if it does. */
  async tries(topic: string, payload: string | Buffer): Promise<void> {
    await this.#client.publish(topic, payload).catch(unlessSilent)
    await this.comesBack()
  }

  /** What is granted; 128 if nothing, or if the connection is closed for it: then it comes back. */
  async asksFor(filter: string): Promise<number> {
    const [granted = 128] = (await this.#client.subscribe(filter).catch(unlessSilent)) ?? []
    await this.comesBack()
    return granted
  }

  /**
   * Connects again, if it is not connected. A close that is on its way is waited for: what it says is answered, or it
   * is out.
   */
  async comesBack(): Promise<void> {
    const answered = (): Promise<boolean> =>
      this.settle()
        .then(() => true, unlessSilent)
        .then((answer) => answer === true)
    if (!this.#client.mqtt.connected || !(await answered())) await this.connects()
  }

  async connects(options: IClientOptions = {}): Promise<void> {
    this.#client.mqtt.end(true)
    this.#client = await enter(this.#hub.place, this, options)
  }

  async leaves(): Promise<void> {
    await this.#client.end()
  }

  #read(topic: string, text: string): ScriptInput | undefined {
    return this.script.read(topic, Buffer.from(text))
  }
}

/** A connection may be ended for what was said, but not left without an answer. */
function unlessSilent(error: Error): undefined {
  if (/^waited/.test(error.message)) throw error
}

/** Connects an enrolled device, subscribes as its script does, and asks for work. */
export async function connectDevice(hub: HubFixture, device: Enrolled): Promise<ScriptedDevice> {
  const script = hub.dialect.jobs.deviceScript(device.name)
  return new ScriptedDevice(hub, device, await enter(hub.place, { ...device, script }, {}))
}

async function enter(
  place: Place,
  { kit, script }: { kit: ConnectionKitView; script: DeviceScript },
  options: IClientOptions,
): Promise<TestClient> {
  const client = await connectSession(place, kit.session, { clean: script.session.clean, ...options })
  const filters = script.subscriptions.map(({ filter }) => filter)
  if (filters.length > 0) {
    const granted = await client.subscribe(...filters)
    assert.ok(
      granted.every((qos) => qos < 128),
      `granted ${granted.join(', ')} for ${filters.join(', ')}`,
    )
  }
  for (const { topic, payload, qos } of script.hello())
    await client.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), qos)
  return client
}

/** A client with these credentials: in the clear, or with its certificate over TLS. */
export function connectSession(
  place: Place,
  { clientId, username, password, certificate }: Session,
  options: IClientOptions = {},
): Promise<TestClient> {
  return connectMqtt(place, clientId, {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(certificate !== undefined && { protocol: 'mqtts', port: place.endpoints.mqtts, ca: place.ca, ...certificate }),
    ...options,
  })
}
