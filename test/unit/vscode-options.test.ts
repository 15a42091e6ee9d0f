import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { defaultOptions } from '../../src/shared/options.ts'
import { nameFault } from '../../src/vscode/devices/device-name.ts'
import { readFailure } from '../../src/vscode/hub-session/failure.ts'
import { freePort, isFree } from '../../src/vscode/hub-session/free-port.ts'
import { readOptions } from '../../src/vscode/hub-session/read-options.ts'
import { parseSpan } from '../../src/vscode/spans.ts'

const places = { storage: '/storage/hub', folder: '/work' }

function read(settings: Record<string, unknown>) {
  const wrong: string[] = []
  return {
    options: readOptions(
      (name) => settings[name],
      places,
      (name) => wrong.push(name),
    ),
    wrong,
  }
}

describe('options from settings', () => {
  it('are the hub’s defaults, but for the data folder', () => {
    assert.deepEqual(read({ data: '', bucket: '' }), {
      options: { ...defaultOptions, data: '/storage/hub' },
      wrong: [],
    })
  })

  it('take what the user set; relative paths are the workspace’s', () => {
    const { options, wrong } = read({ mqtt: 0, mode: 'strict', fsync: true, data: 'hub-state', bucket: '/objects' })
    assert.deepEqual(wrong, [])
    assert.deepEqual(
      { mqtt: options.mqtt, mode: options.mode, fsync: options.fsync, data: options.data, bucket: options.bucket },
      { mqtt: 0, mode: 'strict', fsync: true, data: '/work/hub-state', bucket: '/objects' },
    )
  })

  it('stay at their defaults where a setting cannot be used, and name it', () => {
    const { options, wrong } = read({ mqtt: 70_000, mqtts: '8883', mode: 'loose', memory: 'yes', http: 1.5 })
    assert.deepEqual(wrong.toSorted(), ['http', 'memory', 'mode', 'mqtt', 'mqtts'])
    assert.deepEqual(options, { ...defaultOptions, data: '/storage/hub' })
  })

  it('bring along what is set of single clouds, which the hub judges', () => {
    assert.deepEqual(read({ clouds: { aws: { presigned: 'long' }, odd: 7 } }).options.clouds, {
      aws: { presigned: 'long' },
    })
    assert.deepEqual(read({ clouds: 'none' }).options.clouds, {})
  })

  it('never open the hub to everybody because the address was left empty', () => {
    const { options, wrong } = read({ host: ' ' })
    assert.equal(options.host, 'localhost')
    assert.deepEqual(wrong, ['host'])
  })
})

describe('why a hub did not start', () => {
  it('names the setting of a single cloud', () => {
    const error = new Error('--aws-presigned: "brief" must be one of short, long; see --mode')
    assert.equal(
      readFailure(error).reason,
      'iotHub.clouds.aws.presigned: "brief" must be one of short, long; see iotHub.mode',
    )
  })

  it('names a taken port as a conflict, and settings instead of flags', () => {
    const error = Object.assign(new Error('port 1883 is taken by mosquitto (pid 7): choose another port with --mqtt'), {
      code: 'CONFLICT',
      data: { field: '--mqtt', port: 1883 },
    })
    assert.deepEqual(readFailure(error), {
      reason: 'port 1883 is taken by mosquitto (pid 7): choose another port with iotHub.mqtt',
      conflict: { setting: 'mqtt', port: 1883 },
    })
  })

  it('is just a reason for everything else', () => {
    assert.deepEqual(
      readFailure(
        Object.assign(new Error('no such address'), { code: 'INVALID', data: { field: 'host', port: 1883 } }),
      ),
      { reason: 'no such address' },
    )
    assert.deepEqual(readFailure('gone'), { reason: 'gone' })
    assert.deepEqual(readFailure(new Error('kept --as is')), { reason: 'kept --as is' })
  })
})

describe('free ports', () => {
  it('are found by trying', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    assert.equal(await isFree('127.0.0.1', port), false)
    assert.notEqual(await freePort('127.0.0.1', port), port)
    server.close()
    await once(server, 'close')
    assert.equal(await isFree('127.0.0.1', port), true)
  })

  it('leave out those that are spoken for', async () => {
    const first = await freePort('127.0.0.1', 20_000)
    assert.ok((await freePort('127.0.0.1', first, new Set([first]))) > first)
  })

  it('0 is always free', async () => assert.equal(await isFree('127.0.0.1', 0), true))
})

describe('what people type', () => {
  it('a span of time', () => {
    assert.deepEqual(
      ['90s', ' 15 m', '2h', '7d', '250ms', '1.5h'].map(parseSpan),
      [90_000, 900_000, 7_200_000, 604_800_000, 250, 5_400_000],
    )
    assert.deepEqual(['', '5', 'h', '-1s', '1w'].map(parseSpan), [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('a device’s name, held to its cloud’s rule as a whole', () => {
    const rule = { pattern: '[a-z]+', rule: 'only a to z' }
    assert.equal(nameFault(rule, 'lamp'), undefined)
    assert.equal(nameFault(rule, 'lamp 1'), 'only a to z')
    assert.equal(nameFault({ pattern: '^[a-z]+$', rule: 'only a to z' }, 'lamp'), undefined)
  })
})
