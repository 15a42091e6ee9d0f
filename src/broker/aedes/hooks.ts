import { AedesBroker } from './aedes-broker.ts'
import { SubscribeToken } from './subscribe-token.ts'
import { DisconnectError } from '../channel/disconnect-error.ts'
import type { Lifecycle } from '../channel/lifecycle.ts'
import type { Channel } from '../channel/channel.ts'
import type { Channels } from '../channel/channels.ts'
import { SessionPersistence } from './persistence.ts'
import type { PublishHandler } from '../channel/publish.ts'
import type { SubscribeHandler } from '../channel/subscribe.ts'
import { say } from '../../core/said.ts'

interface Around {
  channels: Channels
  lifecycle: Lifecycle
  publish: PublishHandler
  subscribe: SubscribeHandler
  connectMs: number
  stallMs: number
}

/** Gives every question that aedes has to whoever answers it. */
export function createAedes({ channels, lifecycle, publish, subscribe, connectMs, stallMs }: Around): AedesBroker {
  const channelOf = (client: object): Channel => {
    const channel = channels.of(client)
    if (channel === undefined) throw new Error('aedes asks about a client that was never attached')
    return channel
  }
  return new AedesBroker(
    {
      persistence: new SessionPersistence({
        channelOf: (client) => channels.of(client),
        acknowledged: (channel, id) => lifecycle.acknowledged(channel, id),
        unsubscribe: async (channel, filters) => channel.session && subscribe.remove(channel.session, filters),
      }),
      connectTimeout: connectMs,
      drainTimeout: stallMs,
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
      authorizePublish: (client, packet, done) =>
        client === null ? done() : publish.take(channelOf(client), packet, done),
      authorizeSubscribe: (client, asked, done) => {
        const channel = channelOf(client)
        if (!(asked instanceof SubscribeToken))
          return done(new DisconnectError('CLIENT_ERROR', 'it subscribed in an unknown way'))
        subscribe.subscribe(channel, asked.packet).then(
          () => done(null, null),
          (error: unknown) => {
            channel.flush()
            done(
              error instanceof DisconnectError
                ? error
                : new DisconnectError('SERVER_INITIATED', say`the hub failed over a subscription: ${String(error)}`),
            )
          },
        )
      },
    },
    lifecycle,
  )
}
