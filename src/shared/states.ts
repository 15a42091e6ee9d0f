/** How a state is shown, the same in trees, panels and documents: by icon and word, never by color alone. */
export interface StateLook {
  /** English, lower case; a key of the l10n bundle. */
  word: string
  /** A codicon. */
  icon: string
  /** A color of VS Code's themes, by its id. */
  color: string
  /** One character, where there is no room for more. */
  letter: string
}

/** States of an execution in the order in which it may go through them. */
export const executionStateOrder = [
  'QUEUED',
  'SENT',
  'IN_PROGRESS',
  'SUCCEEDED',
  'FAILED',
  'REJECTED',
  'TIMED_OUT',
  'CANCELED',
  'REMOVED',
] as const

export type ExecutionState = (typeof executionStateOrder)[number]

const executionLooks: Record<ExecutionState, StateLook> = {
  QUEUED: { word: 'queued', icon: 'circle-large-outline', color: 'descriptionForeground', letter: 'Q' },
  SENT: { word: 'sent', icon: 'arrow-circle-right', color: 'charts.yellow', letter: '→' },
  IN_PROGRESS: { word: 'in progress', icon: 'sync', color: 'charts.blue', letter: 'P' },
  SUCCEEDED: { word: 'succeeded', icon: 'pass', color: 'charts.green', letter: 'S' },
  FAILED: { word: 'failed', icon: 'error', color: 'charts.red', letter: 'F' },
  REJECTED: { word: 'rejected', icon: 'circle-slash', color: 'charts.purple', letter: 'R' },
  TIMED_OUT: { word: 'timed out', icon: 'watch', color: 'charts.orange', letter: 'T' },
  CANCELED: { word: 'canceled', icon: 'stop-circle', color: 'disabledForeground', letter: 'C' },
  REMOVED: { word: 'removed', icon: 'trash', color: 'disabledForeground', letter: 'X' },
}

const jobLooks: Record<string, StateLook> = {
  SCHEDULED: { word: 'scheduled', icon: 'calendar', color: 'descriptionForeground', letter: 'W' },
  IN_PROGRESS: { word: 'in progress', icon: 'sync', color: 'charts.blue', letter: 'P' },
  COMPLETED: { word: 'completed', icon: 'pass', color: 'charts.green', letter: 'S' },
  FAILED: { word: 'failed', icon: 'error', color: 'charts.red', letter: 'F' },
  CANCELED: { word: 'canceled', icon: 'stop-circle', color: 'disabledForeground', letter: 'C' },
  DELETING: { word: 'being deleted', icon: 'trash', color: 'disabledForeground', letter: 'X' },
}

const completedBadly: StateLook = {
  word: 'completed with failures',
  icon: 'warning',
  color: 'charts.orange',
  letter: 'F',
}

const bad: readonly string[] = ['FAILED', 'REJECTED', 'TIMED_OUT'] satisfies ExecutionState[]
const pending: readonly string[] = ['QUEUED', 'SENT', 'IN_PROGRESS'] satisfies ExecutionState[]

/** The look of an execution's state; one that is not known is shown by its own name. */
export const executionLook = (status: string): StateLook => (isKnown(status) ? executionLooks[status] : unknown(status))

/** The look of a job's state; `counts` are its executions per state. */
export function jobLook(status: string, counts: Readonly<Record<string, number>>): StateLook {
  if (status === 'COMPLETED' && countOf(counts, isBad) > 0) return completedBadly
  return (Object.hasOwn(jobLooks, status) ? jobLooks[status] : undefined) ?? unknown(status)
}

/** Whether this end is one that nobody wished for. */
export const isBad = (status: string): boolean => bad.includes(status)

/** Whether there is still something to come. */
export const isPending = (status: string): boolean => pending.includes(status)

/** Whether the device has not begun: shown more quietly than what it does. */
export const isWaiting = (status: string): boolean => status === 'QUEUED' || status === 'SENT'

/** What may be retried: what failed or ran out of time. */
export const isRetriable = (status: string): boolean => status === 'FAILED' || status === 'TIMED_OUT'

/** How many executions are in the states that are meant; all without a test. */
export const countOf = (
  counts: Readonly<Record<string, number>>,
  meant: (status: string) => boolean = () => true,
): number => Object.entries(counts).reduce((sum, [status, count]) => (meant(status) ? sum + count : sum), 0)

/** The states in their order, those that only newer hubs know at the end. */
export const inOrder = (states: Iterable<string>): string[] => {
  const given = new Set(states)
  return [
    ...executionStateOrder.filter((state) => given.has(state)),
    ...[...given].filter((state) => !isKnown(state)).sort(),
  ]
}

/** All words above: the bundles must have them, though no code says them literally. */
export const stateWords: readonly string[] = [
  ...new Set([...Object.values(executionLooks), ...Object.values(jobLooks), completedBadly].map(({ word }) => word)),
]

const isKnown = (status: string): status is ExecutionState => Object.hasOwn(executionLooks, status)
const unknown = (status: string): StateLook => ({
  word: status,
  icon: 'question',
  color: 'descriptionForeground',
  letter: '?',
})
