import type { IConnectPacket } from 'mqtt-packet'
import type { DialectName } from '../../core/ids.ts'
import type { ConnectRequest, ConnectVerdict } from '../../core/seam/mqtt.ts'
import type { AedesBroker } from '../aedes/aedes-broker.ts'
import { DisconnectError } from './disconnect-error.ts'
import type { Channel } from './channel.ts'
import type { BrokerHooks, SessionLimits, SessionName } from '../port.ts'
import { sessionKey } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { SubscribeHandler } from './subscribe.ts'
import { asSaid, say, type Words } from '../../core/said.ts'

interface Around {
  hooks: BrokerHooks
  aedes: AedesBroker
  sessions: Sessions
  subscribe: SubscribeHandler
  limits(dialect: DialectName): SessionLimits
  commit(): Promise<void>
  notice(text: Words, channel: Channel, decided?: true): void
  uuid(): string
}

const NO_ID = 'a stored session needs a client id [MQTT-3.1.3-8]'

type Refused = ConnectVerdict & { accept: false }

/** From CONNECT to CONNACK. */
export class ConnectHandler {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  /** Resolves when the client is let in, refused or gone. */
  async take(channel: Channel, packet: IConnectPacket): Promise<void> {
    const { hooks, aedes, uuid } = this.#around
    aedes.hold(channel.client)
    const request = (channel.request = toRequest(channel, packet, uuid))
    if (packet.clientId === '' && (!request.clean || request.protocolVersion === 3)) {
      return this.#refuse(channel, { accept: false, returnCode: 2, reason: NO_ID }, false)
    }
    let name: SessionName | { refuse: Words }
    try {
      name = hooks.session(request)
    } catch (error) {
      return this.#end(
        channel,
        new DisconnectError('SERVER_INITIATED', say`the hub failed over its CONNECT: ${String(error)}`),
      )
    }
    if ('refuse' in name) return this.#refuse(channel, { accept: false, reason: name.refuse })
    if (await this.#isLetIn(channel, request, name)) await this.#admit(channel, packet, request, name)
  }

  /** Asks for the verdict and carries it out, short of the CONNACK. */
  async #isLetIn(channel: Channel, request: ConnectRequest, name: SessionName): Promise<boolean> {
    try {
      const verdict = await this.#around.hooks.connect(request, name.dialect)
      if (isOver(channel)) return false
      if (verdict.accept) await this.#prepareSession(channel, request, name, verdict)
      else this.#refuse(channel, verdict)
      if (!verdict.accept) return false
      const { delayMs } = verdict
      if (delayMs !== undefined) await new Promise<void>((resolve) => (channel.delay = setTimeout(resolve, delayMs)))
    } catch (error) {
      this.#refuse(channel, { accept: false, returnCode: 3, reason: say`the hub failed: ${String(error)}` }, false)
      return false
    }
    return !isOver(channel)
  }

  async #prepareSession(
    channel: Channel,
    request: ConnectRequest,
    { dialect, session: name }: SessionName,
    verdict: ConnectVerdict & { accept: true },
  ): Promise<void> {
    const { sessions } = this.#around
    const present = sessions.get(dialect, name)
    if (request.clean && present !== undefined) sessions.wipe(present)
    channel.resumes = !request.clean && present !== undefined
    const session = request.clean ? sessions.transient(dialect, name) : (present ?? sessions.create(dialect, name))
    sessions.standsFor(session, verdict.identity.device)
    sessions.claim(session, channel)
    channel.session = session
    channel.connection = {
      id: channel.id,
      dialect,
      identity: verdict.identity,
      session: name,
      request,
      subscriptions: session.granted,
      state: {},
    }
    // A client that is told of a session must find it again.
    if (request.clean ? present !== undefined : present === undefined) await this.#around.commit()
  }

  async #admit(channel: Channel, packet: IConnectPacket, request: ConnectRequest, name: SessionName): Promise<void> {
    const { aedes, subscribe } = this.#around
    if (channel.resumes) {
      try {
        await subscribe.restore(channel)
      } catch (error) {
        const hubs = new DisconnectError(
          'SERVER_INITIATED',
          say`the hub failed over a stored session: ${String(error)}`,
        )
        return this.#end(channel, error instanceof DisconnectError ? error : hubs)
      }
      if (isOver(channel)) return
    }
    const key = sessionKey(name.dialect, name.session)
    const keepalive = this.#keepAlive(request, name)
    aedes.admit(channel.client, { key, packet, keepalive }, () => channel.stream.write(connack(0, channel.resumes)))
  }

  /** Seconds, as aedes goes by it. */
  #keepAlive({ keepalive }: ConnectRequest, { dialect }: SessionName): number {
    const { keepAliveMs } = this.#around.limits(dialect)
    if (keepAliveMs === undefined) return keepalive
    const { least, most } = keepAliveMs
    return Math.min(Math.max(keepalive === 0 ? Infinity : keepalive * 1000, least), most) / 1000
  }

  /** Answers with a return code, unless the verdict is to say nothing, and hangs up. */
  #refuse(channel: Channel, { reason, returnCode = 5, drop }: Refused, decided = true): void {
    if (isOver(channel)) return
    this.#around.notice(say`refused: ${asSaid(reason)}`, channel, decided || undefined)
    channel.reason = 'FORBIDDEN'
    if (drop !== true) channel.stream.write(connack(returnCode))
    channel.flush()
    channel.client.close()
  }

  #end(channel: Channel, error: DisconnectError): void {
    channel.client.connecting = false
    channel.client.emit('error', error)
  }
}

/** It may be, whenever something was waited for. */
const isOver = ({ stage, client }: Channel): boolean => stage === 'ended' || client.closed

/** [MQTT-3.2] */
const connack = (returnCode: number, sessionPresent = false): Buffer =>
  Buffer.from([0x20, 0x02, sessionPresent ? 1 : 0, returnCode])

function toRequest(channel: Channel, packet: IConnectPacket, uuid: () => string): ConnectRequest {
  const { username, password, will } = packet
  return {
    connection: channel.id,
    // [MQTT-3.1.3-6]
    clientId: packet.clientId === '' ? `auto-${uuid()}` : packet.clientId,
    ...(packet.clientId === '' && { unnamed: true }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: toBuffer(password) }),
    clean: packet.clean !== false,
    keepalive: packet.keepalive ?? 0,
    protocolVersion: packet.protocolVersion ?? 4,
    ...(will !== undefined && {
      will: { topic: will.topic, payload: toBuffer(will.payload), qos: will.qos ?? 0, retain: will.retain === true },
    }),
    ...channel.details,
  }
}

const toBuffer = (value: string | Buffer): Buffer => (typeof value === 'string' ? Buffer.from(value) : value)
