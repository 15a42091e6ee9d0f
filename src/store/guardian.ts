import { StoreError } from './store-error.ts'
import { listOf, type Flaw } from './inventory.ts'
import type { Lock } from './lock.ts'
import type { Reserve } from './reserve.ts'
import { asSaid, say, wordsOf, type Words } from '../core/said.ts'
import { diskFault } from '../shared/disk-fault.ts'

/** Twice a second: what others do to the directory is seen within one. */
const LOOK_MS = 500
const MOST_REST = 20

export interface GuardianOptions {
  directory: string
  lock: Lock
  reserve: Reserve
  /** What others have done to the files of the state. */
  flaws(): Promise<Flaw[]>
  /** Writes the whole state anew. */
  rewrite(): Promise<void>
  /** Whether the last attempt to write a change has failed. */
  failed(): boolean
  /** Tries to write again what has failed; rejects if it fails again. */
  retry(): Promise<void>
  /** As `retry`, to another file. */
  retryElsewhere(): Promise<void>
  warn(text: Words): void
  /** Another hub has the directory. Nothing is looked at any more. */
  onLost(error: StoreError): void
}

interface Gate {
  promise: Promise<void>
  open(): void
  refuse(error: unknown): void
}

/**
 * Sees to it that what is acknowledged can be kept: that the directory is still this hub's, that its files are as it
 * has left them, and that there is room. What can be mended is mended; meanwhile changes that are decided wait, and no
 * more are taken.
 */
export class Guardian {
  readonly #options: GuardianOptions
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined
  #gate: Gate | undefined
  #mustRewrite = false
  #cause: unknown
  #final = false
  /** How often in a row it could not be mended, and how many looks are left out before the next attempt. */
  #failures = 0
  #rest = 0
  /** Why no change is taken at present; absent if all is well. */
  refusal: StoreError | undefined

  constructor(options: GuardianOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#tick(), LOOK_MS).unref()
  }

  /** What is written counts as kept only once this has resolved; absent if it does at once. */
  get gate(): Promise<void> | undefined {
    return this.#gate?.promise
  }

  /** Looks at everything, and mends what can be mended. Never rejects: how it went is in `refusal`. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  /** A change could not be written. It is looked into at once: most of what fails once does not fail twice. */
  async failed(error: unknown): Promise<void> {
    this.#cause = error
    await this.look()
    // That look may have been past it.
    if (this.#options.failed() && this.refusal === undefined) await this.look()
  }

  /** Resolves if the directory is this hub's; rejects if it is not, or cannot be looked at. */
  async checkOwn(): Promise<void> {
    if (this.refusal?.code === 'LOST') throw this.refusal
    if (!(await this.#options.lock.look())) await this.#regain()
  }

  /** Looks a last time, and then lets nobody wait any more. */
  async finish(): Promise<void> {
    clearInterval(this.#timer)
    this.#final = true
    await this.#looking
    await this.look()
    if (this.#gate !== undefined) this.#gate.refuse(this.refusal)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const rests = (this.#rest -= 1) > 0
    // Writing everything anew takes its time, and meanwhile a sign of life is due all the same.
    if (rests || this.#looking !== undefined) void this.#options.lock.look().catch(() => {})
    else void this.look()
  }

  async #look(): Promise<void> {
    const { lock, reserve, flaws, failed } = this.#options
    if (this.refusal?.code === 'LOST') return
    try {
      if (!(await lock.look())) await this.#regain()
      this.#found(await flaws())
      if (this.#mustRewrite) await this.#rewrite()
      this.#gate?.open()
      this.#gate = undefined
      if (failed()) await this.#retry()
      this.#fit(await reserve.make())
      this.#failures = 0
    } catch (error) {
      if (error instanceof StoreError && error.code === 'LOST') this.#lose(error)
      else this.#suspend(error)
    }
  }

  async #regain(): Promise<void> {
    const { lock, directory, warn } = this.#options
    this.#close()
    await lock.retake()
    warn(say`the lock of ${directory} was deleted while the hub ran; nobody else had the folder, so it has it again`)
  }

  #found(flaws: Flaw[]): void {
    const what = listOf(flaws)
    if (what === undefined || this.#mustRewrite) return
    const { directory, warn } = this.#options
    this.#close()
    this.#mustRewrite = true
    warn(say`somebody meddles with ${directory} while the hub runs: ${asSaid(what)}. ${asSaid(ANEW)}`)
  }

  async #rewrite(): Promise<void> {
    const { rewrite, directory, reserve, warn } = this.#options
    await rewrite()
    this.#mustRewrite = false
    reserve.forget()
    warn(say`everything has been written anew to ${directory}: nothing that was acknowledged is missing there`)
  }

  async #retry(): Promise<void> {
    const { retry, retryElsewhere, reserve } = this.#options
    if (isFull(this.#cause) && (await reserve.spend()))
      this.#refuse(say`there is no room left (${String(this.#cause)})`)
    try {
      await retry()
    } catch (error) {
      this.#cause = error
      // Perhaps it is this file only.
      await retryElsewhere()
    }
  }

  /** Holds back who waits for a change, until all is well. */
  #close(): void {
    if (this.#gate !== undefined || this.#final) return
    let gate: Omit<Gate, 'promise'> | undefined
    const promise = new Promise<void>((open, refuse) => (gate = { open, refuse }))
    promise.catch(() => {})
    this.#gate = { promise, ...(gate as unknown as Omit<Gate, 'promise'>) }
  }

  #fit(lacking: Words | undefined): void {
    if (lacking !== undefined) return this.#refuse(lacking)
    if (this.refusal === undefined) return
    this.refusal = undefined
    this.#options.warn(say`changes are stored in ${this.#options.directory} again`)
  }

  #suspend(error: unknown): void {
    if (!this.#options.failed()) this.#close()
    this.#failures += 1
    // A large state is not written anew twice a second where there is no room for it.
    this.#rest = this.#failures < 5 ? 0 : Math.min(2 ** (this.#failures - 4), MOST_REST)
    const fault = diskFault(error)
    this.#refuse(fault === undefined ? wordsOf(error) : say`${asSaid(fault)} (${asSaid(wordsOf(error))})`)
  }

  #refuse(why: Words): void {
    if (this.refusal !== undefined) return
    const { directory, warn } = this.#options
    const text = say`changes cannot be stored in ${directory} at present: ${asSaid(why)}`
    this.refusal = new StoreError('UNKEPT', text)
    warn(say`${text}. ${asSaid(NO_MORE)}`)
  }

  #lose(error: StoreError): void {
    clearInterval(this.#timer)
    this.refusal = error
    this.#gate?.refuse(error)
    this.#options.warn(error.words)
    this.#options.onLost(error)
  }
}

const ANEW = 'Everything is being written anew from memory'
const NO_MORE =
  'No more are taken until that is mended; what was decided before is kept in memory, and acknowledged once it is stored'

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(error.code))
