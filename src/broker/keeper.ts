import { ConnectionKeeper } from './aedes.ts'
import { Ask } from './ask.ts'
import { Ending } from './ending.ts'
import type { Life } from './life.ts'
import type { Channel } from './channel.ts'
import type { Channels } from './channels.ts'
import { SessionPersistence } from './persistence.ts'
import type { PublishHandler } from './publish.ts'
import type { SubscribeHandler } from './subscribe.ts'

interface Around {
  channels: Channels
  life: Life
  publish: PublishHandler
  subscribe: SubscribeHandler
  connectMs: number
  stallMs: number
}

/** Gives every question that aedes has to whoever answers it. */
export function createKeeper({ channels, life, publish, subscribe, connectMs, stallMs }: Around): ConnectionKeeper {
  const channelOf = (client: object): Channel => {
    const channel = channels.of(client)
    if (channel === undefined) throw new Error('aedes asks about a client that was never attached')
    return channel
  }
  return new ConnectionKeeper(
    {
      persistence: new SessionPersistence({
        channelOf: (client) => channels.of(client),
        acknowledged: (channel, id) => life.acknowledged(channel, id),
        unsubscribe: async (channel, filters) => channel.session && subscribe.remove(channel.session, filters),
      }),
      connectTimeout: connectMs,
      drainTimeout: stallMs,
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
      authorizePublish: (client, packet, done) => (client === null ? done() : publish.take(channelOf(client), packet, done)),
      authorizeSubscribe: (client, asked, done) => {
        const channel = channelOf(client)
        if (!(asked instanceof Ask)) return done(new Ending('CLIENT_ERROR', 'it subscribed in an unknown way'))
        subscribe.subscribe(channel, asked.packet).then(
          () => done(null, null),
          (error: unknown) => {
            channel.flush()
            done(error instanceof Ending ? error : new Ending('SERVER_INITIATED', `the hub failed over a subscription: ${String(error)}`))
          },
        )
      },
    },
    life,
  )
}
