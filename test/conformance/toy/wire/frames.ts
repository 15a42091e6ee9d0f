import { HubError } from '../../../../src/core/errors.ts'
import type { JsonObject } from '../../../../src/core/twin/model.ts'
import { jsonObject } from './payload.ts'

const HEAD_BYTES = 4
const MOST_BYTES = 64 * 1024

/** A frame of the byte protocol: its length in four bytes, then a JSON object. */
export function frameOf(content: JsonObject): Buffer {
  const body = Buffer.from(JSON.stringify(content))
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}

/** Puts frames together, wherever the net has cut them. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  /** What these bytes complete. Throws for a frame that is too long, or no JSON object. */
  read(bytes: Buffer): JsonObject[] {
    this.#rest = Buffer.concat([this.#rest, bytes])
    const frames: JsonObject[] = []
    while (this.#rest.length >= HEAD_BYTES) {
      const length = this.#rest.readUInt32BE()
      if (length > MOST_BYTES) throw new HubError('TOO_LARGE', 'the frame is too long')
      if (this.#rest.length < HEAD_BYTES + length) break
      const content = jsonObject(this.#rest.subarray(HEAD_BYTES, HEAD_BYTES + length))
      this.#rest = this.#rest.subarray(HEAD_BYTES + length)
      if (content === undefined) throw new HubError('INVALID', 'the frame is no JSON object')
      frames.push(content)
    }
    return frames
  }
}
