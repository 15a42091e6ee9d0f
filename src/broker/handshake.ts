import type { ConnectPacket } from 'aedes'
import type { DialectName } from '../core/ids.ts'
import type { ConnectRequest, ConnectVerdict } from '../core/seam/mqtt.ts'
import { Ending, Refusal } from './ending.ts'
import type { Link } from './link.ts'
import type { BrokerHooks, SessionLimits, SessionName } from './port.ts'
import { sessionKey } from './session.ts'
import type { Sessions } from './sessions.ts'

interface Around {
  hooks: BrokerHooks
  sessions: Sessions
  limits(dialect: DialectName): SessionLimits
  commit(): Promise<void>
  notice(text: string, link: Link, decided?: true): void
  uuid(): string
}

type Done = (error: Error | null, accepted: boolean) => void

/** From CONNECT to the verdict on it. Aedes then writes the CONNACK. */
export class Handshake {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  /** Names the session, which is what aedes takes over and restores by. */
  begin(link: Link, packet: ConnectPacket, done: Done): void {
    const request = toRequest(link, packet, this.#around.uuid)
    link.request = request
    // It is `finish` that can answer.
    const turnAway = (returnCode: 2 | 5, reason: string): void => {
      link.turnedAway = { accept: false, returnCode, reason }
      packet.clientId = link.id
      done(null, true)
    }
    if (packet.clientId === '' && (!request.clean || request.protocolVersion === 3)) {
      return turnAway(2, 'a stored session needs a client id [MQTT-3.1.3-8]')
    }
    let name: SessionName | { refuse: string }
    try {
      name = this.#around.hooks.session(request)
    } catch (error) {
      return done(new Ending('SERVER_INITIATED', `the hub failed over its CONNECT: ${String(error)}`), false)
    }
    if ('refuse' in name) return turnAway(5, name.refuse)
    link.name = name
    packet.clientId = sessionKey(name.dialect, name.session)
    packet.keepalive = this.#keepAlive(request, name)
    done(null, true)
  }

  /** Asks for the verdict and carries it out, short of the CONNACK. */
  async finish(link: Link, done: Done): Promise<void> {
    const { request, name, turnedAway } = link
    if (turnedAway !== undefined) return this.#refuse(link, done, turnedAway, turnedAway.returnCode === 5)
    if (request === undefined || name === undefined) throw new Error('aedes asks about a CONNECT that has not begun')
    try {
      const verdict = await this.#around.hooks.connect(request, name.dialect)
      if (hasEnded(link)) return
      if (!verdict.accept) return this.#refuse(link, done, verdict)
      await this.#prepareSession(link, request, name, verdict)
      if (verdict.delayMs !== undefined) await new Promise<void>((resolve) => (link.delay = setTimeout(resolve, verdict.delayMs)))
    } catch (error) {
      return this.#refuse(link, done, { accept: false, returnCode: 3, reason: `the hub failed: ${String(error)}` }, false)
    }
    if (!hasEnded(link)) done(null, true)
  }

  async #prepareSession(link: Link, request: ConnectRequest, { dialect, session: name }: SessionName, verdict: ConnectVerdict & { accept: true }): Promise<void> {
    const { sessions } = this.#around
    const present = sessions.get(dialect, name)
    if (request.clean && present !== undefined) sessions.wipe(present)
    link.resumes = !request.clean && present !== undefined
    const session = request.clean ? sessions.transient(dialect, name) : (present ?? sessions.create(dialect, name))
    sessions.standsFor(session, verdict.identity.device)
    sessions.claim(session, link)
    link.session = session
    link.connection = { id: link.id, dialect, identity: verdict.identity, session: name, request, subscriptions: session.granted, state: {} }
    // Whoever is told of a session must find it again.
    if (request.clean ? present !== undefined : present === undefined) await this.#around.commit()
  }

  /** Seconds, as aedes goes by it. */
  #keepAlive({ keepalive }: ConnectRequest, { dialect }: SessionName): number {
    const { keepAliveMs } = this.#around.limits(dialect)
    if (keepAliveMs === undefined) return keepalive
    const { least, most } = keepAliveMs
    return Math.min(Math.max(keepalive === 0 ? Infinity : keepalive * 1000, least), most) / 1000
  }

  #refuse(link: Link, done: Done, { reason, returnCode = 5, drop }: ConnectVerdict & { accept: false }, decided = true): void {
    if (hasEnded(link)) return
    this.#around.notice(`refused: ${reason}`, link, decided || undefined)
    link.reason = 'FORBIDDEN'
    if (drop === true) link.client.close()
    else done(new Refusal(returnCode, reason), false)
  }
}

/** It may have, whenever something was waited for. */
const hasEnded = (link: Link): boolean => link.stage === 'ended'

function toRequest(link: Link, packet: ConnectPacket, uuid: () => string): ConnectRequest {
  const { username, password, will } = packet
  return {
    connection: link.id,
    // [MQTT-3.1.3-6]
    clientId: packet.clientId === '' ? `auto-${uuid()}` : packet.clientId,
    ...(packet.clientId === '' && { unnamed: true }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: toBuffer(password) }),
    clean: packet.clean !== false,
    keepalive: packet.keepalive ?? 0,
    protocolVersion: packet.protocolVersion ?? 4,
    ...(will !== undefined && { will: { topic: will.topic, payload: toBuffer(will.payload), qos: will.qos ?? 0, retain: will.retain === true } }),
    ...link.details,
  }
}

const toBuffer = (value: string | Buffer): Buffer => (typeof value === 'string' ? Buffer.from(value) : value)
