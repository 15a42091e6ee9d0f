import type { Instant } from '../../core/clock.ts'
import type { Table } from '../../core/table.ts'
import type { BodyRecord } from './bodies.ts'
import type { StoredPayload } from '../routing/publication.ts'

/** A QoS 1 message for a stored session, until it is acknowledged. It holds what it says, or refers to it. */
export interface QueuedRecord extends Partial<StoredPayload> {
  session: string
  /** Counts up within the session; the packet identifier follows from it. */
  seq: number
  at: Instant
  topic?: string
  /** Where what it says is kept for all who get it. */
  body?: string
  retain?: true
  track?: string
  /** For this session whatever it subscribes to. */
  direct?: true
  /** The hub itself says it: of jobs, twins and commands. */
  own?: true
  /** It went out at once: the next time is a redelivery. */
  sent?: true
}

/** What a message is to the queue that it comes into. */
export type Letter = Pick<QueuedRecord, 'body' | 'track' | 'direct' | 'own'>

/** The queued messages of all sessions, as one of them sees them. */
export interface QueueBook {
  readonly table: Table<QueuedRecord>
  /** How much may wait for a session: messages, and characters as stored. */
  readonly most: { messages: number; size: number }
  content(record: QueuedRecord): BodyRecord
  /** `stranger`: nobody's device is behind the session. */
  added(record: QueuedRecord, stranger: boolean): void
  removed(record: QueuedRecord, stranger: boolean): void
  /** Everything up to `seq` has been sent at least once. */
  sentTo(session: string, seq: number): void
}

export const queuedKey = (record: QueuedRecord): string => `${record.seq}/${record.session}`
