import { createHash } from 'node:crypto'
import { HubError } from '../../src/core/errors.ts'
import type { Fulfilled, Need, ObjectRef } from '../../src/core/seam/needs.ts'

/** Files in memory, as decisions see them. */
export class Bucket {
  readonly #files = new Map<string, Buffer>()

  put(ref: ObjectRef, content: string | Uint8Array): void {
    this.#files.set(nameOf(ref), Buffer.from(content))
  }

  /** NOT_FOUND if there is none. */
  get(ref: ObjectRef): Buffer {
    const content = this.#files.get(nameOf(ref))
    if (content === undefined) throw new HubError('NOT_FOUND', `no file ${nameOf(ref)}`)
    return content
  }

  /** What the hub would answer to the need, and what that was, in words. */
  fulfil(need: Need): { answer: Fulfilled[number]; words: string } {
    if (need.type === 'certificate')
      return { answer: new Error('no certificates here'), words: 'no certificate is made' }
    if (need.type === 'store') return this.#store(need)
    const { ref, range } = need
    const content = this.#files.get(nameOf(ref))
    if (content === undefined) return { answer: undefined, words: `there is no ${nameOf(ref)}` }
    const size = content.length
    if (range !== undefined) {
      const part = content.subarray(range.offset, range.offset + range.length)
      return {
        answer: { ref, size, content: part },
        words: `${part.length} of ${size} bytes of ${nameOf(ref)} are read, from ${range.offset}`,
      }
    }
    const whole = { ref, size, etag: md5(content) }
    if (need.maxBytes === undefined) return { answer: whole, words: `${nameOf(ref)} has ${size} bytes` }
    return {
      answer: { ...whole, content: content.subarray(0, need.maxBytes) },
      words: `${Math.min(size, need.maxBytes)} of ${size} bytes of ${nameOf(ref)} are read`,
    }
  }

  #store({ ref, bytes, offset }: Extract<Need, { type: 'store' }>): { answer: Fulfilled[number]; words: string } {
    if (offset === undefined) {
      this.put(ref, bytes)
      return {
        answer: { ref, size: bytes.length, etag: md5(Buffer.from(bytes)) },
        words: `${nameOf(ref)} is stored, ${bytes.length} bytes`,
      }
    }
    const before = this.#files.get(nameOf(ref)) ?? Buffer.alloc(0)
    if (before.length < offset)
      return {
        answer: new HubError('CONFLICT', `it has ${before.length} bytes`),
        words: `${nameOf(ref)} has ${before.length} bytes, so nothing is stored at ${offset}`,
      }
    this.put(ref, Buffer.concat([before.subarray(0, offset), bytes]))
    return {
      answer: { ref, size: offset + bytes.length },
      words: `${bytes.length} bytes are stored in ${nameOf(ref)} at ${offset}`,
    }
  }
}

const nameOf = ({ bucket, key }: ObjectRef): string => `${bucket}/${key}`
const md5 = (content: Buffer): string => createHash('md5').update(content).digest('hex')
