import type { Message } from '../core/seam/mqtt.ts'
import type { GuaranteeName } from './guarantees.ts'

/**
 * What the conformance suite needs to know of a cloud and cannot guess: examples, as data. Nothing reads them at run
 * time. Devices are given by the names that `Enrolment.names` allows. A member that may be absent must be, or the
 * promise it serves is listed as inapplicable.
 */
export interface Examples {
  /**
   * Guarantees that do not apply to this cloud, with the reason that people will read. One that is kept after all is a
   * fault.
   */
  inapplicable: Partial<Record<GuaranteeName, string>>
  /** How its clients dress a request, so that it is known for its own. Every route must be reached by one of them. */
  callers: ExampleCaller[]
  /** What a request has besides that, to name its operation, where requests do (`HttpFront.operationOf`). */
  names?(operation: string): Partial<ExampleCaller>
  /**
   * Whether an answer of its HTTP API refuses, where the status does not tell (a 200 with an error code in it). Absent:
   * 4xx and 5xx do.
   */
  refuses?(status: number, body: string): boolean
  /**
   * What a device may say and the hub takes in, or passes on; `n` tells repetitions apart. At least one names the
   * device.
   */
  says(device: string, n: number): Message[]
  /** Filters that a device may subscribe to, its own only. May be none: some clouds subscribe for their devices. */
  hears(device: string): string[]
  /** Filters by which one would hear what is for that device only: refused to every other. */
  overhears(device: string): string[]
  /** Topics on which the service wants JSON objects from the device; `job` is one that it works on. */
  requests(device: string, job: string): string[]
  /** Topics in the cloud's own space, about that device, that mean nothing. */
  unknown(device: string): string[]
  /**
   * What a device says about itself on a topic without its name, and the twin's `reported` that comes of it
   * [anonymousTopics].
   */
  anonymous?: { message: Message; reported: object }
  /**
   * How a message with the text `mail {n}` reaches `to` although it is away; `filters` are what that has subscribed to
   * [keptMessages].
   */
  mail?(from: string, to: string, n: number): { filters: string[]; send: Message | ExampleRequest }
  /** What a client without credentials may listen to without being a device; `other` is one [listeners]. */
  listens?(other: string): string[]
  /** A message that is kept for later subscribers, with the filter that gets it [retained]. */
  retained?(device: string): { message: Message; filter: string }
  /**
   * How a device comes into a group and leaves it, in the cloud's own calls; `group` is the group's name here
   * [joinedAndLeft].
   */
  membership?(device: string): { group: string; join: ExampleRequest[]; leave: ExampleRequest[] }
  /** A request that is answered only once the device has spoken, or its time is up [waitingRequest]. */
  waiting?(device: string): ExampleRequest
}

/** Headers and query of a request as one kind of client sends it. */
export interface ExampleCaller {
  headers: Record<string, string>
  query?: Record<string, string>
}

/** A request to the cloud's HTTP API; `body` goes as JSON. */
export interface ExampleRequest extends Partial<ExampleCaller> {
  method: string
  path: string
  body?: object
}
