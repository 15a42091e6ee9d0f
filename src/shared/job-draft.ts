import type { JsonText } from './json-text.ts'

/**
 * A job as the editor and `*.iotjob.json` files write it: plain data, no cloud's words. Also stored in workspaces, so
 * it only grows.
 */
export interface JobDraft {
  dialect: string
  /** The job's name in its cloud. */
  name: string
  description?: string
  targets: TargetDraft[]
  /** Default SNAPSHOT. */
  selection?: 'SNAPSHOT' | 'CONTINUOUS'
  /** What sort of work it is, where its cloud has several; absent: the first of them. */
  kind?: string
  /** The job document: any JSON. In a file, and over HTTP, it stands among the other members as it is. */
  document: JsonText
  /** A file that belongs to the work: its path in the bucket folder. */
  file?: string
  /** What was chosen of what the kind offers besides. */
  options?: Record<string, string | number | boolean>
  rollout?: {
    perMinute?: number
    exponential?: { base: number; factor: number; every: { of: 'NOTIFIED' | 'SUCCEEDED'; count: number } }
  }
  abort?: { on: 'FAILED' | 'REJECTED' | 'TIMED_OUT' | 'ANY'; percent: number; minimum: number }[]
  timeoutMinutes?: number
  /** `afterMinutes` and TIME_OUT below only where the cloud has them: others refuse them. */
  retry?: { on: 'FAILED' | 'TIMED_OUT' | 'ANY'; times: number; afterMinutes?: number }[]
  schedule?: {
    /** ISO 8601. */
    startAt?: string
    endAt?: string
    endBehavior?: 'STOP_ROLLOUT' | 'CANCEL' | 'FORCE_CANCEL' | 'TIME_OUT'
    /** Five-field cron in UTC. */
    windows?: { cron: string; minutes: number }[]
  }
}

export type TargetDraft = { device: string } | { group: string } | { query: string }
