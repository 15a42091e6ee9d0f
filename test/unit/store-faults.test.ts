import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Files } from '../../src/store/files.ts'
import { loadStore } from '../../src/store/load.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { MemoryFiles } from './memory-files.ts'
import { probedFiles, temporaryDirectory, type Thing } from './store-kit.ts'

/** What the n-th call fails with, and how long. */
interface Fault {
  code: 'EIO' | 'ENOSPC'
  at: number
  lasts: 'once' | 'until mended'
  when: 'before' | 'after'
}

/** A disk that fails at the n-th call, counting all but those that read a file. */
class Disk {
  calls = 0
  failed = 0
  mended = false
  readonly #fault: Fault | undefined
  readonly memory = new MemoryFiles()
  readonly files: Files

  constructor(fault?: Fault) {
    this.#fault = fault
    const files = probedFiles((call, name, when) => this.#probe(call, name, when), undefined, this.memory)
    const asked = async <T>(call: string, path: string, ask: () => Promise<T>): Promise<T> => {
      this.#probe(call, basename(path), 'before')
      const answer = await ask()
      this.#probe(call, basename(path), 'after')
      return answer
    }
    this.files = {
      ...files,
      list: (path) => asked('list', path, () => files.list(path)),
      stat: (path) => asked('stat', path, () => files.stat(path)),
      room: (path) => asked('room', path, () => files.room(path)),
      makeDirectory: (path) => asked('makeDirectory', path, () => files.makeDirectory(path)),
    }
  }

  /** Whether there is a call at which it fails. */
  get fails(): boolean {
    return this.#fault !== undefined
  }

  #probe(call: string, name: string, when: 'before' | 'after'): void {
    if (when === 'before') this.calls += 1
    const fault = this.#fault
    // A write on the spot is only asked about before.
    // A close that fails has closed the file all the same, an open that fails has opened none.
    const expected = call === 'writeSync' || call === 'open' ? 'before' : call === 'close' ? 'after' : fault?.when
    if (fault === undefined || when !== expected) return
    if (fault.lasts === 'once' ? this.calls !== fault.at || this.failed > 0 : this.mended || this.calls < fault.at)
      return
    this.failed += 1
    throw Object.assign(new Error(`${fault.code}: ${call} ${name}`), { code: fault.code })
  }
}

/**
 * Changes, snapshots and closes a store on that disk, which is mended once the store says that it cannot go on. After
 * every acknowledgement, what a crash would leave is looked at: all that was ever acknowledged must be there.
 */
async function live(t: TestContext, root: string, disk: Disk, fsync: boolean): Promise<void> {
  const directory = join(root, 'live')
  // The lock is on the real disk, which does not fail.
  mkdirSync(directory, { recursive: true })
  const acknowledged = new Map<string, number>()
  /** Also what was written, and not acknowledged yet, may be there. */
  const latest = new Map<string, number>()
  let looks = 0

  /** Until something has failed, all runs are the same: the one on the sound disk is looked at throughout. */
  const isWorthALook = (): boolean => !disk.fails || (disk.failed > 0 && looks < 12)
  const check = async (): Promise<void> => {
    if (!isWorthALook()) return
    looks += 1
    const files = disk.memory.copyNow()
    const { data } = await loadStore({ directory, files, migrations: MIGRATIONS, warn: () => {} })
    const things = data.tables.get('things') as Map<string, Thing> | undefined
    for (const [key, v] of acknowledged) {
      const found = things?.get(key)?.v ?? 0
      assert.ok(found >= v && found <= latest.get(key)!, `${key} is ${found}, ${v} was acknowledged`)
    }
  }
  const mend = (store: Store): void => {
    if (store.refusal === undefined) return
    disk.mended = true
    t.mock.timers.tick(500)
  }
  /** Waits, and lets time pass. */
  const until = async <T>(store: Store, promise: Promise<T>): Promise<T> => {
    let settled = false
    void promise.finally(() => (settled = true)).catch(() => {})
    while (!settled) {
      mend(store)
      await Promise.race([promise.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 2))])
    }
    return promise
  }
  const open = async (): Promise<Store> => {
    try {
      return await openStore({ directory, files: disk.files, fsync })
    } catch {
      // A start that fails has changed nothing; it is tried again once the cause is gone.
      await check()
      disk.mended = true
      return openStore({ directory, files: disk.files, fsync })
    }
  }
  const change = async (store: Store, key: string, v: number): Promise<void> => {
    store.table<Thing>('things').set(key, { v, text: 'x'.repeat(40) })
    latest.set(key, v)
    await until(store, store.commit())
    acknowledged.set(key, v)
    await check()
  }

  for (const round of [1, 2]) {
    const store = await open()
    for (let v = 1; v <= 2; v += 1) await change(store, `k${v}`, round * 10 + v)
    await until(store, store.snapshot()).catch(() => {})
    await change(store, 'last', round)
    // It may say that not all is kept; what was acknowledged is.
    await until(store, store.close()).catch(() => {})
    await check()
  }
  assert.equal(new Set([...acknowledged.keys()]).size, 3)
  rmSync(root, { recursive: true, force: true })
}

/** A test for each call that there is, with that fault. */
function failEveryCall(fault: Omit<Fault, 'at'> & { fsync: boolean }): void {
  const { fsync, code, lasts, when } = fault
  const what = `${code} ${lasts}, ${when} the call${fsync ? ', with fsync' : ''}`
  test(`whichever call to the disk fails (${what}), nothing acknowledged is lost, and all goes on`, async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const root = temporaryDirectory(t)
    const sound = new Disk()
    await live(t, join(root, 'sound'), sound, fsync)
    assert.ok(sound.calls > 40, `${sound.calls} calls`)
    for (let at = 1; at <= sound.calls; at += 1) {
      const disk = new Disk({ ...fault, at })
      await live(t, join(root, String(at)), disk, fsync).catch((error: unknown) => {
        throw new Error(`call ${at} of ${sound.calls}: ${String(error)}`, { cause: error })
      })
    }
  })
}

failEveryCall({ code: 'EIO', lasts: 'once', when: 'before', fsync: false })
failEveryCall({ code: 'EIO', lasts: 'once', when: 'after', fsync: true })
failEveryCall({ code: 'EIO', lasts: 'until mended', when: 'before', fsync: true })
failEveryCall({ code: 'ENOSPC', lasts: 'until mended', when: 'before', fsync: false })
