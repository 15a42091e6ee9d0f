import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ConnectionKitView } from '../../src/shared/api.ts'
import { jsonTextOf } from '../../src/shared/json-text.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { within } from '../builders/within.ts'

const root = join(import.meta.dirname, '../..')

for (const mode of ['open', 'strict'] as const) {
  describe(`the connection kit of AWS, in ${mode} mode`, () => {
    let hub: TestHub
    let kit: ConnectionKitView
    let folder: string

    before(async () => {
      hub = await startHub({ mode })
      kit = await hub.hub.api.addDevice('aws', 'pump')
      folder = await mkdtemp(join(tmpdir(), 'iot-hub-kit-'))
      for (const { name, content } of kit.files) await writeFile(join(folder, name), content)
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    })
    after(async () => {
      await rm(folder, { recursive: true, force: true })
      await hub.stop()
    })

    test('its Node.js program connects and does the jobs it is given, as it stands', async () => {
      await writeFile(join(folder, 'device.mjs'), kit.snippets.find(({ id }) => id === 'node')!.code)
      await hub.hub.api.createJob({
        dialect: 'aws',
        name: 'waiting',
        targets: [{ device: 'pump' }],
        document: jsonTextOf({ operation: 'reboot' }),
      })
      const first = completed(hub, 'aws/waiting')
      const device = spawn(process.execPath, ['device.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
      const ended = once(device, 'close')
      let said = ''
      for (const stream of [device.stdout, device.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
      try {
        await within(first, `the job that waited (${said})`, 20_000)
        const second = completed(hub, 'aws/later')
        await hub.hub.api.createJob({
          dialect: 'aws',
          name: 'later',
          targets: [{ query: 'connectivity.connected:true' }],
          document: jsonTextOf({ operation: 'start' }),
        })
        await within(second, 'the job that came later', 10_000)
        assert.deepEqual((await hub.hub.api.job('aws/later')).counts, { SUCCEEDED: 1 })
        assert.match(said, /^connected\njob waiting \{ operation: 'reboot' \}\njob later \{ operation: 'start' \}\n$/)
      } finally {
        device.kill('SIGKILL')
        await ended
      }
    })

    test('an earlier kit stays good when another one is made', async () => {
      const again = await hub.hub.api.connectionKit('aws/pump')
      assert.notEqual(again.files[0]?.content, kit.files[0]?.content)
      assert.match(again.facts.find(({ label }) => label === 'Note')?.value ?? '', /new certificate/)
    })
  })
}

/** Resolves once the job has completed. */
const completed = ({ hub }: TestHub, job: string): Promise<void> =>
  new Promise((resolve) => {
    const off = hub.events.on((change) => {
      if (change.type !== 'job' || change.key !== job) return
      void hub.api.job(job).then(({ status }) => {
        if (status !== 'COMPLETED') return
        off()
        resolve()
      })
    })
  })
