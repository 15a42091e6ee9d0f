import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTopic, parseTopic, type AwsTopic } from '../../src/dialect/aws/wire/topics.ts'

const rows: [string, AwsTopic][] = [
  ['sensor/1', { kind: 'ordinary', topic: 'sensor/1' }],
  ['', { kind: 'ordinary', topic: '' }],
  ['aws/things/t/jobs/get', { kind: 'ordinary', topic: 'aws/things/t/jobs/get' }],
  ['$aws/things/t/jobs/get', { kind: 'jobs', request: { thing: 't', operation: 'get-pending' } }],
  ['$aws/things/t/jobs/start-next', { kind: 'jobs', request: { thing: 't', operation: 'start-next' } }],
  ['$aws/things/t/jobs/$next/get', { kind: 'jobs', request: { thing: 't', operation: 'describe', job: '$next' } }],
  ['$aws/things/t/jobs/j/get', { kind: 'jobs', request: { thing: 't', operation: 'describe', job: 'j' } }],
  ['$aws/things/t/jobs/j/update', { kind: 'jobs', request: { thing: 't', operation: 'update', job: 'j' } }],
  ['$aws/things/t/jobs/notify', { kind: 'jobs-stray', topic: '$aws/things/t/jobs/notify' }],
  ['$aws/things/t/jobs/j/delete', { kind: 'jobs-stray', topic: '$aws/things/t/jobs/j/delete' }],
  ['$aws/things/t/shadow/update', { kind: 'shadow', shadow: { thing: 't', operation: 'update' } }],
  ['$aws/things/t/shadow/name/s/get', { kind: 'shadow', shadow: { thing: 't', shadow: 's', operation: 'get' } }],
  [
    '$aws/things/t/shadow/update/delta',
    { kind: 'shadow', shadow: { thing: 't', operation: 'update', outcome: 'delta' } },
  ],
  ['$aws/things/t/shadow/nonsense', { kind: 'reserved', topic: '$aws/things/t/shadow/nonsense' }],
  ['$aws/rules/r/a/b', { kind: 'rule', rule: 'r', topic: 'a/b' }],
  ['$aws/rules/r', { kind: 'reserved', topic: '$aws/rules/r' }],
  ['$aws/things/t/defender/metrics/json', { kind: 'defender', thing: 't', format: 'json' }],
  [
    '$aws/things/t/defender/metrics/cbor/accepted',
    { kind: 'defender', thing: 't', format: 'cbor', outcome: 'accepted' },
  ],
  ['$aws/things/t/tunnels/notify', { kind: 'tunnels', thing: 't' }],
  ['$aws/things/t/streams/s/get/cbor', { kind: 'streams', thing: 't', rest: 's/get/cbor' }],
  ['$aws/certificates/create/json', { kind: 'provisioning', request: 'certificates/create', format: 'json' }],
  [
    '$aws/certificates/create-from-csr/cbor',
    { kind: 'provisioning', request: 'certificates/create-from-csr', format: 'cbor' },
  ],
  [
    '$aws/provisioning-templates/p/provision/json',
    { kind: 'provisioning', request: 'provisioning-templates/p/provision', format: 'json' },
  ],
  [
    '$aws/provisioning-templates/p/provision/json/rejected',
    { kind: 'provisioning', request: 'provisioning-templates/p/provision', format: 'json', outcome: 'rejected' },
  ],
  [
    '$aws/commands/things/t/executions/1/request/json',
    { kind: 'commands', rest: 'things/t/executions/1/request/json' },
  ],
  ['$aws/events/presence/connected/c', { kind: 'events', rest: 'presence/connected/c' }],
  ['$aws/anything', { kind: 'reserved', topic: '$aws/anything' }],
  ['$SYS/uptime', { kind: 'reserved', topic: '$SYS/uptime' }],
]

for (const [topic, parsed] of rows) {
  test(`${topic || 'the empty topic'} is ${parsed.kind}, and back again`, () => {
    assert.deepEqual(parseTopic(topic), parsed)
    assert.equal(formatTopic(parsed), topic)
  })
}
