import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Lock } from '../store/lock.ts'
import { StoreError } from '../store/store-error.ts'
import { BELONGINGS } from './data-folder.ts'
import { findHub } from './locator.ts'
import { say } from '../core/said.ts'

/**
 * Deletes everything that the hub of this data folder knows. Rejects with LOCKED, having deleted nothing, if one runs
 * on it.
 */
export async function wipe(data: string): Promise<void> {
  const running = await findHub(data)
  if (running !== undefined)
    throw new StoreError(
      'LOCKED',
      say`${data} is in use by the hub that process ${running.pid} runs: stop that one first`,
    )
  const state = join(data, 'state')
  // One that does not answer, or not yet, holds the lock all the same.
  const lock = existsSync(state) ? await Lock.take(state) : undefined
  try {
    for (const name of BELONGINGS) await rm(join(data, name), { recursive: true, force: true })
  } finally {
    await lock?.release()
  }
}
