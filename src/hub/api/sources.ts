import type { Clock } from '../../core/clock.ts'
import type { VirtualClock } from '../../core/virtual-clock.ts'
import type { Engine } from '../../core/engine.ts'
import { notFound } from '../../core/errors.ts'
import type { DialectName } from '../../core/ids.ts'
import type { Fulfilled, Need } from '../../core/seam/needs.ts'
import type { ConnectionView, Context, Dialect } from '../../dialect/dialect.ts'
import type { Change, Endpoints } from '../../shared/api.ts'
import type { HubOptions } from '../../shared/options.ts'
import type { Notices } from '../notices.ts'
import type { Traffic } from '../traffic.ts'
import { say } from '../../core/said.ts'

/** What the API looks at, and through whom it changes anything. */
export interface ApiSources {
  options: HubOptions
  handsOver: boolean
  engine: Engine
  clock: Clock
  virtual: VirtualClock | undefined
  notices: Notices
  dialects: readonly Dialect[]
  live: ConnectionView
  traffic: Traffic
  /** PEM of the certificate that clients must trust. */
  ca: string
  endpoints(): Endpoints
  /** How many MQTT connections there are. */
  connections(): number
  /**
   * Decides in a turn; resolves when what was decided would survive the process. Rejects with what the decision threw.
   */
  perform<T>(dialect: DialectName, call: string, decide: (ctx: Context) => T): Promise<T>
  /** Fetches what a decision needs. */
  fulfil(need: Need): Promise<Fulfilled[number]>
  /** Lets everything that is due by now happen, and stores what time it is, where that is virtual. */
  idle(): Promise<void>
  /** Virtual time has been moved. */
  moved(): void
  /** Tells who looks of a change that no event of the engine tells of. */
  tell(change: Change): void
}

/** The dialect of that name, or NOT_FOUND. */
export function dialectNamed({ dialects }: Pick<ApiSources, 'dialects'>, name: string): Dialect {
  const dialect = dialects.find((other) => other.name === name)
  if (dialect === undefined)
    throw notFound(say`no dialect ${name}; there are ${dialects.map((other) => other.name).join(', ')}`)
  return dialect
}
