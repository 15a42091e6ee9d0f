import { version } from '../../package.json'
import { createHub, deviceScriptOf } from '../hub/create-hub.ts'
import { run } from './run.ts'
import { stopSignals } from './stop-signals.ts'

// `iot-hub start | head -1`: a reader that goes away is no reason to lose the hub.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const code = await run({
  args: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  stopping: stopSignals(process),
  version,
  createHub,
  deviceScriptOf,
})
// What has been said goes out first; then nothing left over may keep the process.
process.stdout.write('', () => process.exit(code))
