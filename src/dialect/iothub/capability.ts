import type { Capability } from '../capability.ts'

const modelled = (area: string, items: Record<string, string>): Capability[] =>
  Object.entries(items).map(([item, note]) => ({ area, item, state: 'modelled', ...(note !== '' && { note }) }))

const refused = (area: string, items: Record<string, string>): Capability[] =>
  Object.entries(items).map(([item, note]) => ({ area, item, state: 'refused', note }))

/** What the hub makes of the course's system. */
export const capability: Capability[] = [
  ...modelled('Connection', {
    'User name and secret': 'open mode registers an unknown device with the secret it brings; a wrong secret is CONNACK 4, a suspended device 5',
    'Several clients per device': 'sessions go by client id; the latest 20 client ids of a device are remembered',
    'JWT clients': 'HS256 with the key of the course, emqxsecret; user name and expiry are checked at CONNECT only',
    'Server-made subscriptions': 'cmd, rpc and m2m, QoS 1, kept with the session',
    'Topic ACL': 'computed for every message; what it forbids is acknowledged and dropped, a subscription is refused with 0x80',
    'Both editions of the SDK': 'told apart by client id; times are seconds for the first, milliseconds for the second',
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
    'POST /ota/{P}/{D}': 'is a job of the hub: X-Request-Id names it; a device without a session gets it when it connects',
    'POST /ota/{P}/tags/{tag}, POST /tags/{P}/{tag}/ota':
      'the exercise of the course; tagged devices that do not listen to the tag get it on their own topic',
    'GET /ota/{P}/{D}, GET /ota/{P}/tags/{tag}': '',
    'ota_upgrade without $': 'the listing of the course has it, its code does not: send it as a command of that name; the device then gets a plain command',
    Completion: 'firmware: when update_status says firmware_ver is the version; other types: at progress 100; negative progress: failed',
  }),
  ...modelled('HTTP API', {
    'POST /devices, GET, DELETE': 'what cannot be a name is 400, where the course fails with 500',
    'PUT suspend, resume, tags, shadow': 'PUT tags takes a list, too; an empty text is no tags',
    'POST command, by device and by tag': '',
    'GET /messages/{P}': '',
    'POST /tokens': '',
  }),
  ...refused('Not modelled', {
    'POST /emqx_web_hook': '404: the hub is its own broker and takes no events from another',
    'RabbitMQ events': 'there is no AMQP 0-9-1 server; an application with a token hears the devices on their own topics over MQTT instead',
    'CoAP (5683)': 'not listened on',
    'EMQX REST API (8080, 18083)': 'not served',
    'InfluxDB monitoring': 'nothing is written; the hub has its own inspector',
    'System data types other than $shadow_updated and $shadow_reported': 'dropped; the course takes them for shadow reports',
  }),
]
