import type { DeviceKey } from '../ids.ts'
import type { Turn } from '../turn.ts'
import type { Execution } from './model.ts'
import { isPending } from './states.ts'

interface Touched {
  device: DeviceKey
  lane: string | undefined
  front: Execution | undefined
  /** Executions that have entered or left the queue in this turn; doing both cancels out. */
  toggled: Set<string>
}

const NONE: readonly Execution[] = []

/** A device's queue in one lane: names hold no blank. */
type QueueKey = string

const queueKey = (device: DeviceKey, lane: string | undefined): QueueKey =>
  lane === undefined ? device : `${device} ${lane}`

const queueOf = ({ device, lane }: Execution): QueueKey => queueKey(device, lane)

/** What each device has to do, lane by lane, in its order: first what is in progress, then oldest first. */
export class Queues {
  readonly #queues = new Map<QueueKey, Execution[]>()
  readonly #touched = new Map<QueueKey, Touched>()

  of(device: DeviceKey, lane?: string): readonly Execution[] {
    return this.#queues.get(queueKey(device, lane)) ?? NONE
  }

  front(device: DeviceKey, lane?: string): Execution | undefined {
    return this.of(device, lane)[0]
  }

  /** Takes note that `before` has become `after`; either may be missing. Both are of the same device and job. */
  change(before: Execution | undefined, after: Execution | undefined): void {
    const was = before !== undefined && isPending(before.status)
    const is = after !== undefined && isPending(after.status)
    if (!was && !is) return
    const key = queueOf((after ?? before)!)
    const touched = this.#touch(key, (after ?? before)!)
    if (was && is && before.number === after.number) return this.#replace(key, before, after)
    if (was) {
      this.#remove(key, before)
      toggle(touched.toggled, before)
    }
    if (is) {
      this.#insert(key, after)
      toggle(touched.toggled, after)
    }
  }

  /** Fills the queues at start, without remembering it as a change. */
  load(execution: Execution): void {
    if (isPending(execution.status)) this.#insert(queueOf(execution), execution)
  }

  /** Emits one `queue.changed` for each queue that is now another than when the turn began. */
  settle(turn: Turn): void {
    if (this.#touched.size === 0) return
    for (const [key, { device, lane, front, toggled }] of this.#touched) {
      const members = toggled.size > 0
      const frontChanged = !same(front, this.#queues.get(key)?.[0])
      if (!members && !frontChanged) continue
      turn.emit({
        type: 'queue.changed',
        device,
        ...(lane !== undefined && { lane }),
        members,
        front: frontChanged,
      })
    }
    this.#touched.clear()
  }

  #touch(key: QueueKey, { device, lane }: Execution): Touched {
    let touched = this.#touched.get(key)
    if (touched === undefined) {
      touched = { device, lane, front: this.#queues.get(key)?.[0], toggled: new Set() }
      this.#touched.set(key, touched)
    }
    return touched
  }

  #replace(key: QueueKey, before: Execution, after: Execution): void {
    const queue = this.#queues.get(key)!
    if (rank(before) === rank(after)) queue[queue.findIndex((other) => same(other, before))] = after
    else {
      this.#remove(key, before)
      this.#insert(key, after)
    }
  }

  #remove(key: QueueKey, execution: Execution): void {
    const queue = this.#queues.get(key)!
    if (queue.length === 1) this.#queues.delete(key)
    else
      queue.splice(
        queue.findIndex((other) => same(other, execution)),
        1,
      )
  }

  #insert(key: QueueKey, execution: Execution): void {
    const queue = this.#queues.get(key)
    if (queue === undefined) {
      this.#queues.set(key, [execution])
      return
    }
    const at = queue.findIndex((other) => comesBefore(execution, other))
    if (at < 0) queue.push(execution)
    else queue.splice(at, 0, execution)
  }
}

const rank = (execution: Execution): number => (execution.status === 'IN_PROGRESS' ? 0 : 1)

const comesBefore = (a: Execution, b: Execution): boolean =>
  rank(a) - rank(b) < 0 || (rank(a) === rank(b) && a.order < b.order)

const same = (a: Execution | undefined, b: Execution | undefined): boolean =>
  a?.job === b?.job && a?.number === b?.number

function toggle(set: Set<string>, execution: Execution): void {
  const id = `${execution.job} ${execution.number}`
  if (!set.delete(id)) set.add(id)
}
