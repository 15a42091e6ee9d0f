import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupArn, AwsJobsFixture, thingArn } from '../builders/aws-jobs-fixture.ts'

type Rows = Record<string, unknown>[]

/** Follows the tokens; `between` runs after every page. */
function pages(jobs: AwsJobsFixture, path: string, member: string, between: (rows: Rows) => void = () => {}): Rows[] {
  const found: Rows[] = []
  for (let token: unknown; ;) {
    const { status, body } = jobs.call('GET', `${path}${token === undefined ? '' : `&nextToken=${String(token)}`}`)
    assert.equal(status, 200)
    found.push(body[member] as Rows)
    between(body[member] as Rows)
    token = body['nextToken']
    if (token === undefined) return found
  }
}

const createFixture = (): AwsJobsFixture => {
  const jobs = new AwsJobsFixture()
  jobs.things(['t1', 't2', 't3'], 'g')
  return jobs
}
const ids = (rows: unknown): unknown[] => (rows as Rows).map((row) => row['jobId'])

test('ListJobs gives the newest first, page by page, also while listed jobs are deleted', () => {
  const jobs = createFixture()
  for (let index = 0; index < 5; index += 1) {
    jobs.create(`j${index}`)
    jobs.advance(1000)
  }
  assert.deepEqual(pages(jobs, '/jobs?maxResults=2', 'jobs').map(ids), [['j4', 'j3'], ['j2', 'j1'], ['j0']])
  const deleted = pages(jobs, '/jobs?maxResults=2', 'jobs', (rows) =>
    rows.forEach((row) => jobs.call('DELETE', `/jobs/${String(row['jobId'])}?force=true`)),
  )
  assert.deepEqual(deleted.flatMap(ids), ['j4', 'j3', 'j2', 'j1', 'j0'])
  assert.deepEqual(jobs.call('GET', '/jobs').body, { jobs: [] })
})

test('ListJobs filters by status, selection, namespace and group, SCHEDULED jobs among them', () => {
  const jobs = createFixture()
  jobs.create('thing')
  jobs.create('done')
  jobs.publish('t1', 'done/update', { status: 'SUCCEEDED' })
  jobs.create('cont', { targetSelection: 'CONTINUOUS' }, [groupArn('g')])
  jobs.create('later', { schedulingConfig: { startTime: '2026-01-02T12:00' }, namespaceId: 'ns' }, [groupArn('g')])
  const list = (query: string): unknown[] => ids(jobs.call('GET', `/jobs?${query}`).body['jobs']).sort()
  assert.deepEqual(list('status=COMPLETED'), ['done'])
  assert.deepEqual(list('targetSelection=CONTINUOUS'), ['cont'])
  assert.deepEqual(list('namespaceId=ns'), ['later'])
  assert.deepEqual(list('thingGroupName=g'), ['cont', 'later'])
  assert.deepEqual(list('thingGroupName=other'), [])
  const id = jobs.bench.engine.groups.get('aws/g')?.id ?? ''
  assert.deepEqual(list(`thingGroupId=${id}`), ['cont', 'later'])
  const [job] = jobs.call('GET', '/jobs?targetSelection=CONTINUOUS').body['jobs'] as Rows
  const now = jobs.bench.now / 1000
  assert.deepEqual(job, {
    jobArn: 'arn:aws:iot:us-east-1:123456789012:job/cont',
    jobId: 'cont',
    thingGroupId: id,
    targetSelection: 'CONTINUOUS',
    status: 'IN_PROGRESS',
    createdAt: now,
    lastUpdatedAt: now,
    isConcurrent: false,
  })
})

const broken = (value: string, member: string, rule: string): string =>
  `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${rule}`
const states =
  'satisfy enum value set: [REMOVED, SUCCEEDED, TIMED_OUT, IN_PROGRESS, QUEUED, CANCELED, FAILED, REJECTED]'

for (const [path, message] of [
  ['/jobs?maxResults=0', broken('0', 'maxResults', 'have value greater than or equal to 1')],
  ['/jobs?maxResults=251', broken('251', 'maxResults', 'have value less than or equal to 250')],
  ['/job-templates?maxResults=0', broken('0', 'maxResults', 'have value greater than or equal to 1')],
  ['/jobs/nope/things?maxResults=251', broken('251', 'maxResults', 'have value less than or equal to 250')],
  ['/things/t1/jobs?maxResults=-1', broken('-1', 'maxResults', 'have value greater than or equal to 1')],
  ['/jobs?nextToken=***', 'Next token is invalid.'],
  ['/job-templates?nextToken=garbage', 'Next token is invalid.'],
  ['/jobs/j/things?status=queued', broken('queued', 'status', states)],
  ['/things/t1/jobs?status=DONE', broken('DONE', 'status', states)],
  [
    '/jobs?thingGroupName=a%20b',
    broken('a b', 'thingGroupName', 'satisfy regular expression pattern: [a-zA-Z0-9:_-]+'),
  ],
] as const) {
  test(`GET ${path} is refused in AWS’s words`, () => {
    const { status, type, body } = createFixture().call('GET', path)
    assert.deepEqual([status, type, body['message']], [400, 'InvalidRequestException', message])
  })
}

test('a token is good for the filters it was given with, whatever the size of the page', () => {
  const jobs = createFixture()
  for (const id of ['a', 'b', 'c']) jobs.create(id)
  const token = String(jobs.call('GET', '/jobs?maxResults=1&status=IN_PROGRESS').body['nextToken'])
  assert.deepEqual(ids(jobs.call('GET', `/jobs?maxResults=2&status=IN_PROGRESS&nextToken=${token}`).body['jobs']), [
    'b',
    'a',
  ])
  for (const query of ['', 'status=COMPLETED&', 'status=IN_PROGRESS&targetSelection=SNAPSHOT&']) {
    assert.equal(jobs.call('GET', `/jobs?${query}nextToken=${token}`).body['message'], 'Next token is invalid.')
  }
})

test('a hundred are listed unasked, those made in one instant from the last to the first', () => {
  const jobs = createFixture()
  const all = Array.from({ length: 101 }, (_, index) => `j${index}`)
  for (const id of all) jobs.create(id)
  assert.deepEqual(pages(jobs, '/jobs?', 'jobs').map(ids), [all.slice(1).reverse(), ['j0']])
})

test('executions of a job come by when they last changed, all attempts, filtered by state', () => {
  const jobs = createFixture()
  jobs.create('j1', { jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 1 }] } }, [
    groupArn('g'),
  ])
  jobs.advance(1000)
  jobs.publish('t2', 'j1/update', { status: 'FAILED' })
  const rows = (found: Rows): unknown[] =>
    found.map((row) => {
      const { status, executionNumber, retryAttempt } = row['jobExecutionSummary'] as Record<string, unknown>
      return [row['thingArn'], status, executionNumber, retryAttempt]
    })
  assert.deepEqual(rows(pages(jobs, '/jobs/j1/things?maxResults=2', 'executionSummaries').flat()), [
    [thingArn('t2'), 'QUEUED', 2, 1],
    [thingArn('t2'), 'FAILED', 1, 0],
    [thingArn('t3'), 'QUEUED', 1, 0],
    [thingArn('t1'), 'QUEUED', 1, 0],
  ])
  assert.deepEqual(rows(pages(jobs, '/jobs/j1/things?status=FAILED', 'executionSummaries').flat()), [
    [thingArn('t2'), 'FAILED', 1, 0],
  ])
})

test('executions of a thing come newest first, filtered by job, state and namespace', () => {
  const jobs = createFixture()
  jobs.create('j1')
  jobs.create('j2', { namespaceId: 'ns' })
  jobs.publish('t1', 'j2/namespace-ns/update', { status: 'IN_PROGRESS' })
  const list = (query: string): unknown[] =>
    ids(jobs.call('GET', `/things/t1/jobs?${query}`).body['executionSummaries'])
  assert.deepEqual(list(''), ['j2', 'j1'])
  assert.deepEqual(list('jobId=j1'), ['j1'])
  assert.deepEqual(list('status=IN_PROGRESS'), ['j2'])
  assert.deepEqual(list('namespaceId=ns'), ['j2'])
  assert.deepEqual(pages(jobs, '/things/t1/jobs?maxResults=1', 'executionSummaries').map(ids), [['j2'], ['j1']])
})

test('a template is made from a document or a job, used by CreateJob with overrides, listed and deleted', () => {
  const jobs = createFixture()
  const windows = [{ startTime: 'cron(0 18 ? * MON *)', durationInMinutes: 60 }]
  const timeoutConfig = { inProgressTimeoutInMinutes: 5 }
  const arn = 'arn:aws:iot:us-east-1:123456789012:jobtemplate/tpl'
  const made = jobs.call('PUT', '/job-templates/tpl', {
    description: 'A template',
    document: '{"a":1}',
    timeoutConfig,
    maintenanceWindows: windows,
  })
  assert.deepEqual(made.body, { jobTemplateArn: arn, jobTemplateId: 'tpl' })
  assert.deepEqual(jobs.call('GET', '/job-templates/tpl').body, {
    jobTemplateArn: arn,
    jobTemplateId: 'tpl',
    description: 'A template',
    createdAt: jobs.bench.now / 1000,
    document: '{"a":1}',
    documentSource: null,
    presignedUrlConfig: { expiresInSec: null, roleArn: null },
    jobExecutionsRolloutConfig: { exponentialRate: null, maximumPerMinute: null },
    abortConfig: null,
    timeoutConfig,
    jobExecutionsRetryConfig: null,
    maintenanceWindows: windows,
    destinationPackageVersions: null,
  })
  const again = jobs.call('PUT', '/job-templates/tpl', { description: 'x', document: '{}' })
  assert.deepEqual(
    [again.status, again.type, again.body['message']],
    [409, 'ConflictException', 'Job Template tpl already exists.'],
  )
  for (const [body, message] of [
    [{ description: 'x' }, 'Neither job document nor job document source is specified.'],
    [
      { description: 'x', document: '{}', documentSource: 's3://b/k' },
      'Job document and job document source cannot be specified at the same time.',
    ],
    [{ description: 'x', jobArn: 'arn:aws:iot:us-east-1:123456789012:job/gone' }, 'Job gone cannot be found.'],
  ] as const) {
    assert.equal(jobs.call('PUT', '/job-templates/other', body).body['message'], message)
  }

  const more = { targetSelection: 'CONTINUOUS', schedulingConfig: { startTime: '2026-01-02T12:00' } }
  jobs.create('j1', { jobTemplateArn: arn, timeoutConfig: { inProgressTimeoutInMinutes: 9 }, ...more })
  const job = jobs.call('GET', '/jobs/j1').body['job'] as Record<string, unknown>
  assert.deepEqual([job['jobTemplateArn'], job['timeoutConfig']], [arn, { inProgressTimeoutInMinutes: 9 }])
  assert.deepEqual(job['schedulingConfig'], { startTime: '2026-01-02T12:00', maintenanceWindows: windows })
  assert.equal('description' in job, false, 'a template’s description is its own')
  assert.equal(jobs.job('j1').document, '{"a":1}')
  jobs.create('own', { jobTemplateArn: arn, document: '{"own":true}', ...more })
  assert.deepEqual([jobs.job('own').document, jobs.job('own').timeout], ['{"own":true}', { inProgressMs: 300_000 }])

  assert.equal(
    jobs.call('PUT', '/job-templates/from-job', {
      description: 'x',
      jobArn: 'arn:aws:iot:us-east-1:123456789012:job/j1',
    }).status,
    200,
  )
  assert.equal(jobs.call('GET', '/job-templates/from-job').body['document'], '{"a":1}')
  assert.equal(
    jobs.call('PUT', '/job-templates/both', {
      description: 'x',
      document: '{}',
      jobArn: 'arn:aws:iot:us-east-1:123456789012:job/j1',
    }).status,
    200,
  )
  const both = jobs.call('GET', '/job-templates/both').body
  assert.deepEqual([both['document'], both['timeoutConfig']], ['{}', { inProgressTimeoutInMinutes: 9 }])
  const listed = jobs.call('GET', '/job-templates').body['jobTemplates'] as Rows
  assert.deepEqual(
    listed.map((row) => row['jobTemplateId']),
    ['both', 'from-job', 'tpl'],
  )
  assert.deepEqual(jobs.call('DELETE', '/job-templates/tpl').raw.body, '')
  assert.equal(jobs.call('GET', '/job-templates/tpl').status, 404)
})
