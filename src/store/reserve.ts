import { randomFillSync } from 'node:crypto'
import { join } from 'node:path'
import { writeFully, type Files } from './files.ts'
import { say, verbatim, type Words } from '../core/said.ts'

export const RESERVE = 'reserve'
/** A few thousand changes: more than are decided before the hub knows that it must take no more. */
const BYTES = 1024 * 1024

/** Room on the disk for what was decided before the disk was found full. */
export class Reserve {
  readonly #path: string
  readonly #directory: string
  readonly #files: Files
  #there = false

  constructor(directory: string, files: Files) {
    this.#directory = directory
    this.#path = join(directory, RESERVE)
    this.#files = files
  }

  /** Sees to it that there is some. Resolves to the reason if there cannot be. */
  async make(): Promise<Words | undefined> {
    if (this.#there) return undefined
    try {
      // Else it would take the last bytes from somebody who needs them now.
      const room = await this.#files.room(this.#directory)
      if (room < 2 * BYTES) return say`${room} bytes are free there, and ${2 * BYTES} are the least to go on with`
      const file = await this.#files.open(this.#path, 'w')
      try {
        // Not zeros, which some file systems do not store.
        await writeFully(file, randomFillSync(Buffer.allocUnsafe(BYTES)), 0)
      } finally {
        await file.close()
      }
      this.#there = true
      return undefined
    } catch (error) {
      await this.#files.remove(this.#path).catch(() => {})
      return verbatim(String(error))
    }
  }

  /** The directory may be another than it was. */
  forget(): void {
    this.#there = false
  }

  /** Gives it to who writes now. Resolves to whether there was any. */
  async spend(): Promise<boolean> {
    const wasThere = this.#there
    this.#there = false
    await this.#files.remove(this.#path)
    return wasThere
  }
}
