import type { Examples } from '../examples.ts'

/** Message ids are unique over all devices [iothub 4]. */
const messageId = (device: string, n: number, about: string): string => `${device.replace('/', '-')}-${about}-${n}`

/** Devices in the course's own words, for the conformance suite. */
export const examples: Examples = {
  inapplicable: {
    anonymousTopics: 'every topic of the course names its product and device',
    lateReport:
      'a report of the course names a version, not an attempt: what a device says of a version counts for the upgrade to it that is under way',
    rejected: 'the course has no word for refusing work: every error is a negative progress, which is FAILED',
    listeners: 'nobody connects without a user name and a secret or token; applications have tokens and are no devices',
    retained:
      'the hub keeps the latest status itself; what devices say is not retained, and they hear only what is sent to them',
    query: 'the course has no query language: jobs are for devices and tags',
  },
  callers: [{ headers: {} }],
  says: (device, n) => [
    { topic: `update_status/${device}/${messageId(device, n, 'status')}`, payload: JSON.stringify({ n }), qos: 1 },
    { topic: `upload_data/${device}/temperature/${messageId(device, n, 'data')}`, payload: String(n), qos: 1 },
    { topic: `get/${device}/$ntp/${messageId(device, n, 'time')}`, payload: '{"device_time":0}', qos: 1 },
  ],
  hears: (device) => [`tags/${productOf(device)}/conformance/cmd/+/+/+/#`],
  overhears: (device) => [
    `cmd/${device}/+/+/+/#`,
    `rpc/${device}/#`,
    `m2m/${device}/+/+`,
    `cmd/${productOf(device)}/+/+/+/+/#`,
  ],
  requests: (device) => [
    `update_ota_status/${device}/${messageId(device, 0, 'ota')}`,
    `update_status/${device}/${messageId(device, 0, 'status')}`,
    `upload_data/${device}/$shadow_reported/${messageId(device, 0, 'shadow')}`,
    `get/${device}/$ntp/${messageId(device, 0, 'time')}`,
  ],
  unknown: (device) => [
    `update_status/${device}`,
    `update_status/${device}/a/b`,
    `nothing/${device}/a`,
    `upload_data/${device}/$nothing/a`,
  ],
  mail: (_, to, n) => ({
    filters: [],
    send: { method: 'POST', path: `/devices/${to}/command`, body: { command: 'note', data: `mail ${n}` } },
  }),
  membership: (device) => {
    const tagged = (tags: string) => ({ method: 'PUT', path: `/devices/${device}/tags`, body: { tags } })
    return { group: `${productOf(device)}/conformance`, join: [tagged('conformance')], leave: [tagged('')] }
  },
  waiting: (device) => ({
    method: 'POST',
    path: `/devices/${device}/command`,
    body: { command: 'ask', use_rpc: 'true' },
  }),
}

function productOf(device: string): string {
  return device.slice(0, device.indexOf('/'))
}
