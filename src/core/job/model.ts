import type { Instant } from '../clock.ts'
import type { DeviceKey, DialectName, GroupKey, JobKey } from '../ids.ts'
import type { OptionValues } from '../option.ts'
import type { Predicate } from '../query/predicate.ts'

/** A job's life; the table of moves is in `states.ts`. */
export type JobStatus = 'SCHEDULED' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'DELETING'

/** The superset of all clouds; `SENT` only where the cloud has it. */
export type ExecutionStatus =
  'QUEUED' | 'SENT' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED' | 'TIMED_OUT' | 'CANCELED' | 'REMOVED'

/** What a device may say of its own execution. */
export type ReportedStatus = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED'

/** Whom a job is for. */
export type Target =
  | { type: 'device'; device: DeviceKey }
  | { type: 'group'; group: GroupKey }
  /** `parts`: of devices, only parts of this kind; absent: no parts at all. */
  | { type: 'query'; where: Predicate; text: string; parts?: string }

/** Without `perMinute` and `exponential`, everything is rolled out at once. */
export interface Rollout {
  /** Executions a minute, at most; ≥ 1. */
  perMinute?: number
  exponential?: {
    /** Executions in the first minute; ≥ 1. */
    base: number
    /** The rate is multiplied by this (> 1) … */
    factor: number
    /** … each time `count` (≥ 1) more devices were notified or have succeeded. */
    every: { of: 'NOTIFIED' | 'SUCCEEDED'; count: number }
  }
}

/** Cancels the job when, of at least `minimum` ended executions, `percent` or more ended so. */
export interface AbortRule {
  on: 'FAILED' | 'REJECTED' | 'TIMED_OUT' | 'ANY'
  /** 0 < percent ≤ 100. */
  percent: number
  /** ≥ 1. */
  minimum: number
}

/** How an abort rule was broken: of so many executions that had ended by then, so many ended badly. */
export interface Breach extends Pick<AbortRule, 'on' | 'percent'> {
  ended: number
  failed: number
}

/** Queues a new execution after a failure, `times` (0 …) times per device. */
export interface RetryRule {
  on: 'FAILED' | 'TIMED_OUT' | 'ANY'
  times: number
  /** How long after the failure, ≥ 0; absent: at once. */
  afterMs?: number
}

/**
 * What happens when the end of the schedule has come: nothing new is queued; or what is queued is canceled as well; or
 * what is in progress too; or all that has not ended is timed out, and the job is through: FAILED if no device
 * succeeded.
 */
export type EndBehavior = 'STOP_ROLLOUT' | 'CANCEL' | 'FORCE_CANCEL' | 'TIME_OUT'

export interface Schedule {
  startAt?: Instant
  endAt?: Instant
  endBehavior?: EndBehavior
  /**
   * Rollout happens inside these only. `cron` is in UTC: minute hour day month weekday (0 = Sunday), or these between
   * seconds and a year.
   */
  windows?: { cron: string; durationMs: number }[]
}

/** The part of a job that may still be changed after it was made. */
export interface JobConfig {
  description?: string
  rollout?: Rollout
  abort?: AbortRule[]
  timeout?: { inProgressMs: number }
  retry?: RetryRule[]
}

export interface NewJob extends JobConfig {
  key: JobKey
  targets: Target[]
  /** SNAPSHOT resolves the targets once; CONTINUOUS also covers devices that join later, and never completes. */
  selection: 'SNAPSHOT' | 'CONTINUOUS'
  /** What sort of work it is, where its dialect tells several apart; absent: its only one. */
  kind?: string
  /** The work, as JSON text, handed on untouched. */
  document: string
  /** A file that belongs to the work: its path in the folder behind the clouds' object stores. */
  file?: string
  /** What was chosen besides the document, of what the kind offers. */
  options?: OptionValues
  /** Jobs of a lane of their own queue up beside the others at each device, and neither waits for the other. */
  lane?: string
  schedule?: Schedule
  /** What the dialect keeps with the job and echoes; the engine does not read it. */
  extra?: Record<string, unknown>
}

/**
 * A minute of a rollout: when it last queued executions, how many it has had, and what its rate follows as it was when
 * the minute began.
 */
export interface RolloutMinute {
  lastAt: Instant
  count: number
  notified: number
  succeeded: number
}

export interface Job extends NewJob {
  dialect: DialectName
  status: JobStatus
  createdAt: Instant
  updatedAt: Instant
  completedAt?: Instant
  /** How far the rollout has come in the list of devices resolved at creation. */
  rolledOut: number
  /** The length of that list. */
  planned: number
  minute?: RolloutMinute
  /** Still canceling, timing out or deleting executions, a slice at a time. */
  sweeping?: 'CANCEL' | 'FORCE_CANCEL' | 'TIME_OUT' | 'DELETE'
  /** Set by STOP_ROLLOUT and TIME_OUT at the end of the schedule: nothing new is queued. */
  rolloutStopped?: true
  forceCanceled?: true
  /** Why it was canceled or timed out: ABORT_CRITERIA_MET, END_TIME_REACHED, or what people gave. */
  reasonCode?: string
  comment?: string
  /** What the job was canceled for, if it was by itself. */
  aborted?: Breach
}

/** One attempt of one device at one job. */
export interface Execution {
  job: JobKey
  device: DeviceKey
  /** 1 for the first execution of this job on this device, one more for each new one. */
  number: number
  /** Its job's, if that has one. */
  lane?: string
  /** Creation order over the whole hub: settles the queue order within a millisecond. */
  order: number
  status: ExecutionStatus
  /** 1 when queued, one more with every accepted change. */
  version: number
  queuedAt: Instant
  startedAt?: Instant
  updatedAt: Instant
  /** What the device last said in its own words. */
  details?: Record<string, unknown>
  /** 0–100, where the device's dialect can say. */
  progress?: number
  /** How many retries led here, by their cause; absent for a first attempt. */
  retried?: { FAILED: number; TIMED_OUT: number }
  forceCanceled?: true
  /** When the in-progress timer runs out. */
  timeoutAt?: Instant
  /** When the step timer runs out. */
  stepTimeoutAt?: Instant
}

/** How many executions are in each state. */
export type Counts = Record<ExecutionStatus, number>

/** What a device reports of an execution. */
export interface Report {
  status: ReportedStatus
  /** Omitted: unchanged; given: replaces the whole. */
  details?: Record<string, unknown>
  progress?: number
  /** Refused with VERSION_MISMATCH unless the execution has this version. */
  expectedVersion?: number
  /** Refused with NOT_FOUND unless this is the latest execution. */
  number?: number
  /** Omitted: unchanged; null: no step timer any more. */
  stepTimeoutMs?: number | null
}

export interface Start {
  details?: Record<string, unknown>
  stepTimeoutMs?: number | null
}
