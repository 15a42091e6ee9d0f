import type { Hub } from '../hub/hub.ts'
import type { Endpoints } from '../shared/api.ts'
import type { HubOptions } from '../shared/options.ts'
import type { Behavior } from '../sim/behavior.ts'
import type { FleetOptions } from '../sim/fleet.ts'
import type { Verbosity } from './arguments.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'
import { showNotices } from './show-notices.ts'

/** What the commands are given, so that tests can give something else. */
export interface Tools {
  createHub(options: HubOptions): Hub
  deviceScriptOf(dialect: string): FleetOptions['script']
  output: Output
  /** Aborted when the user wants to stop. */
  stopping: AbortSignal
  version: string
  /** How the demo's machines work, but for their odds; at a pace that people can follow unless given. */
  pace?: Behavior
}

/**
 * Starts a hub, does `use` with it, and stops it whatever happens. Returns the exit code: that of `use`, or 1 with a
 * complaint if the hub could not start or not stop cleanly.
 */
export async function runHub(
  options: HubOptions,
  verbosity: Verbosity,
  { createHub, output }: Tools,
  use: (hub: Hub, endpoints: Endpoints) => Promise<number>,
): Promise<number> {
  let hub: Hub
  let endpoints: Endpoints
  try {
    hub = createHub(options)
    endpoints = await hub.start()
  } catch (error) {
    output.fail(error, messages.cannotStart)
    return 1
  }
  let lastNotices = async (): Promise<void> => {}
  let code = 1
  try {
    if (!verbosity.quiet) lastNotices = await showNotices(hub, output)
    code = await use(hub, endpoints)
  } catch (error) {
    output.fail(error)
  }
  try {
    await hub.stop()
    await lastNotices()
    output.say(messages.stopped(options.memory ? undefined : options.data))
  } catch (error) {
    await lastNotices().catch(() => {})
    output.fail(error, messages.cannotStop)
    return 1
  }
  return code
}
