import type { Instant } from '../clock.ts'
import { Deadlines } from '../deadlines.ts'
import { HubError, invalid } from '../errors.ts'
import type { DeviceKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import type { CommandAnswer, Command, CommandOutcome, NewCommand } from './model.ts'
import { say } from '../said.ts'

/** Commands given up in one tick: many may fall due together, and nobody else should wait for all of them. */
const SLICE = 100

/** The questions that devices have still to answer. */
export class Commands {
  readonly #table: Table<Command>
  readonly #deadlines = new Deadlines<string>()
  readonly #ofDevice = new Map<DeviceKey, Set<string>>()

  constructor(tables: Tables) {
    this.#table = tables.table('commands')
    for (const command of this.#table.values()) this.#index(command)
  }

  get(device: DeviceKey, id: string): Command | undefined {
    return this.#table.get(keyOf(device, id))
  }

  /** What the device has still to answer, oldest first. */
  ofDevice(device: DeviceKey): Command[] {
    return [...(this.#ofDevice.get(device) ?? [])]
      .map((id) => this.get(device, id))
      .filter((command) => command !== undefined)
  }

  all(): Iterable<Command> {
    return this.#table.values()
  }

  /**
   * Asks the device: emits `command.due`, now or once it is reachable, and in the end `command.ended`. INVALID, or
   * ALREADY_EXISTS while another question to it has that id.
   */
  call(turn: Turn, { connectMs = 0, reachable, ...input }: NewCommand): Command {
    if (!(input.answerMs > 0)) throw invalid('answerMs', input.answerMs, 'must be greater than 0')
    if (input.id === '' || input.id.includes(' ')) throw invalid('id', input.id, 'must be a word without spaces')
    if (this.get(input.device, input.id) !== undefined)
      throw new HubError('ALREADY_EXISTS', say`device ${input.device} has yet to answer ${input.id}`)
    const wait = reachable ? input.answerMs : connectMs
    const command: Command = {
      ...input,
      status: reachable ? 'SENT' : 'WAITING',
      createdAt: turn.now,
      dueAt: turn.now + wait,
    }
    if (!reachable && connectMs <= 0) {
      turn.emit({ type: 'command.ended', command, outcome: { type: 'UNREACHABLE' } })
      return command
    }
    this.#put(command)
    if (reachable) turn.emit({ type: 'command.due', command })
    return command
  }

  /** The device would hear a command now: it is asked whatever has waited for it. */
  reachable(turn: Turn, device: DeviceKey): void {
    for (const waiting of this.ofDevice(device)) {
      if (waiting.status !== 'WAITING') continue
      const command = this.#put({ ...waiting, status: 'SENT', dueAt: turn.now + waiting.answerMs })
      turn.emit({ type: 'command.due', command })
    }
  }

  /** The device is gone: what it was asked will not be answered; what waits for it goes on waiting. */
  lost(turn: Turn, device: DeviceKey): void {
    for (const command of this.ofDevice(device))
      if (command.status === 'SENT') this.#end(turn, command, { type: 'DISCONNECTED' })
  }

  /** Takes an answer. False: nobody waits for it (any more), which is normal for repeated and for late ones. */
  answer(turn: Turn, device: DeviceKey, id: string, answer: CommandAnswer): boolean {
    const command = this.get(device, id)
    if (command?.status !== 'SENT') return false
    this.#end(turn, command, { type: 'ANSWERED', answer })
    return true
  }

  /** Nobody waits for the answer any more: the command is dropped without an event. */
  withdraw(device: DeviceKey, id: string): void {
    const command = this.get(device, id)
    if (command !== undefined) this.#drop(command)
  }

  nextDeadline(): Instant | undefined {
    return this.#deadlines.next()
  }

  /** Gives up what has waited long enough, one slice of it. */
  tick(turn: Turn): void {
    for (let done = 0; done < SLICE; done += 1) {
      const key = this.#deadlines.take(turn.now)
      if (key === undefined) return
      const command = this.#table.get(key)
      if (command !== undefined)
        this.#end(turn, command, { type: command.status === 'SENT' ? 'TIMED_OUT' : 'UNREACHABLE' })
    }
  }

  #end(turn: Turn, command: Command, outcome: CommandOutcome): void {
    this.#drop(command)
    turn.emit({ type: 'command.ended', command, outcome })
  }

  #put(command: Command): Command {
    this.#table.set(keyOf(command.device, command.id), command)
    this.#index(command)
    return command
  }

  #drop({ device, id }: Command): void {
    this.#table.delete(keyOf(device, id))
    this.#deadlines.delete(keyOf(device, id))
    const ids = this.#ofDevice.get(device)
    if (ids?.delete(id) === true && ids.size === 0) this.#ofDevice.delete(device)
  }

  #index({ device, id, dueAt }: Command): void {
    this.#deadlines.set(keyOf(device, id), dueAt)
    const ids = this.#ofDevice.get(device)
    if (ids === undefined) this.#ofDevice.set(device, new Set([id]))
    else ids.add(id)
  }
}

/** A space occurs in no cloud's device names. */
const keyOf = (device: DeviceKey, id: string): string => `${device} ${id}`
