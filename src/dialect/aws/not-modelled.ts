import type { Capability } from '../capability.ts'
import type { Route } from '../dialect.ts'
import { notModelled } from './errors.ts'

/** Operations that are refused by name, one to a line: verb, path, name. */
const REFUSED: Readonly<Record<string, string>> = {
  'Fleet indexing': `
    POST /indices/search SearchIndex
    POST /indices/statistics GetStatistics
    POST /indices/cardinality GetCardinality
    POST /indices/percentiles GetPercentiles
    POST /indices/buckets GetBucketsAggregation
    GET /indices ListIndices
    GET /indices/:indexName DescribeIndex
    POST /indexing/config UpdateIndexingConfiguration
    GET /indexing/config GetIndexingConfiguration
    POST /things/:thingName/connectivity-data GetThingConnectivityData
    POST /dynamic-thing-groups/:thingGroupName CreateDynamicThingGroup
    PATCH /dynamic-thing-groups/:thingGroupName UpdateDynamicThingGroup
    DELETE /dynamic-thing-groups/:thingGroupName DeleteDynamicThingGroup`,
  'Streams and OTA updates': `
    POST /streams/:streamId CreateStream
    GET /streams/:streamId DescribeStream
    PUT /streams/:streamId UpdateStream
    DELETE /streams/:streamId DeleteStream
    GET /streams ListStreams
    POST /otaUpdates/:otaUpdateId CreateOTAUpdate
    GET /otaUpdates/:otaUpdateId GetOTAUpdate
    DELETE /otaUpdates/:otaUpdateId DeleteOTAUpdate
    GET /otaUpdates ListOTAUpdates`,
  'Certificates': `
    POST /certificate/register RegisterCertificate
    POST /cacertificate RegisterCACertificate
    GET /cacertificate/:certificateId DescribeCACertificate
    PUT /cacertificate/:certificateId UpdateCACertificate
    DELETE /cacertificate/:certificateId DeleteCACertificate
    GET /cacertificates ListCACertificates
    GET /certificates-by-ca/:caCertificateId ListCertificatesByCA
    GET /registrationcode GetRegistrationCode
    PATCH /transfer-certificate/:certificateId TransferCertificate
    PATCH /accept-certificate-transfer/:certificateId AcceptCertificateTransfer`,
  'Fleet provisioning': `
    POST /things RegisterThing
    POST /thing-registration-tasks StartThingRegistrationTask
    POST /provisioning-templates CreateProvisioningTemplate
    GET /provisioning-templates ListProvisioningTemplates
    GET /provisioning-templates/:templateName DescribeProvisioningTemplate
    POST /provisioning-templates/:templateName/provisioning-claim CreateProvisioningClaim`,
  'Billing groups': `
    POST /billing-groups/:billingGroupName CreateBillingGroup
    GET /billing-groups/:billingGroupName DescribeBillingGroup
    DELETE /billing-groups/:billingGroupName DeleteBillingGroup
    GET /billing-groups ListBillingGroups
    PUT /billing-groups/addThingToBillingGroup AddThingToBillingGroup
    PUT /billing-groups/removeThingFromBillingGroup RemoveThingFromBillingGroup`,
  'Rules, authorizers, roles': `
    POST /rules/:ruleName CreateTopicRule
    GET /rules/:ruleName GetTopicRule
    GET /rules ListTopicRules
    POST /authorizer/:authorizerName CreateAuthorizer
    GET /authorizer/:authorizerName DescribeAuthorizer
    GET /authorizers ListAuthorizers
    POST /role-aliases/:roleAlias CreateRoleAlias
    GET /role-aliases ListRoleAliases`,
}

const operations = Object.entries(REFUSED).flatMap(([area, lines]) =>
  lines
    .trim()
    .split(/\n\s*/)
    .map((line) => {
      const [method = '', path = '', operation = ''] = line.split(' ')
      return { area, method, path, operation }
    }),
)

/** Operations of AWS IoT that the hub knows and refuses, so that nobody takes silence for success. */
export const refusedRoutes: Route[] = operations.map(({ method, path, operation }) => ({
  operation,
  method,
  path,
  handle: () => {
    throw notModelled(operation)
  },
}))

export const refusedCapability: Capability[] = operations.map(({ area, operation }) => ({ area, item: operation, state: 'refused', note: 'InvalidRequestException, which says so' }))
