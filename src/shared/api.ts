// long: the whole of what CLI, editor and pages may ask of a hub, types only
import type { Option } from '../core/option.ts'
import type { Said } from '../core/said.ts'
import type { JobDraft, TargetDraft } from './job-draft.ts'

/**
 * What the hub offers to the CLI, the editor and scripts. In the hub's own process the calls are direct; attached to a
 * hub that another process runs, they go over HTTP with its token. Instants are milliseconds. A refusal is a
 * `HubError`-like error with `code`, `message` and, for INVALID, `data.field`.
 */
export interface HubApi {
  status(): Promise<HubStatus>
  /** What the clouds bring: words, templates, schemas. */
  dialects(): Promise<DialectView[]>

  /** By cloud, then by name. */
  devices(query?: DeviceQuery): Promise<Page<DeviceView>>
  device(key: string): Promise<DeviceDetail>
  /** Registers a device and makes its credentials. ALREADY_EXISTS, or INVALID name. */
  addDevice(dialect: string, name: string): Promise<ConnectionKitView>
  /** Registers a device without making anything for it. ALREADY_EXISTS, or INVALID name. */
  registerDevice(dialect: string, name: string): Promise<DeviceView>
  /** What a kit for the device has in it, as far as that is no secret; nothing is made. */
  kitOffer(device: string): Promise<KitOfferView>
  /** What a device needs to connect; makes credentials if it has none that can be shown again. */
  connectionKit(device: string): Promise<ConnectionKitView>
  /** What lets the device in, the latest first. */
  credentials(device: string): Promise<CredentialView[]>
  /**
   * Revokes or deletes a credential; who came in by it is sent away. NOT_FOUND, or UNSUPPORTED if that cannot be done
   * with it.
   */
  withdrawCredential(device: string, id: string, how: 'revoke' | 'delete'): Promise<void>
  removeDevice(device: string): Promise<void>
  groups(dialect?: string): Promise<GroupView[]>
  /**
   * The keys by which programs on other machines that manage devices show who they are; made when they are first asked
   * for.
   */
  keys(): Promise<OperatorKeyView[]>
  /**
   * Puts another value in a key's place. NOT_FOUND for a cloud without keys, INVALID for a name or value that cannot
   * be.
   */
  setKey(dialect: string, name: string, value: string): Promise<void>
  /**
   * How a program that manages devices of this cloud is led here; makes keys that are not there yet. NOT_FOUND for a
   * cloud whose programs need nothing.
   */
  serviceKit(dialect: string): Promise<ServiceKitView>
  /** Does an action of its cloud with a device; what people read then. NOT_FOUND, or INVALID by what it is given. */
  act(device: string, action: string, input: Record<string, string | number | boolean>): Promise<string>
  /** The last messages to and from a device, oldest first; kept for the devices most lately heard of. */
  messages(device: string): Promise<MessageView[]>
  /** What the device has measured last, oldest first; at most 50, in memory only. NOT_FOUND. */
  telemetry(device: string): Promise<ReadingView[]>

  twin(device: string, name?: string): Promise<TwinView>
  /**
   * Takes a twin's document as somebody has edited it, or a request of its cloud in its stead. INVALID and FORBIDDEN
   * name the member that has no place there or is not people's to change; VERSION_MISMATCH: what is desired is not what
   * it
   * is to take the place of any more, and `data.current` is the twin as it was found. What the device reports meanwhile
   * is no hindrance.
   */
  editTwin(device: string, name: string | undefined, edit: TwinEditRequest): Promise<TwinView>
  /**
   * Replaces the desired state. VERSION_MISMATCH, with `data.current`, unless the twin is at `version`; INVALID for
   * what
   * its cloud would refuse.
   */
  setDesired(device: string, name: string | undefined, desired: object, version: number): Promise<TwinView>

  jobs(): Promise<JobView[]>
  /** NOT_FOUND if there is none. */
  job(key: string): Promise<JobDetail>
  executions(job: string, query?: ExecutionQuery): Promise<Page<ExecutionView>>
  execution(job: string, device: string): Promise<ExecutionDetail>
  /** How many devices these targets mean now; INVALID for a query that cannot be read. */
  countTargets(dialect: string, targets: TargetDraft[]): Promise<number>
  /**
   * All that is to be said against the draft, each with field, value and rule; if it is warnings only, it can be
   * created.
   */
  checkJob(draft: JobDraft): Promise<Problem[]>
  /** INVALID with the first problem that is no warning, or ALREADY_EXISTS. */
  createJob(draft: JobDraft): Promise<JobView>
  cancelJob(key: string, options?: { force?: boolean; comment?: string }): Promise<JobView>
  /** Queues a new execution for every device whose latest one failed or timed out; returns how many. */
  retryFailed(key: string): Promise<number>
  deleteJob(key: string, options?: { force?: boolean }): Promise<void>

  /** What was accepted but ignored, refused, or is worth a look, each once with its count; what is cured is gone. */
  notices(): Promise<NoticeView[]>
  /** Shows it no more, until it was cured and comes back. NOT_FOUND if there is none. */
  dismissNotice(id: string): Promise<void>
  /** Moves the virtual clock by that many milliseconds, or to the next deadline; INVALID on a real clock. */
  advance(by: number | 'next'): Promise<HubStatus>
}

/** One of a cloud's keys, under the name that its programs have for it. */
export interface OperatorKeyView {
  dialect: string
  name: string
  value: string
  secret?: true
  about: string
}

/** What to give to a back end. */
export interface ServiceKitView {
  dialect: string
  title: string
  facts: { label: string; value: string; secret?: true }[]
  /** Variables by which the cloud's own SDKs and tools find all that by themselves. */
  environment: { name: string; value: string; secret?: true }[]
}

/** Something that people may be looking at has changed; ask the API for what it is now. */
export type Change =
  | { type: 'device'; key: string }
  | { type: 'job'; key: string }
  | { type: 'execution'; job: string; device: string }
  | { type: 'notice' }
  /** Time has jumped, or the way to the hub was cut for a while: whatever you know may be old. */
  | { type: 'clock' }

/** Where a started hub can be reached. */
export interface Endpoints {
  host: string
  /** The address by which boards on the network reach it, if it listens on all of them. */
  lan?: string
  /** It listens to other machines, and lets in who shows a credential that it gave out. */
  exposed?: true
  mqtt: number
  mqtts: number
  http: number
  https: number
  /** The ports besides, which some clients insist on, if they were asked for and could be had. */
  aliases?: number[]
  /** Path of the certificate that clients must trust. */
  ca: string
  /** Path of the file with the token for the hub's own API. */
  token: string
}

export interface HubStatus {
  endpoints: Endpoints
  mode: 'open' | 'strict'
  clock: 'real' | 'virtual'
  /** Run by an editor's window, whose place another one may take; absent: no. */
  handsOver?: boolean
  now: number
  startedAt: number
  devices: number
  online: number
  connections: number
  jobs: number
  dialects: { name: string; title: string; twinWord: TwinWord }[]
}

/** A cloud, as far as people's choices depend on it; nothing outside the dialect knows more. */
export interface DialectView {
  name: string
  title: string
  /** What sorts of work its jobs can be; the first one where a job names none. */
  kinds: JobKindView[]
  /** What its query language is called, with an example, if targets can be queries. */
  query?: { title: string; example: string }
  /** Names a device may have: a regular expression and the rule in words. */
  /** What may be done with its devices by hand, and what is asked for first. */
  actions: { id: string; title: string; input: Option[] }[]
  /** Its back ends can be given a kit. */
  services: boolean
  deviceName: { pattern: string; rule: string }
  jobName: { pattern: string; rule: string }
}

/** A sort of work. */
export interface JobKindView {
  id: string
  title: string
  /** Ready job documents. */
  templates: { id: string; title: string; document: unknown }[]
  /** JSON Schema of a job document. */
  documentSchema: object
  /** What may be chosen besides. */
  options: Option[]
  /** What a file is to such a job; absent: it takes none. */
  file?: { title: string; required: boolean }
}

export interface Page<T> {
  items: T[]
  total: number
  /** Give it back as `after` to get what follows; absent on the last page. */
  next?: string
}

export interface DeviceQuery {
  dialect?: string
  /** Part of the name, in upper or lower case. */
  search?: string
  online?: boolean
  /** Only the parts of this device: modules, sub-devices. NOT_FOUND. */
  parent?: string
  /** Also the parts of devices. */
  parts?: boolean
  after?: string
  /** 1–1000, default 100. */
  limit?: number
}

export interface DeviceView {
  key: string
  dialect: string
  name: string
  online: boolean
  /** What people see first: working = something in progress; failed = the last thing it did ended badly. */
  state: 'online' | 'offline' | 'working' | 'failed'
  pending: number
  groups: string[]
  /** How many parts it has: modules, sub-devices; absent: none. */
  parts?: number
  /** It is a part of this device itself, and of what sort. */
  parent?: string
  kind?: string
  seenAt?: number
}

export interface DeviceDetail extends DeviceView {
  id: string
  attributes: Record<string, string>
  tags: Record<string, unknown>
  createdAt: number
  /** What its cloud calls its twins. */
  twinWord: TwinWord
  /** Which twins it has; '' is the one without a name. */
  twins: string[]
  /** In the order in which it first named them. */
  modules: ModuleView[]
  connections: { id: string; transport: string; remoteAddress: string; principal: string }[]
  /** Of the latest job first. */
  executions: (ExecutionView & { job: string })[]
}

export interface GroupView {
  key: string
  dialect: string
  name: string
  devices: number
}

/** What to paste into a device's firmware. */
export interface ConnectionKitView {
  device: string
  title: string
  /** How a program connects as this device: over MQTT in the clear, or with its certificate (PEM) over TLS. Secret. */
  session: { clientId: string; username?: string; password?: string; certificate?: { cert: string; key: string } }
  facts: { label: string; value: string; secret?: true }[]
  files: { name: string; content: string; secret?: true }[]
  snippets: { id: string; title: string; language: string; file: string; code: string; secret?: true }[]
}

/** A kit from outside. */
export interface KitOfferView {
  device: string
  title: string
  facts: { label: string; value: string }[]
  /** Labels of the facts that only the kit itself has. */
  secrets: string[]
  files: { name: string; secret?: true }[]
  snippets: { id: string; title: string; language: string; file: string; secret?: true }[]
}

/** Something by which a device may come in. */
export interface CredentialView {
  id: string
  kind: 'certificate' | 'secret'
  status: 'active' | 'inactive' | 'revoked'
  createdAt?: number
  expiresAt?: number
  /** Registered by connecting, in open mode. */
  automatic?: true
  /** How many connections it has let in. */
  connections: number
  /** Names of the other devices that it lets in. */
  alsoOf: string[]
  can: ('revoke' | 'delete')[]
}

export interface ReadingView {
  at: number
  /** What it is, in its cloud's words. */
  name: string
  /** Text, or base64 if it is none; cut to 4 KB. */
  payload: string
  base64?: true
  /** Bytes before it was cut. */
  size: number
}

export interface MessageView {
  at: number
  direction: 'in' | 'out'
  topic: string
  /** Text, or base64 if it is none; cut to 4 KB. */
  payload: string
  base64?: true
  qos: 0 | 1 | 2
}

/** An edit of a twin's document. */
export interface TwinEditRequest {
  /** The document as it was given back, or a request of its cloud instead. */
  edited: object
  /** The document that the edit began with. */
  shown: object
  /** The desired state that it is to take the place of. */
  over: object
}

export type TwinWord = 'shadow' | 'twin'

export interface TwinView {
  device: string
  name?: string
  /** What its cloud calls it. */
  word: TwinWord
  /** The whole of it as its cloud shows it, and where in that the desired state stands. */
  document: object
  desiredAt: readonly string[]
  desired: object
  reported: object
  delta: object
  version: number
  updatedAt: number
}

/** What an upgrade brings: a version of one of the modules of a device, in so many bytes, where that is known. */
export interface UpgradeView {
  module: string
  version: string
  bytes?: number
}

/** What a device runs, as it said last, and since when. */
export interface ModuleView {
  module: string
  version: string
  at: number
}

export interface JobView {
  key: string
  dialect: string
  name: string
  status: string
  selection: 'SNAPSHOT' | 'CONTINUOUS'
  /** Which of its cloud's kinds, where that has several. */
  kind?: string
  description?: string
  /** Absent for a job that is no upgrade. */
  upgrade?: UpgradeView
  /** Devices per state of their latest execution; states with none are absent. */
  counts: Record<string, number>
  /** Devices the rollout is for, and how many of them it has reached. */
  planned: number
  rolledOut: number
  createdAt: number
  completedAt?: number
  reasonCode?: string
  comment?: string
}

export interface JobDetail extends JobView {
  /** The job document, as authored. */
  document: string
  draft: JobDraft
  /** Counts over time since the job began, at most some 300 points, evenly thinned. */
  history: { at: number; counts: Record<string, number> }[]
}

/**
 * Status in the order in which an execution may go through it, progress with what reports none first, updated with the
 * oldest first.
 */
export type ExecutionSort = 'device' | 'status' | 'progress' | 'updated'

export interface ExecutionQuery {
  status?: string
  /** Part of the device's name. */
  search?: string
  /** Default: in the order in which the job reached the devices. */
  sort?: ExecutionSort
  descending?: boolean
  after?: string
  /** 1–1000, default 100. */
  limit?: number
}

export interface ExecutionView {
  device: string
  status: string
  number: number
  version: number
  queuedAt: number
  startedAt?: number
  updatedAt: number
  /** 0–100, where the device says. */
  progress?: number
  details?: Record<string, unknown>
  /** What the device runs of the module that the job upgrades; absent if that is not known. */
  runs?: ModuleView
}

export interface ExecutionDetail extends ExecutionView {
  job: string
  /** All attempts, the first one first. */
  attempts: ExecutionView[]
  timesOutAt?: number
}

export interface Problem {
  /** Where in the draft, as a JSON pointer without its first slash: `targets/0/device`, `document/steps/0/action`. */
  field: string
  /** Absent where something is missing. */
  value?: unknown
  rule: string
  /** What the rule was made of, if something went into it. */
  says?: Said
  /** It only advises, and stands in nobody's way. */
  severity?: 'warning'
}

/** What happened, so that it can be said in every language; texts say it in English. */
export type NoticeCode =
  | 'connectRefused'
  | 'connectUnclaimed'
  | 'publishDropped'
  | 'publishClosed'
  | 'subscribeRefused'
  | 'subscribeClosed'
  | 'tlsFailed'
  | 'ignored'
  /** Something that a client does and that its cloud would not tell it, or not at once. */
  | 'client'
  /** Something about the hub itself. */
  | 'hub'
  /** Stands for those that were too many to be kept. */
  | 'more'

/** Whom it is about: a device, job or group by its key, a client by its id, who has not got that far by the address. */
export interface NoticeAbout {
  type: 'device' | 'job' | 'client' | 'address' | 'cloud'
  name: string
}

export interface NoticeView {
  /** For as long as the hub runs. */
  id: string
  kind: 'ignored' | 'warning' | 'refused'
  code: NoticeCode
  about?: NoticeAbout
  /** The topic, filter or field. */
  subject?: string
  /** What happened. */
  text: string
  cause?: string
  /** What to do about it. */
  cure?: string
  /** What these were made of, where something went into them. */
  says?: { text?: Said; cause?: Said; cure?: Said }
  count: number
  firstAt: number
  lastAt: number
}
