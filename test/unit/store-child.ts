// Fifty writers that say on stdout what has been committed, until the process is killed.
import { openStore } from '../../src/store/store.ts'

const directory = process.argv[2]
if (directory === undefined) throw new Error('usage: store-child.ts DIRECTORY')
const store = await openStore({ directory, journalLimit: 64 * 1024 })
const things = store.table('things')
const write = async (writer: number): Promise<void> => {
  for (let v = 1; ; v += 1) {
    things.set(`w${writer}`, { v, text: 'x'.repeat(writer * 10) })
    await store.commit()
    if (!process.stdout.write(`w${writer} ${v}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}
process.stdout.setMaxListeners(100)
await Promise.all(Array.from({ length: 50 }, (_, writer) => write(writer)))
