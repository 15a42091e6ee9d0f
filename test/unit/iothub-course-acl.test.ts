import assert from 'node:assert/strict'
import { test } from 'node:test'
import { covers, imposedFilters, publishRules, subscribeRules } from '../../src/dialect/iothub-course/auth/acl.ts'

const own = { product: 'P', device: 'D' }
const mayPublish = (topic: string): boolean => publishRules(own).some((rule) => covers(rule, topic))
const maySubscribe = (filter: string): boolean => subscribeRules(own).some((rule) => covers(rule, filter))

for (const topic of [
  ...['upload_data/P/D/t/1', 'update_status/P/D/1', 'update_ota_status/P/D/1', 'cmd_resp/P/D/c/r/1'],
  ...['rpc_resp/P/D/c/r/1', 'get/P/D/$ntp/1', 'm2m/P/other/D/1'],
]) {
  test(`a device may publish ${topic}`, () => assert.equal(mayPublish(topic), true))
}

for (const topic of [
  ...[
    'upload_data/P/E/t/1',
    'upload_data/Q/D/t/1',
    'upload_data/P/D/t',
    'upload_data/P/D/t/1/2',
    'update_status/P/D',
    'm2m/P/other/E/1',
  ],
  ...['m2m/Q/other/D/1', 'cmd/P/D/c/plain/r', 'rpc/P/D/c/plain/r/5', 'tags/P/t/cmd/c/plain/r', 'x', '$SYS/x'],
]) {
  test(`a device may not publish ${topic}`, () => assert.equal(mayPublish(topic), false))
}

for (const filter of [
  'tags/P/blue/cmd/+/+/+/#',
  'tags/P/+/cmd/+/+/+/#',
  'tags/P/blue/cmd/reboot/plain/+',
  'tags/P/blue/cmd/+/+/+',
]) {
  test(`a device may subscribe to ${filter}`, () => assert.equal(maySubscribe(filter), true))
}

for (const filter of [
  '#',
  '+/P/+/cmd/+/+/+/#',
  'tags/P/#',
  'tags/+/blue/cmd/+/+/+/#',
  'tags/Q/blue/cmd/+/+/+/#',
  'tags/P/blue/cmd/#',
  'cmd/P/D/+/+/+/#',
  'upload_data/P/D/#',
]) {
  test(`a device may not subscribe to ${filter}`, () => assert.equal(maySubscribe(filter), false))
}

test('the hub subscribes it to its commands, its RPCs and its mail', () => {
  assert.deepEqual(imposedFilters(own), ['cmd/P/D/+/+/+/#', 'rpc/P/D/+/+/+/#', 'm2m/P/D/+/+'])
})
