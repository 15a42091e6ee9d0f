import { after, before } from 'node:test'
import type { HubOptions } from '../../../src/shared/options.ts'
import { dialects } from '../../../src/dialect/registry.ts'
import { startHub } from '../../builders/hub.ts'
import { HubFixture } from '../hub-fixture.ts'
import { toy } from './index.ts'

/** A hub that speaks Toyland, too, for the tests of one file; strict, with its time moved by hand. */
export function useToyland(options: Partial<HubOptions> = {}): { readonly hub: HubFixture } {
  const clouds = [...dialects, toy]
  let hub: HubFixture | undefined
  before(async () => {
    const place = await startHub({ mode: 'strict', clock: 'virtual', ...options }, { dialects: clouds })
    hub = new HubFixture({ dialect: toy, dialects: clouds }, place)
  })
  after(() => hub?.close())
  return {
    get hub() {
      if (hub === undefined) throw new Error('the hub is not started')
      return hub
    },
  }
}
