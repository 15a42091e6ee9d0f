import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Engine } from '../../../src/core/engine.ts'
import { keyOf } from '../../../src/core/ids.ts'
import { Turn } from '../../../src/core/turn.ts'
import { openStore } from '../../../src/store/store.ts'
import { deviceName, FLEET } from '../packets.ts'
import { answer } from './answer.ts'

/** Fills the folder of a hub that is not running. */
export interface SeedCalls {
  /** Registers so many devices, all in the group `FLEET`. */
  fleet(data: string, devices: number): Promise<void>
}

const calls: SeedCalls = {
  fleet: async (data, devices) => {
    const store = await openStore({ directory: join(data, 'state') })
    const engine = new Engine(store, { uuid: () => randomUUID() })
    const turn = (): Turn => new Turn(Date.now(), { type: 'api', call: 'seed' })
    const group = engine.groups.create(turn(), { dialect: 'aws', name: FLEET })
    for (let index = 0; index < devices; index += 1) {
      const name = deviceName(index)
      engine.devices.create(turn(), {
        dialect: 'aws',
        name,
        attributes: { site: `plant-${index % 20}`, model: 'washer-9' },
      })
      engine.devices.join(turn(), keyOf('aws', name), group.key)
    }
    await store.close()
  },
}
answer(calls)
