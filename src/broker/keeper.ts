import { ConnectionKeeper } from './aedes.ts'
import { Ask } from './ask.ts'
import { Ending } from './ending.ts'
import type { Life } from './life.ts'
import type { Channel } from './channel.ts'
import type { Channels } from './channels.ts'
import { SessionPersistence } from './persistence.ts'
import type { Publishing } from './publishing.ts'
import type { Subscribing } from './subscribing.ts'

interface Around {
  channels: Channels
  life: Life
  publishing: Publishing
  subscribing: Subscribing
  connectMs: number
  stallMs: number
}

/** Gives every question that aedes has to whoever answers it. */
export function createKeeper({ channels, life, publishing, subscribing, connectMs, stallMs }: Around): ConnectionKeeper {
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
        unsubscribe: async (channel, filters) => channel.session && subscribing.remove(channel.session, filters),
      }),
      connectTimeout: connectMs,
      drainTimeout: stallMs,
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
      authorizePublish: (client, packet, done) => (client === null ? done() : publishing.take(channelOf(client), packet, done)),
      authorizeSubscribe: (client, asked, done) => {
        const channel = channelOf(client)
        if (!(asked instanceof Ask)) return done(new Ending('CLIENT_ERROR', 'it subscribed in an unknown way'))
        subscribing.subscribe(channel, asked.packet).then(
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
