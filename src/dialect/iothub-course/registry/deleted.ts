import type { Device } from '../../../core/device/model.ts'
import type { Table } from '../../../core/table.ts'
import type { Context } from '../../dialect.ts'
import { deviceExtra } from './device-record.ts'
import { deviceKey, type Address } from '../wire/names.ts'

interface DeletedRecord {
  /** That the device had. */
  secret: string
}

/** Beyond this the earliest are forgotten. */
const MOST = 10_000

const tableOf = (ctx: Context): Table<DeletedRecord> => ctx.own('deleted')

/**
 * A device that goes on connecting is not registered anew in open mode with the secret it had: it was deleted on
 * purpose.
 */
export function rememberDeletion(ctx: Context, device: Device): void {
  const { secret } = deviceExtra(device)
  if (secret === undefined) return
  const table = tableOf(ctx)
  const [earliest] = table.size < MOST ? [] : (table.entries().next().value ?? [])
  if (earliest !== undefined) table.delete(earliest)
  table.set(device.key, { secret })
}

/** Somebody has registered it anew. */
export const forgetDeletion = (ctx: Context, address: Address): void => void tableOf(ctx).delete(deviceKey(address))

/** Whether the device has been deleted with that secret, and not been registered since. */
export const isDeleted = (ctx: Context, address: Address, secret: string): boolean =>
  tableOf(ctx).get(deviceKey(address))?.secret === secret
