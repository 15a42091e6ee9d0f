import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectAsync } from 'mqtt'

const root = join(import.meta.dirname, '../..')
const ports = ['--mqtt', '0', '--mqtts', '0', '--http', '0', '--https', '0']
let folder: string

before(() => {
  execFileSync(process.execPath, [join(root, 'esbuild.mjs')])
  folder = mkdtempSync(join(tmpdir(), 'iot-hub-cli-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

interface Running {
  child: ChildProcess
  texts: { out: string; err: string }
  /** The first line of stdout. */
  line: Promise<string>
  /** Exit code, once all output is read. */
  done: Promise<number | null>
}

function cli(args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
  })
  const texts = { out: '', err: '' }
  const done = once(child, 'close').then(([code]) => code as number | null)
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      texts.out += String(chunk)
      if (texts.out.includes('\n')) resolve(texts.out.slice(0, texts.out.indexOf('\n')))
    })
    void done.then((code) => reject(new Error(`ended with ${code}: ${texts.err}`)))
  })
  // Commands that say nothing on stdout are judged by their end.
  line.catch(() => {})
  child.stderr.on('data', (chunk) => (texts.err += String(chunk)))
  return { child, texts, line, done }
}

interface Ready {
  event: string
  pid: number
  host: string
  mqtt: number
  mqtts: number
  http: number
  https: number
  ca: string
  token: string
  data: string
}
const ready = async ({ line }: Running): Promise<Ready> => JSON.parse(await line) as Ready

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`start --json prints one ready line that is true, and ${signal} ends it with 0`, async () => {
    const running = cli(['start', '--json', '--data', 'one', ...ports])
    const says = await ready(running)
    assert.deepEqual(Object.keys(says), [
      'event',
      'pid',
      'host',
      'mqtt',
      'mqtts',
      'http',
      'https',
      'ca',
      'token',
      'data',
    ])
    assert.equal(says.event, 'ready')
    assert.equal(says.pid, running.child.pid)
    assert.equal(says.data, join(folder, 'one'))
    assert.ok(existsSync(says.ca) && existsSync(says.token))
    assert.equal(new Set([says.mqtt, says.mqtts, says.http, says.https]).size, 4)
    const client = await connectAsync(`mqtt://${says.host}:${says.mqtt}`, { clientId: 'thing-1' })
    await client.endAsync()
    running.child.kill(signal)
    assert.equal(await running.done, 0)
    assert.equal(running.texts.out.trimEnd().split('\n').length, 1)
  })
}

test('without --json start tells people where to connect', async () => {
  const running = cli(['start', '--memory', ...ports])
  await running.line
  running.child.kill('SIGTERM')
  assert.equal(await running.done, 0)
  assert.match(running.texts.out, /is ready[\s\S]*mqtt:\/\/\S+:\d+[\s\S]*mosquitto_sub[\s\S]*aws --endpoint-url/)
})

test('the environment gives ports and memory', async () => {
  const running = cli(['start', '--json'], {
    IOT_HUB_MQTT: '0',
    IOT_HUB_MQTTS: '0',
    IOT_HUB_HTTP: '0',
    IOT_HUB_HTTPS: '0',
    IOT_HUB_MEMORY: '1',
  })
  await ready(running)
  running.child.kill('SIGTERM')
  assert.equal(await running.done, 0)
})

test('a taken port is one message that names the port and the flag, and exit code 1', async () => {
  const squatter = createServer()
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
  const { port } = squatter.address() as AddressInfo
  try {
    const running = cli([
      'start',
      '--json',
      '--memory',
      '--mqtt',
      String(port),
      '--mqtts',
      '0',
      '--http',
      '0',
      '--https',
      '0',
    ])
    assert.equal(await running.done, 1)
    assert.equal(running.texts.out, '')
    assert.match(running.texts.err, /^iot-hub: cannot start: /)
    assert.match(running.texts.err, new RegExp(`\\b${port}\\b`))
    assert.match(running.texts.err, /mqtt/i)
    assert.ok(!/^ {4}at /m.test(running.texts.err), 'no stack trace')
  } finally {
    await new Promise((resolve) => squatter.close(resolve))
  }
})

test('a data folder that another hub uses is one message and exit code 1', async () => {
  const first = cli(['start', '--json', '--data', 'shared', ...ports])
  await ready(first)
  const second = cli(['start', '--json', '--data', 'shared', ...ports])
  assert.equal(await second.done, 1)
  assert.match(second.texts.err, /^iot-hub: cannot start: .*shared/)
  assert.ok(!/^ {4}at /m.test(second.texts.err), 'no stack trace')
  first.child.kill('SIGTERM')
  assert.equal(await first.done, 0)
})

test('demo --exit lets twenty washing machines finish the job and exits 0', async () => {
  const { done, texts } = cli(['demo', '--exit', ...ports])
  assert.equal(await done, 0, texts.err)
  assert.match(texts.out, /20 washing machines registered, 15 online/)
  assert.match(texts.out, /^100 % · 20 succeeded/m)
  assert.match(texts.out, /COMPLETED after [\d.]+ s\n {2}succeeded {4}20\n/)
})

test('a thousand washing machines finish the job, and nothing is complained of', async () => {
  const { done, texts } = cli(['demo', '--exit', '--devices', '1000', ...ports])
  assert.equal(await done, 0, texts.err)
  assert.match(texts.out, /succeeded {4}1000\n/)
  assert.equal(texts.err, '')
})

test('demo --exit is 1 when machines fail, and says how many', async () => {
  const { done, texts } = cli(['demo', '--exit', '--devices', '4', '--fail-odds', '1', ...ports])
  assert.equal(await done, 1)
  assert.match(texts.out, /failed {7}4\n/)
})

test('the demo can run twice on the same data', async () => {
  for (let run = 0; run < 2; run += 1) {
    const { done, texts } = cli(['demo', '--exit', '--devices', '4', '--data', 'kept', ...ports])
    assert.equal(await done, 0, texts.err)
  }
})

test('the demo stays up until it is told to stop', async () => {
  const { child, done, texts } = cli(['demo', '--devices', '2', ...ports])
  child.stdout!.on('data', () => {
    if (texts.out.includes('stay up')) child.kill('SIGINT')
  })
  assert.equal(await done, 0)
  assert.match(texts.out, /succeeded {4}2\n[\s\S]*mosquitto_sub/)
})

test('an unknown flag is exit code 2 with a hint', async () => {
  const { done, texts } = cli(['start', '--port', '1'])
  assert.equal(await done, 2)
  assert.equal(texts.err, 'iot-hub: --port: unknown flag; see iot-hub start --help\n')
})
