import type { DeviceKey } from '../ids.ts'
import type { Turn } from '../turn.ts'
import type { Execution } from './model.ts'
import { isPending } from './states.ts'

interface Touched {
  front: Execution | undefined
  /** Executions that have entered or left the queue in this turn; doing both cancels out. */
  toggled: Set<string>
}

const NONE: readonly Execution[] = []

/** What each device has to do, in the order in which it should: first what is in progress, then oldest first. */
export class Queues {
  readonly #queues = new Map<DeviceKey, Execution[]>()
  readonly #touched = new Map<DeviceKey, Touched>()

  of(device: DeviceKey): readonly Execution[] {
    return this.#queues.get(device) ?? NONE
  }

  front(device: DeviceKey): Execution | undefined {
    return this.#queues.get(device)?.[0]
  }

  /** Takes note that `before` has become `after`; either may be missing. Both are of the same device. */
  change(before: Execution | undefined, after: Execution | undefined): void {
    const was = before !== undefined && isPending(before.status)
    const is = after !== undefined && isPending(after.status)
    if (!was && !is) return
    const device = (after ?? before)!.device
    const touched = this.#touch(device)
    if (was && is && before.number === after.number) return this.#replace(device, before, after)
    if (was) {
      this.#remove(device, before)
      toggle(touched.toggled, before)
    }
    if (is) {
      this.#insert(device, after)
      toggle(touched.toggled, after)
    }
  }

  /** Fills the queues at start, without remembering it as a change. */
  load(execution: Execution): void {
    if (isPending(execution.status)) this.#insert(execution.device, execution)
  }

  /** Emits one `queue.changed` per device whose queue is now another than when the turn began. */
  settle(turn: Turn): void {
    if (this.#touched.size === 0) return
    for (const [key, { front, toggled }] of this.#touched) {
      const members = toggled.size > 0
      const frontChanged = !same(front, this.front(key))
      if (members || frontChanged) turn.emit({ type: 'queue.changed', key, members, front: frontChanged })
    }
    this.#touched.clear()
  }

  #touch(device: DeviceKey): Touched {
    let touched = this.#touched.get(device)
    if (touched === undefined) this.#touched.set(device, (touched = { front: this.front(device), toggled: new Set() }))
    return touched
  }

  #replace(device: DeviceKey, before: Execution, after: Execution): void {
    const queue = this.#queues.get(device)!
    if (rank(before) === rank(after)) queue[queue.findIndex((other) => same(other, before))] = after
    else {
      this.#remove(device, before)
      this.#insert(device, after)
    }
  }

  #remove(device: DeviceKey, execution: Execution): void {
    const queue = this.#queues.get(device)!
    if (queue.length === 1) this.#queues.delete(device)
    else queue.splice(
      queue.findIndex((other) => same(other, execution)),
      1,
    )
  }

  #insert(device: DeviceKey, execution: Execution): void {
    const queue = this.#queues.get(device)
    if (queue === undefined) {
      this.#queues.set(device, [execution])
      return
    }
    const at = queue.findIndex((other) => comesBefore(execution, other))
    if (at < 0) queue.push(execution)
    else queue.splice(at, 0, execution)
  }
}

const rank = (execution: Execution): number => (execution.status === 'IN_PROGRESS' ? 0 : 1)

const comesBefore = (a: Execution, b: Execution): boolean => rank(a) - rank(b) < 0 || (rank(a) === rank(b) && a.order < b.order)

const same = (a: Execution | undefined, b: Execution | undefined): boolean => a?.job === b?.job && a?.number === b?.number

function toggle(set: Set<string>, execution: Execution): void {
  const id = `${execution.job} ${execution.number}`
  if (!set.delete(id)) set.add(id)
}
