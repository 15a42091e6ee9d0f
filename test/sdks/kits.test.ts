import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ConnectionKitView } from '../../src/shared/api.ts'
import { jsonTextOf } from '../../src/shared/json-text.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { within } from '../builders/within.ts'
import { pythonWithSdks } from './python/environment.ts'

const PATIENCE_MS = 30_000

/** A folder with nothing but the files of the kit, as people have them; code is run there as pasted. */
class Desk {
  readonly #folder: string
  readonly #kit: ConnectionKitView

  private constructor(folder: string, kit: ConnectionKitView) {
    this.#folder = folder
    this.#kit = kit
  }

  static async with(kit: ConnectionKitView): Promise<Desk> {
    const folder = await mkdtemp(join(tmpdir(), 'iot-hub-kit-'))
    for (const { name, content } of kit.files) await writeFile(join(folder, name), content)
    return new Desk(folder, kit)
  }

  clear(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true })
  }

  code(id: string): string {
    return this.#kit.snippets.find((snippet) => snippet.id === id)!.code
  }

  async save(name: string, content: string): Promise<void> {
    await writeFile(join(this.#folder, name), content)
  }

  /** Runs it until it ends, or until `enough` of what it says has been said; returns that. */
  async run(command: string, args: string[], enough?: RegExp): Promise<string> {
    const child = spawn(command, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const heard = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          said += String(chunk)
          if (enough?.test(said) === true) resolve()
        })
      }
    })
    const ended = once(child, 'close').then(([code]) => assert.equal(code, 0, `${command} ended with ${code}: ${said}`))
    ended.catch(() => {})
    try {
      await within(Promise.race([ended, heard]), `${command}, which has said so far: ${said}`, PATIENCE_MS)
    } finally {
      child.kill()
    }
    return said
  }

  shell(lines: string, enough?: RegExp): Promise<string> {
    return this.run('bash', ['-euc', `exec 2>&1; ${lines}`], enough)
  }
}

describe('what people get to paste in other languages runs as it stands', () => {
  let hub: TestHub

  before(async () => void (hub = await startHub()))
  after(() => hub.stop())

  describe('for AWS', () => {
    let desk: Desk
    before(async () => void (desk = await Desk.with(await hub.hub.api.addDevice('aws', 'pump'))))
    after(() => desk.clear())

    test('the Python program does the job that waits', async () => {
      const python = await pythonWithSdks((line) => process.stderr.write(`${line}\n`))
      await desk.save('device.py', desk.code('python'))
      const document = jsonTextOf({ operation: 'reboot' })
      await hub.hub.api.createJob({ dialect: 'aws', name: 'waiting', targets: [{ device: 'pump' }], document })
      const said = await desk.run(python, ['device.py'], /job waiting/)
      assert.match(said, /^connected\njob waiting \{'operation': 'reboot'\}/)
    })

    test('the C header compiles without a warning', async () => {
      await desk.save('aws_iot_device.h', desk.code('c'))
      const use =
        '#include "aws_iot_device.h"\nconst char *const pem = CLIENT_PRIVATE_KEY_PEM ROOT_CA_CERT_PEM CLIENT_CERTIFICATE_PEM;\n'
      await desk.save(
        'use.c',
        `${use}int port(void) { return AWS_MQTT_PORT + (int)sizeof(THING_NAME CLIENT_IDENTIFIER AWS_IOT_ENDPOINT); }\n`,
      )
      await desk.run('cc', ['-std=c99', '-Wall', '-Wextra', '-Werror', '-c', 'use.c', '-o', 'use.o'])
    })

    test('mosquitto publishes to its shadow, and hears of its next job', async () => {
      const [comment, subscribe, publish] = desk.code('mosquitto').split('\n')
      assert.match(comment ?? '', /^#/)
      await desk.shell(publish!)
      assert.match(JSON.stringify(await hub.hub.api.twin('aws/pump')), /"on":true/)
      const heard = desk.shell(`${subscribe!}`, /notify-next/)
      const pushed = setInterval(() => void push(hub), 500)
      await heard.finally(() => clearInterval(pushed))
    })

    test('curl shows the device’s jobs, and the AWS CLI makes one', async () => {
      const said = await desk.shell(desk.code('operator'))
      assert.match(said, /"inProgressJobs"|"queuedJobs"/)
      assert.equal((await hub.hub.api.job('aws/try-1')).status, 'IN_PROGRESS')
    })
  })

  test('for IotHub, mosquitto reports a firmware version', async () => {
    const desk = await Desk.with(await hub.hub.api.addDevice('iothub-course', 'Washer/w1'))
    try {
      await desk.shell(`set -a; . ./.env; set +a\n${desk.code('mosquitto')}`)
      const shown = await fetch(`http://127.0.0.1:${hub.endpoints.http}/devices/Washer/w1`)
      assert.match(await shown.text(), /"firmware_ver":"1.0"/)
    } finally {
      await desk.clear()
    }
  })
})

let pushes = 0
/** Another job at the front of the queue, so that a listener hears of it whenever it came. */
async function push({ hub }: TestHub): Promise<void> {
  const document = jsonTextOf({ push: (pushes += 1) })
  await hub.api.createJob({ dialect: 'aws', name: `push-${pushes}`, targets: [{ device: 'pump' }], document })
  if (pushes > 1) await hub.api.cancelJob(`aws/push-${pushes - 1}`, { force: true })
}
