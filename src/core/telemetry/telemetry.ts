import type { Instant } from '../clock.ts'
import type { DeviceKey } from '../ids.ts'
import type { Turn } from '../turn.ts'

/** What a device has measured or noticed, as its own bytes. */
export interface Reading {
  device: DeviceKey
  at: Instant
  /** What it is, in its cloud's words: a data type, an event, a topic. */
  name: string
  /** Cut to `PAYLOAD_BYTES`. */
  payload: Uint8Array
  /** How many bytes it had. */
  size: number
}

const PER_DEVICE = 50
const PAYLOAD_BYTES = 4096
/** Of all readings together, in bytes: beyond it, the device heard of longest ago is forgotten. */
const ALL_BYTES = 32 * 1024 * 1024
/** What a reading takes besides its payload, in bytes. */
const OVERHEAD = 200

/**
 * The last readings of the devices, in memory only: nobody's records, but what people look at, and gone when the hub
 * stops. A cloud that keeps telemetry keeps it itself.
 */
export class Telemetry {
  /** In the order in which they were last heard of. */
  readonly #devices = new Map<DeviceKey, Reading[]>()
  #bytes = 0

  /** Keeps a reading, and tells of it (`telemetry.received`) with the whole of its payload cut like the one kept. */
  record(turn: Turn, device: DeviceKey, name: string, payload: Uint8Array): void {
    // A copy: the bytes of a packet are a piece of a larger buffer.
    const kept = Uint8Array.from(payload.subarray(0, cutAt(payload)))
    const reading: Reading = { device, at: turn.now, name, payload: kept, size: payload.length }
    const readings = this.#devices.get(device) ?? []
    this.#devices.delete(device)
    this.#devices.set(device, readings)
    readings.push(reading)
    this.#bytes += weightOf(reading)
    if (readings.length > PER_DEVICE) this.#bytes -= weightOf(readings.shift()!)
    while (this.#bytes > ALL_BYTES && this.#devices.size > 1) this.forget(this.#devices.keys().next().value!)
    turn.emit({ type: 'telemetry.received', reading })
  }

  /** The latest last. */
  of(device: DeviceKey): readonly Reading[] {
    return this.#devices.get(device) ?? []
  }

  forget(device: DeviceKey): void {
    for (const reading of this.of(device)) this.#bytes -= weightOf(reading)
    this.#devices.delete(device)
  }
}

/** Never inside a letter of UTF-8. */
function cutAt(payload: Uint8Array): number {
  let end = Math.min(payload.length, PAYLOAD_BYTES)
  while (end > PAYLOAD_BYTES - 4 && end < payload.length && (payload[end]! & 0xc0) === 0x80) end -= 1
  return end
}

const weightOf = ({ payload, name }: Reading): number => OVERHEAD + payload.length + 2 * name.length
