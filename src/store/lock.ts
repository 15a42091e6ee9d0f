import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, realpath, rm, stat, utimes } from 'node:fs/promises'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive, isProcess, isSameHost, thisProcess, type Process } from './process-host.ts'
import { StoreError } from './store-error.ts'
import { asSaid, say } from '../core/said.ts'

/** What a lock file says. */
interface LockRecord extends Process {
  /** Whose it is, beyond doubt: it is also in the file's name. */
  token: string
  /** The directory's path and the file's inode, as the holder saw them: in a copy they are others. */
  directory: string
  inode: string
}

/** What judging the locks of others takes; tests put other facts in their place. */
export interface LockWorld {
  self: Process
  isAlive(process: Pick<Process, 'pid' | 'started'>): boolean
  pause(ms: number): Promise<unknown>
}

const realWorld = (): LockWorld => ({ self: thisProcess(), isAlive, pause: (ms) => pause(ms) })

/**
 * A lock that has shown no life for so long is nobody's, if its process cannot be asked. Its holder looks twice a
 * second whether somebody else has put down a lock, and touches its own as long as there is one.
 */
const SILENCE_MS = 6000
const STEP_MS = 250
/**
 * A hub that has not looked for so long looks before it writes: long before others may take its silence for its end.
 */
const LEASE_MS = 2000

/** Locks of this process that it needs no more, and could not remove: a later hub of the same process may. */
const GIVEN_UP = new Set<string>()

const NAME = /^hub\.lock\.[0-9a-f-]+$/

/**
 * A directory that is this process's. The lock is a file whose *name* says whose it is, so that it is nobody's but its
 * owner's: a contender puts down its own first and then looks for others, and may remove those of the dead without ever
 * hitting a live one's. Two that start in the same instant both see the other and both give up.
 *
 * A holder of the same place is asked for by its pid. One of another container or machine is watched for signs of life.
 */
export class Lock {
  readonly #directory: string
  readonly #world: LockWorld
  readonly #token = randomUUID()
  #inode = ''
  #seenAt = 0
  #retaking: Promise<void> | undefined
  /** Somebody was taken for dead because nothing was heard of them: what they have open may yet be written to. */
  passedOver = false

  private constructor(directory: string, world: LockWorld) {
    this.#directory = directory
    this.#world = world
  }

  /** Takes the directory, which exists. Throws LOCKED, naming the holder. */
  static async take(directory: string, world = realWorld()): Promise<Lock> {
    const lock = new Lock(directory, world)
    await lock.#put()
    return lock
  }

  get #path(): string {
    return join(this.#directory, `hub.lock.${this.#token}`)
  }

  /** Whether it is so long ago that the lock was looked at that another may have it by now. */
  get isDue(): boolean {
    return Math.abs(Date.now() - this.#seenAt) > LEASE_MS
  }

  /**
   * Whether the directory is still this process's; a sign of life if somebody watches for one. Rejects where it cannot
   * be looked at.
   */
  async look(): Promise<boolean> {
    const looked = Date.now()
    try {
      const { ino } = await stat(this.#path, { bigint: true })
      if (String(ino) !== this.#inode && (await readRecord(this.#path))?.token !== this.#token) return false
      // Only then: a file that changes all the time keeps every watcher of the folder busy.
      if ((await this.#others()).length > 0) await utimes(this.#path, looked / 1000, looked / 1000)
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
    this.#seenAt = looked
    return true
  }

  /** Takes a directory again that has been deleted, or has lost its lock. Throws LOST if another hub has it by now. */
  retake(): Promise<void> {
    this.#retaking ??= this.#retake().finally(() => (this.#retaking = undefined))
    return this.#retaking
  }

  async #retake(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 })
      await rm(this.#path, { force: true })
      try {
        return await this.#put()
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        // A hub that has just begun to take it gives up as well.
        if (attempt === 3) throw lost(this.#directory, error)
        await this.#world.pause(STEP_MS)
      }
    }
  }

  /**
   * Gives the directory free, if it is this process's. Rejects where its file cannot be removed: it is nobody's then.
   */
  async release(): Promise<void> {
    GIVEN_UP.add(this.#token)
    await rm(this.#path, { force: true }).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
    GIVEN_UP.delete(this.#token)
  }

  async #put(): Promise<void> {
    GIVEN_UP.delete(this.#token)
    const file = await open(this.#path, 'wx', 0o600)
    try {
      try {
        this.#inode = String((await file.stat({ bigint: true })).ino)
        const directory = await realpath(this.#directory)
        const record: LockRecord = { token: this.#token, directory, inode: this.#inode, ...this.#world.self }
        await file.writeFile(`${JSON.stringify(record)}\n`)
      } finally {
        await file.close()
      }
      const names = await this.#others()
      await Promise.all(names.map((name) => this.#passOver(name)))
    } catch (error) {
      await this.release()
      throw error
    }
    this.#seenAt = Date.now()
  }

  /** The locks of others. */
  async #others(): Promise<string[]> {
    const names = await readdir(this.#directory)
    return names.filter((name) => NAME.test(name) && join(this.#directory, name) !== this.#path)
  }

  /** Removes a lock that nobody holds; throws LOCKED if somebody does. */
  async #passOver(name: string): Promise<void> {
    const path = join(this.#directory, name)
    const record = await readRecord(path)
    if (record !== undefined && GIVEN_UP.has(record.token)) return rm(path, { force: true })
    const known = record !== undefined && isSameHost(record, this.#world.self)
    if (known && !(await this.#mayLive(path, record))) return rm(path, { force: true })
    if (known && (await this.#isWhereItWasPut(path, record))) throw heldHere(record.pid, this.#directory, name)
    if (await this.#showsLife(path)) throw heldElsewhere(record, this.#directory)
    this.passedOver = true
    await rm(path, { force: true })
  }

  async #mayLive(path: string, record: LockRecord): Promise<boolean> {
    if (!this.#world.isAlive(record)) return false
    // Where starts are not told, a lock from before this boot is not that of whoever has its pid now.
    const at = record.started === undefined ? await timeOf(path) : undefined
    return at === undefined || at > Date.now() - uptime() * 1000 - 60_000
  }

  async #isWhereItWasPut(path: string, { directory, inode }: LockRecord): Promise<boolean> {
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    return found !== undefined && String(found.ino) === inode && directory === (await realpath(this.#directory))
  }

  /** Watches the file, and keeps showing life itself. By change alone: clocks of two machines need not agree. */
  async #showsLife(path: string): Promise<boolean> {
    const first = await timeOf(path)
    for (let waited = 0; waited < SILENCE_MS; waited += STEP_MS) {
      await this.#world.pause(STEP_MS)
      const now = await timeOf(path)
      if (now === undefined) return false
      if (now !== first) return true
      await utimes(this.#path, Date.now() / 1000, Date.now() / 1000)
    }
    return false
  }
}

/** `undefined` also if it is half written, or by another release. */
async function readRecord(path: string): Promise<LockRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as unknown
    return isProcess(record) ? (record as LockRecord) : undefined
  } catch {
    return undefined
  }
}

const timeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

const heldHere = (pid: number, directory: string, name: string): StoreError =>
  new StoreError(
    'LOCKED',
    say`${directory} is in use by process ${pid}; if that process is not a hub, delete the file ${name} there`,
  )

function heldElsewhere(record: Process | undefined, directory: string): StoreError {
  const who = record === undefined ? say`a hub` : say`the hub that is process ${record.pid} on ${record.host}`
  return new StoreError(
    'LOCKED',
    say`${directory} is in use by ${who}, in another container or on another machine: it has just shown life. Stop it there, or choose another folder`,
  )
}

function lost(directory: string, { words }: StoreError): StoreError {
  return new StoreError(
    'LOST',
    say`${directory} was taken from this hub while it ran (${asSaid(words)}); nothing more is stored, and nothing that is there is touched`,
  )
}
