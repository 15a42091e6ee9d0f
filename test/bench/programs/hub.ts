import { createHub } from '../../../src/hub/create-hub.ts'
import type { Hub } from '../../../src/hub/hub.ts'
import { defaultOptions } from '../../../src/shared/options.ts'
import { answer } from './answer.ts'
import { gauges, type Gauges } from './gauges.ts'

/** The hub as the CLI starts it, on free ports. */
export interface HubCalls extends Gauges {
  /** `ms`: how long `createHub().start()` took. */
  start(data: string): Promise<{ mqtt: number; http: number; ms: number }>
  /** How many devices the job has been rolled out to. */
  rolledOut(job: string): Promise<number>
  /** How many executions of the job have succeeded. */
  succeeded(job: string): Promise<number>
  stop(): Promise<void>
}

let hub: Hub | undefined

const calls: HubCalls = {
  ...gauges(),
  start: async (data) => {
    const from = performance.now()
    hub = createHub({ ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, data })
    const { mqtt, http } = await hub.start()
    return { mqtt, http, ms: performance.now() - from }
  },
  rolledOut: async (job) => (await hub!.api.job(`aws/${job}`)).rolledOut,
  succeeded: async (job) => (await hub!.api.job(`aws/${job}`)).counts['SUCCEEDED'] ?? 0,
  stop: async () => hub?.stop(),
}
answer(calls)
