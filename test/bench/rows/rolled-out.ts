import { setTimeout as sleep } from 'node:timers/promises'
import type { HubRig } from '../bench.ts'

/** Resolves once the job has reached that many devices. */
export async function rolledOut({ server }: Pick<HubRig, 'server'>, job: string, devices: number): Promise<void> {
  for (let waited = 0; (await server.ask('rolledOut', job)) < devices; waited += 20) {
    if (waited > 60_000) throw new Error(`job ${job} was not rolled out to ${devices} devices within a minute`)
    await sleep(20)
  }
}
