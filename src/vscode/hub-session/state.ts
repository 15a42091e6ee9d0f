import type { Endpoints } from '../../shared/api.ts'

/** What the hub is doing, as far as this window is concerned. */
export type HubState =
  | { type: 'stopped' }
  | { type: 'starting' }
  | { type: 'stopping' }
  /** In this window's own process: it ends with the window. */
  | { type: 'running'; endpoints: Endpoints }
  /** In another window or started by the CLI; this window is its guest. */
  | { type: 'attached'; endpoints: Endpoints }
  | { type: 'failed'; reason: string; conflict?: PortConflict }

/** A port that something else holds. */
export interface PortConflict {
  /** The setting without its prefix: `mqtt`. */
  setting: string
  port: number
}

/** Whether there is a hub to talk to. */
export const isUp = (state: HubState): state is Extract<HubState, { endpoints: Endpoints }> =>
  state.type === 'running' || state.type === 'attached'
