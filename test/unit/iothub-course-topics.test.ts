import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTopic, parseTopic, type IotHubTopic } from '../../src/dialect/iothub-course/wire/topics.ts'

const of = { product: 'IotApp', device: 'V5MyuncRK' }
const told = { command: 'ping', encoding: 'plain', requestId: 'r1' } as const

const topics: [string, IotHubTopic][] = [
  [
    'upload_data/IotApp/V5MyuncRK/temperature/m1',
    { kind: 'upload_data', ...of, dataType: 'temperature', messageId: 'm1' },
  ],
  [
    'upload_data/IotApp/V5MyuncRK/$shadow_updated/m1',
    { kind: 'upload_data', ...of, dataType: '$shadow_updated', messageId: 'm1' },
  ],
  ['update_status/IotApp/V5MyuncRK/m1', { kind: 'update_status', ...of, messageId: 'm1' }],
  ['update_ota_status/IotApp/V5MyuncRK/m1', { kind: 'update_ota_status', ...of, messageId: 'm1' }],
  [
    'cmd_resp/IotApp/V5MyuncRK/ping/r1/m1',
    { kind: 'cmd_resp', ...of, command: 'ping', requestId: 'r1', messageId: 'm1' },
  ],
  [
    'rpc_resp/IotApp/V5MyuncRK/ping/r1/m1',
    { kind: 'rpc_resp', ...of, command: 'ping', requestId: 'r1', messageId: 'm1' },
  ],
  ['get/IotApp/V5MyuncRK/$ntp/m1', { kind: 'get', ...of, resource: '$ntp', messageId: 'm1' }],
  ['m2m/IotApp/V5MyuncRK/other/m1', { kind: 'm2m', ...of, sender: 'other', messageId: 'm1' }],
  ['cmd/IotApp/V5MyuncRK/ping/plain/r1', { kind: 'cmd', ...of, ...told }],
  [
    'cmd/IotApp/V5MyuncRK/ping/base64/r1/1767225600',
    { kind: 'cmd', ...of, ...told, encoding: 'base64', expiresAt: 1_767_225_600 },
  ],
  ['cmd/IotApp/V5MyuncRK/$ota_upgrade/plain/r1', { kind: 'cmd', ...of, ...told, command: '$ota_upgrade' }],
  ['rpc/IotApp/V5MyuncRK/ping/plain/r1/1767225605', { kind: 'rpc', ...of, ...told, expiresAt: 1_767_225_605 }],
  ['tags/IotApp/blue/cmd/ping/plain/r1', { kind: 'tags', product: 'IotApp', tag: 'blue', ...told }],
  ['tags/IotApp/cmd/cmd/ping/plain/r1/5', { kind: 'tags', product: 'IotApp', tag: 'cmd', ...told, expiresAt: 5 }],
]

for (const [topic, parts] of topics) {
  test(`${topic} is parsed and formatted back`, () => {
    assert.deepEqual(parseTopic(topic), parts)
    assert.equal(formatTopic(parts), topic)
  })
}

const others = [
  '',
  'upload_data',
  'upload_data/IotApp/V5MyuncRK/temperature',
  'upload_data/IotApp/V5MyuncRK/temperature/m1/more',
  'upload_data/IotApp//temperature/m1',
  'update_status/IotApp/V5MyuncRK/',
  'update_status/IotApp/V5MyuncRK/m1/5',
  'cmd_resp/IotApp/V5MyuncRK/ping/r1/m1/1767225600',
  'cmd/IotApp/V5MyuncRK/ping/plain/r1/',
  'cmd/IotApp/V5MyuncRK/ping/plain/r1/soon',
  'cmd/IotApp/V5MyuncRK/ping/hex/r1',
  'tags/IotApp/blue/rpc/ping/plain/r1',
  'Cmd/IotApp/V5MyuncRK/ping/plain/r1',
  'constructor/IotApp/V5MyuncRK/m1',
  '/cmd/IotApp/V5MyuncRK/ping/plain/r1',
]

for (const topic of others)
  test(`${JSON.stringify(topic)} is no topic of the hub`, () => assert.equal(parseTopic(topic), undefined))
