import type { JobDraft } from '../../../src/shared/job-draft.ts'

type Abort = NonNullable<JobDraft['abort']>[number]
type Retry = NonNullable<JobDraft['retry']>[number]

export type AbortOn = Abort['on']
export type RetryOn = Retry['on']
export type DraftEndBehavior = NonNullable<NonNullable<JobDraft['schedule']>['endBehavior']>
export type GrowthOf = 'NOTIFIED' | 'SUCCEEDED'

/**
 * What the form's controls hold: text as typed, so that nothing is lost while it is not a number, a date or JSON yet.
 */
export interface JobForm {
  dialect: string
  name: string
  description: string
  devices: string[]
  groups: string[]
  query: string
  /** Further queries of a file; the form has one field only. */
  moreQueries: string[]
  selection: 'SNAPSHOT' | 'CONTINUOUS'
  /** Empty: the cloud's first one. */
  kind: string
  documentText: string
  file: string
  /** As they were chosen; numbers as typed. */
  options: NonNullable<JobDraft['options']>
  rollout: {
    mode: 'once' | 'constant' | 'growing'
    perMinute: string
    base: string
    factor: string
    of: GrowthOf
    count: string
  }
  abort: { on: AbortOn; percent: string; minimum: string }[]
  timeoutMinutes: string
  /** Without a field of its own, `afterMinutes` stays as the draft has it. */
  retry: { on: RetryOn; times: string; afterMinutes?: number }[]
  /** As `<input type="datetime-local">` writes it, in the user's time zone. */
  startAt: string
  endAt: string
  endBehavior: DraftEndBehavior
  windows: { cron: string; minutes: string }[]
}

export const emptyForm: JobForm = {
  dialect: '',
  name: '',
  description: '',
  devices: [],
  groups: [],
  query: '',
  moreQueries: [],
  selection: 'SNAPSHOT',
  kind: '',
  documentText: '{}\n',
  file: '',
  options: {},
  rollout: { mode: 'once', perMinute: '', base: '10', factor: '2', of: 'SUCCEEDED', count: '10' },
  abort: [],
  timeoutMinutes: '',
  retry: [],
  startAt: '',
  endAt: '',
  endBehavior: 'STOP_ROLLOUT',
  windows: [],
}

/** The queries among the targets. */
export const queriesOf = ({ query, moreQueries }: JobForm): string[] =>
  [query.trim(), ...moreQueries].filter((text) => text !== '')
