// long: the contract is read from top to bottom, in one place
/**
 * The contract between the hub and a cloud. A dialect decides, in its cloud's own words, what every connect,
 * subscribe, publish and HTTP request means; it calls the engine, and it answers with actions. It never sends,
 * writes, sleeps, reads a file or looks at a clock: the same input in the same state has the same outcome, which
 * is what makes golden conversations, replay and virtual time possible.
 *
 * The hub calls a dialect in *turns*. In one turn: the input's handler runs, then `onEvent` for every domain event
 * that arose (also for events that `onEvent` itself caused) until none is left. Then everything that changed is
 * committed, and only then the input is acknowledged and the actions are performed, in the order they were asked for.
 *
 * The table in `docs/designs/2026-11-dialect-contract.md` says which member serves which habit of which cloud.
 */
import type { Instant } from '../core/clock.ts'
import type { Engine } from '../core/engine.ts'
import type { DomainEvent } from '../core/events.ts'
import type { DeviceKey, DialectName, Ids } from '../core/ids.ts'
import type { NewJob } from '../core/job/model.ts'
import type { Option, OptionValues } from '../core/option.ts'
import type { Predicate } from '../core/query/predicate.ts'
import type { Action } from '../core/seam/effects.ts'
import type { HttpRequest, HttpResponse } from '../core/seam/http.ts'
import type { Fulfilled, Need, ObjectRef, StoredObject } from '../core/seam/needs.ts'
import type {
  Connection,
  ConnectionId,
  ConnectRequest,
  ConnectVerdict,
  DisconnectReason,
  Incoming,
  Message,
  PublishVerdict,
  Qos,
  RetainedMessage,
  SubscribeVerdict,
} from '../core/seam/mqtt.ts'
import type { DeviceScript } from '../core/seam/device-script.ts'
import type { TwinForm } from '../core/twin/edit.ts'
import type { JsonObject, Twin } from '../core/twin/model.ts'
import type { Table } from '../core/table.ts'
import type { Turn } from '../core/turn.ts'
import type { Label, Words } from '../core/said.ts'
import type { Capability } from './capability.ts'
import type { Credential, OperatorKeys, Sight } from './credential.ts'
import type { JobKinds } from './job-kinds.ts'
import type { ProtocolFront } from './protocol.ts'
import type { DeviceAction } from './device-action.ts'
import type { ServiceEnrolment } from './service-kit.ts'
import type { Examples } from './examples.ts'

export interface Dialect {
  readonly name: DialectName
  /** The cloud's name for people. */
  readonly title: Label
  readonly capability: Capability[]
  readonly limits: Limits
  /**
   * What people may choose of it when they start the hub: flags `--{dialect}-{name}`, settings, and `ctx.options`. A
   * flag is off by default.
   */
  readonly options?: readonly Option[]
  readonly mqtt: MqttFront
  readonly http: HttpFront
  /** Protocols besides MQTT and HTTP that its clients speak (AMQP 1.0). */
  readonly protocols?: ProtocolFront[]
  /** Ports that some of its clients cannot be talked out of. */
  readonly ports?: HardPort[]
  /**
   * Names of the real cloud under which its clients may be led here (a proxy, a hosts file): requests may name them,
   * the certificate bears them.
   */
  readonly serverNames?: string[]
  /** Paths besides `/mqtt` on which its clients speak MQTT over WebSocket. */
  readonly webSocketPaths?: string[]
  readonly jobs: JobFront
  readonly enrolment: Enrolment
  /** How programs that manage devices are led here, where they need more than the hub's address. */
  readonly services?: ServiceEnrolment
  /** Keys by which people and programs that manage devices show who they are, where the cloud has such. */
  readonly keys?: OperatorKeys
  /** Its query language, if jobs can be aimed by one. */
  readonly query?: QueryLanguage
  readonly twins: TwinFront
  /** What people may do with one of its devices by hand. */
  readonly actions?: readonly DeviceAction[]
  /** Examples by which the conformance suite tries it out. */
  readonly examples: Examples
  /** Domain events of this dialect's devices, groups and jobs, in the turn in which they arise. */
  onEvent(ctx: Context, event: DomainEvent): void
  /** The `wake` it asked for under this key has come. Wakes do not survive a restart: set them again in `onStart`. */
  onWake?(ctx: Context, key: string): void
  /** The hub has loaded its state and is about to listen. */
  onStart?(ctx: Context): void
}

export interface MqttFront {
  /** By what this CONNECT is its cloud's. The surest dialect owns the connection; a tie is a defect. */
  recognize(request: ConnectRequest, settings: Settings): Claim
  /**
   * What a client from this machine (`local`) or from elsewhere may show to be let in: words for people whose client
   * was not.
   */
  wanted(settings: Settings, local: boolean): Words
  /**
   * Names the MQTT session, which is the client id unless the cloud says otherwise: Alibaba keeps one session per
   * device whatever the client id says, so that a reconnect takes over and stored messages are found.
   */
  session?(request: ConnectRequest): string
  /**
   * What this client shows, by which `authenticate` will let it in. From elsewhere than this machine a client whose
   * credential is not `given` gets no further; from this machine it is not asked for.
   */
  credential(ctx: Sight, request: ConnectRequest): Credential
  authenticate(ctx: Context, request: ConnectRequest): ConnectVerdict
  /** The CONNACK is out. Presence, server-made subscriptions, messages that nobody asked for. */
  onConnected?(ctx: Context, connection: Connection): void
  onDisconnected?(ctx: Context, connection: Connection, reason: DisconnectReason): void
  /** Also asked when a stored session is restored. */
  authorizeSubscribe(ctx: Context, connection: Connection, filter: string, qos: 0 | 1 | 2): SubscribeVerdict
  onSubscribed?(ctx: Context, connection: Connection, filters: { filter: string; qos: Qos }[]): void
  onUnsubscribed?(ctx: Context, connection: Connection, filters: string[]): void
  /**
   * Whether this device would hear a command now. Asked when a client of it has connected or subscribed, or become its:
   * what has waited for it is then sent; and when one has gone: what it was asked is then over (DISCONNECTED). Absent:
   * commands neither wait for devices nor end with their connections.
   */
  reachable?(ctx: Context, device: DeviceKey): boolean
  /** Decides a publish before it is acknowledged. A client's will comes here too, when it falls due. */
  onPublish(ctx: Context, connection: Connection, incoming: Incoming): PublishDecision
  /**
   * Decides, in a turn of its own, a publish for which something had to be fetched; only then is it acknowledged. What
   * the client has published since waits behind it. The client may be gone by now (`ctx.connections.get`): what it had
   * said still counts, unless it was the hub that ended the connection; then this is not called.
   */
  onFulfilled?(ctx: Context, connection: Connection, incoming: Incoming, fulfilled: Fulfilled): PublishDecision
  /** The client has acknowledged the message that was sent to it with this `track`. */
  onAcknowledged?(ctx: Context, connection: Connection, track: string): void
  /** Whether a message may go out to this subscriber; absent: always. On the hot path: decide without allocating. */
  mayDeliver?(connection: Connection, topic: string, retained: boolean, now: Instant): boolean
}

/** A verdict, or what must be fetched before there can be one: answered in `onFulfilled`, in the order of the needs. */
export type PublishDecision = PublishVerdict | { route: 'fetch'; needs: Need[] }

/**
 * By what a dialect takes a client or a request for its cloud's, the surest first. `credential`: a form of credential
 * that this cloud alone has; `marker`: something that only its clients say; `path`: where it goes, or how its names are
 * built, fits; `fallback`: it takes what nobody else wants. Each dialect judges by its own cloud alone.
 */
export type Claim = 'credential' | 'marker' | 'path' | 'fallback' | 'no'

export interface HttpFront {
  /** By what this request is its cloud's. The surest dialect owns it; a tie is a defect. */
  claim(request: HttpRequest): Claim
  /**
   * The operation that a request names (`Action=…`, `X-Amz-Target`), where its cloud has clients name it; `undefined`:
   * none. Routes that are `named` are found by it. Also asked of a request whose body has not been read.
   */
  operationOf?(request: HttpRequest): string | undefined
  /**
   * What this request shows, by which `Route.authorize` goes. From elsewhere than this machine no route is reached
   * unless it is `given`.
   */
  credential(ctx: Sight, request: HttpRequest): Credential
  readonly routes: Route[]
  /** Claimed, but no route fits. */
  notFound(request: HttpRequest): HttpResponse
  /** The cloud's form of a refusal (`HubError`) or a failure (anything else). */
  failure(error: unknown, request: HttpRequest): HttpResponse
  /** Every response passes here last: request ids, dates. */
  finish?(response: HttpResponse, request: HttpRequest, ctx: Context): HttpResponse
}

export interface Route {
  /** The cloud's name of the operation, which coverage and notices are counted by. */
  operation: string
  method: string
  /** A path-to-regexp pattern, matched on the raw path; parameters are then percent-decoded. */
  path: string
  /**
   * Found by the name of its operation alone, for requests that name it (`HttpFront.operationOf`): method and path must
   * fit.
   */
  named?: true
  /** Tells apart operations that share method and path. */
  when?(request: HttpRequest): boolean
  /**
   * In place of the front's, where requests to this route show something of their own: a URL that was presigned for it.
   */
  credential?(ctx: Sight, request: HttpRequest, params: Params): Credential
  /**
   * Refuses (with a HubError) who may not do that. Asked before anything is fetched or made for the request, in one
   * turn with `handle` where nothing is; else again together with it, for fetching takes a while.
   */
  authorize?(ctx: Context, request: HttpRequest, params: Params): void
  /**
   * The body is a file, which the hub takes in as it comes, whatever its size up to `maxBytes`; more is TOO_LARGE.
   * Decided,
   * after `authorize`, before anything of it is read: the claim, `when`, and this see no body. Nothing is left of an
   * upload that breaks off. When all of it is in its place, `handle` finds its `StoredObject` before what it `needs`.
   */
  upload?(ctx: Context, request: HttpRequest, params: Params): { ref: ObjectRef; maxBytes: number }
  /**
   * Such a body is a form, and what `upload` takes the file in it. `credential`, `authorize` and `upload` are asked
   * once the fields before the file are read (`request.form`), and may go by them; what comes behind it does not count.
   */
  form?: 'multipart'
  /**
   * What the hub must fetch before `handle` can decide, which may depend on what is recorded: a file that a record
   * names.
   * Changes nothing; may refuse with a HubError. What it has seen may be another by the time `handle` decides.
   */
  needs?(ctx: Context, request: HttpRequest, params: Params): Need[]
  /** `later`: the answer comes as a `respond` action, in this turn or another (a device has to speak first). */
  handle(ctx: Context, request: HttpRequest, params: Params, fulfilled: Fulfilled): HttpResponse | 'later'
}

export type Params = Record<string, string>

export interface HardPort {
  port: number
  /**
   * The listener it stands in for; `tls` sniffs MQTT from HTTP. A cloud may name a port twice (TCP and TLS on one), and
   * so may two clouds: one listener then serves all of it.
   */
  listener: 'mqtt' | 'mqtts' | 'http' | 'https' | 'tls'
  /** Which client insists on it. */
  because: Label
}

/** What the job editor and the simulated fleet need; nothing outside the dialect knows its documents. */
export interface JobFront {
  /** A device of this dialect that can be played on an MQTT connection. */
  deviceScript(name: string): DeviceScript
  /** What sorts of work its jobs can be: the first one where a job names none. */
  readonly kinds: JobKinds
  /** What a job may be called. */
  readonly names: NameRule
  /**
   * Holds a job that people made outside the cloud's own control plane to the cloud's rules, and adds what that would
   * keep with it. Changes nothing. Refuses with INVALID: field (of `NewJob`), value and rule; `also` may tell of more.
   * `file` is the one that the job names, where it is.
   */
  prepare(ctx: Context, job: NewJob, file?: StoredObject): NewJob
}

/**
 * What devices and people share, in the words and the form of the cloud: how it is shown, and how an edit of that is
 * read.
 */
export interface TwinFront extends TwinForm {
  /** What its people call it. */
  readonly word: 'shadow' | 'twin'
  /**
   * The whole of it, as the cloud's own read operation answers. The same twin is always shown alike, whatever the
   * time.
   */
  show(twin: Twin): JsonObject
  /** How one is shown that is not there yet. */
  readonly empty: JsonObject
  /**
   * Why its cloud would not hold this twin when people change it by hand, in the cloud's words; `undefined`, or
   * absent: it would.
   */
  fault?(next: Twin): string | undefined
}

/** A regular expression for the whole name, and the rule in words. */
export interface NameRule {
  pattern: string
  rule: Label
  /** A name that fits, also with a few digits after it. */
  example: string
}

/** How a person adds a device by hand and gets all that its firmware needs. */
export interface Enrolment {
  readonly names: NameRule
  /**
   * Registers the device if it is new, with no other credentials than its cloud gives with that. INVALID for a name.
   */
  register(ctx: Context, name: string): void
  /** What a kit for the device has in it; told without making anything. */
  offer(ctx: Context, name: string): KitOffer
  /** What must be made first: keys, a certificate. */
  needs(name: string): Need[]
  /** Registers the device if it is new, gives it credentials, and says how it connects. INVALID for a name. */
  enrol(ctx: Context, name: string, fulfilled: Fulfilled, ca: string): ConnectionKit
  /** The latest first. */
  credentials(ctx: Context, name: string): DeviceCredential[]
  /** One of `credentials`, of which it says that it `can` be done. */
  withdraw(ctx: Context, name: string, credential: DeviceCredential, how: Withdrawal): void
}

/** A kit from outside: all of it that is no secret and need not be made. */
export interface KitOffer {
  facts: { label: Label; value: string }[]
  /** Labels of the facts that only the kit itself has. */
  secrets: Label[]
  files: { name: string; secret?: true }[]
  snippets: Omit<Snippet, 'code'>[]
}

/** Code to paste: the language's id in editors, and the name of the file that it expects to be. */
export interface Snippet {
  id: string
  title: Label
  language: string
  file: string
  code: string
  /** It has a secret in it. */
  secret?: true
}

/** What lets a device in. */
export interface DeviceCredential {
  id: string
  kind: 'certificate' | 'secret'
  status: 'active' | 'inactive' | 'revoked'
  createdAt?: Instant
  expiresAt?: Instant
  /** Registered by connecting, in open mode. */
  automatic?: true
  /** How many connections it has let in. */
  connections: number
  /** Names of the other devices that it lets in. */
  alsoOf: string[]
  can: Withdrawal[]
}

/** `revoke`: it lets nobody in any more; `delete`: it is forgotten. Who came in by it is sent away. */
export type Withdrawal = 'revoke' | 'delete'

/** What to give to a device's firmware; secrets are marked, so that nobody shows them by accident. */
export interface ConnectionKit {
  /** How a program connects as this device: over MQTT in the clear, or with its certificate over TLS. PEM. */
  session: { clientId: string; username?: string; password?: string; certificate?: { cert: string; key: string } }
  facts: { label: Label; value: string; secret?: true }[]
  files: { name: string; content: string; secret?: true }[]
  snippets: Snippet[]
}

/** A cloud's own language for picking devices. */
export interface QueryLanguage {
  title: Label
  example: string
  /** INVALID with what cannot be read and where. */
  parse(text: string): Predicate
}

/** How long and how much the cloud keeps; milliseconds and bytes. */
export interface Limits {
  /** How long a stored session outlives its connection. */
  sessionMs: number
  /** How long an undelivered message is kept; absent: as long as the session. */
  messageMs?: number
  /** The largest PUBLISH payload. */
  payloadBytes: number
  /**
   * What a keep-alive counts as: a shorter one as the least, a longer one, and none, as the most. Absent: what the
   * client says.
   */
  keepAliveMs?: { least: number; most: number }
}

/** What a decision may look at, and where it leaves its actions. Valid for one turn. */
export interface Context {
  readonly now: Instant
  readonly turn: Turn
  readonly engine: Engine
  readonly ids: Ids
  readonly settings: Settings
  /** What was chosen of the dialect's `options`, complete. */
  readonly options: OptionValues
  readonly connections: ConnectionView
  /** What its clients have retained, and are shown when they subscribe. */
  readonly retained: RetainedView
  /** Records that only this dialect understands (certificates, policies, event switches), stored like any other. */
  own<T extends object>(collection: string): Table<T>
  /** What only this running hub knows, made when it is first asked for: an index, what is live. Gone when it stops. */
  memory<T extends object>(name: string, make: () => T): T
  /**
   * Tells its own dialect, and the sessions of its protocols, what means nothing to core: an event `dialect.own`, heard
   * in this turn like any other. So the device's PUBACK of a message reaches who has sent it.
   */
  emit(name: string, data: JsonObject): void
  /** Asks for an action; `rule` names the clause that demands it. */
  act(action: Action, rule: string): void
  /** A live connection that stood for no device stands for this one from now on, as if it had come as it. */
  identify(connection: Connection, device: DeviceKey): void
  /** `act` for a message to one connection. */
  send(connection: ConnectionId, message: Omit<Message, 'qos'> & { qos?: Qos }, rule: string): void
  /** `act` for a message to all subscribers. */
  publish(message: Message, rule: string): void
  /** Counts and shows once what was accepted but ignored (`--strict` refuses it: throws UNSUPPORTED). */
  ignored(what: Words): void
  /** Tells people something about a client that the protocol cannot say. */
  warn(about: DeviceKey | ConnectionId, text: Words): void
}

/** The broker's own: what makes room for others is gone here, too. */
export interface RetainedView {
  get(topic: string): RetainedMessage | undefined
  all(): Iterable<RetainedMessage>
}

export interface ConnectionView {
  get(id: ConnectionId): Connection | undefined
  /** The live connections that stand for this device. */
  ofDevice(device: DeviceKey): Iterable<Connection>
  /** The live connection of this session. */
  bySession(dialect: DialectName, session: string): Connection | undefined
}

/** What the user chose, as far as decisions depend on it. */
export interface Settings {
  /** `open` registers an unknown device that presents well-formed credentials; `strict` behaves as the cloud does. */
  mode: 'open' | 'strict'
  /** Refuse what would otherwise be accepted but ignored. */
  refuseIgnored: boolean
  /** The name under which clients reach the hub, and its ports once it listens. */
  endpoint: {
    host: string
    /** How boards on the network reach it, where it lets them: what devices are told to connect to. */
    lan?: string
    mqtt: number
    mqtts: number
    http: number
    https: number
  }
}
