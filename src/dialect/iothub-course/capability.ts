import type { Capability } from '../capability.ts'
import type { Route } from '../dialect.ts'
import { commandRoutes } from './commands/routes.ts'
import { deviceRoutes } from './registry/routes.ts'
import { otaRoutes } from './ota/routes.ts'

const modelled = (area: string, items: Record<string, string>): Capability[] =>
  Object.entries(items).map(([item, note]) => ({ area, item, state: 'modelled', ...(note !== '' && { note }) }))

const refused = (area: string, items: Record<string, string>): Capability[] =>
  Object.entries(items).map(([item, note]) => ({ area, item, state: 'refused', note }))

/** One row for each operation of a route table that does what it is for. */
const operations = (area: string, routes: readonly Route[], notes: Record<string, string> = {}): Capability[] =>
  routes
    .map(({ operation }) => operation)
    .filter((operation) => operation !== WEB_HOOK)
    .map((item) => ({ area, item, state: 'modelled', ...(notes[item] !== undefined && { note: notes[item] }) }))

const WEB_HOOK = 'POST /emqx_web_hook'

/** What the hub makes of the course's system. */
export const capability: Capability[] = [
  ...modelled('Connection', {
    'User name and secret':
      'open mode registers an unknown device with the secret it brings; a wrong secret is CONNACK 4, a suspended device 5',
    'Several clients per device':
      'sessions go by user name and client id, where EMQX goes by client id alone and lets one device take over the session of another; the latest 20 client ids of a device are remembered',
    'JWT clients':
      'HS256 with a key of the hub’s own (`iot-hub keys`), from this machine also with that of the course, emqxsecret; user name and expiry are checked at CONNECT only',
    'Server-made subscriptions': 'cmd, rpc and m2m, QoS 1, kept with the session',
    'Topic ACL':
      'computed for every message; what it forbids is acknowledged and dropped, a subscription is refused with 0x80',
    'Both editions of the SDK': 'told apart by client id; times are seconds for the first, milliseconds for the second',
    'Last will': 'counts as any other message of the device; QoS 2 goes out as QoS 1',
    'Client events of the broker': '$SYS/brokers/+/clients/+/connected and disconnected, for applications',
    'Payload limit': '512 KB; EMQX takes 1 MB',
  }),
  ...modelled('Device messages', {
    upload_data: 'the latest 10,000 messages are kept, up to 32 MB as base64',
    update_status: 'in the order of arrival: two in one second both count',
    update_ota_status: '',
    cmd_resp: 'completes the command of a job; otherwise only passed on to applications that have subscribed to it',
    rpc_resp: '',
    'get $ntp, $tags, $shadow': '$ntp answers in milliseconds, where the second edition is wrong by a factor of 1000',
    'get of another resource': 'passed on to applications that have subscribed to it; a command answers it',
    m2m: 'within a product; dropped if there is no such device',
    'Message id': 'the first one counts, for six hours, up to 100,000 of them',
  }),
  ...modelled('Commands', {
    'cmd, plain and base64, with ttl': '',
    'cmd by tag': '',
    rpc: 'five seconds; a device that comes back within them still answers',
    '$set_ntp, $set_tags, $ota_upgrade, $update_shadow, $shadow_reply': 'QoS 0 or 1 as in the course',
  }),
  ...modelled('Shadow', {
    'desired by PUT, $shadow_updated, $shadow_reported': 'a version that comes as a text counts as a number',
  }),
  ...modelled('OTA', {
    'ota_upgrade without $':
      'the listing of the course has it, its code does not: send it as a command of that name; the device then gets a plain command',
    Completion:
      'firmware: when update_status says firmware_ver is the version; other types: at progress 100; negative progress: failed',
    'Several upgrades of a device':
      'all go out, as in the course; firmware of an earlier one is canceled once the device runs that of a later one',
  }),
  ...modelled('HTTP API', {
    Credentials:
      'none from this machine, as in the course; from others a token by the hub’s own key, or the hub’s token, as Authorization: Bearer',
  }),
  ...operations('HTTP API', [...deviceRoutes, ...commandRoutes, ...otaRoutes], {
    'POST /devices': 'what cannot be a name is 400, where the course fails with 500',
    'PUT /devices/{product}/{device}/tags': 'takes a list, too; an empty text is no tags',
    'POST /ota/{product}/{device}':
      'is a job of the hub: X-Request-Id names it; a device without a session gets it when it connects',
    'POST /ota/{product}/tags/{tag}':
      'the exercise of the course; tagged devices that do not listen to the tag get it on their own topic',
    'POST /tags/{product}/{tag}/ota': 'the same',
  }),
  ...refused('Not modelled', {
    [WEB_HOOK]: '404: the hub is its own broker and takes no events from another',
    'RabbitMQ events':
      'there is no AMQP 0-9-1 server; an application with a token hears the devices on their own topics over MQTT instead',
    'Other topics of the broker ($SYS), shared subscriptions ($share, $queue)': 'SUBACK 0x80, and people are told why',
    'CoAP (5683)': 'not listened on',
    'EMQX REST API (8080, 18083)': 'not served',
    'InfluxDB monitoring': 'nothing is written; the hub has its own inspector',
    'System data types other than $shadow_updated and $shadow_reported':
      'dropped; the course takes them for shadow reports',
  }),
]
