import type {
  ExecutionDetail,
  ExecutionSort,
  ExecutionView,
  JobDetail,
  JobView,
  MessageView,
  Page,
  TwinWord,
} from './api.ts'
import type { Translations } from './messages.ts'

/** What the hub's clock showed; a page counts on from there only where it is a real one. */
export interface HubTime {
  now: number
  clock: 'real' | 'virtual'
}

/** What the progress panel is told. It says `ready` first, and again when `sequence` has skipped one. */
export type ToProgress =
  /**
   * Everything, also when there is a hub again. `cloud` is its title for people, `twinWord` what it calls its twins.
   */
  | {
      type: 'init'
      sequence: number
      job: JobDetail
      cloud: string
      twinWord: TwinWord
      time: HubTime
      words: Translations
    }
  /** What the job is by now, and those of the watched executions that have changed. */
  | { type: 'changed'; sequence: number; job: JobView; time: HubTime; rows: ExecutionView[] }
  | { type: 'page'; request: number; page: Page<ExecutionView> }
  /** The list cannot be continued from `after`: that device is no longer in it. Begin again. */
  | { type: 'pageRefused'; request: number }
  | { type: 'execution'; execution: ExecutionDetail; messages: MessageView[] }
  /** That device has no execution of this job any more. */
  | { type: 'executionGone'; device: string }
  /** There is no hub to ask; what is on the page is how it was. */
  | { type: 'noHub'; starting: boolean; job: string; words: Translations }
  /** There is no such job any more. */
  | { type: 'gone'; job: string; words: Translations }

export type FromProgress =
  | { type: 'ready' }
  | {
      type: 'page'
      request: number
      status?: string
      search?: string
      sort?: ExecutionSort
      descending?: boolean
      after?: string
      limit: number
    }
  /** Which executions can be seen: only their changes are told, the others' once they can be seen. */
  | { type: 'watch'; devices: string[] }
  /** The details of this device are open, of none without: they are told now and with each change. */
  | { type: 'select'; device?: string }
  | { type: JobDeed }
  | { type: DeviceDeed; device: string }
  | { type: 'cspViolation'; text: string }

/** What a user can ask for; the host asks back where it is dangerous. */
export const jobDeeds = ['cancel', 'forceCancel', 'retryFailed', 'delete', 'openDocument', 'startHub'] as const
export type JobDeed = (typeof jobDeeds)[number]

export const deviceDeeds = ['openTwin', 'openExecution', 'revealDevice'] as const
export type DeviceDeed = (typeof deviceDeeds)[number]

/** What a page of this panel keeps for the page after it. */
export interface ProgressState {
  job: string
  status?: string
  search?: string
  sort?: ExecutionSort
  descending?: boolean
  /** The device whose details are open. */
  device?: string
}

/** More rows than any screen shows are not watched. */
export const mostWatched = 200
