import type { ISubscribePacket, ISubscription } from 'mqtt-packet'

/**
 * Stands in for the filters of a SUBSCRIBE on their way through aedes, which then keeps its order of things
 * (keep-alive, reading on when done) but decides nothing: by itself it would grant the QoS asked for instead of the one
 * given, and store refused filters.
 */
export class SubscribeToken implements ISubscription {
  readonly topic = 'subscribe-token'
  readonly qos = 0
  /** Private, as aedes serializes subscriptions. */
  readonly #packet: ISubscribePacket

  constructor(packet: ISubscribePacket) {
    this.#packet = packet
  }

  get packet(): ISubscribePacket {
    return this.#packet
  }

  /** Without an identifier aedes writes no SUBACK. */
  static wrap(packet: ISubscribePacket): ISubscribePacket {
    return { cmd: 'subscribe', subscriptions: [new SubscribeToken(packet)] }
  }
}
