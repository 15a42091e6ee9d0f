import type { DeviceKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import type { ModuleVersion, Modules } from './model.ts'

const NONE: readonly ModuleVersion[] = []

/** What devices run, module by module, as they said last. */
export class Versions {
  readonly #table: Table<Modules>

  constructor(tables: Tables) {
    this.#table = tables.table('modules')
  }

  /** In the order in which the device first named them. */
  of(device: DeviceKey): readonly ModuleVersion[] {
    return this.#table.get(device)?.modules ?? NONE
  }

  get(device: DeviceKey, module: string): ModuleVersion | undefined {
    return this.of(device).find((known) => known.module === module)
  }

  /** Emits `module.changed`, unless the device has said so before. */
  set(turn: Turn, device: DeviceKey, module: string, version: string): void {
    const before = this.get(device, module)
    if (before?.version === version) return
    const after: ModuleVersion = { module, version, at: turn.now }
    const modules = this.of(device)
    this.#table.set(device, {
      device,
      modules: before === undefined ? [...modules, after] : modules.map((known) => (known === before ? after : known)),
    })
    turn.emit({ type: 'module.changed', device, module: after, ...(before !== undefined && { before }) })
  }

  forget(device: DeviceKey): void {
    this.#table.delete(device)
  }
}
