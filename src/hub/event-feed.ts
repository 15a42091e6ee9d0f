import { Readable } from 'node:stream'
import type { HubEvents } from './hub.ts'

/** Changes of so many milliseconds are told together, each once. */
const GATHER_MS = 100
const HEARTBEAT_MS = 15_000
/** A reader that lets so many bytes wait has lost touch; it may come again. */
const BACKLOG_BYTES = 8 * 1024 * 1024
/** The last word: that the hub stops, or that who listens may take its place. */
const LAST = { stop: 'event: stop\ndata: {}\n\n', handOver: 'event: handover\ndata: {}\n\n' } as const

/**
 * What has changed, as server-sent events: lists of changes, a heartbeat in silence, and a last word when the hub
 * goes.
 */
export class EventFeed {
  readonly #events: HubEvents
  readonly #readers = new Set<Readable>()
  /** As JSON. */
  readonly #gathered = new Set<string>()
  #unlisten: (() => void) | undefined
  #gathering: NodeJS.Timeout | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #last: string | undefined

  constructor(events: HubEvents) {
    this.#events = events
  }

  /** Everything that changes from now on. */
  open(): Readable {
    const reader = new Readable({ read: () => {} })
    reader.once('close', () => this.#leave(reader))
    if (this.#last !== undefined) {
      reader.push(this.#last)
      reader.push(null)
      return reader
    }
    // Listening costs every change a little, so nobody does it in vain.
    if (this.#readers.size === 0) this.#listen()
    this.#readers.add(reader)
    reader.push(': welcome\n\n')
    return reader
  }

  /** Tells what is still to be told, and that this was all. */
  close(how: keyof typeof LAST = 'stop'): void {
    this.#flush()
    this.#last = LAST[how]
    this.#tell(this.#last)
    for (const reader of this.#readers) reader.push(null)
    this.#unlistenAll()
  }

  #listen(): void {
    this.#unlisten = this.#events.on((change) => {
      this.#gathered.add(JSON.stringify(change))
      this.#gathering ??= setTimeout(() => this.#flush(), GATHER_MS)
    })
    this.#heartbeat = setInterval(() => this.#tell(': still here\n\n'), HEARTBEAT_MS).unref()
  }

  #leave(reader: Readable): void {
    this.#readers.delete(reader)
    if (this.#readers.size === 0) this.#unlistenAll()
  }

  #unlistenAll(): void {
    this.#unlisten?.()
    clearInterval(this.#heartbeat)
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    this.#gathered.clear()
  }

  #flush(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    if (this.#gathered.size === 0) return
    this.#tell(`data: [${[...this.#gathered].join(',')}]\n\n`)
    this.#gathered.clear()
  }

  #tell(text: string): void {
    for (const reader of this.#readers) {
      if (reader.readableLength > BACKLOG_BYTES) reader.destroy()
      else reader.push(text)
    }
  }
}
