import type {
  Change,
  ExecutionDetail,
  ExecutionQuery,
  ExecutionSort,
  ExecutionView,
  HubApi,
  JobView,
  MessageView,
  ModuleView,
  UpgradeView,
} from '../../src/shared/api.ts'
import type { Translations } from '../../src/shared/messages.ts'
import type { FeedHost } from '../../src/vscode/progress/feed.ts'

/** A job that looks like a real one, on as many devices as wanted, and a host that tells of it. */
export class FleetJob {
  readonly job = 'aws/reboot-washing-machines'
  readonly rows: ExecutionView[]
  readonly host: FeedHost
  state: FeedHost['state'] = { type: 'running', endpoints: {} as never }
  status = 'IN_PROGRESS'
  completedAt: number | undefined
  /** What the job upgrades, and what the devices run of that. */
  upgrade: UpgradeView | undefined
  runs: ModuleView | undefined
  now = Date.UTC(2026, 10, 22, 9, 30)
  clock: 'real' | 'virtual' = 'real'
  readonly createdAt = this.now
  readonly #history: { at: number; counts: Record<string, number> }[] = []
  readonly #changes = new Set<(change: Change) => void>()
  readonly #states = new Set<(state: FeedHost['state']) => void>()
  #seed = 7

  /** `words`: English to the language that the page speaks. */
  constructor(devices: number, words: Translations = {}) {
    this.rows = Array.from({ length: devices }, (_, index): ExecutionView => ({
      device: `aws/washer-${String(index + 1).padStart(5, '0')}`,
      status: 'QUEUED',
      number: 1,
      version: 1,
      queuedAt: this.now,
      updatedAt: this.now,
    }))
    const listen =
      <T>(listeners: Set<T>) =>
      (listener: T) => (listeners.add(listener), { dispose: () => void listeners.delete(listener) })
    const state = () => this.state
    this.host = {
      api: () => (this.state.type === 'running' ? this.#api() : undefined),
      get state() {
        return state()
      },
      words: () => words,
      onChange: listen(this.#changes),
      onState: listen(this.#states),
    }
  }

  /** So many devices take their next step; some fail. */
  step(count: number, milliseconds: number): void {
    this.now += milliseconds
    const open = this.rows.filter(({ status }) => status === 'QUEUED' || status === 'IN_PROGRESS')
    for (let at = 0; at < count && open.length > 0; at += 1)
      this.#advance(open[Math.floor(this.#chance() * Math.min(open.length, count * 4))]!.device)
    this.#history.push({ at: this.now, counts: this.counts() })
  }

  become(type: 'running' | 'stopped' | 'starting'): void {
    this.state = type === 'running' ? { type, endpoints: {} as never } : { type }
    for (const listener of this.#states) listener(this.state)
  }

  tell(change: Change): void {
    for (const listener of this.#changes) listener(change)
  }

  get pending(): number {
    return this.rows.filter(({ status }) => status === 'QUEUED' || status === 'IN_PROGRESS').length
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { status } of this.rows) counts[status] = (counts[status] ?? 0) + 1
    return counts
  }

  view(): JobView {
    return {
      key: this.job,
      dialect: 'aws',
      name: 'reboot-washing-machines',
      status: this.status,
      selection: 'SNAPSHOT',
      description: 'Reboot every washing machine after the new run parameter has arrived',
      counts: this.counts(),
      planned: this.rows.length,
      rolledOut: this.rows.length,
      createdAt: this.createdAt,
      ...(this.upgrade !== undefined && { upgrade: this.upgrade }),
      ...(this.completedAt !== undefined && { completedAt: this.completedAt }),
    }
  }

  #advance(device: string): void {
    const index = Number(device.slice(-5)) - 1
    const row = this.rows[index]!
    const progress =
      row.status === 'QUEUED' ? 5 : Math.min(100, (row.progress ?? 0) + 10 + Math.floor(this.#chance() * 40))
    const dice = this.#chance()
    const end =
      dice < 0.03
        ? 'FAILED'
        : dice < 0.04
          ? 'TIMED_OUT'
          : dice < 0.045
            ? 'REJECTED'
            : progress >= 100
              ? 'SUCCEEDED'
              : 'IN_PROGRESS'
    const details =
      end === 'FAILED'
        ? { reason: 'checksum does not match', code: 'E_SUM' }
        : { step: progress < 60 ? 'downloading' : 'installing', firmware: '1.4.2' }
    this.rows[index] = {
      ...row,
      status: end,
      version: row.version + 1,
      progress,
      details,
      startedAt: row.startedAt ?? this.now,
      updatedAt: this.now,
    }
    this.tell({ type: 'execution', job: this.job, device })
  }

  #chance(): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2 ** 31
    return this.#seed / 2 ** 31
  }

  #api(): HubApi {
    return {
      status: async () => ({
        now: this.now,
        clock: this.clock,
        dialects: [{ name: 'aws', title: 'AWS IoT', twinWord: 'shadow' }],
      }),
      jobs: async () => (this.status === 'GONE' ? [] : [this.view()]),
      job: async () => ({ ...this.view(), document: '{}', draft: {}, history: [...this.#history] }),
      execution: async (_: string, device: string) => this.#execution(device),
      executions: async (
        _: string,
        { status, search, sort, descending = false, after, limit = 100 }: ExecutionQuery,
      ) => {
        const all = this.rows.filter(
          (row) =>
            (status === undefined || row.status === status) && (search === undefined || row.device.includes(search)),
        )
        if (sort !== undefined)
          all.sort(
            (one, other) =>
              (descending ? -1 : 1) * (rankOf(one, sort) - rankOf(other, sort)) ||
              Number(one.device > other.device) - Number(one.device < other.device),
          )
        const from = after === undefined ? 0 : all.findIndex(({ device }) => device === after) + 1
        const items = all.slice(from, from + limit)
        return { items, total: all.length, ...(from + limit < all.length && { next: items.at(-1)!.device }) }
      },
      messages: async (device: string) => this.#messages(device),
    } as unknown as HubApi
  }

  #execution(device: string): ExecutionDetail {
    const row = this.rows.find((each) => each.device === device)
    if (row === undefined) throw Object.assign(new Error('no execution'), { code: 'NOT_FOUND' })
    const { queuedAt } = row
    const first: ExecutionView = {
      ...row,
      number: 1,
      status: 'TIMED_OUT',
      queuedAt: queuedAt - 600_000,
      updatedAt: queuedAt - 60_000,
    }
    const attempts = row.status === 'QUEUED' ? [row] : [first, { ...row, number: 2 }]
    const runs = this.runs === undefined ? {} : { runs: this.runs }
    return {
      ...row,
      ...runs,
      job: this.job,
      attempts,
      ...(row.status === 'IN_PROGRESS' && { timesOutAt: this.now + 220_000 }),
    }
  }

  #messages(device: string): MessageView[] {
    const name = device.slice(4)
    const base = `$aws/things/${name}/jobs`
    const row = this.rows.find((each) => each.device === device)!
    const at = row.startedAt ?? row.queuedAt
    const payload = JSON.stringify({
      execution: {
        jobId: 'reboot-washing-machines',
        status: row.status,
        queuedAt: row.queuedAt / 1000,
        versionNumber: row.version,
        executionNumber: row.number,
        jobDocument: { operation: 'reboot', after: { seconds: 30 } },
      },
      timestamp: at / 1000,
    })
    return [
      { at, direction: 'out', topic: `${base}/notify-next`, payload, qos: 1 },
      { at: at + 900, direction: 'in', topic: `${base}/start-next`, payload: '{"clientToken":"c-1"}', qos: 1 },
      { at: at + 910, direction: 'out', topic: `${base}/start-next/accepted`, payload, qos: 1 },
      {
        at: row.updatedAt,
        direction: 'in',
        topic: `${base}/reboot-washing-machines/update`,
        payload: JSON.stringify({ status: row.status, statusDetails: row.details, expectedVersion: row.version - 1 }),
        qos: 1,
      },
    ]
  }
}

const states = ['QUEUED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT']

const rankOf = ({ device, status, progress, updatedAt }: ExecutionView, sort: ExecutionSort): number =>
  ({
    device: Number(device.slice(-5)),
    status: states.indexOf(status),
    progress: status === 'SUCCEEDED' ? 100 : (progress ?? -1),
    updated: updatedAt,
  })[sort]
