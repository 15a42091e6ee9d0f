import type { ExampleCaller, Examples } from '../examples.ts'

const signed = (service: string): ExampleCaller => ({
  headers: {
    authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  },
})

/** Things in AWS's own words, for the conformance suite. */
export const examples: Examples = {
  inapplicable: {
    anonymousTopics: 'every topic of AWS IoT that a service takes in names its thing',
    anewTwin: 'AWS keeps the shadows of a thing that is deleted: it need not exist to have them',
    sent: 'AWS has no state for having been told: an execution is QUEUED until the thing reports',
    waitingRequest: 'no operation that is modelled waits for a device',
  },
  callers: [
    signed('iot'),
    signed('iotdata'),
    signed('iot-jobs-data'),
    { headers: {}, query: { 'X-Amz-Signature': '0', 'X-Amz-Expires': '60', 'X-Amz-Date': '20260101T000000Z' } },
  ],
  says: (thing, n) => [
    { topic: `$aws/things/${thing}/shadow/update`, payload: JSON.stringify({ state: { reported: { n } } }), qos: 1 },
    { topic: `${thing}/telemetry`, payload: String(n), qos: 1 },
    { topic: `dt/washers/${thing}/temperature`, payload: String(n), qos: 1 },
  ],
  hears: (thing) => [
    `$aws/things/${thing}/jobs/notify-next`,
    `$aws/things/${thing}/shadow/+/accepted`,
    `cmd/washers/${thing}/#`,
    `${thing}/#`,
  ],
  overhears: (thing) => [
    `$aws/things/${thing}/jobs/notify-next`,
    `$aws/things/${thing}/#`,
    `cmd/${thing}/#`,
    '$aws/things/+/shadow/update/accepted',
  ],
  requests: (thing, job) => [
    `$aws/things/${thing}/jobs/${job}/update`,
    `$aws/things/${thing}/jobs/${job}/get`,
    `$aws/things/${thing}/shadow/update`,
  ],
  unknown: (thing) => [
    `$aws/things/${thing}/jobs/one/two/three`,
    `$aws/things/${thing}/nothing`,
    `$aws/things/${thing}/shadow/name/a/b/update`,
    `$aws/nothing/${thing}`,
  ],
  mail: (_, to, n) => ({
    filters: [`cmd/${to}/#`],
    send: {
      ...signed('iotdata'),
      method: 'POST',
      path: `/topics/${encodeURIComponent(`cmd/${to}/mail`)}`,
      query: { qos: '1' },
      body: { text: `mail ${n}` },
    },
  }),
  listens: (other) => ['#', '$aws/#', `$aws/things/${other}/shadow/#`, `${other}/#`],
  retained: (thing) => ({
    message: { topic: `${thing}/state`, payload: 'on', qos: 1, retain: true },
    filter: `${thing}/state`,
  }),
  membership: (thing) => {
    const body = { thingName: thing, thingGroupName: 'conformance' }
    return {
      group: 'conformance',
      join: [
        { ...signed('iot'), method: 'POST', path: '/thing-groups/conformance', body: {} },
        { ...signed('iot'), method: 'PUT', path: '/thing-groups/addThingToThingGroup', body },
      ],
      leave: [{ ...signed('iot'), method: 'PUT', path: '/thing-groups/removeThingFromThingGroup', body }],
    }
  },
}
