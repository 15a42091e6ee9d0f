import { generateKeyPairSync } from 'node:crypto'
import * as iot from '@aws-sdk/client-iot'
import * as data from '@aws-sdk/client-iot-data-plane'
import * as jobsData from '@aws-sdk/client-iot-jobs-data-plane'
import type { HttpResponse } from '../../src/core/seam/http.ts'
import type { Fulfilled } from '../../src/core/seam/needs.ts'
import { AwsBroker, deviceCertificate, mutualTls } from './aws-connections.ts'
import { isUnit, membersIn, membersOf, type Shape } from './aws-members.ts'
import { tlsCredentials } from './tls-credentials.ts'

const PLANES = { iot, data, 'jobs data': jobsData } as const
type Plane = keyof typeof PLANES

/** What the answers of each operation had in them, all of them together, and what AWS's service model has. */
export type Heard = Map<string, Answers>

interface Answers {
  /** The answer is no structure, not even an empty one. */
  isBodiless: boolean
  modelled: Set<string>
  said: Set<string>
  bodies: string[]
}

interface Command {
  schema: unknown[]
}
type Commands = Record<string, (new (input: object) => Command) | undefined>

/** The planes that have an operation of this name. */
export const planesOf = (operation: string): Plane[] =>
  (Object.keys(PLANES) as Plane[]).filter((plane) => `${operation}Command` in PLANES[plane])

const { sha256: certificateId, pem: certificatePem } = deviceCertificate
const arnOf = (resource: string): string => `arn:aws:iot:us-west-2:123456789012:${resource}`
const principal = arnOf(`cert/${certificateId}`)
const presignedUrlConfig = { roleArn: 'arn:aws:iam::123456789012:role/r', expiresInSec: 60 }
const rollout = {
  maximumPerMinute: 100,
  exponentialRate: {
    baseRatePerMinute: 1,
    incrementFactor: 2,
    rateIncreaseCriteria: { numberOfNotifiedThings: 10 },
  },
}
const bySuccess = {
  maximumPerMinute: 100,
  exponentialRate: { ...rollout.exponentialRate, rateIncreaseCriteria: { numberOfSucceededThings: 10 } },
}
const abort = { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 10, minNumberOfExecutedThings: 1 }
const settings = {
  presignedUrlConfig,
  jobExecutionsRolloutConfig: rollout,
  abortConfig: { criteriaList: [abort] },
  timeoutConfig: { inProgressTimeoutInMinutes: 30 },
  jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 3 }] },
  destinationPackageVersions: [arnOf('package/p/version/1')],
}
const ref = { bucket: 'bucket', key: 'job.json' }
const documentSource = 'https://s3.us-west-2.amazonaws.com/bucket/job.json'
const windows = [{ startTime: 'cron(0 10 * * ? *)', durationInMinutes: 60 }]
const policyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'iot:*', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'iot:Publish',
      Resource: arnOf('topic/${iot:Certificate.Subject.Title}'),
    },
    { Effect: 'Deny', Action: 'iot:Publish', Resource: arnOf('topic/no') },
  ],
})
const silentPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Receive', Resource: '*' }],
})
const thingTypeProperties = {
  thingTypeDescription: 'Lamps',
  searchableAttributes: ['wattage'],
  mqtt5Configuration: {
    propagatingAttributes: [
      { userPropertyKey: 'w', thingAttribute: 'wattage' },
      { userPropertyKey: 'c', connectionAttribute: 'iot:ClientId' },
    ],
  },
}

type Step = [plane: Plane, operation: string, input: object]

const REGISTRY: Step[] = [
  ['iot', 'CreateThingType', { thingTypeName: 'lamp', thingTypeProperties }],
  ['iot', 'CreateThingType', { thingTypeName: 'old' }],
  ['iot', 'UpdateThingType', { thingTypeName: 'lamp', thingTypeProperties }],
  ['iot', 'DeprecateThingType', { thingTypeName: 'old' }],
  ['iot', 'DescribeThingType', { thingTypeName: 'lamp' }],
  ['iot', 'DescribeThingType', { thingTypeName: 'old' }],
  ['iot', 'ListThingTypes', {}],
  ['iot', 'ListThingTypes', { maxResults: 1 }],
  ['iot', 'DeleteThingType', { thingTypeName: 'old' }],
  ['iot', 'CreateThing', { thingName: 't', thingTypeName: 'lamp', attributePayload: { attributes: { wattage: '5' } } }],
  ['iot', 'CreateThing', { thingName: 'u' }],
  ['iot', 'UpdateThing', { thingName: 't', attributePayload: { attributes: { on: '1' }, merge: true } }],
  ['iot', 'DescribeThing', { thingName: 't' }],
  ['iot', 'ListThings', {}],
  ['iot', 'ListThings', { maxResults: 1 }],
  ['iot', 'CreateThingGroup', { thingGroupName: 'parent', tags: [{ Key: 'k', Value: 'v' }] }],
  [
    'iot',
    'CreateThingGroup',
    {
      thingGroupName: 'child',
      parentGroupName: 'parent',
      thingGroupProperties: { thingGroupDescription: 'd', attributePayload: { attributes: { floor: '1' } } },
    },
  ],
  ['iot', 'CreateThingGroup', { thingGroupName: 'other' }],
  ['iot', 'UpdateThingGroup', { thingGroupName: 'other', thingGroupProperties: { thingGroupDescription: 'e' } }],
  ['iot', 'DescribeThingGroup', { thingGroupName: 'child' }],
  ['iot', 'ListThingGroups', { maxResults: 1 }],
  ['iot', 'AddThingToThingGroup', { thingGroupName: 'child', thingName: 't' }],
  ['iot', 'UpdateThingGroupsForThing', { thingName: 'u', thingGroupsToAdd: ['child'] }],
  ['iot', 'AddThingToThingGroup', { thingGroupName: 'other', thingName: 't' }],
  ['iot', 'ListThingsInThingGroup', { thingGroupName: 'child', maxResults: 1 }],
  ['iot', 'ListThingGroupsForThing', { thingName: 't', maxResults: 1 }],
  ['iot', 'RemoveThingFromThingGroup', { thingGroupName: 'other', thingName: 't' }],
  ['iot', 'TagResource', { resourceArn: arnOf('thinggroup/other'), tags: [{ Key: 'a', Value: 'b' }] }],
  ['iot', 'ListTagsForResource', { resourceArn: arnOf('thinggroup/other') }],
  ['iot', 'UntagResource', { resourceArn: arnOf('thinggroup/other'), tagKeys: ['a'] }],
  ['iot', 'DeleteThingGroup', { thingGroupName: 'other' }],
  ['iot', 'UpdateEventConfigurations', { eventConfigurations: { THING: { Enabled: true } } }],
  ['iot', 'DescribeEventConfigurations', {}],
  ['iot', 'DescribeEndpoint', { endpointType: 'iot:Data-ATS' }],
]

const IDENTITY: Step[] = [
  ['iot', 'CreateKeysAndCertificate', { setAsActive: true }],
  ['iot', 'UpdateCertificate', { certificateId, newStatus: 'INACTIVE' }],
  ['iot', 'DeleteCertificate', { certificateId }],
  ['iot', 'CreateCertificateFromCsr', { certificateSigningRequest: 'csr', setAsActive: true }],
  ['iot', 'UpdateCertificate', { certificateId, newStatus: 'INACTIVE' }],
  ['iot', 'DeleteCertificate', { certificateId }],
  ['iot', 'RegisterCertificateWithoutCA', { certificatePem, status: 'ACTIVE' }],
  ['iot', 'RegisterCertificateWithoutCA', { certificatePem: tlsCredentials.cert, status: 'ACTIVE' }],
  ['iot', 'DescribeCertificate', { certificateId }],
  ['iot', 'ListCertificates', { pageSize: 1 }],
  ['iot', 'CreatePolicy', { policyName: 'p', policyDocument }],
  ['iot', 'CreatePolicy', { policyName: 'q', policyDocument: silentPolicy }],
  ['iot', 'CreatePolicyVersion', { policyName: 'p', policyDocument, setAsDefault: false }],
  ['iot', 'SetDefaultPolicyVersion', { policyName: 'p', policyVersionId: '2' }],
  ['iot', 'GetPolicy', { policyName: 'p' }],
  ['iot', 'GetPolicyVersion', { policyName: 'p', policyVersionId: '1' }],
  ['iot', 'ListPolicyVersions', { policyName: 'p' }],
  ['iot', 'ListPolicies', { pageSize: 1 }],
  ['iot', 'DeletePolicyVersion', { policyName: 'p', policyVersionId: '1' }],
  ['iot', 'AttachPolicy', { policyName: 'p', target: principal }],
  ['iot', 'AttachPolicy', { policyName: 'p', target: arnOf('thinggroup/parent') }],
  ['iot', 'AttachPrincipalPolicy', { policyName: 'q', principal }],
  ['iot', 'ListAttachedPolicies', { target: principal, pageSize: 1 }],
  ['iot', 'ListTargetsForPolicy', { policyName: 'p', pageSize: 1 }],
  ['iot', 'ListPrincipalPolicies', { principal, pageSize: 1 }],
  ['iot', 'ListPolicyPrincipals', { policyName: 'p', pageSize: 1 }],
  ['iot', 'AttachThingPrincipal', { thingName: 't', principal }],
  ['iot', 'AttachThingPrincipal', { thingName: 'u', principal }],
  ['iot', 'AttachThingPrincipal', { thingName: 't', principal: 'somebody' }],
  ...['', 'V2'].flatMap((edition): Step[] => [
    ['iot', `ListThingPrincipals${edition}`, { thingName: 't', maxResults: 1 }],
    ['iot', `ListPrincipalThings${edition}`, { principal, maxResults: 1 }],
  ]),
  ['iot', 'DetachThingPrincipal', { thingName: 'u', principal }],
  ['iot', 'GetEffectivePolicies', { principal, thingName: 't' }],
  [
    'iot',
    'TestAuthorization',
    { principal, authInfos: [{ actionType: 'PUBLISH', resources: [arnOf('topic/a'), arnOf('topic/no')] }] },
  ],
  [
    'iot',
    'TestAuthorization',
    {
      principal,
      policyNamesToSkip: ['p', 'q'],
      authInfos: [{ actionType: 'CONNECT', resources: [arnOf('client/t')] }],
    },
  ],
  ['iot', 'DetachPolicy', { policyName: 'p', target: arnOf('thinggroup/parent') }],
  ['iot', 'DetachPrincipalPolicy', { policyName: 'q', principal }],
  ['iot', 'DeletePolicy', { policyName: 'q' }],
]

const scheduled = {
  ...settings,
  jobExecutionsRolloutConfig: bySuccess,
  description: 'd',
  targets: [arnOf('thinggroup/child')],
  document: '{}',
  targetSelection: 'CONTINUOUS',
  schedulingConfig: {
    startTime: '2026-01-01T02:00',
    endTime: '2026-06-01T00:00',
    endBehavior: 'CANCEL',
    maintenanceWindows: windows,
  },
}
const JOBS: Step[] = [
  ['iot', 'CreateJob', { jobId: 'source', targets: [arnOf('thing/t')], documentSource, ...settings, description: 'd' }],
  ['iot', 'CreateJob', { jobId: 'slow', targets: [arnOf('thinggroup/child')], document: '{}', ...settings }],
  ['iot', 'CreateJob', { jobId: 'windows', ...scheduled }],
  ['iot', 'CreateJob', { jobId: 'spaced', targets: [arnOf('thing/t')], document: '{}', namespaceId: 'ns' }],
  [
    'iot',
    'CreateJob',
    {
      jobId: 'managed',
      targets: [arnOf('thing/u')],
      jobTemplateArn: 'arn:aws:iot:us-west-2::jobtemplate/AWS-Run-Command:1.0',
      documentParameters: { command: 'ls' },
    },
  ],
  [
    'iot',
    'CreateJob',
    {
      jobId: 'open',
      targets: [arnOf('thinggroup/child')],
      document: '{}',
      targetSelection: 'CONTINUOUS',
      description: 'd',
    },
  ],
  ['iot', 'AssociateTargetsWithJob', { jobId: 'open', targets: [arnOf('thinggroup/parent')] }],
  ...['source', 'slow', 'windows', 'spaced', 'managed'].map((jobId): Step => ['iot', 'DescribeJob', { jobId }]),
  ['iot', 'GetJobDocument', { jobId: 'slow' }],
  ['iot', 'UpdateJob', { jobId: 'slow', description: 'other' }],
  ['jobs data', 'GetPendingJobExecutions', { thingName: 't' }],
  ['jobs data', 'StartNextPendingJobExecution', { thingName: 't', statusDetails: { at: '1' } }],
  ['jobs data', 'DescribeJobExecution', { thingName: 't', jobId: '$next', includeJobDocument: true }],
  ['jobs data', 'GetPendingJobExecutions', { thingName: 't' }],
  ['iot', 'DescribeJobExecution', { thingName: 't', jobId: 'source' }],
  ['iot', 'CancelJobExecution', { thingName: 't', jobId: 'source', force: true }],
  ['iot', 'DescribeJobExecution', { thingName: 't', jobId: 'source' }],
  ['iot', 'ListJobExecutionsForJob', { jobId: 'open', maxResults: 1 }],
  ['iot', 'ListJobExecutionsForThing', { thingName: 't' }],
  ['iot', 'ListJobExecutionsForThing', { thingName: 't', maxResults: 1 }],
  [
    'jobs data',
    'UpdateJobExecution',
    {
      thingName: 't',
      jobId: 'open',
      status: 'SUCCEEDED',
      statusDetails: { at: '2' },
      includeJobExecutionState: true,
      includeJobDocument: true,
    },
  ],
  ['iot', 'ListJobExecutionsForThing', { thingName: 't' }],
  ['iot', 'ListJobExecutionsForJob', { jobId: 'open' }],
  ['iot', 'DeleteJobExecution', { thingName: 't', jobId: 'open', executionNumber: 1 }],
  ['iot', 'CancelJob', { jobId: 'open', force: true, reasonCode: 'WRONG', comment: 'c' }],
  ['iot', 'DescribeJob', { jobId: 'open' }],
  ['iot', 'ListJobs', {}],
  ['iot', 'ListJobs', { maxResults: 1 }],
  ['iot', 'DeleteJob', { jobId: 'open', force: true }],
  [
    'iot',
    'CreateJobTemplate',
    { jobTemplateId: 'a', description: 'd', ...settings, documentSource, maintenanceWindows: windows },
  ],
  [
    'iot',
    'CreateJobTemplate',
    { jobTemplateId: 'b', description: 'd', ...settings, jobExecutionsRolloutConfig: bySuccess, document: '{}' },
  ],
  ['iot', 'DescribeJobTemplate', { jobTemplateId: 'a' }],
  ['iot', 'DescribeJobTemplate', { jobTemplateId: 'b' }],
  ['iot', 'ListJobTemplates', { maxResults: 1 }],
  ['iot', 'DeleteJobTemplate', { jobTemplateId: 'b' }],
  ['iot', 'ListManagedJobTemplates', { maxResults: 1 }],
  ['iot', 'DescribeManagedJobTemplate', { templateName: 'AWS-Run-Command' }],
]

const DATA: Step[] = [
  ...['one', 'two'].map((topic): Step => ['data', 'Publish', { topic, payload: Buffer.from('x'), retain: true }]),
  ['data', 'GetRetainedMessage', { topic: 'one' }],
  ['data', 'ListRetainedMessages', { maxResults: 1 }],
  ...['one', 'two'].map((shadowName): Step => [
    'data',
    'UpdateThingShadow',
    { thingName: 't', shadowName, payload: Buffer.from('{"state":{}}') },
  ]),
  ['data', 'ListNamedShadowsForThing', { thingName: 't', pageSize: 1 }],
  ['data', 'GetConnection', { clientId: 't', includeSocketInformation: true }],
  ['data', 'ListSubscriptions', { clientId: 't', maxResults: 1 }],
  ['data', 'SendDirectMessage', { clientId: 't', topic: 'x', payload: Buffer.from('x') }],
  ['data', 'DeleteConnection', { clientId: 't' }],
]
const LAST: Step[] = [
  ['data', 'GetConnection', { clientId: 't' }],
  ['iot', 'DetachThingPrincipal', { thingName: 't', principal }],
  ['iot', 'DetachThingPrincipal', { thingName: 't', principal: 'somebody' }],
  ['iot', 'DeleteThing', { thingName: 't' }],
]

/** Goes through all operations that the hub answers, by AWS's own clients; each is asked when it has most to say. */
export async function takeTour(): Promise<Heard> {
  const bench = new Recorder()
  for (const step of [...REGISTRY, ...IDENTITY, ...JOBS]) await bench.take(step)
  const { connection } = bench.come(mutualTls('t'))
  for (const filter of ['a', 'b']) bench.subscribe(connection, filter)
  for (const step of DATA) await bench.take(step)
  bench.go(connection)
  for (const step of LAST) await bench.take(step)
  return bench.heard
}

class Recorder extends AwsBroker {
  readonly heard: Heard = new Map()
  #last: HttpResponse = { status: 0, body: '' }

  constructor() {
    super()
    const keys = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    this.fulfil = (need): Fulfilled[number] => {
      if (need.type !== 'certificate') return { ref, size: 2, etag: 'e', content: Buffer.from('{}') }
      return { pem: certificatePem, sha256: certificateId, ...(need.csr === undefined && keys) }
    }
  }

  override request(...given: Parameters<AwsBroker['request']>): HttpResponse {
    return (this.#last = super.request(...given))
  }

  async take([plane, operation, input]: Step): Promise<void> {
    const Command = (PLANES[plane] as unknown as Commands)[`${operation}Command`]
    if (Command === undefined) throw new Error(`${plane} has no ${operation}`)
    const command = new Command(input)
    const client = { iot: this.iot, data: this.data, 'jobs data': this.jobsData }[plane] as iot.IoTClient
    await client.send(command as never).catch((cause: unknown) => {
      throw new Error(`${operation} ${JSON.stringify(input)}`, { cause })
    })
    const shape: Shape = command.schema[5]
    const body = String(this.#last.body ?? '')
    const name = `${plane} ${operation}`
    const heard = this.heard.get(name) ?? {
      isBodiless: isUnit(shape),
      modelled: new Set(membersOf(shape)),
      said: new Set(),
      bodies: [],
    }
    for (const member of membersIn(JSON.parse(body || '{}'), shape)) heard.said.add(member)
    heard.bodies.push(body)
    this.heard.set(name, heard)
  }
}
