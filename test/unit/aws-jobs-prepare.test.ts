import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DescribeJobCommand } from '@aws-sdk/client-iot'
import { HubError } from '../../src/core/errors.ts'
import type { NewJob } from '../../src/core/job/model.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { readAwsCron, writeAwsCron } from '../../src/dialect/aws/jobs/cron.ts'
import { AwsInProcess } from '../builders/aws-in-process.ts'
import { textOf } from '../../src/core/said.ts'

const MINUTE = 60_000
const job = (more: Partial<NewJob> = {}): NewJob => ({
  key: 'aws/j',
  targets: [{ type: 'device', device: 'aws/t' }],
  selection: 'SNAPSHOT',
  document: '{}',
  ...more,
})

/** Fields and rules that are refused, all of them. */
function refused(given: NewJob, bench = new AwsInProcess()): [string | undefined, string | undefined][] {
  try {
    bench.turn((ctx) => aws.jobs.prepare(ctx, given))
  } catch (error) {
    assert.ok(error instanceof HubError && error.code === 'INVALID', String(error))
    return [error, ...(error.data.also ?? [])].map(({ data }) => [data.field, data.rule && textOf(data.rule)])
  }
  return []
}

for (const [more, field, rule] of [
  [
    { targets: Array.from({ length: 101 }, (_, index) => ({ type: 'device' as const, device: `aws/${index}` })) },
    'targets',
    /100 are allowed/,
  ],
  [{ description: 'a\tb' }, 'description', /satisfy regular expression pattern/],
  [{ document: JSON.stringify('x'.repeat(32_767)) }, 'document', /32768 are allowed/],
  [
    { document: '{"u":"${aws:iot:s3-presigned-url:https://example.com/b/k}"}' },
    'document',
    /Given S3 url https:\/\/example.com\/b\/k is invalid/,
  ],
  [{ rollout: { perMinute: 1001 } }, 'rollout.perMinute', /less than or equal to 1000/],
  [
    { rollout: { exponential: { base: 1001, factor: 2, every: { of: 'NOTIFIED', count: 1 } } } },
    'rollout.exponential.base',
    /less than or equal to 1000/,
  ],
  [
    { rollout: { exponential: { base: 5, factor: 1.05, every: { of: 'NOTIFIED', count: 1 } } } },
    'rollout.exponential.factor',
    /greater than or equal to 1.1/,
  ],
  [
    { rollout: { exponential: { base: 5, factor: 2, every: { of: 'SUCCEEDED', count: 0 } } } },
    'rollout.exponential.every.count',
    /greater than or equal to 1/,
  ],
  [
    {
      abort: [
        { on: 'ANY', percent: 1, minimum: 1 },
        { on: 'FAILED', percent: 1.234, minimum: 1 },
      ],
    },
    'abort[1].percent',
    /two decimals at most/,
  ],
  [{ abort: [{ on: 'ANY', percent: 1, minimum: 0 }] }, 'abort[0].minimum', /greater than or equal to 1/],
  [{ timeout: { inProgressMs: 90_000 } }, 'timeout.inProgressMs', /whole number/],
  [{ timeout: { inProgressMs: 10_081 * MINUTE } }, 'timeout.inProgressMs', /between 1 and 10080/],
  [{ retry: [{ on: 'FAILED', times: 11 }] }, 'retry[0].times', /less than or equal to 10/],
  [
    {
      retry: [
        { on: 'ANY', times: 1 },
        { on: 'FAILED', times: 1 },
      ],
    },
    'retry',
    /must not combine/,
  ],
  [{ retry: [{ on: 'ANY', times: 1, afterMs: MINUTE }] }, 'retry[0].afterMs', /AWS retries at once/],
  [{ schedule: { endAt: Date.UTC(2026, 5, 1), endBehavior: 'TIME_OUT' } }, 'schedule.endBehavior', /STOP_ROLLOUT/],
  [{ schedule: { startAt: Date.UTC(2026, 0, 1, 1, 0, 30) } }, 'schedule.startAt', /full minute/],
  [{ schedule: { startAt: Date.UTC(2027, 5, 1) } }, 'schedule.startAt', /one year/],
  [{ schedule: { endAt: Date.UTC(2025, 11, 31) } }, 'schedule.endAt', /later than the start/],
  [
    { schedule: { windows: [{ cron: '0 1 * * *', durationMs: 1431 * MINUTE }] } },
    'schedule.windows[0].durationMs',
    /less than or equal to 1430/,
  ],
  [
    { schedule: { windows: [{ cron: '0 1 1 * 1', durationMs: MINUTE }] } },
    'schedule.windows[0].cron',
    /one excludes the other/,
  ],
  [
    { schedule: { windows: [{ cron: '0 1 * * *', durationMs: MINUTE }] } },
    'schedule.windows',
    /until they are canceled only/,
  ],
] satisfies [Partial<NewJob>, string, RegExp][]) {
  test(`AWS has no job with ${JSON.stringify(more).slice(0, 80)}`, () => {
    const [[at, why] = [], ...others] = refused(job(more))
    assert.deepEqual([at, others], [field, []])
    assert.match(why ?? '', rule)
  })
}

test('everything that is wrong is told at once', () => {
  const wrong = job({
    description: '\n',
    rollout: { perMinute: 5000 },
    timeout: { inProgressMs: 1 },
    retry: [{ on: 'ANY', times: 11 }],
    schedule: { endAt: 0 },
  })
  assert.deepEqual(
    refused(wrong).map(([field]) => field),
    ['rollout.perMinute', 'retry[0].times', 'description', 'timeout.inProgressMs', 'schedule.endAt'],
  )
})

test('what is sound is described as if CreateJob had made it', async () => {
  const bench = new AwsInProcess()
  const start = bench.now + 60 * MINUTE
  bench.turn((ctx) => {
    ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 't' })
    const plan = {
      rollout: { perMinute: 50 },
      abort: [{ on: 'ANY' as const, percent: 12.5, minimum: 2 }],
      timeout: { inProgressMs: 5 * MINUTE },
      retry: [{ on: 'TIMED_OUT' as const, times: 3 }],
      schedule: {
        startAt: start,
        endAt: start + 120 * MINUTE,
        windows: [{ cron: '0 2 * * 4', durationMs: 30 * MINUTE }],
      },
    }
    ctx.engine.jobs.create(ctx.turn, aws.jobs.prepare(ctx, job({ ...plan, selection: 'CONTINUOUS' })))
  })
  const described = (await bench.iot.send(new DescribeJobCommand({ jobId: 'j' }))).job
  assert.deepEqual(described?.targets, ['arn:aws:iot:us-east-1:123456789012:thing/t'])
  assert.deepEqual(described?.jobExecutionsRolloutConfig, { maximumPerMinute: 50 })
  assert.deepEqual(described?.abortConfig?.criteriaList, [
    { failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 12.5, minNumberOfExecutedThings: 2 },
  ])
  assert.deepEqual(described?.timeoutConfig, { inProgressTimeoutInMinutes: 5 })
  assert.deepEqual(described?.jobExecutionsRetryConfig?.criteriaList, [
    { failureType: 'TIMED_OUT', numberOfRetries: 3 },
  ])
  assert.deepEqual(described?.schedulingConfig, {
    startTime: '2026-01-01T01:00',
    endTime: '2026-01-01T03:00',
    maintenanceWindows: [{ startTime: 'cron(0 2 ? * 5 *)', durationInMinutes: 30 }],
  })
})

test('a rollout that nobody chose is AWS’s own in strict mode, and at once in open mode', () => {
  const rolloutIn = (mode: 'open' | 'strict') =>
    new AwsInProcess({ settings: { mode } }).turn((ctx) => aws.jobs.prepare(ctx, job())).result.rollout
  assert.deepEqual([rolloutIn('open'), rolloutIn('strict')], [{}, { perMinute: 1000 }])
})

for (const [ours, theirs] of [
  ['0 18 * * *', 'cron(0 18 * * ? *)'],
  ['0 18 * * 1', 'cron(0 18 ? * 2 *)'],
  ['0 18 * * 0,6', 'cron(0 18 ? * 1,7 *)'],
  ['0 18 * * 7', 'cron(0 18 ? * 1 *)'],
  ['0 18 * * 1-5', 'cron(0 18 ? * 2-6 *)'],
  ['0 18 * * MON', 'cron(0 18 ? * MON *)'],
  ['0 18 * * 1#2', 'cron(0 18 ? * 2#2 *)'],
  ['30 2 1 1 *', 'cron(30 2 1 1 ? *)'],
] as const) {
  test(`${ours} is ${theirs} on AWS, and opens at the same time`, () => {
    assert.equal(writeAwsCron(ours), theirs)
    assert.ok('cron' in readAwsCron(theirs))
  })
}

test('an expression of another length has no such form', () => {
  for (const cron of ['* * * *', '0 0 18 1 1 * 2027', '']) assert.equal(writeAwsCron(cron), undefined)
})
