import assert from 'node:assert/strict'
import { test } from 'node:test'
import { windowAt } from '../../src/core/job/windows.ts'
import { readAwsCron } from '../../src/dialect/aws/jobs/cron.ts'
import { JobsLab } from '../builders/jobs-lab.ts'

const crons: [aws: string, core: string][] = [
  ['cron(0 18 ? * MON *)', '0 18 * * 1'],
  ['cron(0 18 ? * 2 *)', '0 18 * * 1'],
  ['cron(0 0 18 ? * MON *)', '0 18 * * 1'],
  ['cron(30 2 ? * SUN *)', '30 2 * * 0'],
  ['cron(30 2 ? * 1,7 *)', '30 2 * * 0,6'],
  ['cron(30 2 ? * 2-6 *)', '30 2 * * 1,2,3,4,5'],
  ['cron(30 2 ? * FRI-MON *)', '30 2 * * 5,6,0,1'],
  ['cron(30 2 ? * 2#1 *)', '30 2 * * 1#1'],
  ['cron(30 2 ? * 6L *)', '30 2 * * 5L'],
  ['cron(0/15 8 * * ? *)', '0-59/15 8 * * *'],
  ['cron(0 8 1 JAN ? *)', '0 8 1 JAN *'],
  ['cron(0 8 L * ? *)', '0 8 L * *'],
  ['cron(0 8 1 1 ? 2027)', '0 0 8 1 1 * 2027'],
  ['cron(0 8 * * * *)', '0 8 * * *'],
]
for (const [aws, cron] of crons) test(`${aws} is ${cron}`, () => assert.deepEqual(readAwsCron(aws), { cron }))

for (const aws of [
  '0 18 ? * MON *',
  'cron(0 18 ? * MON)',
  'cron(5 0 18 ? * MON *)',
  'cron(0 18 1 * MON *)',
  'cron(0 18 ? * 0 *)',
  'cron(0 18 ? * 8 *)',
  'cron(0 18 ? * MOO *)',
  'cron(61 18 ? * MON *)',
  'cron(0 18 ? * $ *)',
  'cron()',
]) test(`${aws} is refused`, () => assert.ok('broken' in readAwsCron(aws)))

test('a window that AWS calls Sunday opens on Sunday', () => {
  const read = readAwsCron('cron(0 6 ? * 1 *)')
  assert.ok('cron' in read)
  const schedule = { windows: [{ cron: read.cron, durationMs: 3_600_000 }] }
  assert.equal(windowAt(schedule, Date.UTC(2026, 0, 4, 6, 30)).open, true)
  assert.equal(windowAt(schedule, Date.UTC(2026, 0, 5, 6, 30)).open, false)
})

test('a year in the expression is obeyed', () => {
  const read = readAwsCron('cron(0 8 1 1 ? 2027)')
  assert.ok('cron' in read)
  const schedule = { windows: [{ cron: read.cron, durationMs: 60_000 }] }
  assert.equal(windowAt(schedule, Date.UTC(2026, 0, 1, 8)).open, false)
  assert.equal(windowAt(schedule, Date.UTC(2027, 0, 1, 8)).open, true)
})

const schedule = (schedulingConfig: object, mode: 'open' | 'strict' = 'open'): JobsLab & { answer?: { status: number; body: Record<string, unknown> } } => {
  const jobs = new JobsLab({ now: Date.UTC(2026, 0, 1, 12), settings: { mode } })
  jobs.things(['t1'])
  const answer = jobs.call('PUT', '/jobs/j1', { targets: ['arn:aws:iot:us-east-1:123456789012:thing/t1'], document: '{}', schedulingConfig })
  return Object.assign(jobs, { answer })
}

for (const [what, config] of [
  ['a date that is none', { startTime: '2026-02-30 10:00' }],
  ['another form of time', { startTime: '2026-01-01T13:00:00Z' }],
  ['a start more than a year ahead', { startTime: '2027-02-01 12:00' }],
  ['an end before the start', { startTime: '2026-01-02 12:00', endTime: '2026-01-02 11:00' }],
  ['an end in the past', { endTime: '2025-12-31 12:00' }],
  ['an end more than two years ahead', { endTime: '2028-02-01 12:00' }],
  ['an unknown end behaviour', { endBehavior: 'STOP' }],
  ['a window of a day', { maintenanceWindows: [{ startTime: 'cron(0 18 ? * MON *)', durationInMinutes: 1431 }] }],
  ['a window without a duration', { maintenanceWindows: [{ startTime: 'cron(0 18 ? * MON *)' }] }],
  ['windows whose year is past', { maintenanceWindows: [{ startTime: 'cron(0 18 1 1 ? 2020)', durationInMinutes: 10 }] }],
  ['windows on a day that no month has', { maintenanceWindows: [{ startTime: 'cron(0 18 31 FEB ? *)', durationInMinutes: 10 }] }],
  ['windows that open after the end', { endTime: '2026-01-01 17:00', maintenanceWindows: [{ startTime: 'cron(0 18 * * ? *)', durationInMinutes: 10 }] }],
  ['windows that closed before the start', { startTime: '2026-06-01 12:00', maintenanceWindows: [{ startTime: 'cron(0 18 1 1 ? 2026)', durationInMinutes: 10 }] }],
  ['a window without a cron expression', { maintenanceWindows: [{ startTime: 'mondays', durationInMinutes: 10 }] }],
] as const) {
  test(`${what} is refused with the name of its field`, () => {
    const { answer, bench } = schedule(config)
    assert.equal(answer?.status, 400)
    assert.match(String(answer?.body['message']), /^schedulingConfig\./)
    assert.equal(bench.engine.jobs.get('aws/j1'), undefined)
  })
}

test('a start within 30 minutes is a warning in open mode and an error in strict mode', () => {
  const soon = { startTime: '2026-01-01 12:05', endTime: '2026-01-01 12:10' }
  const open = schedule(soon)
  assert.equal(open.answer?.status, 200)
  assert.deepEqual(open.bench.warnings.map(({ about, text }) => [about, text.split(':')[0]]), [['aws/j1', 'schedulingConfig.startTime'], ['aws/j1', 'schedulingConfig.endTime']])
  const strict = schedule(soon, 'strict')
  assert.equal(strict.answer?.status, 400)
  assert.equal(schedule({ startTime: '2026-01-01 12:30', endTime: '2026-01-01 13:00' }, 'strict').answer?.status, 200)
})

test('windows are taken if one of them opens in time, or is open at the start', () => {
  const evening = { startTime: 'cron(0 18 * * ? *)', durationInMinutes: 10 }
  const past = { startTime: 'cron(0 18 1 1 ? 2020)', durationInMinutes: 10 }
  const under = { startTime: 'cron(55 11 1 1 ? 2026)', durationInMinutes: 10 }
  assert.equal(schedule({ maintenanceWindows: [past, evening] }).answer?.status, 200)
  assert.equal(schedule({ endTime: '2026-01-01 13:00', maintenanceWindows: [under] }).answer?.status, 200)
})
