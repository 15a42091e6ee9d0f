import type { Capability } from '../capability.ts'
import { jobsCapability } from './jobs.ts'
import { refusedCapability } from './not-modelled.ts'
import { shadowCapability } from './shadow-capability.ts'

const list = (area: string, state: Capability['state'], items: Record<string, string>): Capability[] =>
  Object.entries(items).map(([item, note]) => ({ area, item, state, ...(note !== '' && { note }) }))

const connecting: Capability[] = [
  ...list('Connecting', 'modelled', {
    'X.509 client certificate over MQTT': 'open mode registers an unknown certificate as ACTIVE, and a thing named like the client id',
    'X.509 client certificate over HTTPS': 'data plane and jobs data plane',
    'ALPN x-amzn-mqtt-ca': '',
    'MQTT over WebSocket, SigV4 query': 'any access key; the signature is not verified',
    'Custom authorizer': 'open mode lets everybody in; strict mode refuses, for no authorizer is run',
    'Client without credentials': 'open mode, on this machine only',
    'Client id rules': '',
    'Session expiry after an hour': '',
    'Lifecycle and subscription events': 'version numbers are kept for good; AWS forgets them after an hour',
  }),
  ...list('Connecting', 'ignored', {
    'SigV4 signature': 'the hub has no secret keys to verify it with; counted in strict mode',
    'Max connection time': 'no client is sent away for its age',
    'Keep-alive window': 'the value of the client counts',
    'Throttling quotas': '',
  }),
]

const messaging: Capability[] = [
  ...list('Messaging', 'modelled', {
    'QoS 2': 'publish closes the connection; a subscription is granted QoS 1, in strict mode it closes the connection',
    'Payload limit of 128 KB': '',
    'Topic limits': 'a warning in open mode, the end of the connection in strict mode',
    'Subscription limit of 50': 'a warning only',
    'Retained messages': 'strict mode delivers them to exact subscriptions only, as AWS does',
    '`sensor/#` does not cover `sensor`': '',
    'Basic Ingest': 'acknowledged, goes to nobody: there are no rules',
    'Publish': '',
    'GetRetainedMessage': '',
    'ListRetainedMessages': '',
    'DeleteConnection': '',
    'GetConnection': 'live connections only',
    'ListSubscriptions': 'live connections only',
    'SendDirectMessage': 'does not wait for the acknowledgement',
  }),
  ...list('Messaging', 'ignored', {
    'Device Defender metrics': 'acknowledged; neither evaluated nor answered',
    'MQTT 5 properties of Publish': 'contentType, responseTopic, messageExpiry, user properties, correlation data',
    'DeleteConnection.cleanSession': '',
    'DeleteConnection.preventWillMessage': '',
    'SendDirectMessage.confirmation': '',
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
    'iot:Connect, Publish, RetainPublish, Subscribe, Receive': 'for certificates; without any policy everything is allowed in open mode and nothing in strict mode',
    'Policies of thing groups': 'where the certificate is attached to the thing that is named like the client id',
    'Policy variables of client id, certificate and thing': '',
    'Conditions Bool and StringEquals on those variables': '',
    'HTTP actions of the data planes': 'for requests with a client certificate',
    'Region and account in ARNs': 'any will do',
  }),
  ...list('Policies', 'ignored', { 'Other policy variables': 'their statement matches nothing; counted when the policy is made', 'Other conditions': 'taken as met; counted when the policy is made' }),
  ...list('Policies', 'refused', { 'NotAction, NotResource': 'MalformedPolicyException' }),
]

const registry: Capability[] = [
  ...list('Registry', 'modelled', {
    'CreateThing, DescribeThing, ListThings, UpdateThing, DeleteThing': '',
    'CreateThingType … DeleteThingType': 'the five minutes before deletion count in strict mode only',
    'CreateThingGroup … ListThingGroups': 'static groups',
    'AddThingToThingGroup … ListThingGroupsForThing': '',
    'AttachThingPrincipal … ListPrincipalThingsV2': '',
    'TagResource, UntagResource, ListTagsForResource': 'thing groups, thing types, jobs, policies, certificates',
    'DescribeEndpoint': 'host, and the HTTPS port unless it is 443',
    'DescribeEventConfigurations, UpdateEventConfigurations': 'job events are on at first; AWS has them off',
    'Registry events': '',
    'CreateKeysAndCertificate': '',
    'CreateCertificateFromCsr': '',
    'RegisterCertificateWithoutCA': '',
    'DescribeCertificate, ListCertificates, UpdateCertificate, DeleteCertificate': '',
    'CreatePolicy … DeletePolicyVersion': '',
    'AttachPolicy, DetachPolicy, ListAttachedPolicies, ListTargetsForPolicy': '',
    'AttachPrincipalPolicy, DetachPrincipalPolicy, ListPrincipalPolicies, ListPolicyPrincipals': '',
    'GetEffectivePolicies, TestAuthorization': 'certificates only',
  }),
  ...list('Registry', 'ignored', {
    'CreateThing.billingGroupName': '',
    'AddThingToThingGroup.overrideDynamicGroups': 'there are no dynamic groups',
    'Events POLICY, CERTIFICATE, CA_CERTIFICATE': '',
    'DescribeEndpoint iot:CredentialProvider': 'answered with the same host, behind which there is none',
    'Principals other than certificates': 'kept and listed, without effect',
  }),
]

/** All that the hub makes of AWS IoT. */
export const capability: Capability[] = [...connecting, ...messaging, ...policies, ...jobsCapability, ...shadowCapability, ...registry, ...refusedCapability]
