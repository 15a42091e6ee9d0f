import { HubError, notFound } from '../../../../src/core/errors.ts'
import type { ObjectRef, StoredObject } from '../../../../src/core/seam/needs.ts'
import type { Table } from '../../../../src/core/table.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'
import type { Sight } from '../../../../src/dialect/credential.ts'

/** Bytes: a song may be as long as the clouds let any file be. */
export const MOST_BYTES = 1024 * 1024 * 1024
const TICKET_MS = 10 * 60_000

/** A song that has been brought; where its file is. */
interface Song {
  name: string
  ref: ObjectRef
  size: number
  etag: string
}

/** Lets somebody bring one song, without any other credential. */
interface Ticket {
  song: string
  until: number
}

const songs = (ctx: Pick<Context, 'own'>): Table<Song> => ctx.own('songs')
const tickets = (ctx: Pick<Context, 'own'>): Table<Ticket> => ctx.own('tickets')

/** Each bringing has a place of its own, so that a song that is played on goes on as it was. */
export const placeOf = (ctx: Context, name: string): ObjectRef => ({
  bucket: 'toyland',
  key: `songs/${name}/${ctx.ids.uuid()}`,
})

export function keepSong(ctx: Context, name: string, { ref, size, etag }: StoredObject): Song {
  return songs(ctx).set(name, { name, ref, size, etag })
}

/** NOT_FOUND. */
export function songOf(ctx: Context, name: string): Song {
  const song = songs(ctx).get(name)
  if (song === undefined) throw notFound('nobody has brought that song')
  return song
}

export const findSong = (ctx: Context, name: string): Song | undefined => songs(ctx).get(name)

export function makeTicket(ctx: Context, song: string): string {
  const id = ctx.ids.uuid()
  tickets(ctx).set(id, { song, until: ctx.now + TICKET_MS })
  return id
}

/** Whether the ticket is good for that song, now. */
export function isTicket(ctx: Pick<Sight, 'own' | 'now'>, id: string, song: string): boolean {
  const ticket = ctx.own<Ticket>('tickets').get(id)
  return ticket?.song === song && ctx.now < ticket.until
}

/** Once the song is there its ticket is no good any more. */
export function spendTicket(ctx: Context, id: string, song: string): void {
  if (!isTicket(ctx, id, song)) throw new HubError('FORBIDDEN', 'the ticket is spent')
  tickets(ctx).delete(id)
}
