import { ConnectionKeeper } from './aedes.ts'
import { Ask } from './ask.ts'
import { Ending } from './ending.ts'
import type { Handshake } from './handshake.ts'
import type { Life } from './life.ts'
import type { Link } from './link.ts'
import type { Links } from './links.ts'
import { SessionPersistence } from './persistence.ts'
import type { Publishing } from './publishing.ts'
import type { Subscribing } from './subscribing.ts'

interface Around {
  links: Links
  life: Life
  handshake: Handshake
  publishing: Publishing
  subscribing: Subscribing
  connectMs: number
  stallMs: number
}

/** Packets that a client sends along with its CONNECT; reading stops by itself long before. */
const EARLY_PACKETS = 10_000

/** Gives every question that aedes has to whoever answers it. */
export function createKeeper({ links, life, handshake, publishing, subscribing, connectMs, stallMs }: Around): ConnectionKeeper {
  let answering: Link | undefined
  const linkOf = (client: object): Link => {
    const link = links.of(client)
    if (link === undefined) throw new Error('aedes asks about a client that was never attached')
    return link
  }
  return new ConnectionKeeper(
    {
      persistence: new SessionPersistence({
        linkOf: (client) => links.of(client),
        answering: () => answering,
        acknowledged: (link, id) => life.acknowledged(link, id),
        unsubscribe: async (link, filters) => link.session && subscribing.remove(link.session, filters),
      }),
      connectTimeout: connectMs,
      drainTimeout: stallMs,
      queueLimit: EARLY_PACKETS,
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
      preConnect: (client, packet, done) => handshake.begin(linkOf(client), packet, done),
      authenticate: (client, _username, _password, done) => {
        const link = linkOf(client)
        void handshake.finish(link, (error, accepted) => {
          // Aedes asks for the stored session before this call returns, and does not say whose.
          answering = link
          done(error as Parameters<typeof done>[0], accepted)
          answering = undefined
        })
      },
      authorizePublish: (client, packet, done) => (client === null ? done() : publishing.take(linkOf(client), packet, done)),
      authorizeSubscribe: (client, asked, done) => {
        const link = linkOf(client)
        if (!(asked instanceof Ask)) return done(new Ending('CLIENT_ERROR', 'it subscribed in an unknown way'))
        const work = asked.packet === undefined ? subscribing.restore(link) : subscribing.subscribe(link, asked.packet)
        work.then(
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
