import { parseArgs } from 'node:util'
import { cloudOptions } from '../hub/cloud-options.ts'
import { defaultOptions, optionSpecs, type CloudOptions, type HubOptions, type OptionName } from '../shared/options.ts'
import { readCall, type CallInvocation } from './call-arguments.ts'
import { flagsOf, isCall, isCommand, type CommandName, type FlagSpec } from './flags.ts'
import { messages } from './messages.ts'
import { readValue, type FlagValue } from './read-value.ts'
import { UsageError } from './usage-error.ts'

/** How much is said, and to whom. */
export interface Verbosity {
  json: boolean
  quiet: boolean
  verbose: boolean
}

export interface StartInvocation {
  command: 'start'
  options: HubOptions
  verbosity: Verbosity
}

export interface DemoInvocation {
  command: 'demo'
  options: HubOptions
  /** What the user chose; the demo may choose the rest. */
  chosen: ReadonlySet<OptionName>
  verbosity: Verbosity
  devices: number
  seed: number
  /** 0–1. */
  failOdds: number
  exit: boolean
}

export type Invocation =
  { command: 'help'; about?: CommandName } | { command: 'version' } | StartInvocation | DemoInvocation | CallInvocation

/**
 * What the command line asks for; environment variables `IOT_HUB_<FLAG>` stand in for options that are not given.
 * Throws UsageError.
 */
export function readArguments(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Invocation {
  const [command, ...rest] = args
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
    const [about] = rest
    if (about === undefined) return { command: 'help' }
    if (!isCommand(about)) throw new UsageError(messages.unknownCommand(about))
    return { command: 'help', about }
  }
  if (command === '--version' || command === '-v') return { command: 'version' }
  if (!isCommand(command))
    throw new UsageError(command.startsWith('-') ? messages.commandFirst(command) : messages.unknownCommand(command))
  const { given, words } = readFlags(command, rest)
  if (given.get('help') === true) return { command: 'help', about: command }
  const verbosity = {
    json: given.get('json') === true,
    quiet: given.get('quiet') === true,
    verbose: given.get('verbose') === true,
  }
  if (isCall(command)) return { ...readCall(command, words, given, env), verbosity }
  const { options, chosen } = readOptions(given, env)
  if (command === 'start') return { command, options, verbosity }
  checkDemo(options)
  const number = (name: string): number =>
    Number(given.get(name) ?? flagsOf.demo.find((flag) => flag.name === name)?.fallback)
  return {
    command,
    // A demo leaves nothing behind unless it is told where.
    options: chosen.has('data') || chosen.has('memory') ? options : { ...options, memory: true },
    chosen,
    verbosity,
    devices: number('devices'),
    seed: number('seed'),
    failOdds: number('fail-odds'),
    exit: given.get('exit') === true,
  }
}

/** Flags and, where the command takes any, the words between them. */
function readFlags(command: CommandName, args: string[]): { given: Map<string, FlagValue>; words: string[] } {
  const specs = new Map(flagsOf[command].map((spec) => [spec.name, spec]))
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(
      [...specs].map(([name, { type }]) => [
        name,
        { type: type === 'flag' ? 'boolean' : 'string', ...(name === 'help' && { short: 'h' }) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, FlagValue>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (!isCall(command)) throw new UsageError(messages.unexpected(token.value, command))
      words.push(token.value)
      continue
    }
    const spec = specs.get(token.name)
    if (spec === undefined) throw new UsageError(messages.unknownFlag(token.rawName, command))
    if (given.has(spec.name)) throw new UsageError(messages.givenTwice(token.rawName))
    given.set(spec.name, readToken(spec, token))
  }
  return { given, words }
}

function readToken(
  spec: FlagSpec,
  { rawName, value, inlineValue }: { rawName: string; value: string | undefined; inlineValue: boolean | undefined },
): FlagValue {
  if (spec.type === 'flag') {
    if (value !== undefined) throw new UsageError(messages.takesNoValue(rawName, value))
    return true
  }
  // `--mqtt --json`: the next flag is not a value.
  if (value === undefined || (inlineValue !== true && value.startsWith('--')))
    throw new UsageError(messages.needsValue(rawName, spec.value ?? spec.choices?.join('|') ?? 'VALUE'))
  return readValue(spec, value, rawName)
}

function readOptions(
  given: Map<string, FlagValue>,
  env: Readonly<Record<string, string | undefined>>,
): { options: HubOptions; chosen: Set<OptionName> } {
  const chosenOf = (spec: FlagSpec): FlagValue | undefined => {
    const variable = `IOT_HUB_${spec.name.toUpperCase().replaceAll('-', '_')}`
    const text = env[variable]
    return given.get(spec.name) ?? (text === undefined ? undefined : readValue(spec, text, variable))
  }
  const chosen = new Map<OptionName, FlagValue>()
  for (const spec of optionSpecs) {
    const value = chosenOf(spec)
    if (value !== undefined) chosen.set(spec.name, value)
  }
  const clouds: CloudOptions = {}
  for (const { dialect, option, flag } of cloudOptions()) {
    const value = chosenOf(flagsOf.start.find(({ name }) => name === flag)!)
    if (value !== undefined) clouds[dialect] = { ...clouds[dialect], [option.name]: value }
  }
  // Each value has been read as its option's spec demands.
  const options = { ...defaultOptions, ...Object.fromEntries(chosen), clouds } as HubOptions
  checkPorts(options)
  return { options, chosen: new Set(chosen.keys()) }
}

function checkPorts(options: HubOptions): void {
  const seen = new Map<number, string>()
  for (const { name, type } of optionSpecs) {
    const port = options[name]
    if (type !== 'port' || typeof port !== 'number' || port === 0) continue
    const other = seen.get(port)
    if (other !== undefined) throw new UsageError(messages.samePort(name, other, port))
    seen.set(port, name)
  }
}

/** What the simulated machines cannot do: show certificates, or live in a time that stands still. */
function checkDemo({ mode, clock }: HubOptions): void {
  if (mode !== 'open') throw new UsageError(messages.badValue('--mode', mode, messages.rules.demoMode))
  if (clock !== 'real') throw new UsageError(messages.badValue('--clock', clock, messages.rules.demoClock))
}
