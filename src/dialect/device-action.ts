import type { Device } from '../core/device/model.ts'
import type { Option, OptionValues } from '../core/option.ts'
import type { Label } from '../core/said.ts'
import type { Context } from './dialect.ts'

/** Something that people do with one device of this cloud by hand: send a message, say. Data, and what it does. */
export interface DeviceAction {
  readonly id: string
  readonly title: Label
  /** What is asked for first. */
  readonly input: readonly Option[]
  /** `input` is complete. Returns what people read when it is done. May refuse with a HubError. */
  run(ctx: Context, device: Device, input: OptionValues): Label
}
