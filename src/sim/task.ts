import type { Work } from '../core/seam/device-script.ts'
import type { PlannedReport } from './behavior.ts'

/** One piece of work being carried out: a plan and the timer of its next report. */
export class Task {
  readonly key: string
  readonly work: Work
  readonly #left: PlannedReport[]
  readonly #report: (task: Task, report: PlannedReport) => void
  #timer: NodeJS.Timeout | undefined

  /** Calls `report` for each planned report when it is due. */
  constructor(work: Work, reports: PlannedReport[], report: (task: Task, report: PlannedReport) => void) {
    this.key = offerKey(work)
    this.work = work
    this.#left = reports
    this.#report = report
    this.#next()
  }

  /** Nothing more will be reported. */
  get over(): boolean {
    return this.#timer === undefined
  }

  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #next(): void {
    const due = this.#left.shift()
    this.#timer =
      due &&
      setTimeout(() => {
        this.#next()
        this.#report(this, due)
      }, due.afterMs)
  }
}

/** Names one execution: an offer with the same key is the same work again. */
export const offerKey = ({ id, attempt }: Work): string => `${id}/${attempt}`
