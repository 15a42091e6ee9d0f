import type { Memento } from 'vscode'
import type { Choices, KnownPorts } from './port-choices.ts'

/** What this editor keeps of a hub beside its settings. */
export interface KnownHub {
  choices?: Choices
  /** Where it listened last. */
  ports?: KnownPorts
}

const key = 'iotHub.hubs'
/** Workspaces come and go; of more hubs than these the oldest is forgotten. */
const most = 100

/** The hubs that windows of this editor have run, by their data folder. */
export class KnownHubs {
  constructor(private readonly memory: Memento) {}

  of(data: string): KnownHub {
    return this.#all()[data] ?? {}
  }

  async update(data: string, change: KnownHub): Promise<void> {
    const { [data]: before, ...others } = this.#all()
    const entries = [...Object.entries(others), [data, { ...before, ...change }] as const]
    await this.memory.update(key, Object.fromEntries(entries.slice(-most)))
  }

  #all(): Record<string, KnownHub> {
    return this.memory.get<Record<string, KnownHub>>(key, {})
  }
}
