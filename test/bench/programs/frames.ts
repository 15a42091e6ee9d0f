/** What a device of the bench may hear. */
export interface Hearer {
  published(topic: string, payload: Buffer, id: number): void
  acknowledged(): void
  /** CONNACK or SUBACK, from its variable header on. */
  greeted(body: Buffer): void
  failed(why: string): void
}

const CONNACK = 2
const PUBLISH = 3
const PUBACK = 4
const SUBACK = 9

/**
 * Splits what comes in into packets; `chunkDone` follows each piece that came in at once. mqtt-packet does it for any
 * packet; the few that come here are read in less time, so that what is measured is the broker and not the crowd.
 */
export function frameReader(hearer: Hearer, chunkDone: (bytes: number) => void): (chunk: Buffer) => void {
  let left: Buffer | undefined
  return (chunk) => {
    const bytes = left === undefined ? chunk : Buffer.concat([left, chunk])
    const end = readAll(bytes, hearer)
    // The chunk's memory is used again for the next one.
    left = end === bytes.length ? undefined : Buffer.from(bytes.subarray(end))
    chunkDone(chunk.length)
  }
}

/** Returns where the first packet begins that is not all there yet. */
function readAll(bytes: Buffer, hearer: Hearer): number {
  for (let start = 0; ;) {
    let at = start + 1
    let length = 0
    let shift = 0
    let byte: number | undefined
    do {
      byte = bytes[at++]
      if (byte === undefined) return start
      length |= (byte & 0x7f) << shift
      shift += 7
    } while (byte > 0x7f)
    const end = at + length
    if (end > bytes.length) return start
    readPacket(bytes[start]!, bytes, at, end, hearer)
    start = end
  }
}

function readPacket(first: number, bytes: Buffer, at: number, end: number, hearer: Hearer): void {
  switch (first >> 4) {
    case PUBLISH: {
      const topicEnd = at + 2 + bytes.readUInt16BE(at)
      const isQos1 = (first & 6) === 2
      const topic = bytes.toString('latin1', at + 2, topicEnd)
      return hearer.published(
        topic,
        bytes.subarray(isQos1 ? topicEnd + 2 : topicEnd, end),
        isQos1 ? bytes.readUInt16BE(topicEnd) : 0,
      )
    }
    case PUBACK:
      return hearer.acknowledged()
    case CONNACK:
    case SUBACK:
      return hearer.greeted(bytes.subarray(at, end))
    default:
      return hearer.failed(`a packet of type ${first >> 4} came in`)
  }
}
