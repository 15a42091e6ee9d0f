import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobDetail, JobView } from '../../src/shared/api.ts'
import { JsonText } from '../../src/shared/json-text.ts'
import { executionLook, inOrder, jobLook, stateWords } from '../../src/shared/states.ts'
import { possible } from '../../webview/progress/deeds.ts'
import { createFormat } from '../../webview/progress/format.ts'
import { milestone } from '../../webview/progress/milestones.ts'
import { Model } from '../../webview/progress/model.ts'
import { detailsLine, pretty } from '../../webview/progress/payload.ts'

const job = (over: Partial<JobView> = {}): JobView => ({
  key: 'aws/j',
  dialect: 'aws',
  name: 'j',
  status: 'IN_PROGRESS',
  selection: 'SNAPSHOT',
  counts: { QUEUED: 100 },
  planned: 100,
  rolledOut: 100,
  createdAt: 1000,
  ...over,
})

describe('what the page knows of the job', () => {
  const detail = (over: Partial<JobView> = {}): JobDetail => ({
    ...job(over),
    document: '{}',
    draft: { dialect: 'aws', name: 'j', targets: [], document: new JsonText('{}') },
    history: [{ at: 1000, counts: { QUEUED: 100 } }],
  })
  const init = (clock: 'real' | 'virtual', now = 5000) =>
    ({
      type: 'init',
      sequence: 7,
      job: detail(),
      cloud: 'AWS IoT',
      twinWord: 'shadow',
      time: { now, clock },
      words: {},
    }) as const

  it('takes changes in sequence and finds a gap', () => {
    const model = new Model()
    model.receive(init('real'), 0)
    const change = (sequence: number) =>
      model.receive(
        {
          type: 'changed',
          sequence,
          job: job({ counts: { QUEUED: 99, FAILED: 1 } }),
          time: { now: 6000, clock: 'real' },
          rows: [],
        },
        10,
      )
    assert.equal(change(8), 'taken')
    assert.equal(change(10), 'gap')
    assert.deepEqual(model.job?.counts, { QUEUED: 99, FAILED: 1 })
  })

  it('counts on where the clock is real, and stands still where it is not', () => {
    const real = new Model()
    real.receive(init('real'), 100)
    assert.equal(real.now(2100), 7000)
    const virtual = new Model()
    virtual.receive(init('virtual'), 100)
    assert.equal(virtual.now(2100), 5000)
  })

  it('draws on over a jump of the clock', () => {
    const model = new Model()
    model.receive(init('virtual'), 0)
    model.receive(
      {
        type: 'changed',
        sequence: 8,
        job: job({ counts: { TIMED_OUT: 100 } }),
        time: { now: 5000 + 7 * 86_400_000, clock: 'virtual' },
        rows: [],
      },
      1,
    )
    assert.deepEqual(
      model.points.map(({ at }) => at),
      [1000, 5000, 5000 + 7 * 86_400_000],
    )
  })

  it('ends the curve of a job with the job', () => {
    const model = new Model()
    const ended = job({ status: 'COMPLETED', completedAt: 6000, counts: { SUCCEEDED: 100 } })
    model.receive(init('real'), 0)
    model.receive({ type: 'changed', sequence: 8, job: ended, time: { now: 6000, clock: 'real' }, rows: [] }, 1)
    model.receive({ type: 'changed', sequence: 9, job: ended, time: { now: 99_000, clock: 'real' }, rows: [] }, 1)
    assert.equal(model.points.at(-1)?.at, 6000)
  })

  it('keeps what it knew when the hub stops', () => {
    const model = new Model()
    model.receive(init('real'), 0)
    model.receive({ type: 'noHub', starting: false, job: 'aws/j', words: {} }, 1)
    assert.equal(model.phase, 'noHub')
    assert.equal(model.job?.name, 'j')
  })
})

describe('what is spoken', () => {
  const at = (SUCCEEDED: number, FAILED = 0) => job({ counts: { SUCCEEDED, FAILED, QUEUED: 100 - SUCCEEDED - FAILED } })

  it('is each quarter, once', () => {
    assert.equal(milestone(at(10), at(20)), undefined)
    assert.equal(milestone(at(20), at(60)), '60 of 100 devices are through, 0 failed')
    assert.equal(milestone(at(60), at(70)), undefined)
  })

  it('is the first failure and the end', () => {
    assert.equal(milestone(at(10), at(10, 1)), 'The first device failed')
    assert.equal(milestone(at(10, 1), at(10, 2)), undefined)
    assert.equal(
      milestone(at(90, 1), { ...at(99, 1), status: 'COMPLETED' }),
      'The job is completed with failures: 99 of 100 devices succeeded, 1 failed',
    )
  })
})

describe('what can be done with a job', () => {
  const able = (status: string, counts: Record<string, number>) =>
    Object.entries(possible({ status, counts }))
      .filter(([, can]) => can)
      .map(([deed]) => deed)

  it('depends on its state', () => {
    assert.deepEqual(able('IN_PROGRESS', { QUEUED: 1 }), ['cancel', 'delete', 'openDocument'])
    assert.deepEqual(able('IN_PROGRESS', { IN_PROGRESS: 1, FAILED: 1 }), [
      'cancel',
      'forceCancel',
      'retryFailed',
      'delete',
      'openDocument',
    ])
    assert.deepEqual(able('COMPLETED', { TIMED_OUT: 1 }), ['retryFailed', 'delete', 'openDocument'])
    assert.deepEqual(able('CANCELED', { FAILED: 1 }), ['delete', 'openDocument'])
    assert.deepEqual(able('DELETING', {}), ['openDocument'])
  })
})

describe('how things are written', () => {
  const english = createFormat('en', 'UTC')

  it('tells durations in two units at most', () => {
    assert.deepEqual(
      [0, 400, 59_000, 200_000, 3_600_000, 90_061_000, -5].map((ms) => english.duration(ms)),
      ['0s', '0s', '59s', '3m 20s', '1h', '1d 1h', '0s'],
    )
  })

  it('never rounds to all or to nothing', () => {
    assert.deepEqual(
      [0, 0.00001, 0.5, 0.99999, 1].map((share) => english.percent(share)),
      ['0%', '0.1%', '50%', '99.9%', '100%'],
    )
  })

  it('adds the day where it is another one', () => {
    const noon = Date.UTC(2026, 0, 5, 12, 0, 9)
    assert.equal(english.time(noon, noon + 1000), '12:00:09')
    assert.equal(english.time(noon, noon + 86_400_000), 'Jan 5 12:00:09')
  })

  it('takes any language id of the editor', () => {
    assert.equal(createFormat('zh-cn', 'UTC').duration(200_000), '3分钟 20秒')
    assert.equal(createFormat('qps-ploc', 'UTC').number(10_000), '10,000')
    assert.equal(createFormat('no language', 'UTC').number(10_000), '10,000')
  })

  it('lays out JSON and leaves the rest alone', () => {
    assert.equal(pretty('{"a":[1]}'), '{\n  "a": [\n    1\n  ]\n}')
    assert.equal(pretty('{"a":'), '{"a":')
    assert.equal(pretty('7'), '7')
    assert.equal(detailsLine({ step: 'boot', at: { slot: 1 } }), 'step: boot · at: {"slot":1}')
  })
})

describe('how states look', () => {
  it('tells a job that completed badly from one that completed', () => {
    assert.equal(jobLook('COMPLETED', { SUCCEEDED: 3 }).word, 'completed')
    assert.equal(jobLook('COMPLETED', { SUCCEEDED: 3, TIMED_OUT: 1 }).word, 'completed with failures')
  })

  it('shows a state that is not known by its name', () => {
    assert.equal(executionLook('PAUSED').word, 'PAUSED')
    assert.equal(jobLook('toString', {}).word, 'toString')
    assert.deepEqual(inOrder(['PAUSED', 'FAILED', 'QUEUED']), ['QUEUED', 'FAILED', 'PAUSED'])
  })

  it('lists every word once, for the translators', () => {
    assert.equal(new Set(stateWords).size, stateWords.length)
    assert.ok(stateWords.includes('timed out'))
  })
})
