import type { Hub } from '../hub/hub.ts'
import type { JobView } from '../shared/api.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'
import { percentOf, progressLine, progressText } from './progress.ts'

export interface WatchOptions {
  hub: Hub
  /** The key of the job. */
  job: string
  output: Output
  /** How many of the simulated devices are online. */
  online(): number
  /** Called with every look at the job. */
  onLook?(job: JobView): void
  /** The job cannot end by itself any more when it has not moved for so long; milliseconds. */
  stallMs: number
  signal: AbortSignal
}

/** Eyes see no more. */
const LOOK_EVERY = 100

/**
 * Shows how a job comes along: a bar that is redrawn on a terminal, a line for every ten per cent elsewhere. Resolves
 * with the job when it has ended or `signal` is aborted; rejects when it stalls.
 */
export function watchJob({ hub, job, output, online, onLook, stallMs, signal }: WatchOptions): Promise<JobView> {
  return new Promise((resolve, reject) => {
    let moved = true
    let movedAt = performance.now()
    let told = -1
    const unlisten = hub.events.on((change) => {
      if ((change.type === 'execution' && change.job === job) || (change.type === 'job' && change.key === job))
        moved = true
    })
    const end = (settle: () => void): void => {
      clearInterval(timer)
      signal.removeEventListener('abort', tick)
      unlisten()
      output.settle()
      settle()
    }
    const show = (view: JobView): void => {
      if (output.live) return output.redraw(progressLine(view, online(), output))
      const tenths = Math.floor(percentOf(view) / 10)
      if (tenths > told) output.say(progressText(view, online()))
      told = Math.max(told, tenths)
    }
    let looking = false
    const look = async (): Promise<void> => {
      const now = performance.now()
      if (!moved && !signal.aborted) {
        if (now - movedAt > stallMs) end(() => reject(new Error(messages.demo.stalled(Math.round(stallMs / 1000)))))
        return
      }
      moved = false
      movedAt = now
      const view = await hub.api.job(job)
      show(view)
      if (signal.aborted || !isUnderWay(view)) return end(() => resolve(view))
      onLook?.(view)
    }
    /** One look at a time: an answer may take longer than the pause between two. */
    const tick = (): void => {
      if (looking) return
      looking = true
      look()
        .catch((error: unknown) => end(() => reject(error)))
        .finally(() => (looking = false))
    }
    const timer = setInterval(tick, LOOK_EVERY)
    signal.addEventListener('abort', tick)
    tick()
  })
}

const isUnderWay = ({ status }: JobView): boolean => status === 'IN_PROGRESS' || status === 'SCHEDULED'
