import { defaultOptions, optionSpecs, type OptionSpec } from '../shared/options.ts'
import { messages } from './messages.ts'

export type CommandName = 'start' | 'demo'

/** A flag: one of the hub's options, or one that only the command line has. */
export interface FlagSpec extends Omit<OptionSpec, 'name' | 'type'> {
  name: string
  /** `count`: a whole number from 1; `seed`: a whole number; `odds`: 0 to 1. */
  type: OptionSpec['type'] | 'count' | 'seed' | 'odds'
  /** Shown in the help; absent: none. */
  fallback?: string | number
}

const { flags } = messages

const hubFlags: FlagSpec[] = optionSpecs.map((spec) => {
  const fallback = defaultOptions[spec.name]
  return { ...spec, ...(typeof fallback !== 'boolean' && fallback !== '' && { fallback }) }
})

const talkFlags: FlagSpec[] = [
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

/** What each command takes, in the order of its help. */
export const flagsOf: Record<CommandName, readonly FlagSpec[]> = {
  start: [...hubFlags, ...talkFlags],
  demo: [...fleetFlags, ...hubFlags, ...talkFlags],
}

export const isCommand = (word: string | undefined): word is CommandName => word !== undefined && Object.hasOwn(flagsOf, word)
