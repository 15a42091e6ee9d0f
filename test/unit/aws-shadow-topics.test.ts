import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatShadowTopic, parseShadowTopic, type ShadowTopic } from '../../src/dialect/aws/twin/topics.ts'

const topics: [string, ShadowTopic][] = [
  ['$aws/things/lamp/shadow/get', { thing: 'lamp', operation: 'get' }],
  ['$aws/things/lamp/shadow/get/accepted', { thing: 'lamp', operation: 'get', outcome: 'accepted' }],
  ['$aws/things/lamp/shadow/get/rejected', { thing: 'lamp', operation: 'get', outcome: 'rejected' }],
  ['$aws/things/lamp/shadow/update', { thing: 'lamp', operation: 'update' }],
  ['$aws/things/lamp/shadow/update/accepted', { thing: 'lamp', operation: 'update', outcome: 'accepted' }],
  ['$aws/things/lamp/shadow/update/rejected', { thing: 'lamp', operation: 'update', outcome: 'rejected' }],
  ['$aws/things/lamp/shadow/update/delta', { thing: 'lamp', operation: 'update', outcome: 'delta' }],
  ['$aws/things/lamp/shadow/update/documents', { thing: 'lamp', operation: 'update', outcome: 'documents' }],
  ['$aws/things/lamp/shadow/delete', { thing: 'lamp', operation: 'delete' }],
  ['$aws/things/lamp/shadow/delete/accepted', { thing: 'lamp', operation: 'delete', outcome: 'accepted' }],
  ['$aws/things/lamp/shadow/delete/rejected', { thing: 'lamp', operation: 'delete', outcome: 'rejected' }],
  ['$aws/things/lamp/shadow/name/conf/get', { thing: 'lamp', shadow: 'conf', operation: 'get' }],
  ['$aws/things/lamp/shadow/name/conf/update', { thing: 'lamp', shadow: 'conf', operation: 'update' }],
  [
    '$aws/things/lamp/shadow/name/conf/update/delta',
    { thing: 'lamp', shadow: 'conf', operation: 'update', outcome: 'delta' },
  ],
  [
    '$aws/things/lamp/shadow/name/conf/delete/rejected',
    { thing: 'lamp', shadow: 'conf', operation: 'delete', outcome: 'rejected' },
  ],
  ['$aws/things/a:B_9-/shadow/name/$pkg:v_1-/get', { thing: 'a:B_9-', shadow: '$pkg:v_1-', operation: 'get' }],
  ['$aws/things/name/shadow/name/name/get', { thing: 'name', shadow: 'name', operation: 'get' }],
  ['$aws/things/shadow/shadow/name/update/update', { thing: 'shadow', shadow: 'update', operation: 'update' }],
]

for (const [topic, parts] of topics) {
  test(`${topic} is parsed and formatted back`, () => {
    assert.deepEqual(parseShadowTopic(topic), parts)
    assert.equal(formatShadowTopic(parts), topic)
  })
}

const others = [
  '$aws/things/lamp/shadow',
  '$aws/things/lamp/shadow/',
  '$aws/things/lamp/shadow/get/',
  '$aws/things/lamp/shadow/get/delta',
  '$aws/things/lamp/shadow/delete/documents',
  '$aws/things/lamp/shadow/update/accepted/more',
  '$aws/things/lamp/shadow/name/get',
  '$aws/things/lamp/shadow/name//get',
  '$aws/things/lamp/shadow/name/a/b/get',
  '$aws/things//shadow/get',
  '$aws/things/la mp/shadow/get',
  '$aws/things/lamp/shadow/+/accepted',
  '$aws/things/+/shadow/get',
  '$aws/things/lamp/shadow/name/la.mp/get',
  `$aws/things/${'x'.repeat(129)}/shadow/get`,
  `$aws/things/lamp/shadow/name/${'x'.repeat(65)}/get`,
  '$aws/things/lamp/jobs/get',
  'aws/things/lamp/shadow/get',
  '$aws/things/lamp/shadow/GET',
  '$aws/things/lamp/shadow/get\n',
]

for (const topic of others)
  test(`${JSON.stringify(topic).slice(0, 80)} is no shadow topic`, () =>
    assert.equal(parseShadowTopic(topic), undefined))
