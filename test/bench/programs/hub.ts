import { createHub } from '../../../src/hub/create-hub.ts'
import type { Hub } from '../../../src/hub/hub.ts'
import { defaultOptions } from '../../../src/shared/options.ts'
import { answer } from './answer.ts'
import { gauges, type Gauges } from './gauges.ts'

/** The hub as the CLI starts it, on free ports. */
export interface HubCalls extends Gauges {
  /** `ms`: how long `createHub().start()` took. */
  start(data: string, memory?: boolean): Promise<Started>
  /** How many devices the job has been rolled out to. */
  rolledOut(job: string): Promise<number>
  /** How many executions of the job have succeeded. */
  succeeded(job: string): Promise<number>
  stop(): Promise<void>
}

/** Ports, and how long it took. */
type Started = Record<'mqtt' | 'mqtts' | 'http' | 'https' | 'ms', number>

let hub: Hub | undefined

const calls: HubCalls = {
  ...gauges(),
  start: async (data, memory = false) => {
    const from = performance.now()
    hub = createHub({ ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, data, memory })
    const { mqtt, mqtts, http, https } = await hub.start()
    return { mqtt, mqtts, http, https, ms: performance.now() - from }
  },
  rolledOut: async (job) => (await hub!.api.job(`aws/${job}`)).rolledOut,
  succeeded: async (job) => (await hub!.api.job(`aws/${job}`)).counts['SUCCEEDED'] ?? 0,
  stop: async () => hub?.stop(),
}
answer(calls)
