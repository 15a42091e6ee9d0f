import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { encodeHeader, encodeLine } from '../../src/store/journal-lines.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { contentsOf, copyAsAfterCrash, entriesOf, probedFiles, temporaryDirectory, type Thing } from './store-kit.ts'
import { textOf } from '../../src/core/said.ts'

const keysOf = (store: Store): string => [...store.table('things').entries()].map(([key]) => key).join('')

/** `snapshot` holds a, b; journal-2 holds c, d, e in a line each. */
async function crashedHub(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t)
  const store = await openStore({ directory: join(directory, 'live') })
  const put = async (key: string): Promise<void> => {
    store.table<Thing>('things').set(key, { v: 1 })
    await store.commit()
  }
  for (const key of 'ab') await put(key)
  await store.snapshot()
  for (const key of 'cde') await put(key)
  const crashed = copyAsAfterCrash(join(directory, 'live'), join(directory, 'crashed'))
  await store.close()
  return crashed
}

function edit(directory: string, name: string, change: (lines: string[]) => void): void {
  const lines = readFileSync(join(directory, name), 'utf8').split('\n')
  change(lines)
  writeFileSync(join(directory, name), lines.join('\n'))
}

/** Opens, checks what was recovered and said, and that opening again finds the same and nothing to complain about. */
async function recovers(directory: string, keys: string, ...warnings: RegExp[]): Promise<void> {
  const store = await openStore({ directory })
  assert.equal(keysOf(store), keys)
  assert.equal(store.warnings.length, warnings.length, store.warnings.join('\n'))
  for (const [i, warning] of warnings.entries()) assert.match(textOf(store.warnings[i] ?? ''), warning)
  store.table<Thing>('things').set('z', { v: 1 })
  await store.commit()
  const copy = await openStore({ directory: copyAsAfterCrash(directory, `${directory}-again`) })
  assert.deepEqual(copy.warnings, [])
  assert.equal(keysOf(copy), `${keys}z`)
  await copy.close()
  await store.close()
}

test('an unfinished last line is dropped with a warning that names the file', async (t) => {
  const directory = await crashedHub(t)
  appendFileSync(join(directory, 'journal-2.jsonl'), '0badcafe [["things","f"')
  await recovers(
    directory,
    'abcde',
    /journal-2\.jsonl is unfinished: its last 23 bytes, of a line that had not been acknowledged, were dropped/,
  )
  assert.deepEqual(
    Object.keys(contentsOf(directory)).filter((name) => name.includes('damaged')),
    [],
  )
})

test('a last line cut anywhere is dropped, and never half applied', async (t) => {
  const directory = await crashedHub(t)
  const size = readFileSync(join(directory, 'journal-2.jsonl')).length
  for (const cut of [2, 10, 25]) {
    const copy = copyAsAfterCrash(directory, `${directory}-${cut}`)
    truncateSync(join(copy, 'journal-2.jsonl'), size - cut)
    await recovers(copy, 'abcd', /journal-2\.jsonl is unfinished/)
  }
  // All of it but the line feed: whole, as its checksum says.
  truncateSync(join(directory, 'journal-2.jsonl'), size - 1)
  await recovers(directory, 'abcde', /the end of its last line is missing/)
})

test('a journal whose header was never finished is begun again', async (t) => {
  const directory = await crashedHub(t)
  writeFileSync(join(directory, 'journal-3.jsonl'), '{"format":')
  await recovers(directory, 'abcde', /journal-3\.jsonl has no header: .* begun anew/)
})

test('a damaged line in a journal sets the file aside and costs what it held, and nothing else', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'journal-2.jsonl', (lines) => (lines[2] = (lines[2] ?? '').replace('"v":1', '"v":7')))
  const damaged = readFileSync(join(directory, 'journal-2.jsonl'))
  const said = /journal-2\.jsonl is damaged: line 3 is unreadable\. Recovered: the 4 changes around that\. /.source
  const rest = /Not recovered: \d+ of its \d+ bytes\. The file was set aside as journal-2\.jsonl\.damaged-1/.source
  await recovers(directory, 'abce', new RegExp(said + rest))
  assert.deepEqual(readFileSync(join(directory, 'journal-2.jsonl.damaged-1')), damaged)
})

/** `journal-3` holds f, g in a line each. */
async function threeFiles(t: TestContext): Promise<string> {
  const directory = await crashedHub(t)
  const header = { format: 'local-iot-hub', file: 'journal', version: 1, generation: 3 } as const
  const lines = ['f', 'g'].map((key) => encodeLine(JSON.stringify([['things', key, { v: 1 }]])))
  writeFileSync(join(directory, 'journal-3.jsonl'), encodeHeader(header) + lines.join(''))
  return directory
}

test('journals after a damaged one, or after one that is missing, are replayed', async (t) => {
  const directory = await threeFiles(t)
  edit(directory, 'journal-2.jsonl', (lines) => (lines[3] = 'nonsense'))
  const copy = copyAsAfterCrash(directory, `${directory}-copy`)
  await recovers(directory, 'abcdfg', /journal-2\.jsonl is damaged: line 4/)
  rmSync(join(copy, 'journal-2.jsonl'))
  await recovers(copy, 'abfg', /journal-2\.jsonl is missing: the changes it held were not recovered/)
})

test('a first journal that is missing is said, also where nothing else is left but traces of a hub', async (t) => {
  const directory = await crashedHub(t)
  for (const name of Object.keys(contentsOf(directory))) rmSync(join(directory, name))
  writeFileSync(join(directory, 'reserve'), '')
  const store = await openStore({ directory })
  assert.match(
    textOf(store.warnings[0] ?? ''),
    /hub\.jsonl and journal-1\.jsonl are missing in .*: nothing was recovered/,
  )
  await store.close()
})

test('whichever byte of a file is flipped, what the other lines hold is recovered, and it is said', async (t) => {
  const original = await threeFiles(t)
  for (const name of ['journal-2.jsonl', 'hub.jsonl', 'journal-3.jsonl']) {
    const bytes = readFileSync(join(original, name))
    const lineOf = (at: number): number => bytes.subarray(0, at).filter((byte) => byte === 10).length
    const lines = bytes.toString().split('\n')
    const name0 = bytes.indexOf('"check"')
    for (let at = 0; at < bytes.length; at += 1) {
      const directory = copyAsAfterCrash(original, join(original, '..', 'flipped'))
      const flipped = Buffer.from(bytes)
      // To a control character, to a line feed, or in its lowest bit.
      flipped[at] = at % 3 === 0 ? 1 : at % 3 === 1 && bytes[at] !== 10 ? 10 : bytes[at]! ^ 1
      writeFileSync(join(directory, name), flipped)
      const store = await openStore({ directory })
      const found = new Set(keysOf(store))
      // What the damaged line holds, unless all that is damaged is its end.
      const lost = new Set([...lines[lineOf(at)]!.matchAll(/\["things","(\w)"/g)].map(([, key]) => key))
      for (const key of 'abcdefg') {
        if (!lost.has(key)) assert.ok(found.has(key), `${key} after byte ${at} of ${name} was flipped`)
      }
      assert.ok([...store.table<Thing>('things').values()].every(({ v }) => v === 1))
      // A check that is not called so any more is none, and the header what it was.
      const isName = at >= name0 && at < name0 + '"check"'.length
      assert.ok(isName || store.warnings.length > 0, `byte ${at} of ${name}`)
      await store.close()
      rmSync(directory, { recursive: true })
    }
  }
})

test('a file with an unreadable header is set aside, and its lines are recovered', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'journal-2.jsonl', (lines) => (lines[0] = '{"format":"nonsense"}'))
  writeFileSync(join(directory, 'journal-2.jsonl.damaged-1'), 'from an earlier accident')
  await recovers(directory, 'abcde', /its header is unreadable\. Recovered: the 6 changes .* aside as .*damaged-2/)
  assert.equal(contentsOf(directory)['journal-2.jsonl.damaged-1'], 'from an earlier accident')
})

test('a file of another kind is set aside, and nothing of it is taken', async (t) => {
  const directory = await crashedHub(t)
  const { 'hub.jsonl': snapshot } = contentsOf(directory)
  writeFileSync(join(directory, 'journal-2.jsonl'), snapshot!.replace('"a"', '"x"'))
  await recovers(directory, 'ab', /journal-2\.jsonl is damaged: its header is unreadable\. Recovered: the 0 changes/)
})

test('a snapshot without its end keeps what can be read of it, and its journal is replayed', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'hub.jsonl', (lines) => lines.splice(2))
  await recovers(directory, 'abcde', /hub\.jsonl is damaged: its end is missing/)
})

test('a snapshot that lacks a line is noticed by the count at its end', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'hub.jsonl', (lines) => lines.splice(1, 1))
  await recovers(directory, 'cde', /hub\.jsonl is damaged: it should have 2 records, and has 0/)
})

test('a snapshot with an unreadable header is set aside, and it and every journal are recovered', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'hub.jsonl', (lines) => (lines[0] = ''))
  await recovers(directory, 'abcde', /hub\.jsonl is damaged: its header is unreadable/)
})

test('a snapshot or journal that has disappeared is reported', async (t) => {
  const directory = await crashedHub(t)
  const copy = copyAsAfterCrash(directory, `${directory}-copy`)
  rmSync(join(directory, 'hub.jsonl'))
  await recovers(
    directory,
    'cde',
    /hub\.jsonl is missing: only what the journals from journal-2\.jsonl on hold was recovered/,
  )
  rmSync(join(copy, 'journal-2.jsonl'))
  await recovers(copy, 'ab', /journal-2\.jsonl is missing/)
})

test('a crash while damage is being repaired leaves the damage to be found again', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'journal-2.jsonl', (lines) => (lines[2] = 'nonsense'))
  const copies: string[] = []
  const files = probedFiles((_call, _name, when) => {
    if (when === 'after') copies.push(copyAsAfterCrash(directory, `${directory}-step-${copies.length}`))
  })
  await (await openStore({ directory, files })).close()
  assert.ok(copies.length > 8)
  for (const copy of copies) {
    const store = await openStore({ directory: copy })
    assert.equal(keysOf(store), 'abce')
    assert.ok(contentsOf(copy)['journal-2.jsonl.damaged-1']?.includes('nonsense'))
    assert.deepEqual(
      entriesOf(store, 'things'),
      [...'abce'].map((key) => [key, { v: 1 }]),
    )
    await store.close()
  }
})
