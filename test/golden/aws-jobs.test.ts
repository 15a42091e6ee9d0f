import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { groupArn, AwsJobsFixture, thingArn, type Sent } from '../builders/aws-jobs-fixture.ts'

/** A conversation as readable text: what was done, then what the hub said, job events left out. */
class Transcript {
  readonly jobs = new AwsJobsFixture({ now: Date.UTC(2026, 0, 1, 12) })
  readonly #queue: string[] = []

  heading(text: string): void {
    this.#queue.push('', `# ${text}`)
  }

  /** The device publishes. */
  device(rest: string, payload: object | string = {}, thing = 't1'): void {
    this.jobs.advance(1000)
    this.#queue.push('', `${thing} → jobs/${rest} ${typeof payload === 'string' ? payload : JSON.stringify(payload)}`)
    this.#heard(this.jobs.publish(thing, rest, payload))
  }

  /** The operator calls the control plane. */
  operator(method: string, path: string, body?: object): void {
    this.jobs.advance(1000)
    this.#queue.push('', `operator → ${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`)
    const answer = this.jobs.call(method, path, body)
    this.#queue.push(
      `  operator ← ${answer.status} ${answer.type === undefined ? '' : `${answer.type} `}${JSON.stringify(answer.body)}`,
    )
    this.#heard(answer.sent)
  }

  create(job: string, members: object = {}, targets = [thingArn('t1')]): void {
    this.operator('PUT', `/jobs/${job}`, { targets, document: JSON.stringify({ operation: job }), ...members })
  }

  /** Time passes. */
  wait(minutes: number): void {
    this.#queue.push('', `… ${minutes} min`)
    this.#heard(this.jobs.advance(minutes * 60_000))
  }

  /** Something else happens that the hub may have something to say about. */
  happens(what: string, sent: Sent[]): void {
    this.#queue.push('', `(${what})`)
    this.#heard(sent)
  }

  #heard(sent: Sent[]): void {
    const said = sent.filter(({ topic }) => !topic.startsWith('$aws/events/'))
    for (const { topic, payload, to, qos } of said) {
      const [, , thing, , ...rest] = topic.split('/')
      // What JavaScript engines say about bad JSON differs from version to version.
      const stable = payload.replace(/(not JSON in UTF-8: ).*(?="\}$)/, '$1…')
      this.#queue.push(
        `  ${thing} ← jobs/${rest.join('/')} [${to === undefined ? `all, QoS ${qos}` : 'requester only'}] ${stable}`,
      )
    }
    if (said.length === 0) this.#queue.push('  (silence)')
  }

  /** Compares with the file of that name, or writes it with UPDATE_GOLDEN=1. */
  matches(name: string): void {
    const path = join(import.meta.dirname, `${name}.txt`)
    const text = `${this.#queue.join('\n').trim()}\n`
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text)
    assert.equal(text, readFileSync(path, 'utf8'))
  }
}

test('the worked sequence of notifications', () => {
  const talk = new Transcript()
  talk.jobs.things(['t1'])
  talk.create('job1')
  talk.create('job2')
  talk.device('job1/update', { status: 'IN_PROGRESS' })
  talk.create('job3')
  talk.device('job1/update', { status: 'SUCCEEDED' })
  talk.device('job3/update', { status: 'IN_PROGRESS' })
  talk.device('job2/update', { status: 'REJECTED' })
  talk.operator('DELETE', '/things/t1/jobs/job3/executionNumber/1?force=true')
  talk.matches('aws-jobs-worked-sequence')
})

test('the notification table, row by row', () => {
  const talk = new Transcript()
  talk.jobs.things(['t1'], 'g')
  talk.heading('execution queued, queue was empty: notify and notify-next')
  talk.create('a')
  talk.heading('execution queued behind others: notify')
  talk.create('b')
  talk.heading('front QUEUED → IN_PROGRESS by start-next: silence')
  talk.device('start-next')
  talk.heading('IN_PROGRESS → IN_PROGRESS: silence')
  talk.device('a/update', { status: 'IN_PROGRESS', statusDetails: { progress: '50%' } })
  talk.heading('front → terminal by the device: both, with the new front')
  talk.device('a/update', { status: 'SUCCEEDED' })
  talk.heading('front QUEUED → IN_PROGRESS by update: silence')
  talk.device('b/update', { status: 'IN_PROGRESS' })
  talk.heading('non-front → terminal by cancel: notify')
  talk.create('c')
  talk.operator('PUT', '/things/t1/jobs/c/cancel')
  talk.heading('non-front deleted: notify')
  talk.create('d')
  talk.operator('DELETE', '/things/t1/jobs/d/executionNumber/1')
  talk.heading('front → terminal by cancel: both')
  talk.operator('PUT', '/jobs/b/cancel?force=true')
  talk.heading('non-front QUEUED → IN_PROGRESS becomes front: notify-next')
  talk.create('e')
  talk.create('f', { timeoutConfig: { inProgressTimeoutInMinutes: 1 } })
  talk.device('f/update', { status: 'IN_PROGRESS' })
  talk.heading('front → terminal by timeout: both')
  talk.wait(1)
  talk.operator('DELETE', '/jobs/e?force=true')
  talk.heading('a retry: notify, and notify-next because the front has another execution number')
  talk.create('r', { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 1 }] } })
  talk.device('r/update', { status: 'FAILED' })
  talk.device('r/update', { status: 'FAILED' })
  talk.heading('a continuous job: joining queues, leaving removes')
  talk.happens('t1 leaves g', talk.jobs.leave('t1', 'g'))
  talk.create('cont', { targetSelection: 'CONTINUOUS' }, [groupArn('g')])
  talk.happens('t1 joins g', talk.jobs.join('t1', 'g'))
  talk.happens('t1 leaves g', talk.jobs.leave('t1', 'g'))
  talk.matches('aws-jobs-notification-table')
})

test('method 1: list, pick, look, report', () => {
  const talk = new Transcript()
  talk.jobs.things(['t1'])
  talk.create('low')
  talk.create('high')
  talk.device('get', { clientToken: 'c1' })
  talk.device('high/get', { clientToken: 'c2' })
  talk.device('high/update', {
    status: 'IN_PROGRESS',
    statusDetails: { progress: '0%' },
    expectedVersion: '',
    clientToken: '',
  })
  talk.device('high/update', {
    status: 'IN_PROGRESS',
    statusDetails: { progress: '50%' },
    expectedVersion: '2',
    clientToken: 'c3',
  })
  talk.device('high/update', { status: 'SUCCEEDED', expectedVersion: 2, clientToken: 'c4' })
  talk.device('high/update', {
    status: 'SUCCEEDED',
    expectedVersion: 3,
    includeJobExecutionState: true,
    includeJobDocument: true,
    clientToken: 'c5',
  })
  talk.device('high/get', { clientToken: 'c6' })
  talk.device('high/update', { status: 'FAILED', clientToken: 'c7' })
  talk.device('high/delete', { clientToken: 'c8' })
  talk.device('get', 'nonsense')
  talk.matches('aws-jobs-method-1')
})

test('method 2: start the next, report, be handed the following', () => {
  const talk = new Transcript()
  talk.jobs.things(['t1'])
  talk.device('$next/get', { clientToken: '0:t1' })
  talk.device('start-next', { clientToken: 'test' })
  talk.create('one', { timeoutConfig: { inProgressTimeoutInMinutes: 20 } })
  talk.create('two')
  talk.device('start-next', { clientToken: 'test' })
  talk.device('one/update', {
    status: 'IN_PROGRESS',
    expectedVersion: '2',
    statusDetails: { self_test: 'ready', updatedBy: '0x1000000' },
  })
  talk.device('$next/get', { clientToken: '1:t1' })
  talk.device('one/update', {
    status: 'SUCCEEDED',
    expectedVersion: '3',
    statusDetails: { reason: 'accepted  v0.9.2', updatedBy: '  v0.9.1' },
  })
  talk.device('start-next', { clientToken: 'test' })
  talk.device('two/update', { status: 'FAILED', statusDetails: { reason: 'rolled back' } })
  talk.matches('aws-jobs-method-2')
})
