// The hub that is killed: as it is shipped, but for a limit that makes it write snapshots all the time.
import { createHub } from '../../src/hub/create-hub.ts'
import { defaultOptions } from '../../src/shared/options.ts'

const data = process.argv[2]
const journalLimit = Number(process.argv[3])
if (data === undefined || Number.isNaN(journalLimit)) throw new Error('usage: hub-program DATA JOURNAL_LIMIT')
const ports = { mqtt: 0, mqtts: 0, http: 0, https: 0 }
const hub = createHub({ ...defaultOptions, ...ports, data, bucket: `${data}/bucket` }, { store: { journalLimit } })
process.once('SIGTERM', () => {
  hub.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  )
})
const endpoints = await hub.start()
process.stdout.write(`${JSON.stringify(endpoints)}\n`)
