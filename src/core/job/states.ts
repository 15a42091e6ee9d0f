import type { Counts, ExecutionStatus, JobStatus, ReportedStatus } from './model.ts'

/** What the hub itself may do to an execution. */
export type HubMove = 'SEND' | 'CANCEL' | 'FORCE_CANCEL' | 'TIME_OUT' | 'REMOVE'

const reportable: readonly ReportedStatus[] = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED']

/** Execution states × what a device reports: the new state is the reported one, where it is listed. */
export const reports: Record<ExecutionStatus, readonly ReportedStatus[]> = {
  QUEUED: reportable,
  SENT: reportable,
  IN_PROGRESS: reportable,
  SUCCEEDED: [],
  FAILED: [],
  REJECTED: [],
  TIMED_OUT: [],
  CANCELED: [],
  REMOVED: [],
}

/** Execution states × what the hub does: the new state, where the move is allowed. */
export const moves: Record<ExecutionStatus, Partial<Record<HubMove, ExecutionStatus>>> = {
  QUEUED: { SEND: 'SENT', CANCEL: 'CANCELED', FORCE_CANCEL: 'CANCELED', TIME_OUT: 'TIMED_OUT', REMOVE: 'REMOVED' },
  SENT: { CANCEL: 'CANCELED', FORCE_CANCEL: 'CANCELED', TIME_OUT: 'TIMED_OUT', REMOVE: 'REMOVED' },
  IN_PROGRESS: { FORCE_CANCEL: 'CANCELED', TIME_OUT: 'TIMED_OUT', REMOVE: 'REMOVED' },
  SUCCEEDED: {},
  FAILED: {},
  REJECTED: {},
  TIMED_OUT: {},
  CANCELED: {},
  REMOVED: {},
}

/** Job states × where they may lead. */
export const jobMoves: Record<JobStatus, readonly JobStatus[]> = {
  SCHEDULED: ['IN_PROGRESS', 'CANCELED', 'DELETING'],
  IN_PROGRESS: ['COMPLETED', 'FAILED', 'CANCELED', 'DELETING'],
  COMPLETED: ['IN_PROGRESS', 'DELETING'],
  FAILED: ['IN_PROGRESS', 'DELETING'],
  CANCELED: ['DELETING'],
  DELETING: [],
}

const pendingStates: ReadonlySet<ExecutionStatus> = new Set<ExecutionStatus>(['QUEUED', 'SENT', 'IN_PROGRESS'])

/** Whether a device in `from` may report `to`. */
export const mayReport = (from: ExecutionStatus, to: ReportedStatus): boolean => reports[from].includes(to)

/** Where the hub's move leads from `from`; `undefined` if it is not allowed there. */
export const moved = (from: ExecutionStatus, move: HubMove): ExecutionStatus | undefined => moves[from][move]

export const mayBecome = (from: JobStatus, to: JobStatus): boolean => jobMoves[from].includes(to)

/** Still to be done: part of its device's queue. */
export const isPending = (status: ExecutionStatus): boolean => pendingStates.has(status)

export const executionStates = Object.keys(moves) as ExecutionStatus[]

export const noCounts = (): Counts => Object.fromEntries(executionStates.map((status) => [status, 0])) as Counts
