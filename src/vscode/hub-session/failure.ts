import { optionSpecs } from '../../shared/options.ts'
import type { PortConflict } from './state.ts'

const ports = optionSpecs.filter(({ type }) => type === 'port').map(({ name }) => name as string)

/** Why a hub did not start: in words, and which port is in the way if that is why. */
export function readFailure(error: unknown): { reason: string; conflict?: PortConflict } {
  const reason = flagsToSettings(error instanceof Error ? error.message : String(error))
  const { code, data } = (error ?? {}) as { code?: unknown; data?: { field?: unknown; port?: unknown } }
  if ((code !== 'CONFLICT' && code !== 'FORBIDDEN') || typeof data?.port !== 'number' || typeof data.field !== 'string')
    return { reason }
  const setting = data.field.replace(/^--/, '')
  return ports.includes(setting) ? { reason, conflict: { setting, port: data.port } } : { reason }
}

/** The hub speaks of its flags; in the editor they are settings. */
const flagsToSettings = (text: string) =>
  text
    .replace(/--([a-z]+)\b(?!-)/g, (flag, name: string) =>
      optionSpecs.some((spec) => spec.name === name) ? `iotHub.${name}` : flag,
    )
    // Of a single cloud.
    .replace(/--([a-z]+)-([a-z-]+)\b/g, 'iotHub.clouds.$1.$2')
