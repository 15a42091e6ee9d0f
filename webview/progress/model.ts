import type { JobView } from '../../src/shared/api.ts'
import type { HubTime, ToProgress } from '../../src/shared/progress-messages.ts'
import { extend, sameCounts, type Point } from './curve-data.ts'

/** What the page can say of the job: nothing yet, live, how it was before the hub stopped, or that it is gone. */
export type Phase = 'waiting' | 'live' | 'noHub' | 'starting' | 'gone'

type Told = Extract<ToProgress, { type: 'init' | 'changed' | 'noHub' | 'gone' }>

/** The job as the page knows it. */
export class Model {
  phase: Phase = 'waiting'
  job: JobView | undefined
  cloud = ''
  points: Point[] = []
  #sequence = 0
  #time: HubTime | undefined
  #toldAt = 0

  /**
   * Takes what the host told at `local` milliseconds of the page's own clock. `gap`: something was missed, ask for
   * everything.
   */
  receive(message: Told, local: number): 'taken' | 'gap' {
    switch (message.type) {
      case 'init':
        this.cloud = message.cloud
        this.points = message.job.history.filter(({ at }) => at <= message.time.now)
        this.#take(message, local)
        return 'taken'
      case 'changed':
        if (message.sequence !== this.#sequence + 1) return 'gap'
        this.#take(message, local)
        return 'taken'
      case 'noHub':
        this.phase = message.starting ? 'starting' : 'noHub'
        return 'taken'
      case 'gone':
        this.phase = 'gone'
        return 'taken'
    }
  }

  /** The hub's time, by the page's own clock; a virtual clock stands still until it is told of. */
  now(local: number): number {
    if (this.#time === undefined) return local
    return this.#time.clock === 'real' && this.phase === 'live'
      ? this.#time.now + Math.max(0, local - this.#toldAt)
      : this.#time.now
  }

  /** Whether the hub's clock moves only when told to. */
  get virtual(): boolean {
    return this.#time?.clock === 'virtual'
  }

  #take({ sequence, job, time }: Extract<Told, { sequence: number }>, local: number): void {
    this.phase = 'live'
    this.job = job
    this.#sequence = sequence
    this.#time = time
    this.#toldAt = local
    const last = this.points.at(-1)
    // An ended job's curve ends with it, unless devices that were at work still report.
    if (job.completedAt !== undefined && last !== undefined && sameCounts(last.counts, job.counts)) return
    this.points = extend(this.points, { at: Math.max(job.createdAt, time.now), counts: job.counts })
  }
}
