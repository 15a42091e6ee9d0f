import { keyOf } from '../../../../src/core/ids.ts'
import type { Connection } from '../../../../src/core/seam/mqtt.ts'
import type { Fulfilled, Need, ObjectPart } from '../../../../src/core/seam/needs.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'
import { findSong } from '../registry/songs.ts'
import { formatTopic, type FileTopic } from '../wire/topics.ts'

/** How much of a song goes out at a time. */
const PIECE_BYTES = 1024

/** What must be seen to before a message about a file is decided; or why it is not heard. */
export function fileNeeds(ctx: Context, topic: FileTopic, payload: Buffer): Need[] | string {
  const { device, offset } = topic
  if (topic.verb === 'diary')
    return [{ type: 'store', ref: { bucket: 'toyland', key: `diaries/${device}` }, bytes: payload, offset }]
  const song = findSong(ctx, topic.song)
  if (song === undefined) return `nobody has brought ${topic.song}`
  return [{ type: 'object', ref: song.ref, range: { offset, length: PIECE_BYTES } }]
}

/** Answers with what was read or written, or says why it was not. */
export function fileAnswer(
  ctx: Context,
  { id }: Pick<Connection, 'id'>,
  topic: FileTopic,
  [done]: Fulfilled,
): string | undefined {
  if (done instanceof Error) return done.message
  const { device, offset } = topic
  if (ctx.engine.devices.get(keyOf('toy', device)) === undefined) return `${device} is gone`
  const answer =
    topic.verb === 'song'
      ? { topic: formatTopic({ device, verb: 'sound', song: topic.song, offset }), payload: contentOf(done) }
      : { topic: formatTopic({ device, verb: 'kept', offset: (done as ObjectPart).size }), payload: '' }
  ctx.send(id, { ...answer, qos: 1 }, topic.verb)
  return undefined
}

const contentOf = (done: Fulfilled[number]): Buffer => (done as ObjectPart | undefined)?.content ?? Buffer.alloc(0)
