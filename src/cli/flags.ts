import { defaultOptions, optionSpecs, type OptionSpec } from '../shared/options.ts'
import { cloudOptions } from '../hub/cloud-options.ts'
import { messages } from './messages.ts'

/** Commands that run a hub of their own, and commands for a hub that runs already. */
export type CommandName = 'start' | 'demo' | CallCommand
export type CallCommand =
  'status' | 'devices' | 'jobs' | 'job' | 'device' | 'notices' | 'keys' | 'service' | 'clock' | 'stop'

/** A flag: one of the hub's options, or one that only the command line has. */
export interface FlagSpec extends Omit<OptionSpec, 'name' | 'type'> {
  name: string
  /** `count`: a whole number from 1; `seed`: a whole number; `odds`: 0 to 1; `number`: from `least` to `most`. */
  type: OptionSpec['type'] | 'count' | 'seed' | 'odds' | 'number'
  least?: number
  most?: number
  /** The forms of the command that take it, e.g. `job cancel`; absent: all. */
  of?: readonly string[]
  /** Shown in the help; absent: none. */
  fallback?: string | number
}

const { flags, calls } = messages

const hubFlags: FlagSpec[] = optionSpecs.map((spec) => {
  const fallback = defaultOptions[spec.name]
  return { ...spec, ...(typeof fallback !== 'boolean' && fallback !== '' && { fallback }) }
})

/** What single clouds offer. */
const cloudFlags: FlagSpec[] = cloudOptions().map(({ flag, option: { type, about, default: fallback, ...rest } }) => ({
  name: flag,
  type: type === 'text' ? 'string' : type,
  help: about,
  ...(type === 'number' && { value: 'N' }),
  ...(type === 'text' && { value: 'TEXT' }),
  ...('choices' in rest && { choices: rest.choices }),
  ...('least' in rest && rest.least !== undefined && { least: rest.least }),
  ...('most' in rest && rest.most !== undefined && { most: rest.most }),
  ...(typeof fallback !== 'boolean' && fallback !== '' && { fallback }),
}))

const verbosityFlags: FlagSpec[] = [
  { name: 'json', type: 'flag', help: flags.json },
  { name: 'quiet', type: 'flag', help: flags.quiet },
  { name: 'verbose', type: 'flag', help: flags.verbose },
  { name: 'help', type: 'flag', help: flags.help },
]

const fleetFlags: FlagSpec[] = [
  { name: 'devices', type: 'count', value: 'N', help: flags.devices, fallback: 20 },
  { name: 'seed', type: 'seed', value: 'N', help: flags.seed, fallback: 1 },
  { name: 'fail-odds', type: 'odds', value: 'P', help: flags.failOdds, fallback: 0 },
  { name: 'exit', type: 'flag', help: flags.exit },
]

const callFlags: FlagSpec[] = [
  { name: 'data', type: 'string', value: 'DIR', help: flags.dataOf, fallback: defaultOptions.data },
  { name: 'url', type: 'string', value: 'URL', help: flags.url },
  { name: 'token', type: 'string', value: 'FILE', help: flags.token },
  ...verbosityFlags.map((flag) => (flag.name === 'json' ? { ...flag, help: flags.jsonResult } : flag)),
]

/** What each command takes, in the order of its help. */
export const flagsOf: Record<CommandName, readonly FlagSpec[]> = {
  start: [...hubFlags, ...cloudFlags, ...verbosityFlags],
  demo: [...fleetFlags, ...hubFlags, ...cloudFlags, ...verbosityFlags],
  status: callFlags,
  devices: [
    { name: 'search', type: 'string', value: 'TEXT', help: flags.search },
    { name: 'parts', type: 'flag', help: flags.parts },
    ...callFlags,
  ],
  jobs: callFlags,
  job: [
    { name: 'force', type: 'flag', help: flags.force, of: ['job cancel', 'job delete'] },
    { name: 'comment', type: 'string', value: 'TEXT', help: flags.comment, of: ['job cancel'] },
    { name: 'kind', type: 'string', value: 'KIND', help: flags.kind, of: ['job create'] },
    ...callFlags,
  ],
  device: [{ name: 'out', type: 'string', value: 'DIR', help: flags.out }, ...callFlags],
  keys: callFlags,
  service: callFlags,
  notices: callFlags,
  clock: callFlags,
  stop: callFlags,
}

/**
 * The words that may follow such a command, capitals standing for something: what each form does, in the order of the
 * help.
 */
export const formsOf: Record<CallCommand, readonly { words: string; help: string }[]> = {
  status: [{ words: '', help: calls.status }],
  devices: [{ words: '', help: calls.devices }],
  jobs: [{ words: '', help: calls.jobs }],
  job: [
    { words: 'NAME', help: calls.job },
    { words: 'create FILE', help: calls.create },
    { words: 'cancel NAME', help: calls.cancel },
    { words: 'retry NAME', help: calls.retry },
    { words: 'delete NAME', help: calls.delete },
  ],
  device: [{ words: 'add DIALECT NAME', help: calls.add }],
  notices: [
    { words: '', help: calls.notices },
    { words: 'dismiss ID', help: calls.dismiss },
  ],
  keys: [
    { words: '', help: calls.keys },
    { words: 'set DIALECT NAME FILE', help: calls.setKey },
  ],
  service: [{ words: 'DIALECT', help: calls.service }],
  clock: [{ words: 'advance MS|next', help: calls.advance }],
  stop: [{ words: '', help: calls.stop }],
}

export const isCall = (command: CommandName): command is CallCommand => Object.hasOwn(formsOf, command)

export const isCommand = (word: string | undefined): word is CommandName =>
  word !== undefined && Object.hasOwn(flagsOf, word)
