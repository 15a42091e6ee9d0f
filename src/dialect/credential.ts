import type { Instant } from '../core/clock.ts'
import type { Engine } from '../core/engine.ts'
import type { HttpResponse } from '../core/seam/http.ts'
import type { OptionValues } from '../core/option.ts'
import type { Table } from '../core/table.ts'
import type { Settings } from './dialect.ts'
import type { Words } from '../core/said.ts'

/**
 * What a client shows of who it is, as its dialect judges it: whether the hub gave it out, and it still counts. Where
 * the client is plays no part here. The hub lets nobody in from elsewhere than this machine whose credential is not
 * `given`, before the dialect is asked for anything else (`hub/access.ts`); from this machine the dialect decides
 * alone.
 */
export type Credential =
  /** `who` is for people: `certificate 0a1b…`, `access key AKIA…`. */
  { given: true; who: string } | NotGiven

export interface NotGiven {
  given: false
  /** For people: what is missing or wrong, and what helps. */
  why: Words
  /** HTTP: what the cloud itself would answer, where that is not `HttpFront.failure` of an UNAUTHORIZED. */
  answer?: HttpResponse
  /** MQTT: the code that goes into the CONNACK, 5 unless given; `drop`: the cloud hangs up without one. */
  returnCode?: 4 | 5
  drop?: true
}

/** What a credential is judged by: all that decisions see, and nothing that changes anything. */
export interface Sight {
  readonly now: Instant
  /**
   * What the machine's clock says, for dates that come from other machines; all that the hub has dated itself goes by
   * `now`.
   */
  readonly wall: Instant
  readonly engine: Engine
  readonly settings: Settings
  readonly options: OptionValues
  own<T extends object>(collection: string): Pick<Table<T>, 'get' | 'has' | 'size' | 'values' | 'entries'>
}

/**
 * A secret between the hub and those who manage devices: made when somebody first wants it, kept with the state, shown
 * only to who holds the hub's token (`iot-hub keys`), who may also put another in its place.
 */
export interface OperatorKeys {
  /** All of them; makes what is not there yet. */
  list(ctx: Pick<Sight, 'now'> & Keeping): OperatorKey[]
  /** Puts another value in its place. INVALID for a name that there is not, or a value that cannot be. */
  set(ctx: Keeping, name: string, value: string): void
}

export interface OperatorKey {
  /** As its programs call it: an environment variable. */
  name: string
  value: string
  secret?: true
  /** What it is for, in a sentence. */
  about: string
}

/** Where keys come from and are kept. */
export interface Keeping {
  readonly ids: { uuid(): string }
  own<T extends object>(collection: string): Table<T>
}
