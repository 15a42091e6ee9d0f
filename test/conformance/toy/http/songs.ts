import { HubError, invalid } from '../../../../src/core/errors.ts'
import type { HttpRequest } from '../../../../src/core/seam/http.ts'
import type { Fulfilled, ObjectPart, StoredObject } from '../../../../src/core/seam/needs.ts'
import type { Credential, Sight } from '../../../../src/dialect/credential.ts'
import type { Route } from '../../../../src/dialect/dialect.ts'
import {
  findSong,
  isTicket,
  keepSong,
  makeTicket,
  MOST_BYTES,
  placeOf,
  songOf,
  spendTicket,
} from '../registry/songs.ts'
import { json } from '../wire/errors.ts'
import { isName } from '../wire/names.ts'
import { action, callOf } from './action.ts'

/** Songs: brought as a body or in a form, and played by the piece. */
export const songRoutes: Route[] = [
  {
    operation: 'PutSong',
    method: 'PUT',
    path: '/toyland/songs/:song',
    upload: (ctx, _, { song = '' }) => ({ ref: placeOf(ctx, checked(song)), maxBytes: MOST_BYTES }),
    handle: (ctx, _request, { song = '' }, [stored]) => json(keepSong(ctx, song, stored as StoredObject), 201),
  },
  {
    operation: 'PostSong',
    method: 'POST',
    path: '/toyland/jukebox',
    form: 'multipart',
    credential: ticketOf,
    authorize(ctx, request) {
      const shown = ticketOf(ctx, request)
      if (!shown.given) throw new HubError('FORBIDDEN', 'the ticket is not for that song')
    },
    upload: (ctx, { form }) => ({ ref: placeOf(ctx, checked(form?.['song'] ?? '')), maxBytes: MOST_BYTES }),
    handle(ctx, { form: { song = '', ticket = '' } = {} }, _, [stored]) {
      spendTicket(ctx, ticket, song)
      return json(keepSong(ctx, song, stored as StoredObject), 201)
    },
  },
  action('MakeTicket', ({ ctx, text }) => json({ Ticket: makeTicket(ctx, checked(text('Song'))) })),
  {
    ...action('PlaySong', ({ fulfilled: [piece] }) => json({ Sound: soundOf(piece).toString('base64') })),
    // Where the file is, only the record knows.
    needs(ctx, request) {
      const { text, count } = callOf(ctx, request)
      const range = { offset: count('Offset', 0), length: Math.min(count('Length', 1024), 65_536) }
      return [{ type: 'object', ref: songOf(ctx, text('Song')).ref, range }]
    },
  },
  action('GetSong', ({ ctx, text }) => {
    const { name, size, etag } = findSong(ctx, text('Song')) ?? { name: text('Song'), size: 0, etag: '' }
    return json({ Song: name, Size: size, Etag: etag })
  }),
]

const checked = (song: string): string => {
  if (!isName(song)) throw invalid('song', song, 'must be 1 to 64 letters, digits and hyphens')
  return song
}

/** The fields of the form show who may bring it. */
function ticketOf(ctx: Pick<Sight, 'own' | 'now'>, { form: { song = '', ticket = '' } = {} }: HttpRequest): Credential {
  return isTicket(ctx, ticket, song)
    ? { given: true, who: 'a ticket' }
    : { given: false, why: 'the ticket is not for that song' }
}

/** The piece of a file that was needed; throws what stood in its way. */
function soundOf(piece: Fulfilled[number]): Buffer {
  if (piece instanceof Error) throw piece
  return (piece as ObjectPart | undefined)?.content ?? Buffer.alloc(0)
}
