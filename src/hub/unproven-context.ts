import { HubError } from '../core/errors.ts'
import type { Action, SocketId } from '../core/seam/effects.ts'
import type { Table } from '../core/table.ts'
import type { Turn } from '../core/turn.ts'
import type { Context } from '../dialect/dialect.ts'
import type { TurnContext } from './context.ts'
import type { Words } from '../core/said.ts'

/**
 * The context of a client from elsewhere that has not shown a credential yet: it may be answered on its own socket, and
 * nothing can change. For protocols in which a client shows who it is in the middle of talking (SASL in AMQP).
 */
export class UnprovenContext implements Context {
  readonly #inner: TurnContext
  readonly #socket: SocketId
  readonly #admitted: () => boolean

  /** Asks `admitted` whenever something would change: a client may show its credential and go on in one piece. */
  constructor(inner: TurnContext, socket: SocketId, admitted: () => boolean) {
    this.#inner = inner
    this.#socket = socket
    this.#admitted = admitted
  }

  get now(): Context['now'] {
    return this.#inner.now
  }

  get wall(): Context['now'] {
    return this.#inner.wall
  }

  /** Whatever changes something takes it first. */
  get turn(): Turn {
    this.#check()
    return this.#inner.turn
  }

  get engine(): Context['engine'] {
    return this.#inner.engine
  }

  get ids(): Context['ids'] {
    return this.#inner.ids
  }

  get settings(): Context['settings'] {
    return this.#inner.settings
  }

  get options(): Context['options'] {
    return this.#inner.options
  }

  get retained(): Context['retained'] {
    return this.#inner.retained
  }

  get connections(): Context['connections'] {
    return this.#inner.connections
  }

  own<T extends object>(collection: string): Table<T> {
    const table = this.#inner.own<T>(collection)
    return new Proxy(table, {
      get: (target, name) => {
        if (name === 'set' || name === 'delete') this.#check()
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

  memory<T extends object>(name: string, make: () => T): T {
    return this.#inner.memory(name, make)
  }

  emit(...event: Parameters<Context['emit']>): void {
    this.#check()
    this.#inner.emit(...event)
  }

  act(action: Action, rule: string): void {
    const isOnSocket = action.type === 'write' || action.type === 'end' || action.type === 'heartbeat'
    if (!isOnSocket || action.socket !== this.#socket) this.#check()
    this.#inner.act(action, rule)
  }

  send(...message: Parameters<Context['send']>): void {
    this.#check()
    this.#inner.send(...message)
  }

  publish(...message: Parameters<Context['publish']>): void {
    this.#check()
    this.#inner.publish(...message)
  }

  identify(...whom: Parameters<Context['identify']>): ReturnType<Context['identify']> {
    this.#check()
    return this.#inner.identify(...whom)
  }

  ignored(what: Words): void {
    this.#inner.ignored(what)
  }

  warn(about: string, text: Words): void {
    this.#inner.warn(about, text)
  }

  #check(): void {
    if (!this.#admitted())
      throw new HubError('UNAUTHORIZED', 'a client from elsewhere has shown no credential that the hub gave out')
  }
}
