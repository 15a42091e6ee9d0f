import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { aws } from '../../src/dialect/aws/index.ts'
import { refusedRoutes } from '../../src/dialect/aws/http/not-modelled.ts'
import { planesOf, takeTour, type Heard } from '../builders/aws-tour.ts'

const NO_TRANSFER = 'no certificate is transferred'
const DYNAMIC = 'of dynamic groups, which there are none of'
const UNTOLD = 'the dialect is not told'

/** Members of AWS's service model that no answer of the hub has, and why. */
const LEFT_OUT: Record<string, Record<string, string>> = {
  'iot DescribeThing': { billingGroupName: 'there are no billing groups' },
  'iot DescribeThingGroup': {
    'thingGroupProperties.attributePayload.merge': 'a member of requests, which have the same structure',
    indexName: DYNAMIC,
    queryString: DYNAMIC,
    queryVersion: DYNAMIC,
    status: DYNAMIC,
  },
  'iot DescribeCertificate': {
    'certificateDescription.caCertificateId': 'there are no registered authorities',
    'certificateDescription.previousOwnedBy': NO_TRANSFER,
    'certificateDescription.transferData.transferMessage': NO_TRANSFER,
    'certificateDescription.transferData.rejectReason': NO_TRANSFER,
    'certificateDescription.transferData.transferDate': NO_TRANSFER,
    'certificateDescription.transferData.acceptDate': NO_TRANSFER,
    'certificateDescription.transferData.rejectDate': NO_TRANSFER,
  },
  'iot ListTagsForResource': { nextToken: 'a resource has fifty tags at most: one page' },
  'data GetConnection': { sourcePort: UNTOLD, targetIp: UNTOLD, targetPort: UNTOLD, vpcEndpointId: 'there are none' },
  'jobs data GetPendingJobExecutions': { 'queuedJobs.*.startedAt': 'what waits has not started' },
  'data GetRetainedMessage': { userProperties: 'of MQTT 5' },
}

/**
 * Shadows answer with a document, and Publish with what is in no model; the rest is refused whatever is asked. Those
 * are held to their form elsewhere.
 */
const APART = /^(?:(?:Get|Update|Delete)ThingShadow|Publish|StartCommandExecution)$/

let heard: Heard
before(async () => {
  heard = await takeTour()
})

const refused = new Set(refusedRoutes.map(({ operation }) => operation))
const answered = new Set(aws.http.routes.map(({ operation }) => operation))

for (const operation of answered) {
  if (refused.has(operation) || APART.test(operation)) continue
  for (const plane of planesOf(operation)) {
    const name = `${plane} ${operation}`
    test(`${name} answers with all that AWS's service model has for it, and nothing else`, () => {
      const { modelled, said, isBodiless, bodies } = heard.get(name) ?? assert.fail('the tour does not come by')
      if (isBodiless) return assert.deepEqual([...new Set(bodies)], [''])
      const missing = [...modelled].filter((member) => !said.has(member))
      assert.deepEqual(missing, Object.keys(LEFT_OUT[name] ?? {}), 'missing')
      assert.deepEqual(
        [...said].filter((member) => !modelled.has(member)),
        [],
        'unknown to the model',
      )
    })
  }
}
