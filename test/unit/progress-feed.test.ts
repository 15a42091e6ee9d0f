import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import type { Change, ExecutionView, HubApi, JobView } from '../../src/shared/api.ts'
import type { ToProgress } from '../../src/shared/progress-messages.ts'
import { Feed, type FeedHost } from '../../src/vscode/progress/feed.ts'

const job = 'aws/reboot'

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
afterEach(() => mock.timers.reset())

describe('the feed of a progress panel', () => {
  it('tells everything when the page is ready, with the title of the cloud and the time of the hub', async () => {
    const { feed, told } = createFixture()
    await feed.receive({ type: 'ready' })
    assert.equal(told.length, 1)
    const [init] = told
    assert.ok(init?.type === 'init')
    assert.deepEqual(
      [init.cloud, init.twinWord, init.time, init.job.key],
      ['AWS IoT', 'shadow', { now: 5000, clock: 'virtual' }, job],
    )
  })

  it('tells a burst of changes once, and only the rows that can be seen', async () => {
    const { feed, told, change, calls } = createFixture()
    await feed.receive({ type: 'ready' })
    await feed.receive({ type: 'watch', devices: ['aws/d1', 'aws/d2'] })
    for (let at = 0; at < 500; at += 1) change({ type: 'execution', job, device: `aws/d${at}` })
    await pass(150)
    const changed = told.filter(({ type }) => type === 'changed')
    assert.equal(changed.length, 1)
    assert.ok(changed[0]?.type === 'changed')
    assert.deepEqual(
      changed[0].rows.map(({ device }) => device),
      ['aws/d1', 'aws/d2'],
    )
    assert.equal(calls.execution, 2)
  })

  it('tells what changed out of sight as soon as it can be seen', async () => {
    const { feed, told, change } = createFixture()
    await feed.receive({ type: 'ready' })
    change({ type: 'execution', job, device: 'aws/d7' })
    await pass(150)
    await feed.receive({ type: 'watch', devices: ['aws/d7'] })
    await pass(150)
    const rows = told.flatMap((message) =>
      message.type === 'changed' ? [message.rows.map(({ device }) => device)] : [],
    )
    assert.deepEqual(rows, [[], ['aws/d7']])
  })

  it('numbers what it tells without a gap', async () => {
    const { feed, told, change } = createFixture()
    await feed.receive({ type: 'ready' })
    for (let turn = 0; turn < 3; turn += 1) {
      change({ type: 'job', key: job })
      await pass(10_000)
    }
    assert.deepEqual(
      told.map((message) => ('sequence' in message ? message.sequence : message.type)),
      [1, 2, 3, 4],
    )
  })

  it('leaves other jobs alone', async () => {
    const { feed, told, change } = createFixture()
    await feed.receive({ type: 'ready' })
    change({ type: 'job', key: 'aws/other' })
    change({ type: 'execution', job: 'aws/other', device: 'aws/d1' })
    await pass(10_000)
    assert.equal(told.length, 1)
  })

  it('sends the open details anew when that device changes', async () => {
    const { feed, told, change } = createFixture()
    await feed.receive({ type: 'ready' })
    await feed.receive({ type: 'select', device: 'aws/d3' })
    change({ type: 'execution', job, device: 'aws/d3' })
    await pass(150)
    assert.deepEqual(
      told.map(({ type }) => type),
      ['init', 'execution', 'changed', 'execution'],
    )
  })

  it('sends the open details anew when that device runs another version, and heeds no other device', async () => {
    const { feed, told, change } = createFixture()
    await feed.receive({ type: 'ready' })
    change({ type: 'device', key: 'aws/d3' })
    await pass(150)
    await feed.receive({ type: 'select', device: 'aws/d3' })
    change({ type: 'device', key: 'aws/d4' })
    await pass(150)
    assert.deepEqual(
      told.map(({ type }) => type),
      ['init', 'execution'],
    )
    change({ type: 'device', key: 'aws/d3' })
    await pass(150)
    assert.deepEqual(
      told.map(({ type }) => type),
      ['init', 'execution', 'changed', 'execution'],
    )
  })

  it('says that the job is gone once it is deleted', async () => {
    const world = createFixture()
    await world.feed.receive({ type: 'ready' })
    world.jobs.length = 0
    world.change({ type: 'job', key: job })
    await pass(150)
    assert.equal(world.told.at(-1)?.type, 'gone')
  })

  it('says when there is no hub, and tells everything when there is one again', async () => {
    const world = createFixture()
    await world.feed.receive({ type: 'ready' })
    await world.become('stopped')
    await world.become('starting')
    await world.become('running')
    assert.deepEqual(
      world.told.map((message) => (message.type === 'noHub' ? `noHub ${message.starting}` : message.type)),
      ['init', 'noHub false', 'noHub true', 'init'],
    )
  })

  it('tells nothing while nobody can see the page', async () => {
    const { feed, told, change, become } = createFixture()
    await feed.receive({ type: 'ready' })
    feed.rest()
    change({ type: 'job', key: job })
    await become('stopped')
    await pass(10_000)
    assert.equal(told.length, 1)
  })

  it('refuses a page whose cursor is gone, so that the list begins again', async () => {
    const { feed, told } = createFixture()
    await feed.receive({ type: 'page', request: 4, after: 'aws/erased', limit: 100 })
    assert.deepEqual(told, [{ type: 'pageRefused', request: 4 }])
  })
})

async function pass(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds)
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

const view = (device: string): ExecutionView => ({
  device,
  status: 'QUEUED',
  number: 1,
  version: 1,
  queuedAt: 0,
  updatedAt: 0,
})

function createFixture() {
  const jobs: JobView[] = [
    {
      key: job,
      dialect: 'aws',
      name: 'reboot',
      status: 'IN_PROGRESS',
      selection: 'SNAPSHOT',
      counts: { QUEUED: 500 },
      planned: 500,
      rolledOut: 500,
      createdAt: 0,
    },
  ]
  const told: ToProgress[] = []
  const calls = { execution: 0 }
  const notFound = () => Object.assign(new Error('no job'), { code: 'NOT_FOUND' })
  const api = {
    status: async () => ({
      now: 5000,
      clock: 'virtual',
      dialects: [{ name: 'aws', title: 'AWS IoT', twinWord: 'shadow' }],
    }),
    jobs: async () => jobs,
    job: async () => {
      if (jobs[0] === undefined) throw notFound()
      return { ...jobs[0], document: '{}', history: [] }
    },
    execution: async (_: string, device: string) => {
      calls.execution += 1
      return { ...view(device), job, attempts: [view(device)] }
    },
    executions: async () => {
      throw Object.assign(new Error('after'), { code: 'INVALID' })
    },
    messages: async () => [],
  } as unknown as HubApi
  let state: FeedHost['state'] = { type: 'running', endpoints: {} as never }
  const changes: ((change: Change) => void)[] = []
  const states: ((state: FeedHost['state']) => void)[] = []
  const host: FeedHost = {
    api: () => (state.type === 'running' ? api : undefined),
    get state() {
      return state
    },
    words: () => ({}),
    onChange: (listener) => (changes.push(listener), { dispose: () => undefined }),
    onState: (listener) => (states.push(listener), { dispose: () => undefined }),
  }
  const become = async (type: 'stopped' | 'starting' | 'running') => {
    state = type === 'running' ? { type, endpoints: {} as never } : { type }
    for (const listener of states) listener(state)
    await pass(0)
  }
  return {
    feed: new Feed(host, job, (message) => told.push(message)),
    told,
    calls,
    jobs,
    become,
    change: (change: Change) => changes.forEach((listener) => listener(change)),
  }
}
