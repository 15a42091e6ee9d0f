import type { ReportedStatus } from '../job/model.ts'
import type { Message, Qos } from './mqtt.ts'

/** How one device of a cloud connects and speaks, as data in and data out; `sim` owns the socket. */
export interface DeviceScript {
  readonly session: { clientId: string; username?: string; password?: string; clean: boolean }
  readonly subscriptions: { filter: string; qos: Qos }[]
  /** Its cloud hands work over once and does not tell it again: what comes while the device is busy, it keeps. */
  readonly pushed?: true
  /** What to publish once subscribed, to be handed the work that is waiting. */
  hello(): Message[]
  /** What an arrived message means; `undefined` if it means nothing for jobs. */
  read(topic: string, payload: Buffer): ScriptInput | undefined
  /** Reports on a piece of work; `progress` 0–100. */
  report(work: Work, status: ReportedStatus, progress: number): Message[]
}

/** A piece of work as the device knows it. */
export interface Work {
  id: string
  document: unknown
  /** Tells a repeated offer of the same execution from a new one. */
  attempt: number
}

export type ScriptInput =
  | { type: 'offer'; work: Work }
  /** Nothing is waiting. */
  | { type: 'idle' }
  | { type: 'accepted'; work: string }
  | { type: 'refused'; work: string; reason: string }
  | { type: 'withdrawn'; work: string }
