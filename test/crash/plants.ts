import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeFiles } from '../../src/store/files.ts'
import { journalsIn, journalName, loadStore } from '../../src/store/load.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { openStore, type Store } from '../../src/store/store.ts'

/**
 * A loss that is brought about on purpose, on the state of a hub that was killed, to see whether it is noticed.
 * Resolves to false if there was nothing to lose yet: then it is asked again after the next kill.
 */
export type Plant = (state: string) => Promise<boolean>

/** Each anew for a run of its own, as some need what was there a life before. */
export const plants: Record<string, () => Plant> = {
  'lost record': () => without(/^twins$/, 1),
  'lost change': stale(/^(twins|executions)$/),
  'lost message': () => without(/^mqtt.*queue/i, Infinity),
  'doubled message': stale(/^mqtt/),
  'lost tail of a journal': () => cutTail,
  'state of an earlier life': earlierLife,
  'deleted thing that is back': stale(/^devices$/, 'missing'),
}

async function tamper(state: string, change: (store: Store) => boolean): Promise<boolean> {
  const store = await openStore({ directory: state })
  const changed = change(store)
  await store.close()
  return changed
}

async function tablesOf(state: string): Promise<Map<string, Map<string, object>>> {
  return (await loadStore({ directory: state, files: nodeFiles, migrations: MIGRATIONS, warn: () => {} })).data.tables
}

/** Removes so many records of every table of such a name. */
const without =
  (names: RegExp, most: number): Plant =>
  async (state) => {
    const found = [...(await tablesOf(state))].filter(([name]) => names.test(name))
    const lost = found.flatMap(([name, records]) => [...records.keys()].slice(0, most).map((key) => ({ name, key })))
    return tamper(state, (store) => {
      for (const { name, key } of lost) store.table(name).delete(key)
      return lost.length > 0
    })
  }

/** Records as they were after the kill before: `missing` puts back only what has been deleted since. */
function stale(names: RegExp, which: 'all' | 'missing' = 'all'): () => Plant {
  return () => {
    let before: Map<string, Map<string, object>> | undefined
    return async (state) => {
      const [old, now] = [before, await tablesOf(state)]
      before = new Map([...now].filter(([name]) => names.test(name)).map(([name, records]) => [name, new Map(records)]))
      if (old === undefined) return false
      return tamper(state, (store) => {
        let changed = false
        for (const [name, records] of old) {
          for (const [key, record] of records) {
            if (which === 'missing' && now.get(name)?.has(key) === true) continue
            if (JSON.stringify(now.get(name)?.get(key)) === JSON.stringify(record)) continue
            store.table(name).set(key, record)
            changed = true
          }
        }
        return changed
      })
    }
  }
}

/** The later half of the last journal, at the end of a line: no checksum can tell. */
async function cutTail(state: string): Promise<boolean> {
  const last = journalsIn(await readdir(state)).at(-1)
  if (last === undefined) return false
  const path = join(state, journalName(last))
  const lines = (await readFile(path, 'utf8')).split('\n')
  if (lines.length < 10) return false
  await writeFile(path, `${lines.slice(0, Math.floor(lines.length / 2)).join('\n')}\n`)
  return true
}

function earlierLife(): Plant {
  let kept: string | undefined
  return async (state) => {
    const copy = `${state}-earlier`
    if (kept === undefined) {
      await cp(state, copy, { recursive: true })
      kept = copy
      return false
    }
    await rm(state, { recursive: true })
    await cp(copy, state, { recursive: true })
    return true
  }
}
