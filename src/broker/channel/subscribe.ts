import type { ISubscribePacket } from 'mqtt-packet'
import mqtt from 'mqtt-packet'
import type { Connection, SubscribeVerdict } from '../../core/seam/mqtt.ts'
import { DisconnectError } from './disconnect-error.ts'
import type { Router } from '../routing/router.ts'
import { isFilter } from '../routing/filter.ts'
import type { Channel } from './channel.ts'
import type { BrokerHooks, Granted } from '../port.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import { asSaid, say, type Words } from '../../core/said.ts'

interface Around {
  hooks: BrokerHooks
  sessions: Sessions
  router: Router
  commit(): Promise<void>
  notice(text: Words, channel: Channel, decided?: true): void
  tell(channel: Channel, hook: () => void): void
}

const REFUSED = 0x80

/** What becomes of the filters that a client asks for. */
export class SubscribeHandler {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  /**
   * Answers a SUBSCRIBE. As long as the hub decides at once, a subscription is in force before the next packet of the
   * client is looked at: some clients send their first request along with it [aliyun 11 row 2]. Throws a
   * `DisconnectError`.
   */
  async subscribe(channel: Channel, packet: ISubscribePacket): Promise<void> {
    const { sessions, hooks, router, commit, notice, tell } = this.#around
    const { session, connection } = channel
    if (session === undefined || connection === undefined) return
    const codes: number[] = []
    const granted: Granted[] = []
    for (const { topic: filter, qos } of packet.subscriptions) {
      if (!isFilter(filter))
        throw new DisconnectError('CLIENT_ERROR', say`it subscribed to ${JSON.stringify(filter)}, which is no filter`)
      const asked = this.#ask(connection, filter, qos)
      const verdict = asked instanceof Promise ? await asked : asked
      if (channel.stage === 'ended') return
      if ('close' in verdict)
        throw new DisconnectError('FORBIDDEN', say`subscription to ${filter}: ${asSaid(verdict.close)}`)
      if ('refuse' in verdict) {
        notice(say`subscription to ${filter} refused: ${asSaid(verdict.refuse)}`, channel, true)
        codes.push(REFUSED)
      } else {
        sessions.subscriptions.add(session, filter, verdict.grant, verdict.filter)
        granted.push({ filter, qos: verdict.grant })
        codes.push(verdict.grant)
      }
    }
    channel.order?.subscribed()
    if (session.stored && granted.length > 0) {
      await commit()
      if ((channel as Channel).stage === 'ended') return
    }
    mqtt.writeToStream(
      { cmd: 'suback', granted: codes, ...(packet.messageId !== undefined && { messageId: packet.messageId }) },
      channel.stream,
    )
    for (const { filter, qos } of granted) router.sendRetained(session, filter, qos)
    if (granted.length > 0) tell(channel, () => hooks.subscribed(connection, granted))
    channel.order?.answered()
  }

  /** Asks again for what a stored session had: rights may have changed since. Throws a `DisconnectError`. */
  async restore(channel: Channel): Promise<void> {
    const { sessions, notice } = this.#around
    const { session, connection } = channel
    if (session === undefined || connection === undefined) return
    for (const [filter, qos] of [...session.granted]) {
      const asked = this.#ask(connection, filter, qos)
      const verdict = asked instanceof Promise ? await asked : asked
      if (channel.stage === 'ended') return
      if ('close' in verdict)
        throw new DisconnectError('FORBIDDEN', say`subscription to ${filter}: ${asSaid(verdict.close)}`)
      if ('refuse' in verdict) {
        notice(say`stored subscription to ${filter} taken away: ${asSaid(verdict.refuse)}`, channel, true)
        sessions.subscriptions.remove(session, filter)
      } else sessions.subscriptions.add(session, filter, verdict.grant, verdict.filter)
    }
  }

  /** Takes subscriptions away; resolves once that is stored. */
  async remove(session: Session, filters: string[]): Promise<void> {
    for (const filter of filters) this.#around.sessions.subscriptions.remove(session, filter)
    if (session.stored) await this.#around.commit()
  }

  /** Subscriptions that the hub makes for a client, which is neither asked nor told. */
  async impose(channel: Channel, filters: Granted[]): Promise<void> {
    const { session } = channel
    if (session === undefined) return
    for (const { filter, qos } of filters) {
      if (!isFilter(filter)) throw new TypeError(`${JSON.stringify(filter)} is no filter`)
      this.#around.sessions.subscriptions.add(session, filter, qos)
    }
    if (session.stored) await this.#around.commit()
  }

  #ask(connection: Connection, filter: string, qos: 0 | 1 | 2): SubscribeVerdict | Promise<SubscribeVerdict> {
    return this.#around.hooks.subscribe(connection, filter, qos)
  }
}
