import { flagsOf, formsOf, isCall, type CallCommand, type CommandName, type FlagSpec } from './flags.ts'
import { messages } from './messages.ts'

/** The help text of a command, or of the whole CLI. */
export function helpText(about?: CommandName): string {
  return about === undefined ? overview() : commandHelp(about)
}

function overview(): string {
  const { usage } = messages
  const commands = [
    ['start', usage.start],
    ['demo', usage.demo],
    ['help COMMAND', usage.help],
    ['--version', usage.version],
  ] as const
  return [
    `${messages.product} — ${usage.tagline}`,
    '',
    `${usage.usage}: iot-hub COMMAND [${usage.placeholder}]`,
    '',
    `${usage.commands}:`,
    ...table(commands),
    '',
    usage.reach,
    ...table((Object.keys(formsOf) as CallCommand[]).flatMap(formLines)),
    '',
  ].join('\n')
}

function commandHelp(command: CommandName): string {
  const { usage } = messages
  const about = isCall(command) ? ['iot-hub', ...table(formLines(command))] : [`iot-hub ${command} — ${usage[command]}`]
  return [
    ...about,
    '',
    `${usage.flags}:`,
    ...table(flagsOf[command].map((flag) => [flagUsage(flag), describe(flag)])),
    '',
    ...(command === 'demo' ? [usage.demoNote] : []),
    ...(isCall(command) ? [] : [usage.environment]),
    '',
  ].join('\n')
}

const formLines = (command: CallCommand): [string, string][] =>
  formsOf[command].map(({ words, help }) => [`${command} ${words}`.trim(), help])

const flagUsage = ({ name, value, choices }: FlagSpec): string => {
  const shown = choices?.join('|') ?? value
  return shown === undefined ? `--${name}` : `--${name} ${shown}`
}

const describe = ({ help, fallback }: FlagSpec): string =>
  fallback === undefined ? help : `${help} ${messages.usage.fallback(fallback)}`

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
