import { Readable } from 'node:stream'
import type { Channel } from '../channel/channel.ts'

interface PacketId {
  messageId?: number
}

interface Around {
  channelOf(client: object): Channel | undefined
  acknowledged(channel: Channel, id: number): void
  unsubscribe(channel: Channel, filters: string[]): Promise<void>
}

/**
 * What aedes asks of a persistence. Sessions, their subscriptions and their queues live in `Sessions` and do not go
 * through aedes; wills and received QoS 2 identifiers live with the connection and the session, in memory.
 */
export class SessionPersistence {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  async setup(): Promise<void> {}

  async removeSubscriptions(client: object, filters: string[]): Promise<void> {
    const channel = this.#around.channelOf(client)
    if (channel !== undefined) await this.#around.unsubscribe(channel, filters)
  }

  /** PUBACK. */
  async outgoingClearMessageId(client: object, packet: PacketId): Promise<void> {
    const channel = this.#around.channelOf(client)
    if (channel !== undefined && packet.messageId !== undefined) this.#around.acknowledged(channel, packet.messageId)
  }

  async outgoingUpdate(): Promise<void> {}

  async incomingStorePacket(client: object, packet: PacketId): Promise<void> {
    const session = this.#around.channelOf(client)?.session
    if (session !== undefined && packet.messageId !== undefined) (session.received ??= new Set()).add(packet.messageId)
  }

  async incomingGetPacket(client: object, packet: PacketId): Promise<PacketId> {
    if (packet.messageId === undefined || this.#received(client)?.has(packet.messageId) !== true)
      throw new Error('no such packet')
    return packet
  }

  async incomingDelPacket(client: object, packet: PacketId): Promise<void> {
    if (packet.messageId !== undefined) this.#received(client)?.delete(packet.messageId)
  }

  async cleanIncoming(): Promise<void> {}

  async delWill(): Promise<void> {}

  streamWill(): Readable {
    return Readable.from([])
  }

  #received(client: object): Set<number> | undefined {
    return this.#around.channelOf(client)?.session?.received
  }
}
