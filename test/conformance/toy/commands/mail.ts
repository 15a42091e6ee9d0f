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
}

const letters = (ctx: Context): Table<Letter> => ctx.own('letters')

/** Takes in a letter; it goes out as soon as the toy is there. Its id. */
export function post(ctx: Context, device: DeviceKey, text: string): string {
  const id = ctx.ids.uuid()
  const letter = letters(ctx).set(id, { id, device, text })
  for (const connection of ctx.connections.ofDevice(device)) deliver(ctx, connection, letter)
  return id
}

/** The toy has come: its letters go out in the order in which they came in. */
export function deliverAll(ctx: Context, connection: Connection): void {
  for (const letter of [...letters(ctx).values()])
    if (letter.device === connection.identity.device) deliver(ctx, connection, letter)
}

/** The toy has the letter. */
export function delivered(ctx: Context, id: string): void {
  letters(ctx).delete(id)
}

/** The toy is gone for good. */
export function forgetMail(ctx: Context, device: DeviceKey): void {
  for (const letter of [...letters(ctx).values()]) if (letter.device === device) letters(ctx).delete(letter.id)
}

function deliver(ctx: Context, { id: connection }: Connection, { id, device, text }: Letter): void {
  const topic = formatTopic({ device: nameOf(device), verb: 'mail', letter: id })
  ctx.act({ type: 'send', connection, message: { topic, payload: text, qos: 1 }, track: id }, 'mail')
}
