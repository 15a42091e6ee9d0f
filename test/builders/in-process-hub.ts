import type { Instant } from '../../src/core/clock.ts'
import { SequentialIds } from '../../src/core/ids.ts'
import type { OptionValues } from '../../src/core/option.ts'
import type { Fulfilled, Need, ObjectRef } from '../../src/core/seam/needs.ts'
import { HubError } from '../../src/core/errors.ts'
import { VirtualClock } from '../../src/core/virtual-clock.ts'
import type { Dialect, Settings } from '../../src/dialect/dialect.ts'
import type { Taken } from '../../src/http/object-intake.ts'
import { ChangeFeed } from '../../src/hub/change-feed.ts'
import { composeCore, takeUp, type HubCore } from '../../src/hub/hub-core.ts'
import { Notices } from '../../src/hub/notices.ts'
import { memoryStore } from '../../src/store/store.ts'
import { Bucket } from './bucket.ts'
import { MemoryBroker, type BrokerWatcher } from './memory-broker.ts'
import { textOf } from '../../src/core/said.ts'
import { ignoredIn, warningsIn } from './notices-said.ts'

export interface InProcessOptions {
  now?: Instant
  settings?: Partial<Settings>
  options?: OptionValues
}

/** What happens in a hub, as it happens. */
export interface HubWatcher extends BrokerWatcher {
  /** A file was read or written, or a certificate made; in words. */
  fulfilled(words: string): void
}

/** Rounds of the event loop without anything left to do, after which nothing comes any more: nothing here does I/O. */
const QUIET_ROUNDS = 3

const noSockets = (): never => {
  throw new Error('there are no sockets here')
}

/** The hub as it is composed, on a broker, files and a store in memory: no sockets, virtual time, ids in sequence. */
export class InProcessHub {
  readonly clock: VirtualClock
  readonly settings: Settings
  /** The files behind the clouds' object stores. */
  readonly files = new Bucket()
  readonly broker: MemoryBroker
  readonly core: HubCore
  readonly #notices: Notices
  readonly #begun: Promise<void>

  constructor(
    dialect: Dialect,
    watcher: HubWatcher,
    { now = Date.UTC(2026, 0, 1), settings = {}, options = {} }: InProcessOptions = {},
  ) {
    this.clock = new VirtualClock(now)
    const endpoint = { host: 'localhost', mqtt: 1883, mqtts: 8883, http: 8880, https: 8443 }
    this.settings = { mode: 'open', refuseIgnored: false, endpoint, ...settings }
    this.#notices = new Notices(this.clock, () => {})
    const dialects = [dialect]
    const store = memoryStore()
    const ids = new SequentialIds()
    const fulfil = async (need: Need): Promise<Fulfilled[number]> => {
      const { words, answer } = this.files.fulfil(need)
      watcher.fulfilled(words)
      return answer
    }
    this.core = composeCore(
      {
        dialects,
        changes: new ChangeFeed(),
        store,
        clock: this.clock,
        notices: this.#notices,
        note: (text, cause) => {
          throw new Error(textOf(text), { cause })
        },
        settings: this.settings,
        options: new Map([[dialect.name, options]]),
      },
      {
        ids,
        wall: () => this.clock.now(),
        broker: () => this.broker,
        protocols: () => ({ hear: () => {}, write: noSockets, end: noSockets, heartbeat: noSockets }),
        fulfil,
        intake: { take: (ref, body, maxBytes) => this.#take(ref, body, maxBytes, fulfil) },
      },
    )
    this.broker = new MemoryBroker({ hooks: this.core.gate, tables: store, watcher, now: () => this.clock.now() })
    this.#begun = takeUp(this.core, dialects).then(() => this.core.ticker.look())
  }

  get engine(): HubCore['engine'] {
    return this.core.engine
  }

  get now(): Instant {
    return this.clock.now()
  }

  /** What was accepted but ignored. */
  get ignored(): string[] {
    return ignoredIn(this.#notices)
  }

  /** What people were warned of. */
  get warnings(): { about: string; text: string }[] {
    return warningsIn(this.#notices)
  }

  /** Resolves once all that was set going is done. */
  async idle(): Promise<void> {
    await this.#begun
    for (let quiet = 0; quiet < QUIET_ROUNDS; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      await this.core.ticker.idle()
      if (this.core.runner.held > 0) quiet = -1
    }
  }

  /** Time passes, and what falls due happens at its instant. */
  async advance(ms: number): Promise<void> {
    await this.idle()
    const end = this.now + ms
    for (let next = this.clock.next(); next !== undefined && next <= end; next = this.clock.next()) {
      this.clock.advanceTo(next)
      await this.idle()
    }
    this.clock.advanceTo(end)
    await this.idle()
  }

  async #take(
    ref: ObjectRef,
    body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    maxBytes: number,
    fulfil: (need: Need) => Promise<Fulfilled[number]>,
  ): Promise<Taken> {
    const parts: Uint8Array[] = []
    for await (const part of body) parts.push(part)
    const bytes = Buffer.concat(parts)
    if (bytes.length > maxBytes) throw new HubError('TOO_LARGE', `a file may have ${maxBytes} bytes here`)
    return {
      keep: async () => (await fulfil({ type: 'store', ref, bytes })) as Awaited<ReturnType<Taken['keep']>>,
      discard: async () => {},
    }
  }
}
