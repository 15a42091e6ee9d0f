import { resolve } from 'node:path'
import { exampleDevices } from '../hub/dialect-views.ts'
import type { Endpoints } from '../shared/api.ts'
import type { HubOptions } from '../shared/options.ts'
import { listenerUrl } from './addresses.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'
import { quote } from './quote.ts'

/** The line for machines: where the hub can be reached, paths absolute. */
export function readyEvent(endpoints: Endpoints, { data }: HubOptions): { event: 'ready'; [key: string]: unknown } {
  const { host, lan, exposed, mqtt, mqtts, http, https, aliases, ca, token } = endpoints
  return {
    event: 'ready',
    pid: process.pid,
    host,
    ...(lan !== undefined && { lan }),
    ...(exposed && { exposed }),
    mqtt,
    mqtts,
    http,
    https,
    ...(aliases && { aliases }),
    ca: resolve(ca),
    token: resolve(token),
    data: resolve(data),
  }
}

/** What people need to know: where to connect, and how. */
export function readyText(output: Output, version: string, endpoints: Endpoints, options: HubOptions): string {
  const { ready } = messages
  const { labels } = ready
  const heading = (text: string): string => `  ${output.style('bold', text)}`
  const row = (label: string, text: string): string => `  ${output.style('dim', label.padEnd(16))} ${text}`
  const { exposed = false } = endpoints
  const command = (text: string): string => `    ${output.style('cyan', text)}`
  return [
    '',
    `  ${output.style(['bold', 'green'], ready.title(version))}`,
    '',
    row(labels.mqtt, listenerUrl('mqtt', endpoints)),
    row(labels.mqtts, listenerUrl('mqtts', endpoints)),
    row(labels.http, `${listenerUrl('http', endpoints)}  ${listenerUrl('ws', endpoints)}/mqtt`),
    row(labels.https, listenerUrl('https', endpoints)),
    ...(endpoints.aliases === undefined ? [] : [row(labels.aliases, endpoints.aliases.join(', '))]),
    ...(endpoints.lan === undefined ? [] : [row(labels.lan, ready.lan(endpoints.lan))]),
    row(labels.ca, resolve(endpoints.ca)),
    row(labels.token, resolve(endpoints.token)),
    row(labels.data, options.memory ? ready.memory : resolve(options.data)),
    '',
    heading(ready.connect),
    ...connectLines(endpoints, options).map(command),
    '',
    heading(!isReachedLocally(endpoints) ? ready.manageWithKeys : exposed ? ready.manageHere : ready.manage),
    ...manageLines(endpoints).map(command),
    '',
    `  ${options.mode === 'strict' ? ready.strict : exposed ? ready.openHere : ready.open} ${ready.trust}`,
    ...(exposed ? ready.elsewhere(exampleDevices()).map((line) => `  ${line}`) : []),
    `  ${ready.stop}`,
    '',
  ].join('\n')
}

/**
 * A hub that listens on one address of the network sees everybody come from elsewhere, this machine's own programs too.
 */
const isReachedLocally = ({ host }: Endpoints): boolean => host === 'localhost'

function connectLines(endpoints: Endpoints, { mode }: HubOptions): string[] {
  const { host } = endpoints
  const topic = "'$aws/things/my-device/jobs/notify-next'"
  return mode === 'open' && isReachedLocally(endpoints)
    ? [`mosquitto_sub -h ${host} -p ${endpoints.mqtt} -i my-device -q 1 -v -t ${topic}`]
    : [
        `mosquitto_sub -h ${host} -p ${endpoints.mqtts} -i my-device -q 1 -v -t ${topic} \\`,
        `  --cafile ${quote(resolve(endpoints.ca))} --cert device.pem.crt --key device.pem.key`,
      ]
}

function manageLines(endpoints: Endpoints): string[] {
  return [
    isReachedLocally(endpoints)
      ? 'export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1'
      : 'eval "$(iot-hub keys)"; export AWS_DEFAULT_REGION=us-east-1',
    `aws --endpoint-url ${listenerUrl('http', endpoints)} iot list-things`,
  ]
}
