import assert from 'node:assert/strict'
import { test } from 'node:test'
import { windowAt } from '../../src/core/job/windows.ts'
import { readAwsCron } from '../../src/dialect/aws/jobs/cron.ts'
import { AwsJobsFixture } from '../builders/aws-jobs-fixture.ts'

const crons: [aws: string, core: string][] = [
  ['cron(0 18 ? * MON *)', '0 18 * * 1'],
  ['cron(0 18 ? * 2 *)', '0 18 * * 1'],
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
  'cron(0 0 18 ? * MON *)',
  'cron(0 18 1 * MON *)',
  'cron(0 18 ? * 0 *)',
  'cron(0 18 ? * 8 *)',
  'cron(0 18 ? * MOO *)',
  'cron(61 18 ? * MON *)',
  'cron(0 18 ? * $ *)',
  'cron()',
])
  test(`${aws} is refused`, () => assert.ok('broken' in readAwsCron(aws)))

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

type Tried = AwsJobsFixture & { answer?: { status: number; body: Record<string, unknown> } }

function schedule(schedulingConfig: object, mode: 'open' | 'strict' = 'open', targetSelection = 'CONTINUOUS'): Tried {
  const jobs = new AwsJobsFixture({ now: Date.UTC(2026, 0, 1, 12), settings: { mode } })
  jobs.things(['t1'])
  const targets = ['arn:aws:iot:us-east-1:123456789012:thing/t1']
  const answer = jobs.call('PUT', '/jobs/j1', { targets, document: '{}', schedulingConfig, targetSelection })
  return Object.assign(jobs, { answer })
}

const daily = { startTime: 'cron(0 18 * * ? *)', durationInMinutes: 10 }
const start = '2026-01-01T13:00'
const format = (time: string): string =>
  `1 validation error detected: Provided time ${time} UTC must follow the format YYYY-MM-DDThh:mm.`

for (const [what, config, message] of [
  ['a date that is none', { startTime: '2026-02-30T10:00' }, format('2026-02-30T10:00')],
  ['a time with seconds and zone', { startTime: '2026-01-01T13:00:00Z' }, format('2026-01-01T13:00:00Z')],
  ['a time with a blank', { endTime: '2026-01-01 13:00' }, format('2026-01-01 13:00')],
  ['a start more than a year ahead', { startTime: '2027-02-01T12:00' }, /^schedulingConfig\.startTime/],
  [
    'an end before the start',
    { startTime: '2026-01-02T12:00', endTime: '2026-01-02T11:00' },
    /^schedulingConfig\.endTime/,
  ],
  ['an end in the past', { endTime: '2025-12-31T12:00' }, /^schedulingConfig\.endTime/],
  ['an end more than two years ahead', { endTime: '2028-02-01T12:00' }, /^schedulingConfig\.endTime/],
  [
    'windows without a start',
    { maintenanceWindows: [daily] },
    'MaintenanceWindow cannot be used without StartTime of SchedulingConfig.',
  ],
  ...(
    [
      ['windows whose year is past', [{ ...daily, startTime: 'cron(0 18 1 1 ? 2020)' }], undefined],
      ['windows on a day that no month has', [{ ...daily, startTime: 'cron(0 18 31 FEB ? *)' }], undefined],
      ['windows that open after the end', [daily], '2026-01-01T17:00'],
      ['a window without a cron expression', [{ ...daily, startTime: 'mondays' }], undefined],
      ['a window in the form of seven fields', [{ ...daily, startTime: 'cron(0 0 18 * * ? *)' }], undefined],
    ] as const
  ).map(([name, maintenanceWindows, endTime]): [string, object, RegExp] => [
    name,
    { startTime: start, maintenanceWindows, endTime },
    /^schedulingConfig\.maintenanceWindows/,
  ]),
] as [string, object, string | RegExp][]) {
  test(`${what}: refused`, () => {
    const { answer, bench } = schedule(config)
    assert.equal(answer?.status, 400)
    if (typeof message === 'string') assert.equal(answer.body['message'], message)
    else assert.match(String(answer.body['message']), message)
    assert.equal(bench.engine.jobs.get('aws/j1'), undefined)
  })
}

test('windows are for continuous jobs only, also those of a template', () => {
  const message = 'TargetSelection is invalid. MaintenanceWindow cannot be used with SNAPSHOT job.'
  const config = { startTime: start, maintenanceWindows: [daily] }
  assert.equal(schedule(config, 'open', 'SNAPSHOT').answer?.body['message'], message)
  const jobs = schedule(config)
  assert.equal(jobs.answer?.status, 200)
  jobs.call('PUT', '/job-templates/tpl', { description: 'd', document: '{}', maintenanceWindows: [daily] })
  const from = {
    targets: ['arn:aws:iot:us-east-1:123456789012:thing/t1'],
    jobTemplateArn: 'arn:aws:iot:us-east-1:123456789012:jobtemplate/tpl',
  }
  assert.equal(jobs.call('PUT', '/jobs/j2', from).body['message'], message)
  const schedulingConfig = { startTime: start }
  assert.equal(jobs.call('PUT', '/jobs/j2', { ...from, targetSelection: 'CONTINUOUS', schedulingConfig }).status, 200)
  const described = jobs.call('GET', '/jobs/j2').body['job'] as { schedulingConfig: object }
  assert.deepEqual(described.schedulingConfig, config)
})

test('a start within 30 minutes is a warning in open mode and an error in strict mode', () => {
  const soon = { startTime: '2026-01-01T12:05', endTime: '2026-01-01T12:10' }
  const open = schedule(soon)
  assert.equal(open.answer?.status, 200)
  assert.deepEqual(
    open.bench.warnings.map(({ about, text }) => [about, text.split(':')[0]]),
    [
      ['aws/j1', 'schedulingConfig.startTime'],
      ['aws/j1', 'schedulingConfig.endTime'],
    ],
  )
  const strict = schedule(soon, 'strict')
  assert.equal(strict.answer?.status, 400)
  assert.equal(schedule({ startTime: '2026-01-01T12:30', endTime: '2026-01-01T13:00' }, 'strict').answer?.status, 200)
})

test('windows are taken if one of them opens in time, or is open at the start', () => {
  const past = { startTime: 'cron(0 18 1 1 ? 2020)', durationInMinutes: 10 }
  const under = { startTime: 'cron(55 12 1 1 ? 2026)', durationInMinutes: 10 }
  assert.equal(schedule({ startTime: start, maintenanceWindows: [past, daily] }).answer?.status, 200)
  assert.equal(
    schedule({ startTime: start, endTime: '2026-01-01T14:00', maintenanceWindows: [under] }).answer?.status,
    200,
  )
})
