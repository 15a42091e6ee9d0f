import type { Instant } from '../clock.ts'
import type { DeviceKey } from '../ids.ts'

/**
 * A question put to a device by somebody who waits for the answer: a direct method, an RPC, an RRPC. It is stored, so
 * that an answer that comes after a restart still finds it.
 */
export interface Command {
  device: DeviceKey
  /** What the answer must carry; without spaces, once per device at a time. */
  id: string
  name: string
  /** What goes to the device, as the dialect will send it. */
  payload: string
  /** The one that is to hear the outcome, in the dialect's words. */
  asker: string
  /** WAITING for the device to be reachable, or SENT and waiting for its answer. */
  status: 'WAITING' | 'SENT'
  /** How long the device has for its answer once it has been asked; milliseconds. */
  answerMs: number
  createdAt: Instant
  /** When the present wait is given up. */
  dueAt: Instant
  /** What the dialect keeps with it; the engine does not read it. */
  extra?: Record<string, unknown>
}

export interface NewCommand {
  device: DeviceKey
  id: string
  name: string
  payload: string
  asker: string
  answerMs: number
  /** How long to wait for a device that is not reachable; 0 or absent: not at all. Milliseconds. */
  connectMs?: number
  /** Whether the device would hear it now, which only its dialect can tell. */
  reachable: boolean
  extra?: Record<string, unknown>
}

/** What a device answers; the bytes are its own, `status` where its cloud has one. */
export interface CommandAnswer {
  payload: Uint8Array
  status?: number
}

/** How a command ended. */
export type CommandOutcome =
  | { type: 'ANSWERED'; answer: CommandAnswer }
  /** It never became reachable in time, so it was never asked. */
  | { type: 'UNREACHABLE' }
  /** It was asked and said nothing. */
  | { type: 'TIMED_OUT' }
  /** It went away while it was expected to answer. */
  | { type: 'DISCONNECTED' }
