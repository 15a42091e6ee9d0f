import type { Device } from '../../core/device/model.ts'
import type { Devices } from '../../core/device/registry.ts'
import type { DeviceKey } from '../../core/ids.ts'

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The keys of all devices that are listed, in order, so that a page of a large fleet costs the page. Follows the
 * registry when it is asked.
 */
export class DeviceIndex {
  readonly #devices: Devices
  readonly #isListed: (device: Device) => boolean
  #keys: DeviceKey[] = []
  #known = new Set<DeviceKey>()
  #revision = -1

  constructor(devices: Devices, isListed: (device: Device) => boolean) {
    this.#devices = devices
    this.#isListed = isListed
  }

  /**
   * Sorted by dialect, then name; those of one dialect if one is named. Starts behind `after`, which need not exist any
   * more.
   */
  range(dialect?: string, after?: DeviceKey): { keys: readonly DeviceKey[]; from: number; start: number; to: number } {
    this.#follow()
    const keys = this.#keys
    const from = dialect === undefined ? 0 : firstAt(keys, `${dialect}/`)
    // The character after the slash.
    const to = dialect === undefined ? keys.length : firstAt(keys, `${dialect}0`)
    const start = after === undefined ? from : Math.max(from, firstAt(keys, after) + (this.#known.has(after) ? 1 : 0))
    return { keys, from, start, to }
  }

  /** What was sorted stays so: sorting again costs little more than a walk. */
  #follow(): void {
    if (this.#revision === this.#devices.revision) return
    const isListed = (device: Device | undefined): boolean => device !== undefined && this.#isListed(device)
    const kept = this.#keys.filter((key) => isListed(this.#devices.get(key)))
    const added: DeviceKey[] = []
    for (const device of this.#devices.all())
      if (!this.#known.has(device.key) && isListed(device)) added.push(device.key)
    this.#keys = [...kept, ...added.sort(byCodeUnits)].sort(byCodeUnits)
    this.#known = new Set(this.#keys)
    this.#revision = this.#devices.revision
  }
}

/** Where `key` is or would be. */
function firstAt(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
