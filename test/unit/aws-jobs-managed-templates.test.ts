import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsJobsFixture, thingArn } from '../builders/aws-jobs-fixture.ts'

const createFixture = (mode: 'open' | 'strict' = 'open'): AwsJobsFixture => {
  const jobs = new AwsJobsFixture({ settings: { mode } })
  jobs.things(['t1'])
  return jobs
}
const arnOf = (name: string, version = '1.0'): string => `arn:aws:iot:us-east-1::jobtemplate/${name}:${version}`
const NAMES = [
  'AWS-Download-File',
  'AWS-Install-Application',
  'AWS-Reboot',
  'AWS-Remove-Application',
  'AWS-Restart-Application',
  'AWS-Run-Command',
  'AWS-Start-Application',
  'AWS-Stop-Application',
]
type Rows = Record<string, unknown>[]
const names = (body: Record<string, unknown>): unknown[] =>
  (body['managedJobTemplates'] as Rows).map(({ templateName }) => templateName)

test('the eight managed templates are listed, paged, found by name', () => {
  const jobs = createFixture()
  const all = jobs.call('GET', '/managed-job-templates').body
  assert.deepEqual(names(all), NAMES)
  const [first] = all['managedJobTemplates'] as Rows
  assert.deepEqual(Object.keys(first ?? {}), [
    'templateArn',
    'templateName',
    'description',
    'environments',
    'templateVersion',
  ])
  assert.deepEqual(
    [first?.['templateArn'], first?.['environments'], first?.['templateVersion']],
    [arnOf('AWS-Download-File'), ['LINUX'], '1.0'],
  )
  assert.deepEqual(names(jobs.call('GET', '/managed-job-templates?templateName=AWS-Reboot').body), ['AWS-Reboot'])
  assert.deepEqual(names(jobs.call('GET', '/managed-job-templates?templateName=AWS-Nothing').body), [])
  const page = jobs.call('GET', '/managed-job-templates?maxResults=7').body
  const rest = jobs.call('GET', `/managed-job-templates?nextToken=${String(page['nextToken'])}`).body
  assert.deepEqual([names(page).length, names(rest)], [7, ['AWS-Stop-Application']])
})

test('a managed template is described with its parameters and its document', () => {
  const { body } = createFixture().call('GET', '/managed-job-templates/AWS-Download-File?templateVersion=1.0')
  const document =
    '{"version":"1.0","steps":[{"action":{"name":"Download-File","type":"runHandler","input":{"handler":"download-file.sh",' +
    '"args":["${aws:iot:parameter:downloadUrl}","${aws:iot:parameter:filePath}"],"path":"${aws:iot:parameter:pathToHandler}"},' +
    '"runAsUser":"${aws:iot:parameter:runAsUser}"}}]}'
  assert.equal(body['document'], document)
  const parameters = body['documentParameters'] as Rows
  assert.deepEqual(
    parameters.map(({ key, optional }) => [key, optional]),
    [
      ['downloadUrl', false],
      ['filePath', false],
      ['runAsUser', true],
      ['pathToHandler', true],
    ],
  )
  for (const each of parameters)
    assert.deepEqual(Object.keys(each), ['key', 'description', 'regex', 'example', 'optional'])
  for (const path of ['AWS-Nothing', 'AWS-Reboot?templateVersion=2.0']) {
    assert.equal(createFixture().call('GET', `/managed-job-templates/${path}`).type, 'ResourceNotFoundException')
  }
})

test('every managed template is a job with what it asks for, and none without it', () => {
  const jobs = createFixture()
  for (const name of NAMES) {
    const { body } = jobs.call('GET', `/managed-job-templates/${name}`)
    const needed = (body['documentParameters'] as Rows)
      .filter(({ optional }) => optional === false)
      .map(({ key }) => String(key))
    const job = { targets: [thingArn('t1')], jobTemplateArn: arnOf(name) }
    for (const left of needed) {
      const documentParameters = Object.fromEntries(needed.filter((key) => key !== left).map((key) => [key, 'x']))
      const { status, body: refused } = jobs.call('PUT', `/jobs/${name}`, { ...job, documentParameters })
      assert.equal(status, 400)
      assert.ok(String(refused['message']).includes(`documentParameters.${left}`))
    }
    const documentParameters = Object.fromEntries(needed.map((key) => [key, `${key} "1"`]))
    assert.equal(jobs.call('PUT', `/jobs/${name}`, { ...job, documentParameters }).status, 200)
    const execution = jobs.publish('t1', `${name}/get`)[0]?.json['execution'] as {
      jobDocument: { steps: [{ action: Action }] }
    }
    const { action } = execution.jobDocument.steps[0]
    assert.deepEqual([action.runAsUser, action.input.path ?? ''], ['', ''], 'what nobody has set is empty')
    assert.deepEqual(
      action.input.args ?? [action.input.command].filter(Boolean),
      needed.map((key) => `${key} "1"`),
    )
  }
})

interface Action {
  runAsUser: string
  input: { args?: string[]; command?: string; path?: string }
}

test('parameters are shown with the job, and in its document only where that is asked for', () => {
  const jobs = createFixture()
  const documentParameters = { command: 'ls,-l', runAsUser: 'root' }
  jobs.create('j1', { jobTemplateArn: arnOf('AWS-Run-Command'), documentParameters })
  const { job } = jobs.call('GET', '/jobs/j1').body as { job: Record<string, unknown> }
  assert.deepEqual([job['jobTemplateArn'], job['documentParameters']], [arnOf('AWS-Run-Command'), documentParameters])
  const document = (query: string): string => String(jobs.call('GET', `/jobs/j1/job-document${query}`).body['document'])
  for (const query of ['', '?beforeSubstitution=true'])
    assert.ok(document(query).includes('"${aws:iot:parameter:command}"'))
  assert.ok(document('?beforeSubstitution=false').includes('"input":{"command":"ls,-l"},"runAsUser":"root"'))
})

test('a parameter may be a placeholder of a URL itself, or stand in one', () => {
  const jobs = createFixture()
  const presignedUrlConfig = { roleArn: 'arn:aws:iam::123456789012:role/presign' }
  const downloadUrl = '${aws:iot:s3-presigned-url:https://s3.amazonaws.com/fw/app.bin}'
  const job = { jobTemplateArn: arnOf('AWS-Download-File'), documentParameters: { downloadUrl, filePath: '/tmp/app' } }
  const refused = jobs.call('PUT', '/jobs/j1', { targets: [thingArn('t1')], ...job })
  assert.equal(refused.body['message'], 'Role must be provided for pre-sign S3 urls in job document of job j1.')
  jobs.create('j1', { ...job, presignedUrlConfig })
  assert.match(
    jobs.publish('t1', 'j1/get')[0]?.payload ?? '',
    /"args":\["https:\/\/localhost:8443\/fw\/app\.bin\?[^"]*","\/tmp\/app"\]/,
  )

  const document = '["${aws:iot:s3-presigned-url:https://s3.amazonaws.com/fw/${aws:iot:parameter:file}}"]'
  jobs.create('j2', { document, documentParameters: { file: 'b.bin' }, presignedUrlConfig })
  assert.match(
    jobs.publish('t1', 'j2/get')[0]?.payload ?? '',
    /"jobDocument":\["https:\/\/localhost:8443\/fw\/b\.bin\?/,
  )
})

test('parameters that the template does not know are refused; elsewhere than in managed templates people are warned', () => {
  const strange = {
    jobTemplateArn: arnOf('AWS-Reboot'),
    documentParameters: { speed: 'fast' },
    targets: [thingArn('t1')],
  }
  const { status, body } = createFixture().call('PUT', '/jobs/j1', strange)
  assert.deepEqual([status, /^documentParameters\.speed/.test(String(body['message']))], [400, true])
  const own = { document: '["${aws:iot:parameter:a}"]', documentParameters: { a: 'b' }, targets: [thingArn('t1')] }
  const open = createFixture()
  assert.equal(open.call('PUT', '/jobs/j1', own).status, 200)
  assert.deepEqual(
    open.bench.warnings.map(({ about }) => about),
    ['aws/j1'],
  )
  assert.equal(createFixture('strict').call('PUT', '/jobs/j1', own).type, 'InvalidRequestException')
  const unknown = { targets: [thingArn('t1')], jobTemplateArn: arnOf('AWS-Reboot', '9.0') }
  assert.equal(createFixture().call('PUT', '/jobs/j1', unknown).type, 'ResourceNotFoundException')
})
