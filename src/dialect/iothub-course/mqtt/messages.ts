import type { Table } from '../../../core/table.ts'
import type { Context } from '../../dialect.ts'

/** An `upload_data` of a device, as it is shown [iothub 7 GET /messages]. */
export interface UploadView {
  product_name: string
  device_name: string
  data_type: string
  message_id: string
  /** Base64. */
  payload: string
}

/** So many messages, and so many characters of payload, are kept; the oldest go first. */
export const RETENTION = { messages: 10_000, characters: 32 * 1024 * 1024 }

const tableOf = (ctx: Context): Table<UploadView> => ctx.own('messages')

export function keepMessage(ctx: Context, message: UploadView): void {
  const table = tableOf(ctx)
  const kept = sizeOf(ctx)
  let size = kept.size + message.payload.length - (table.get(message.message_id)?.payload.length ?? 0)
  // Set anew, it is the newest.
  table.delete(message.message_id)
  table.set(message.message_id, message)
  for (const [key, oldest] of table.entries()) {
    if ((table.size <= RETENTION.messages && size <= RETENTION.characters) || key === message.message_id) break
    table.delete(key)
    size -= oldest.payload.length
  }
  kept.size = size
}

/** The messages of a product, oldest first [iothub 7]. */
export const messagesOf = (
  ctx: Context,
  product: string,
  { id, device }: { id: string | undefined; device: string | undefined },
): UploadView[] =>
  [...tableOf(ctx).values()].filter(
    (message) =>
      message.product_name === product &&
      (id === undefined || message.message_id === id) &&
      (device === undefined || message.device_name === device),
  )

/** What the payloads that are kept add up to: counted when it is first asked for. */
const sizeOf = (ctx: Context): { size: number } =>
  ctx.memory('messages', () => {
    let size = 0
    for (const { payload } of tableOf(ctx).values()) size += payload.length
    return { size }
  })
