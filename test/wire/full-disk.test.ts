import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CreateThingCommand, DescribeThingCommand } from '@aws-sdk/client-iot'
import { GetThingShadowCommand, UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane'
import { generate } from 'mqtt-packet'
import { createHub } from '../../src/hub/create-hub.ts'
import type { Hub } from '../../src/hub/hub.ts'
import { defaultOptions } from '../../src/shared/options.ts'
import { nodeFiles, type Files, type OpenFile } from '../../src/store/files.ts'
import { awsClients, type AwsClients } from '../builders/aws-clients.ts'
import type { Place } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { createJob } from '../builders/operator.ts'
import { within } from '../builders/within.ts'
import { noticeLine } from '../../src/shared/notice-line.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-hub-full-'))
})
after(() => rm(folder, { recursive: true, force: true }))

/** A disk that takes so many bytes more, and gets them back with files that are removed; or that fails for good. */
class Disk {
  #left = Infinity
  #code: '' | 'ENOSPC' | 'EIO' = ''
  readonly #sizes = new Map<string, number>()

  fill(left: number, code: '' | 'ENOSPC' | 'EIO' = 'ENOSPC'): void {
    this.#left = left
    this.#code = code
  }

  mend(): void {
    this.fill(Infinity, '')
  }

  #take(path: string, bytes: number): void {
    if (this.#code === 'EIO' || bytes > this.#left)
      throw Object.assign(new Error(`${this.#code}: write`), { code: this.#code })
    this.#left -= bytes
    this.#sizes.set(path, (this.#sizes.get(path) ?? 0) + bytes)
  }

  readonly files: Files = {
    ...nodeFiles,
    room: () => Promise.resolve(this.#left),
    remove: async (path) => {
      await nodeFiles.remove(path)
      this.#left += this.#sizes.get(path) ?? 0
      this.#sizes.delete(path)
    },
    open: async (path, flags): Promise<OpenFile> => {
      if (flags === 'w') this.#sizes.delete(path)
      const file = await nodeFiles.open(path, flags)
      return {
        ...file,
        writeSync: (bytes) => {
          this.#take(path, bytes.length)
          return file.writeSync(bytes)
        },
        write: (bytes, position) => {
          this.#take(path, bytes.length)
          return file.write(bytes, position)
        },
      }
    },
  }
}

interface Started {
  hub: Hub
  place: Place
  aws: AwsClients
  data: string
  disk: Disk
  /** Resolves once the hub has said that. */
  said(what: RegExp): Promise<string>
}

async function started(name: string): Promise<Started> {
  const [disk, data] = [new Disk(), join(folder, name)]
  const ports = { mqtt: 0, mqtts: 0, http: 0, https: 0 }
  const hub = createHub({ ...defaultOptions, ...ports, data }, { store: { files: disk.files } })
  const place = { endpoints: await hub.start(), ca: '', folder }
  const said = async (what: RegExp): Promise<string> => {
    for (;;) {
      const changed = new Promise<void>((resolve) => hub.events.on(() => resolve()))
      const found = (await hub.api.notices()).find((notice) => what.test(noticeLine(notice)))
      if (found !== undefined) return noticeLine(found)
      await within(changed, `the hub to say ${String(what)}`)
    }
  }
  return { hub, place, aws: awsClients(place), data, disk, said }
}

const update = (thingName: string, body: object): UpdateThingShadowCommand =>
  new UpdateThingShadowCommand({ thingName, payload: JSON.stringify(body) })

/** What the hub knows after a start on the same folder. */
async function versionsOn(data: string): Promise<[number, string]> {
  const hub = createHub({ ...defaultOptions, mqtt: 0, mqtts: 0, http: 0, https: 0, data })
  await hub.start()
  const twin = await hub.api.twin('aws/t')
  const { items } = await hub.api.executions('aws/j')
  await hub.stop()
  return [(twin as { version: number }).version, items[0]!.status]
}

test('on a full disk what was decided is kept, and more is refused in the cloud’s words until there is room', async () => {
  const { hub, place, aws, data, disk, said } = await started('full')
  await aws.iot.send(new CreateThingCommand({ thingName: 't' }))
  await createJob(aws, 'j', ['arn:aws:iot:us-east-1:123456789012:thing/t'], {})
  const device = await connectMqtt(place, 't')
  await device.subscribe('$aws/things/t/jobs/j/update/+', '$aws/things/t/shadow/update/+', '$aws/things/t/shadow/get/+')
  await aws.data.send(update('t', { state: { reported: { n: 1 } } }))
  disk.fill(0)

  // Decided before anybody could know: acknowledged, as there is room in reserve for it.
  const { payload } = await aws.data.send(update('t', { state: { reported: { n: 2 } }, version: 1 }))
  assert.equal((JSON.parse(Buffer.from(payload!).toString()) as { version: number }).version, 2)
  assert.match(await said(/no room left/), /No more are taken until that is mended/)
  for (const version of [1, 2]) {
    assert.equal((await device.json('$aws/things/t/shadow/update/accepted'))['version'], version)
  }

  // Refused, in each plane's own words, and nothing has changed.
  for (const call of [
    () => aws.data.send(update('t', { state: { reported: { n: 3 } }, version: 2 })),
    () => aws.iot.send(new CreateThingCommand({ thingName: 'other' })),
  ]) {
    await assert.rejects(call(), { name: 'ServiceUnavailableException', message: /cannot store changes at present/ })
  }
  await assert.rejects(hub.api.addDevice('iothub-course', 'p/d'), { code: 'UNAVAILABLE' })
  const form = { method: 'POST', body: new URLSearchParams({ product_name: 'p' }) }
  const iothub = await fetch(`http://localhost:${place.endpoints.http}/devices`, form)
  assert.deepEqual([iothub.status, Object.keys((await iothub.json()) as object)], [500, ['error']])
  await device.publish('$aws/things/t/jobs/j/update', { status: 'IN_PROGRESS', expectedVersion: 1, clientToken: 'a' })
  const rejected = await device.json('$aws/things/t/jobs/j/update/rejected')
  assert.deepEqual([rejected['code'], rejected['clientToken']], ['InternalError', 'a'])
  await device.publish('$aws/things/t/shadow/update', { state: { reported: { n: 3 } }, version: 2, clientToken: 'b' })
  const shadow = await device.json('$aws/things/t/shadow/update/rejected')
  assert.deepEqual([shadow['code'], shadow['clientToken']], [500, 'b'])

  // Said once, not with every request.
  assert.deepEqual(
    (await hub.api.notices()).filter(({ text }) => / failed/.test(text)),
    [],
  )

  // Reads are answered.
  assert.equal((await aws.iot.send(new DescribeThingCommand({ thingName: 't' }))).thingName, 't')
  const read = await aws.data.send(new GetThingShadowCommand({ thingName: 't' }))
  assert.equal((JSON.parse(Buffer.from(read.payload!).toString()) as { version: number }).version, 2)
  await device.publish('$aws/things/t/shadow/get', '')
  assert.equal((await device.json('$aws/things/t/shadow/get/accepted'))['version'], 2)

  // With room again, repeats find what the refused ones found.
  disk.mend()
  await said(/changes are stored in .* again/)
  await device.publish('$aws/things/t/jobs/j/update', { status: 'IN_PROGRESS', expectedVersion: 1, clientToken: 'a' })
  assert.equal((await device.json('$aws/things/t/jobs/j/update/accepted'))['clientToken'], 'a')
  await device.publish('$aws/things/t/shadow/update', { state: { reported: { n: 3 } }, version: 2, clientToken: 'b' })
  assert.equal((await device.json('$aws/things/t/shadow/update/accepted'))['version'], 3)
  await device.end()
  aws.destroy()
  await hub.stop()
  assert.deepEqual(await versionsOn(data), [3, 'IN_PROGRESS'])
})

test('on a disk that fails what was decided is held, unanswered, and acknowledged once it is stored', async () => {
  const { hub, place, aws, data, disk, said } = await started('broken')
  await aws.iot.send(new CreateThingCommand({ thingName: 't' }))
  await createJob(aws, 'j', ['arn:aws:iot:us-east-1:123456789012:thing/t'], {})
  const device = await connectMqtt(place, 't')
  await device.subscribe('$aws/things/t/jobs/j/update/+')
  await aws.data.send(update('t', { state: { reported: { n: 1 } } }))
  disk.fill(0, 'EIO')
  let answered = false
  const held = device.publish('$aws/things/t/jobs/j/update', { status: 'IN_PROGRESS', expectedVersion: 1 })
  void held.then(() => (answered = true))
  await said(/changes cannot be stored/)
  assert.equal(answered, false)
  // A repeat meets no mismatch with what is not stored yet: it is refused before anything is looked at.
  await assert.rejects(aws.data.send(update('t', { state: { reported: { n: 2 } }, version: 1 })), {
    name: 'ServiceUnavailableException',
  })
  assert.equal(answered, false)
  disk.mend()
  await held
  assert.equal(typeof (await device.json('$aws/things/t/jobs/j/update/accepted'))['timestamp'], 'number')
  await said(/changes are stored in .* again/)
  await aws.data.send(update('t', { state: { reported: { n: 2 } }, version: 1 }))
  await device.end()
  aws.destroy()
  await hub.stop()
  assert.deepEqual(await versionsOn(data), [2, 'IN_PROGRESS'])
})

test('a hub that is stopped while it holds what it cannot store says so, and acknowledges none of it', async () => {
  const { hub, place, aws, data, disk, said } = await started('stopped')
  await aws.iot.send(new CreateThingCommand({ thingName: 't' }))
  await createJob(aws, 'j', ['arn:aws:iot:us-east-1:123456789012:thing/t'], {})
  await aws.data.send(update('t', { state: { reported: { n: 1 } } }))
  const device = await connectMqtt(place, 't')
  disk.fill(0, 'EIO')
  const held = device.mqtt.publishAsync('$aws/things/t/jobs/j/update', JSON.stringify({ status: 'SUCCEEDED' }), {
    qos: 1,
  })
  const unanswered = assert.rejects(held)
  await said(/changes cannot be stored/)
  await assert.rejects(within(hub.stop(), 'the hub to stop'), /EIO/)
  device.mqtt.end(true)
  await unanswered
  aws.destroy()
  assert.deepEqual(await versionsOn(data), [1, 'QUEUED'])
})

test('what connects leave behind on a disk that fails is bounded: more are told to come again', async () => {
  const { hub, place, disk, said } = await started('crowded')
  const t = { clientId: 't', clean: true, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 } as const
  const greet = generate({ cmd: 'connect', ...t })
  const { mqtt: port } = place.endpoints
  const visit = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => socket.write(greet))
      socket.on('error', reject).once('data', (bytes: Buffer) => {
        socket.once('close', () => resolve(bytes[3]!)).destroy()
      })
    })
  assert.equal(await visit(), 0)
  disk.fill(0, 'EIO')
  // Nobody could know yet: it waits.
  const first = visit()
  await said(/changes cannot be stored/)
  let visits = 1
  while ((await within(visit(), 'a CONNACK')) === 0) assert.ok((visits += 1) < 2000, 'every connect is taken')
  assert.ok(visits > 100, `${visits} were let in`)
  assert.match(await said(/was not let in/), /cannot store changes at present, and too much waits for that/)
  disk.mend()
  await said(/changes are stored in .* again/)
  assert.deepEqual([await first, await visit()], [0, 0])
  await hub.stop()
})
