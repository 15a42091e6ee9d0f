import type { Capability } from '../capability.ts'
import type { Route } from '../dialect.ts'
import { certificateRoutes } from './auth/certificates.ts'
import { dataRoutes } from './mqtt/data-plane.ts'
import { endpointRoutes } from './registry/endpoint.ts'
import { eventConfigurationRoutes } from './registry/event-configurations.ts'
import { jobsCapability } from './jobs/jobs.ts'
import { refusedCapability } from './http/not-modelled.ts'
import { attachmentRoutes } from './auth/policy-attachments.ts'
import { policyRoutes } from './auth/policy-routes.ts'
import { principalRoutes } from './auth/principals.ts'
import { testRoutes } from './auth/test-authorization.ts'
import { retainedRoutes } from './mqtt/retained.ts'
import { shadowCapability } from './twin/capability.ts'
import { tagRoutes } from './registry/tags.ts'
import { memberRoutes } from './registry/thing-group-members.ts'
import { thingGroupRoutes } from './registry/thing-groups.ts'
import { thingTypeRoutes } from './registry/thing-types.ts'
import { thingRoutes } from './registry/things.ts'

const list = (area: string, state: Capability['state'], items: Record<string, string>): Capability[] =>
  Object.entries(items).map(([item, note]) => ({ area, item, state, ...(note !== '' && { note }) }))

/** One row for each operation of a route table. */
const operations = (area: string, routes: readonly Route[], notes: Record<string, string> = {}): Capability[] =>
  routes.map(({ operation }) => ({
    area,
    item: operation,
    state: 'modelled',
    ...(notes[operation] !== undefined && { note: notes[operation] }),
  }))

const connecting: Capability[] = [
  ...list('Connecting', 'modelled', {
    'X.509 client certificate over MQTT':
      'open mode registers an unknown certificate as ACTIVE, and a thing named like the client id',
    'X.509 client certificate over HTTPS': 'data plane and jobs data plane',
    'ALPN x-amzn-mqtt-ca': '',
    'MQTT over WebSocket, SigV4 query': 'verified from other machines; any access key from this one',
    'SigV4 signature':
      'verified from other machines, with the one key pair that `iot-hub keys` shows; believed from this one, and strict mode says so',
    'Custom authorizer': 'open mode believes it from this machine; otherwise refused, for no authorizer is run',
    'Client without credentials':
      'open mode, on this machine only; the thing of its name is registered when it uses topics of that thing',
    'Client id rules': '',
    'Session expiry after an hour': '',
    'Last will':
      'for subscribers: services ignore it; CONNECT is refused for QoS 2, retain on a $ topic, what a policy forbids',
    'Keep-alive window': 'under 30 s counts as 30 s, none and more than 1200 s as 1200 s',
    'Lifecycle and subscription events': 'version numbers begin at 0 again for who was away for an hour',
  }),
  ...list('Connecting', 'ignored', {
    'Max connection time': 'no client is sent away for its age',
    'Throttling quotas': 'nothing is throttled',
    'Accounts and regions':
      'one registry for all: ARNs answer with the region of the request’s signature, and account 123456789012',
  }),
  ...list('Connecting', 'refused', { 'MQTT 5': 'CONNACK with the reason that the version is not supported' }),
]

const messaging: Capability[] = [
  ...list('Messaging', 'modelled', {
    'QoS 2': 'publish closes the connection; a subscription is granted QoS 1, in strict mode it closes the connection',
    'Payload limit of 128 KB': '',
    'Topic limits': 'a warning in open mode, the end of the connection in strict mode',
    'Subscription limits: 50 to a connection, 8 to a SUBSCRIBE': 'a warning only',
    'Retained messages': 'strict mode delivers them to exact subscriptions only, as AWS does',
    '`sensor/#` does not cover `sensor`': '',
    'Basic Ingest': 'acknowledged, goes to nobody: there are no rules',
  }),
  ...operations('Messaging', [...dataRoutes, ...retainedRoutes], {
    GetConnection: 'and for half an hour those that have ended; of sockets it knows the client’s address',
    ListSubscriptions: 'live connections only',
    SendDirectMessage: 'does not wait for the acknowledgement',
  }),
  ...list('Messaging', 'ignored', {
    'Device Defender metrics': 'acknowledged; neither evaluated nor answered',
    'MQTT 5 properties of Publish': 'contentType, responseTopic, messageExpiry, user properties, correlation data',
    'SendDirectMessage.confirmation': 'the answer does not wait for the device',
  }),
  ...list('Messaging', 'refused', {
    'Shared subscriptions': 'SUBACK 0x80',
    'Fleet provisioning over MQTT': 'answered `rejected` in JSON; in CBOR dropped with a notice',
    'MQTT file streams': 'dropped with a notice',
    'Remote commands': 'dropped with a notice',
    'Publish to other topics that begin with $': 'dropped with a notice; AWS may close the connection',
  }),
]

const policies: Capability[] = [
  ...list('Policies', 'modelled', {
    'iot:Connect, Publish, RetainPublish, Subscribe, Receive':
      'for certificates; without any policy everything is allowed in open mode and nothing in strict mode',
    'iot:Publish for the last will': 'at CONNECT, and again when it is sent',
    'iot:Receive on every delivery':
      'people are told what was withheld; answers about jobs that a client has not subscribed to are not asked for',
    'Policies of thing groups':
      'of the thing that the certificate is attached to exclusively, or that is named like the client id and attached',
    'Policy variables of client, certificate, thing and connection': 'a value with one of * $ + ? # is not filled in',
    Conditions: 'String, Numeric, Date, Bool, Null, IpAddress, Arn; IfExists, ForAllValues, ForAnyValue',
    'Condition keys':
      'the variables, iot:ConnectAttributes, iot:JobId, iot:Topic; aws:CurrentTime and aws:EpochTime by the hub’s clock',
    NotResource: '',
    'HTTP actions of the data planes': 'for requests with a client certificate; `iotjobsdata:…` for jobs',
    'Region and account in ARNs': 'any will do',
  }),
  ...list('Policies', 'ignored', {
    'Other policy variables': 'their statement matches nothing; counted when the policy is made',
    'Other condition operators and keys':
      'taken as met in an Allow, as not met in a Deny; counted when the policy is made',
  }),
  ...list('Policies', 'refused', {
    NotAction: 'MalformedPolicyException',
    'More than 2048 bytes': 'MalformedPolicyException',
    'More than 10 policies, or 2 on a group': 'LimitExceededException',
  }),
]

const registry: Capability[] = [
  ...operations('Things', [...thingRoutes, ...thingTypeRoutes], {
    DeleteThingType: 'five minutes after its deprecation in strict mode, at once in open mode',
  }),
  ...operations('Thing groups', [...thingGroupRoutes, ...memberRoutes], { CreateThingGroup: 'static groups only' }),
  ...operations('Certificates', [...certificateRoutes, ...principalRoutes], {
    AttachThingPrincipal: 'other principals than certificates are kept without effect',
  }),
  ...operations('Policies', [...policyRoutes, ...attachmentRoutes, ...testRoutes], {
    TestAuthorization: 'certificates and thing groups; `missingContextValues` names what is not known of the client',
    GetEffectivePolicies: 'certificates and thing groups',
  }),
  ...operations('Account', [...tagRoutes, ...eventConfigurationRoutes, ...endpointRoutes], {
    TagResource: 'thing groups, thing types, jobs, policies, certificates',
    DescribeEndpoint: 'host, and the HTTPS port unless it is 443; behind iot:CredentialProvider there is nothing',
    DescribeEventConfigurations: 'DEVIATION: job events are on at first',
  }),
  ...list('Account', 'modelled', {
    'Registry events': 'of things, types, groups, memberships, hierarchies and type associations',
  }),
  ...list('Account', 'ignored', {
    'CreateThing.billingGroupName': 'there are no billing groups',
    'thingTypeProperties.mqtt5Configuration': 'kept and shown; nobody subscribes by MQTT 5',
    'AddThingToThingGroup.overrideDynamicGroups': 'there are no dynamic groups',
    'Events POLICY, CERTIFICATE, CA_CERTIFICATE': 'their switches are kept; nothing is published',
  }),
]

const presigned = list('Jobs: presigned URLs', 'modelled', {
  'GetObject (presigned)': 'for what it was signed for only, not even HEAD; 403 once it has expired by hub time',
  'PutObject (presigned)': 'into the local bucket folder, up to 5 GB',
})

/** All that the hub makes of AWS IoT. */
export const capability: Capability[] = [
  ...connecting,
  ...messaging,
  ...policies,
  ...jobsCapability,
  ...presigned,
  ...shadowCapability,
  ...registry,
  ...refusedCapability,
]
