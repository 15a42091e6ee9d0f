import { ConnectionKeeper } from './aedes.ts'
import { Ask } from './ask.ts'
import { Ending } from './ending.ts'
import type { Life } from './life.ts'
import type { Link } from './link.ts'
import type { Links } from './links.ts'
import { SessionPersistence } from './persistence.ts'
import type { Publishing } from './publishing.ts'
import type { Subscribing } from './subscribing.ts'

interface Around {
  links: Links
  life: Life
  publishing: Publishing
  subscribing: Subscribing
  connectMs: number
  stallMs: number
}

/** Gives every question that aedes has to whoever answers it. */
export function createKeeper({ links, life, publishing, subscribing, connectMs, stallMs }: Around): ConnectionKeeper {
  const linkOf = (client: object): Link => {
    const link = links.of(client)
    if (link === undefined) throw new Error('aedes asks about a client that was never attached')
    return link
  }
  return new ConnectionKeeper(
    {
      persistence: new SessionPersistence({
        linkOf: (client) => links.of(client),
        acknowledged: (link, id) => life.acknowledged(link, id),
        unsubscribe: async (link, filters) => link.session && subscribing.remove(link.session, filters),
      }),
      connectTimeout: connectMs,
      drainTimeout: stallMs,
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
      authorizePublish: (client, packet, done) => (client === null ? done() : publishing.take(linkOf(client), packet, done)),
      authorizeSubscribe: (client, asked, done) => {
        const link = linkOf(client)
        if (!(asked instanceof Ask)) return done(new Ending('CLIENT_ERROR', 'it subscribed in an unknown way'))
        subscribing.subscribe(link, asked.packet).then(
          () => done(null, null),
          (error: unknown) => {
            link.flush()
            done(error instanceof Ending ? error : new Ending('SERVER_INITIATED', `the hub failed over a subscription: ${String(error)}`))
          },
        )
      },
    },
    life,
  )
}
