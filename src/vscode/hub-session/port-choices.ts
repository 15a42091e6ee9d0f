import type { Endpoints } from '../../shared/api.ts'
import type { HubOptions } from '../../shared/options.ts'

/** What was chosen for one hub where no folder keeps settings: it holds as long as the setting is what it was then. */
export type Choices = { [name in keyof HubOptions]?: { instead: HubOptions[name]; use: HubOptions[name] } }

/** The options with what was chosen. */
export function withChoices(options: HubOptions, choices: Choices): HubOptions {
  const holding = Object.entries(choices).filter(([name, { instead }]) => options[name as keyof HubOptions] === instead)
  return { ...options, ...Object.fromEntries(holding.map(([name, { use }]) => [name, use])) }
}

/** The choices once these are made; who chooses what the settings say has none any more. */
export function choose(settings: HubOptions, choices: Choices, changes: Partial<HubOptions>): Choices {
  const next: Record<string, unknown> = { ...choices }
  for (const [name, use] of Object.entries(changes)) {
    const instead = settings[name as keyof HubOptions]
    if (use === instead) delete next[name]
    else next[name] = { instead, use }
  }
  return next
}

export const portNames = ['mqtt', 'mqtts', 'http', 'https'] as const
export type KnownPorts = Pick<Endpoints, (typeof portNames)[number]>

/** The ports that are others than last time; who wants any free one expects no certain one. */
export function movedPorts(
  before: KnownPorts | undefined,
  now: KnownPorts,
  wanted: KnownPorts,
): (typeof portNames)[number][] {
  return portNames.filter((name) => before !== undefined && wanted[name] !== 0 && before[name] !== now[name])
}
