import type { Instant } from '../../../../src/core/clock.ts'
import type { DeviceKey } from '../../../../src/core/ids.ts'
import { nameOf } from '../../../../src/core/ids.ts'
import type { Connection } from '../../../../src/core/seam/mqtt.ts'
import type { Table } from '../../../../src/core/table.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'
import { formatTopic } from '../wire/topics.ts'

/** A letter that its toy has not acknowledged yet. */
interface Letter {
  id: string
  device: DeviceKey
  text: string
  /** After that nobody wants to read it. */
  until?: Instant
}

const letters = (ctx: Context): Table<Letter> => ctx.own('letters')

/** Takes in a letter, which goes out as soon as the toy is there, or within `lifeMs`. Its id. */
export function post(ctx: Context, device: DeviceKey, text: string, lifeMs?: number): string {
  const id = ctx.ids.uuid()
  const letter = letters(ctx).set(id, { id, device, text, ...(lifeMs !== undefined && { until: ctx.now + lifeMs }) })
  wakeFor(ctx, letter)
  for (const connection of ctx.connections.ofDevice(device)) deliver(ctx, connection, letter)
  return id
}

/** The toy has come: its letters go out in the order in which they came in. */
export function deliverAll(ctx: Context, connection: Connection): void {
  for (const letter of [...letters(ctx).values()])
    if (letter.device === connection.identity.device) deliver(ctx, connection, letter)
}

/** The toy has the letter: who has sent it hears of that. */
export const delivered = (ctx: Context, id: string): void => end(ctx, id, 'delivered')

/** The letter has waited long enough. */
export function expired(ctx: Context, id: string): void {
  const letter = letters(ctx).get(id)
  if (letter === undefined) return
  ctx.act({ type: 'withdraw', device: letter.device, filter: topicOf(letter) }, 'mail expired')
  end(ctx, id, 'expired')
}

/** Wakes do not survive a restart, letters do. */
export function wakeForMail(ctx: Context): void {
  for (const letter of letters(ctx).values()) wakeFor(ctx, letter)
}

/** The toy is gone for good. */
export function forgetMail(ctx: Context, device: DeviceKey): void {
  for (const letter of [...letters(ctx).values()]) if (letter.device === device) end(ctx, letter.id, 'lost')
}

/** A letter ends once, however often the toy acknowledges it. */
function end(ctx: Context, id: string, how: 'delivered' | 'expired' | 'lost'): void {
  const letter = letters(ctx).get(id)
  if (letter === undefined) return
  letters(ctx).delete(id)
  if (letter.until !== undefined) ctx.act({ type: 'wake', key: id, at: undefined }, 'mail')
  ctx.emit(how, { letter: id, toy: nameOf(letter.device) })
}

function wakeFor(ctx: Context, { id, until }: Letter): void {
  if (until !== undefined) ctx.act({ type: 'wake', key: id, at: until }, 'mail')
}

const topicOf = ({ id, device }: Letter): string => formatTopic({ device: nameOf(device), verb: 'mail', letter: id })

function deliver(ctx: Context, { id: connection }: Connection, letter: Letter): void {
  const message = { topic: topicOf(letter), payload: letter.text, qos: 1 } as const
  ctx.act({ type: 'send', connection, message, track: letter.id }, 'mail')
}
