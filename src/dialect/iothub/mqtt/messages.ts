import type { Table } from '../../../core/table.ts'
import type { Context } from '../../dialect.ts'

/** An `upload_data` of a device, as it is shown [iothub 7 GET /messages]. */
export interface MessageView {
  product_name: string
  device_name: string
  data_type: string
  message_id: string
  /** Base64. */
  payload: string
}

/** So many messages, and so many characters of payload, are kept; the oldest go first. */
export const RETENTION = { messages: 10_000, characters: 32 * 1024 * 1024 }

/** What the payloads in a table add up to: derived from the table, counted when it is first looked at. */
const sizes = new WeakMap<Table<MessageView>, number>()

const tableOf = (ctx: Context): Table<MessageView> => ctx.own('messages')

export function keepMessage(ctx: Context, message: MessageView): void {
  const table = tableOf(ctx)
  let size = sizeOf(table) + message.payload.length - (table.get(message.message_id)?.payload.length ?? 0)
  // Set anew, it is the newest.
  table.delete(message.message_id)
  table.set(message.message_id, message)
  for (const [key, oldest] of table.entries()) {
    if ((table.size <= RETENTION.messages && size <= RETENTION.characters) || key === message.message_id) break
    table.delete(key)
    size -= oldest.payload.length
  }
  sizes.set(table, size)
}

/** The messages of a product, oldest first [iothub 7]. */
export const messagesOf = (
  ctx: Context,
  product: string,
  { id, device }: { id: string | undefined; device: string | undefined },
): MessageView[] =>
  [...tableOf(ctx).values()].filter(
    (message) =>
      message.product_name === product &&
      (id === undefined || message.message_id === id) &&
      (device === undefined || message.device_name === device),
  )

function sizeOf(table: Table<MessageView>): number {
  const known = sizes.get(table)
  if (known !== undefined) return known
  let size = 0
  for (const { payload } of table.values()) size += payload.length
  return size
}
