/** How a hub is started. The CLI's flags and the editor's settings are both made from `optionSpecs`. */
export interface HubOptions {
  /** The address the listeners bind to, `localhost`: both of the loopback's; anything else lets other machines in. */
  host: string
  /** Ports; 0 = any free one. */
  mqtt: number
  mqtts: number
  http: number
  https: number
  /** Where state, certificates and the token are kept. */
  data: string
  /** Keep state in memory only; `data` then holds certificates and the token. */
  memory: boolean
  /** `open` registers unknown devices that present well-formed credentials; `strict` behaves as the cloud does. */
  mode: 'open' | 'strict'
  /** Domain time: the machine's clock, or one that only moves when told to. */
  clock: 'real' | 'virtual'
  /** The local folder behind the clouds' object stores. */
  bucket: string
  /** Acknowledge only what has reached the disk itself. */
  fsync: boolean
  /** Refuse what would otherwise be accepted but ignored. */
  strict: boolean
  /** Also listen on the ports that some clouds' clients cannot be talked out of, where they are free. */
  aliases: boolean
  /** Names, with commas between, by which clients reach the hub besides this machine's own. */
  names: string
  /** What was chosen of what single clouds offer; the rest of that is as it is by default. */
  clouds: CloudOptions
}

/** By the name of the cloud's dialect, and that of the option. */
export type CloudOptions = Record<string, Record<string, string | number | boolean>>

/** Those of the hub itself; the clouds' come from their dialects. */
export type OptionName = Exclude<keyof HubOptions, 'clouds'>

export interface OptionSpec {
  name: OptionName
  type: 'string' | 'port' | 'flag' | 'choice'
  choices?: readonly string[]
  /** What to write for the value in a usage line. */
  value?: string
  /** One sentence for people. */
  help: string
}

export const optionSpecs: readonly OptionSpec[] = [
  {
    name: 'host',
    type: 'string',
    value: 'ADDRESS',
    help: 'address to listen on; 0.0.0.0 lets boards on your network connect',
  },
  { name: 'mqtt', type: 'port', value: 'PORT', help: 'MQTT port, 0 = any free one' },
  { name: 'mqtts', type: 'port', value: 'PORT', help: 'MQTT over TLS port, 0 = any free one' },
  { name: 'http', type: 'port', value: 'PORT', help: 'HTTP and WebSocket port, 0 = any free one' },
  { name: 'https', type: 'port', value: 'PORT', help: 'HTTPS and secure WebSocket port, 0 = any free one' },
  { name: 'data', type: 'string', value: 'DIR', help: 'folder for state, certificates and the API token' },
  { name: 'memory', type: 'flag', help: 'keep state in memory; nothing outlives the hub' },
  {
    name: 'mode',
    type: 'choice',
    choices: ['open', 'strict'],
    help: 'open: unknown devices are registered as they connect; strict: as the cloud does',
  },
  {
    name: 'clock',
    type: 'choice',
    choices: ['real', 'virtual'],
    help: 'virtual: time moves only when told to, so a 7-day timeout can be tested now',
  },
  { name: 'bucket', type: 'string', value: 'DIR', help: 'local folder that stands in for the clouds’ object stores' },
  { name: 'fsync', type: 'flag', help: 'acknowledge only what has reached the disk, not just the operating system' },
  { name: 'strict', type: 'flag', help: 'refuse what the hub would otherwise accept but ignore' },
  {
    name: 'aliases',
    type: 'flag',
    help: 'listen on the ports, too, that some clients insist on, such as 443 and 3000, where they are free',
  },
  {
    name: 'names',
    type: 'string',
    value: 'NAME,…',
    help: 'names by which clients reach the hub, besides this machine’s own; its certificate bears them, too',
  },
]

export const defaultOptions: HubOptions = {
  host: 'localhost',
  mqtt: 1883,
  mqtts: 8883,
  http: 8880,
  https: 8443,
  data: '.iot-hub',
  memory: false,
  mode: 'open',
  clock: 'real',
  bucket: '',
  fsync: false,
  strict: false,
  aliases: false,
  names: '',
  clouds: {},
}
