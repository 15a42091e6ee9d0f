import { join } from 'node:path'
import { test } from 'node:test'
import { aws } from '../../src/dialect/aws/index.ts'
import { groupKey, thingKey } from '../../src/dialect/aws/jobs/keys.ts'
import { groupArn, signedFor, thingArn } from '../builders/aws-jobs-fixture.ts'
import { Conversation, type Wording } from '../builders/conversation.ts'

const THING = 't1'
const JOBS = `$aws/things/${THING}/jobs/`
const signed = signedFor('control')

/** Topics by what follows the thing, and whether a message goes to all subscribers. */
const wording: Wording = {
  publishes: (who, topic, payload) => `${who} → jobs/${topic.slice(JOBS.length)} ${payload}`,
  decided: (_, verdict) => ('reason' in verdict ? `  (${verdict.route}: ${verdict.reason})` : undefined),
  hears: (who, { topic, qos, direct }, payload) => {
    // What JavaScript engines say about bad JSON differs from version to version.
    const stable = payload.replace(/(not JSON in UTF-8: ).*(?="\}$)/, '$1…')
    const reach = direct === true ? 'requester only' : `all, QoS ${qos}`
    return `  ${who} ← jobs/${topic.slice(JOBS.length)} [${reach}] ${stable}`
  },
  answers: (who, { status, headers, body }) => {
    const type = headers['x-amzn-errortype']
    return `  ${who} ← ${status} ${type === undefined ? '' : `${type} `}${body === '' ? '{}' : body}`
  },
  silence: '  (silence)',
}

/** A thing that has subscribed to all of its jobs, and an operator; a second passes before each says something. */
class JobsConversation {
  readonly #talk = new Conversation(aws, { now: Date.UTC(2026, 0, 1, 12) }, wording)

  static async of(...groups: string[]): Promise<JobsConversation> {
    const jobs = new JobsConversation()
    const { engine } = jobs.#talk.hub
    await jobs.#talk.given(async () => {
      await jobs.#talk.happens('registered', ({ turn }) => {
        engine.devices.ensure(turn, 'aws', THING)
        for (const name of groups) engine.groups.create(turn, { dialect: 'aws', name })
      })
      for (const group of groups) await jobs.join(group)
      await jobs.#talk.connect(THING, { clientId: THING })
      await jobs.#talk.subscribe(THING, `${JOBS}#`)
    })
    return jobs
  }

  heading(text: string): void {
    this.#talk.heading(text)
  }

  /** The device publishes. */
  async device(rest: string, payload: object | string = {}): Promise<void> {
    await this.#second()
    await this.#talk.publish(THING, `${JOBS}${rest}`, payload)
  }

  /** The operator calls the control plane. */
  async operator(method: string, path: string, body?: object): Promise<void> {
    await this.#second()
    await this.#talk.http('operator', method, path, body, signed)
  }

  async create(job: string, members: object = {}, targets = [thingArn(THING)]): Promise<void> {
    await this.operator('PUT', `/jobs/${job}`, { targets, document: JSON.stringify({ operation: job }), ...members })
  }

  /** Time passes. */
  async wait(minutes: number): Promise<void> {
    await this.#talk.wait(minutes * 60_000)
  }

  async join(group: string): Promise<void> {
    await this.#talk.happens(`${THING} joins ${group}`, ({ engine, turn }) =>
      engine.devices.join(turn, thingKey(THING), groupKey(group)),
    )
  }

  async leave(group: string): Promise<void> {
    await this.#talk.happens(`${THING} leaves ${group}`, ({ engine, turn }) =>
      engine.devices.leave(turn, thingKey(THING), groupKey(group)),
    )
  }

  /** Compares with the file of that name, or writes it with UPDATE_GOLDEN=1. */
  matches(name: string): void {
    this.#talk.matches(join(import.meta.dirname, `${name}.txt`))
  }

  async #second(): Promise<void> {
    await this.#talk.given(() => this.#talk.wait(1000))
  }
}

test('the worked sequence of notifications', async () => {
  const talk = await JobsConversation.of()
  await talk.create('job1')
  await talk.create('job2')
  await talk.device('job1/update', { status: 'IN_PROGRESS' })
  await talk.create('job3')
  await talk.device('job1/update', { status: 'SUCCEEDED' })
  await talk.device('job3/update', { status: 'IN_PROGRESS' })
  await talk.device('job2/update', { status: 'REJECTED' })
  await talk.operator('DELETE', '/things/t1/jobs/job3/executionNumber/1?force=true')
  talk.matches('aws-jobs-worked-sequence')
})

test('the notification table, row by row', async () => {
  const talk = await JobsConversation.of('g')
  talk.heading('execution queued, queue was empty: notify and notify-next')
  await talk.create('a')
  talk.heading('execution queued behind others: notify')
  await talk.create('b')
  talk.heading('front QUEUED → IN_PROGRESS by start-next: silence')
  await talk.device('start-next')
  talk.heading('IN_PROGRESS → IN_PROGRESS: silence')
  await talk.device('a/update', { status: 'IN_PROGRESS', statusDetails: { progress: '50%' } })
  talk.heading('front → terminal by the device: both, with the new front')
  await talk.device('a/update', { status: 'SUCCEEDED' })
  talk.heading('front QUEUED → IN_PROGRESS by update: silence')
  await talk.device('b/update', { status: 'IN_PROGRESS' })
  talk.heading('non-front → terminal by cancel: notify')
  await talk.create('c')
  await talk.operator('PUT', '/things/t1/jobs/c/cancel')
  talk.heading('non-front deleted: notify')
  await talk.create('d')
  await talk.operator('DELETE', '/things/t1/jobs/d/executionNumber/1')
  talk.heading('front → terminal by cancel: both')
  await talk.operator('PUT', '/jobs/b/cancel?force=true')
  talk.heading('non-front QUEUED → IN_PROGRESS becomes front: notify-next')
  await talk.create('e')
  await talk.create('f', { timeoutConfig: { inProgressTimeoutInMinutes: 1 } })
  await talk.device('f/update', { status: 'IN_PROGRESS' })
  talk.heading('front → terminal by timeout: both')
  await talk.wait(1)
  await talk.operator('DELETE', '/jobs/e?force=true')
  talk.heading('a retry: notify, and notify-next because the front has another execution number')
  await talk.create('r', {
    jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 1 }] },
  })
  await talk.device('r/update', { status: 'FAILED' })
  await talk.device('r/update', { status: 'FAILED' })
  talk.heading('a continuous job: joining queues, leaving removes')
  await talk.leave('g')
  await talk.create('cont', { targetSelection: 'CONTINUOUS' }, [groupArn('g')])
  await talk.join('g')
  await talk.leave('g')
  talk.matches('aws-jobs-notification-table')
})

test('method 1: list, pick, look, report', async () => {
  const talk = await JobsConversation.of()
  await talk.create('low')
  await talk.create('high')
  await talk.device('get', { clientToken: 'c1' })
  await talk.device('high/get', { clientToken: 'c2' })
  await talk.device('high/update', {
    status: 'IN_PROGRESS',
    statusDetails: { progress: '0%' },
    expectedVersion: '',
    clientToken: '',
  })
  await talk.device('high/update', {
    status: 'IN_PROGRESS',
    statusDetails: { progress: '50%' },
    expectedVersion: '2',
    clientToken: 'c3',
  })
  await talk.device('high/update', { status: 'SUCCEEDED', expectedVersion: 2, clientToken: 'c4' })
  await talk.device('high/update', {
    status: 'SUCCEEDED',
    expectedVersion: 3,
    includeJobExecutionState: true,
    includeJobDocument: true,
    clientToken: 'c5',
  })
  await talk.device('high/get', { clientToken: 'c6' })
  await talk.device('high/update', { status: 'FAILED', clientToken: 'c7' })
  await talk.device('high/delete', { clientToken: 'c8' })
  await talk.device('get', 'nonsense')
  talk.matches('aws-jobs-method-1')
})

test('method 2: start the next, report, be handed the following', async () => {
  const talk = await JobsConversation.of()
  await talk.device('$next/get', { clientToken: '0:t1' })
  await talk.device('start-next', { clientToken: 'test' })
  await talk.create('one', { timeoutConfig: { inProgressTimeoutInMinutes: 20 } })
  await talk.create('two')
  await talk.device('start-next', { clientToken: 'test' })
  await talk.device('one/update', {
    status: 'IN_PROGRESS',
    expectedVersion: '2',
    statusDetails: { self_test: 'ready', updatedBy: '0x1000000' },
  })
  await talk.device('$next/get', { clientToken: '1:t1' })
  await talk.device('one/update', {
    status: 'SUCCEEDED',
    expectedVersion: '3',
    statusDetails: { reason: 'accepted  v0.9.2', updatedBy: '  v0.9.1' },
  })
  await talk.device('start-next', { clientToken: 'test' })
  await talk.device('two/update', { status: 'FAILED', statusDetails: { reason: 'rolled back' } })
  talk.matches('aws-jobs-method-2')
})
