import { parser as createParser, type Packet } from 'mqtt-packet'
import type { ConnectionId } from '../../core/seam/mqtt.ts'
import type { Tap } from '../port.ts'

/** The one place that every packet passes. While nobody listens it costs a comparison. */
export class TapPoint {
  listener: Tap | undefined;

  in(connection: ConnectionId, packet: Packet): boolean {
    return this.listener?.in?.(connection, packet) !== 'drop'
  }

  out(connection: ConnectionId, packet: Packet): boolean {
    return this.listener?.out?.(connection, packet) !== 'drop'
  }
}

/** Puts together again the packets that aedes writes in fragments, so that the tap sees packets. */
export class FragmentJoiner {
  readonly #parser = createParser()
  #fragments: Uint8Array[] = []

  /** `whole` gets each packet and its bytes. */
  constructor(whole: (packet: Packet, bytes: Uint8Array) => void) {
    this.#parser.on('packet', (packet) => {
      const bytes = Buffer.concat(this.#fragments)
      this.#fragments = []
      whole(packet, bytes)
    })
  }

  add(fragment: Buffer): void {
    this.#fragments.push(fragment)
    this.#parser.parse(fragment)
  }
}
