import { optionSpecs } from '../../shared/options.ts'
import { flagsToSettings } from '../flags-to-settings.ts'
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
