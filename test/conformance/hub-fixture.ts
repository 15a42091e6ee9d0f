import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dialect } from '../../src/dialect/dialect.ts'
import type { ExampleRequest, Examples } from '../../src/dialect/examples.ts'
import type { ConnectionKitView, HubApi } from '../../src/shared/api.ts'
import type { JobDraft } from '../../src/shared/job-draft.ts'
import { jsonTextOf } from '../../src/shared/json-text.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { within } from '../builders/within.ts'
import { connectDevice, type ScriptedDevice } from './scripted-device.ts'
import { noticeLine } from '../../src/shared/notice-line.ts'

const PATIENCE = 5000

/** A device that was enrolled: its name in its cloud, its key, and what its firmware was given. */
export interface Enrolled {
  name: string
  key: string
  kit: ConnectionKitView
}

/** The dialect that is tried, among all that its hub speaks. */
export interface Clouds {
  dialect: Dialect
  dialects: readonly Dialect[]
}

/** A hub on a virtual clock, and what a check needs of it, in the words of the contract only. */
export class HubFixture {
  readonly dialect: Dialect
  /** All that the hub speaks. */
  readonly dialects: readonly Dialect[]
  readonly place: TestHub
  #bystander: Promise<ScriptedDevice> | undefined

  constructor({ dialect, dialects }: Clouds, place: TestHub) {
    this.dialect = dialect
    this.dialects = dialects
    this.place = place
  }

  get api(): HubApi {
    return this.place.hub.api
  }

  get examples(): Examples {
    return this.dialect.examples
  }

  /** A name that no device has yet. */
  freshName(): string {
    return `${this.dialect.enrolment.names.example}${next()}`
  }

  keyOf(name: string): string {
    return `${this.dialect.name}/${name}`
  }

  async enrol(): Promise<Enrolled> {
    const name = this.freshName()
    return { name, key: this.keyOf(name), kit: await this.api.addDevice(this.dialect.name, name) }
  }

  /** Enrols a device and has it come in as its firmware would. */
  async play(): Promise<ScriptedDevice> {
    return connectDevice(this, await this.enrol())
  }

  /** Has a device that is enrolled already come in. */
  connect(device: Enrolled): Promise<ScriptedDevice> {
    return connectDevice(this, device)
  }

  /** A job for these devices, with the document by which every end can be reached; its key. */
  async createJob(devices: { name: string }[], more: Partial<JobDraft> = {}): Promise<string> {
    const { names, kinds } = this.dialect.jobs
    const targets = devices.map(({ name }) => ({ device: name }))
    const { key } = await this.api.createJob({
      dialect: this.dialect.name,
      name: `${names.example}${next()}`,
      targets,
      document: jsonTextOf(kinds[0].templates[0]!.document),
      ...more,
    })
    return key
  }

  /** Calls the cloud's HTTP API. */
  async call({ method, path, query = {}, headers = {}, body }: ExampleRequest): Promise<Response> {
    const target = `http://localhost:${this.place.endpoints.http}${path}?${new URLSearchParams(query)}`
    const sent =
      body === undefined
        ? { headers }
        : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
    return within(fetch(target, { method, ...sent }), `an answer to ${method} ${path}`)
  }

  /** `call`, which must succeed. */
  async must(call: ExampleRequest): Promise<void> {
    const { status, text, refused } = await this.read(await this.call(call))
    assert.ok(!refused, `${call.method} ${call.path}: ${status} ${text}`)
  }

  /** An answer, and whether its cloud refuses with it. */
  async read(response: Response): Promise<{ status: number; text: string; refused: boolean }> {
    const text = await response.text()
    return { status: response.status, text, refused: this.examples.refuses?.(response.status, text) ?? !response.ok }
  }

  /** Asks again after every change until the answer fits; fails with the last answer after five seconds. */
  async until<T>(what: string, ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
    let changed: () => void = () => undefined
    let change = new Promise<void>((resolve) => (changed = resolve))
    const off = this.place.hub.events.on(() => changed())
    const end = performance.now() + PATIENCE
    try {
      for (;;) {
        const answer = await ask()
        if (fits(answer)) return answer
        await within(change, `${what}; it is ${JSON.stringify(answer)}`, Math.max(0, end - performance.now()))
        change = new Promise((resolve) => (changed = resolve))
      }
    } finally {
      off()
    }
  }

  /** Waits until the execution is in that state. */
  async reaches(job: string, { key }: { key: string }, status: string): Promise<void> {
    await this.until(
      `${key} to be ${status}`,
      () => this.statusOf(job, key),
      (now) => now === status,
    )
  }

  statusOf = async (job: string, device: string): Promise<string> => (await this.api.execution(job, device)).status

  /**
   * All that must not change when something senseless is said: the device's work and twins, the jobs, who is
   * registered.
   */
  async stateOf(device: string, job?: string): Promise<unknown> {
    const { twins, executions, groups } = await this.api.device(device)
    const { devices, jobs } = await this.api.status()
    const documents = await Promise.all(twins.map((name) => this.api.twin(device, name)))
    const work =
      job === undefined
        ? undefined
        : [await this.api.execution(job, device), { ...(await this.api.job(job)), history: undefined }]
    return { executions, groups, documents, devices, jobs, work }
  }

  /** How often the hub has refused something that a client did. */
  async refusals(): Promise<number> {
    const notices = await this.api.notices()
    return notices.filter(({ kind }) => kind === 'refused').reduce((sum, { count }) => sum + count, 0)
  }

  /** Another device, which has nothing to do with what just happened, is handed work and ends it. */
  async servesOthers(): Promise<void> {
    this.#bystander ??= this.play()
    const bystander = await this.#bystander
    const job = await this.createJob([bystander])
    await bystander.report(await bystander.offer(), 'SUCCEEDED', 100)
    await this.reaches(job, bystander, 'SUCCEEDED')
  }

  /** Stops the hub, and fails if it has said that it failed at something. */
  async close(): Promise<void> {
    const notices = await this.api.notices()
    await this.place.stop()
    const failures = notices.filter(
      (notice) => notice.kind === 'warning' && /\bfailed\b|\bError\b/.test(noticeLine(notice)),
    )
    assert.deepEqual(failures, [])
  }
}

let last = 0
const next = (): number => (last += 1)

/** A hub that keeps its state in memory. */
export const openHub = async (clouds: Clouds, mode: 'open' | 'strict'): Promise<HubFixture> =>
  new HubFixture(clouds, await startHub({ mode, clock: 'virtual' }, { dialects: clouds.dialects }))

/** Carries out `first` on a hub that keeps its state on disk, then starts another on the same state for `second`. */
export async function acrossRestart<T>(
  clouds: Clouds,
  first: (hub: HubFixture) => Promise<T>,
  second: (hub: HubFixture, before: T) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-restart-'))
  const live = async <R>(deed: (hub: HubFixture) => Promise<R>): Promise<R> => {
    const hub = new HubFixture(
      clouds,
      await startHub({ mode: 'strict', clock: 'virtual', memory: false, data: folder }, { dialects: clouds.dialects }),
    )
    return deed(hub).finally(() => hub.close())
  }
  try {
    const before = await live(first)
    await live((hub) => second(hub, before))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
