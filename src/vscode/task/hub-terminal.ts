import { EventEmitter, l10n, type Pseudoterminal } from 'vscode'
import type { Endpoints } from '../../shared/api.ts'
import type { Host } from '../host.ts'
import { isUp, type HubState } from '../hub-session/state.ts'

/** What a task does to the hub. Neither rejects. */
export interface TaskHub {
  /** Joins the hub or starts it, and tells the user what stands in the way. */
  start(): Promise<HubState>
  stop(): Promise<unknown>
}

/** What package.json’s problem matcher looks for, in every language: a line that begins so. */
const marks = {
  starting: 'iot-hub: starting',
  ready: 'iot-hub: ready',
  failed: 'iot-hub: failed',
  error: 'iot-hub: error',
} as const

const interrupt = '\u0003'

/**
 * The hub as a task: it lasts as long as the hub does, and follows its restarts. Ended, it ends the hub it has begun,
 * and leaves alone
 * one that ran before.
 */
export class HubTerminal implements Pseudoterminal {
  readonly #written = new EventEmitter<string>()
  readonly #closed = new EventEmitter<number>()
  readonly onDidWrite = this.#written.event
  readonly onDidClose = this.#closed.event
  #began = false
  #ended = false
  #listening: { dispose(): void } | undefined

  constructor(
    private readonly host: Host,
    private readonly hub: TaskHub,
    /** The file that problems are told of: where the hub's settings are. */
    private readonly file: string,
  ) {}

  open(): void {
    this.#began = !isUp(this.host.state)
    this.#say(marks.starting)
    this.#listening = this.host.onState((state) => this.#follow(state))
    if (this.#began) void this.#begin()
    else this.#follow(this.host.state)
  }

  /** The user ends the task. One that has ended by itself has nothing left to end. */
  close(): void {
    if (this.#ended) return
    this.#leave()
    if (this.#began) void this.hub.stop()
  }

  handleInput(data: string): void {
    if (data !== interrupt || this.#ended) return
    this.close()
    this.#closed.fire(0)
  }

  async #begin(): Promise<void> {
    const state = await this.hub.start()
    if (state.type !== 'stopped') return
    this.#fail(l10n.t('The hub did not start.'))
  }

  #follow(state: HubState): void {
    switch (state.type) {
      case 'starting':
        return this.#say(marks.starting)
      case 'running':
      case 'attached':
        this.#say(`${marks.ready} ${addresses(state.endpoints)}`)
        return this.#say(
          this.#began
            ? l10n.t('The hub stops when this task is ended.')
            : l10n.t('The hub was running already; it goes on when this task is ended.'),
        )
      case 'failed':
        return this.#fail(l10n.t('The hub did not start: {0}', state.reason))
      case 'stopping':
        return this.#say(l10n.t('The hub is writing down its state.'))
      case 'stopped':
        // A restart stops it too, and starts it at once.
        setImmediate(() => void (this.host.state.type === 'stopped' && this.#end(0)))
    }
  }

  /** Whatever waits for a task in the background goes by problems, not by exit codes. */
  #fail(text: string): void {
    this.#say(`${marks.error} "${this.file}": ${text.replaceAll('\n', ' ')}`)
    this.#say(marks.failed)
    this.#end(1)
  }

  #say(line: string): void {
    this.#written.fire(`${line}\r\n`)
  }

  #end(code: number): void {
    if (this.#ended) return
    this.#leave()
    this.#closed.fire(code)
  }

  #leave(): void {
    this.#ended = true
    this.#listening?.dispose()
  }
}

const addresses = ({ host, ...ports }: Endpoints) =>
  (['mqtt', 'mqtts', 'http', 'https'] as const).map((scheme) => `${scheme}://${host}:${ports[scheme]}`).join(' ')
