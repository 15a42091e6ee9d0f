import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { say, type Words } from '../core/said.ts'

const LOOK_MS = 1000

interface Kept {
  path: string
  content: Buffer
  mode: number
  missing: boolean
}

/**
 * Files of the data folder that clients and the next start need, besides the state: put back if somebody deletes them
 * while the hub runs. Not at first sight: by the second look the store has found out whether another hub has the folder
 * by now.
 */
export class RequiredFiles {
  readonly #kept: Kept[] = []
  readonly #note: (text: Words) => void
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined

  private constructor(note: (text: Words) => void, also: () => Promise<void>) {
    this.#note = note
    this.#timer = setInterval(() => {
      // What fails now is tried again at the next look.
      this.#looking ??= this.#look()
        .then(also, also)
        .catch(() => {})
        .finally(() => (this.#looking = undefined))
    }, LOOK_MS).unref()
  }

  /** Takes note of these files, and of all in these folders, as they are now. `also` is done at every look. */
  static async of(
    paths: readonly string[],
    note: (text: Words) => void,
    also: () => Promise<void>,
  ): Promise<RequiredFiles> {
    const requiredFiles = new RequiredFiles(note, also)
    for (const path of paths) await requiredFiles.#keep(path)
    return requiredFiles
  }

  /** Resolves once nothing is being put back any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async #keep(path: string): Promise<void> {
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() === true) for (const name of await readdir(path)) await this.#keep(join(path, name))
    if (found?.isFile() === true)
      this.#kept.push({ path, content: await readFile(path), mode: found.mode & 0o777, missing: false })
  }

  async #look(): Promise<void> {
    for (const kept of this.#kept) {
      const wasMissing = kept.missing
      kept.missing = await isMissing(kept.path)
      if (kept.missing && wasMissing) await this.#putBack(kept)
    }
  }

  async #putBack({ path, content, mode }: Kept): Promise<void> {
    const aside = `${path}.${process.pid}.tmp`
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(aside, content, { mode })
    await rename(aside, path)
    this.#note(say`${path} was deleted while the hub ran: it has been put back`)
  }
}

const isMissing = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  )
