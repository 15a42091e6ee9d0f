import { Deadlines } from '../deadlines.ts'
import { HubError } from '../errors.ts'
import type { Instant } from '../clock.ts'
import type { GroupKey } from '../ids.ts'
import type { Turn } from '../turn.ts'
import type { Groups } from './groups.ts'
import type { Devices } from './registry.ts'
import { say } from '../said.ts'

/** Groups that are deleted with devices in them: so many leave a turn, and with the last of them the group goes. */
export class Dissolutions {
  readonly #groups: Groups
  readonly #devices: Devices
  /** How many devices leave in one turn. */
  readonly #slice: number
  readonly #deadlines = new Deadlines<GroupKey>()

  constructor(groups: Groups, devices: Devices, slice: number) {
    this.#groups = groups
    this.#devices = devices
    this.#slice = slice
    for (const group of [...groups.all()]) {
      if (group.dissolving === undefined) continue
      groups.forgetAskers(group)
      this.#deadlines.set(group.key, group.createdAt)
    }
  }

  /**
   * Deletes the group and takes its devices out of it; false if that needs more turns, until `group.deleted`, which
   * names the `asker`. NOT_FOUND, VERSION_MISMATCH, or CONFLICT while groups are in it.
   */
  start(turn: Turn, key: GroupKey, asker: string, expectedVersion?: number): boolean {
    const group = this.#groups.require(key, expectedVersion)
    if (this.#groups.children(key).size > 0) throw new HubError('CONFLICT', say`group ${key} still has child groups`)
    if (this.#groups.direct(key).size > this.#slice) this.#groups.dissolving(group, asker)
    return this.#slide(turn, key)
  }

  nextDeadline(): Instant | undefined {
    return this.#deadlines.next()
  }

  /** The next slice of one group. */
  tick(turn: Turn): void {
    const key = this.#deadlines.take(turn.now)
    if (key !== undefined) this.#slide(turn, key)
  }

  #slide(turn: Turn, key: GroupKey): boolean {
    let left = 0
    for (const device of this.#groups.direct(key)) {
      if (left === this.#slice) break
      this.#devices.leave(turn, device, key)
      left += 1
    }
    if (this.#groups.direct(key).size > 0) {
      this.#deadlines.set(key, turn.now)
      return false
    }
    this.#deadlines.delete(key)
    this.#groups.delete(turn, key)
    return true
  }
}
