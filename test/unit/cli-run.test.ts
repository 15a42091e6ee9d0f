import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { run } from '../../src/cli/run.ts'
import { avoidTakenPorts } from '../../src/cli/free-ports.ts'
import { stopSignals } from '../../src/cli/stop-signals.ts'
import type { Hub } from '../../src/hub/hub.ts'
import type { Change, Endpoints, NoticeView } from '../../src/shared/api.ts'
import { defaultOptions, type HubOptions } from '../../src/shared/options.ts'

const endpoints = { host: '127.0.0.1', mqtt: 1, mqtts: 2, http: 3, https: 4, ca: '/d/ca.pem', token: '/d/token' }

interface RunFixture {
  /** Stops the command. */
  stop: () => void
  /** Stops the hub, but not by the command. */
  stopHub: () => void
  done: Promise<number>
  out: () => string
  err: () => string
  /** Resolves once stdout holds something. */
  ready: Promise<void>
  hub: { stopped: number; options: HubOptions | undefined; notice: (text: string) => void }
}

/** Runs a command line on a hub that does nothing but what `behaves` says. */
function runFixture(line: string, behaves: Partial<Pick<Hub, 'start' | 'stop'>> = {}): RunFixture {
  const texts = { out: '', err: '' }
  const controller = new AbortController()
  const listeners = new Set<(change: Change) => void>()
  const notices: NoticeView[] = []
  const hub: RunFixture['hub'] = {
    stopped: 0,
    options: undefined,
    notice: (text) => {
      notices.push({ id: text, kind: 'warning', code: 'hub', text, count: 1, firstAt: 0, lastAt: 0 })
      for (const listener of listeners) listener({ type: 'notice' })
    },
  }
  const written = deferred()
  const stoppedByOthers = deferred()
  const fake: Pick<Hub, 'start' | 'stop' | 'stopped' | 'events'> & { api: { notices: () => Promise<NoticeView[]> } } = {
    start: () => Promise.resolve(endpoints),
    stopped: stoppedByOthers.promise,
    async stop() {
      hub.stopped += 1
    },
    api: { notices: async () => notices },
    events: { on: (listener) => (listeners.add(listener), () => listeners.delete(listener)) },
    ...behaves,
  }
  const done = run({
    args: line.split(' '),
    env: {},
    stdout: { write: (text) => ((texts.out += text), written.resolve()) },
    stderr: { write: (text) => (texts.err += text) },
    stopping: controller.signal,
    version: '9.9.9',
    createHub: (options) => ((hub.options = options), fake as unknown as Hub),
    deviceScriptOf: () => assert.fail('no fleet here'),
  })
  return {
    stop: () => controller.abort(),
    stopHub: stoppedByOthers.resolve,
    done,
    out: () => texts.out,
    err: () => texts.err,
    ready: written.promise,
    hub,
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}

test('start --json prints one ready line and nothing else on stdout, and stops when told to', async () => {
  const { done, stop, out, ready, hub } = runFixture('start --json --mqtt 0 --memory --data /d')
  await ready
  stop()
  assert.equal(await done, 0)
  assert.equal(hub.stopped, 1)
  assert.equal(hub.options?.mqtt, 0)
  assert.deepEqual(JSON.parse(out()), { event: 'ready', pid: process.pid, ...endpoints, data: '/d' })
  assert.equal(out().trimEnd().split('\n').length, 1)
})

test('start ends with the hub when somebody else stops it', async () => {
  const { done, stopHub, hub, ready } = runFixture('start --json')
  await ready
  stopHub()
  assert.equal(await done, 0)
  assert.equal(hub.stopped, 1)
})

test('start tells people where to connect and how', async () => {
  const { done, stop, out, ready } = runFixture('start --data /d')
  await ready
  stop()
  await done
  for (const part of [
    '9.9.9',
    'mqtt://127.0.0.1:1',
    'mqtts://127.0.0.1:2',
    'http://127.0.0.1:3',
    'ws://127.0.0.1:3/mqtt',
    'https://127.0.0.1:4',
    '/d/ca.pem',
    'mosquitto_sub',
    'aws --endpoint-url http://127.0.0.1:3 iot',
  ]) {
    assert.ok(out().includes(part), part)
  }
  assert.ok(!out().includes('\x1b'), 'no colour on a pipe')
})

test('a hub that boards can reach says by which address, to people and to scripts', async () => {
  const start = (): Promise<Endpoints> => Promise.resolve({ ...endpoints, lan: '192.0.2.7' })
  for (const [line, said] of [
    ['start', /From boards +192\.0\.2\.7, the same ports/],
    ['start --json', /"lan":"192\.0\.2\.7"/],
  ] as const) {
    const { done, stop, out, ready } = runFixture(line, { start })
    await ready
    stop()
    await done
    assert.match(out(), said)
  }
})

test('start --quiet says nothing when all is well', async () => {
  const { done, stop, out, err } = runFixture('start --quiet')
  stop()
  assert.equal(await done, 0)
  assert.equal(out() + err(), '')
})

test('a hub that was told to stop before it was ready is stopped, and never said to be ready', async () => {
  const starting = deferred()
  const { done, stop, out, hub } = runFixture('start --json', { start: () => starting.promise.then(() => endpoints) })
  stop()
  starting.resolve()
  assert.equal(await done, 0)
  assert.equal(hub.stopped, 1)
  assert.equal(out(), '')
})

test('a hub that cannot start is one message on stderr and exit code 1', async () => {
  const start = (): Promise<never> => Promise.reject(new Error('port 1883 is taken; choose another with --mqtt'))
  const plain = runFixture('start', { start })
  assert.equal(await plain.done, 1)
  assert.equal(plain.err(), 'iot-hub: cannot start: port 1883 is taken; choose another with --mqtt\n')
  assert.equal(plain.out(), '')
  const verbose = runFixture('start --verbose', { start })
  assert.equal(await verbose.done, 1)
  assert.match(verbose.err(), /\n {4}at /)
})

test('a hub that cannot write everything down at the end is exit code 1', async () => {
  const { done, stop, err } = runFixture('start', { stop: () => Promise.reject(new Error('disk full')) })
  stop()
  assert.equal(await done, 1)
  assert.match(err(), /stopped, but not cleanly: disk full/)
})

test('the hub’s notices are shown once, on stderr', async () => {
  const { done, stop, out, err, ready, hub } = runFixture('start --json')
  await ready
  hub.notice('first')
  hub.notice('second')
  stop()
  await done
  assert.deepEqual(err().match(/warning: .*/g), ['warning: first', 'warning: second'])
  assert.ok(!out().includes('first'))
})

test('a command line that is not understood is exit code 2, and no hub is started', async () => {
  const { done, err, out, hub } = runFixture('start --nonsense')
  assert.equal(await done, 2)
  assert.equal(err(), 'iot-hub: --nonsense: unknown flag; see iot-hub start --help\n')
  assert.equal(out(), '')
  assert.equal(hub.options, undefined)
})

test('help and version go to stdout with exit code 0', async () => {
  const version = runFixture('--version')
  assert.equal(await version.done, 0)
  assert.equal(version.out(), '9.9.9\n')
  const help = runFixture('start --help')
  assert.equal(await help.done, 0)
  assert.match(help.out(), /--mqtt PORT/)
})

test('the first SIGTERM or SIGINT stops, a later SIGINT ends at once with 130, the same Ctrl+C twice does not', (t) => {
  let now = 1000
  t.mock.method(performance, 'now', () => now)
  const listeners: Record<string, () => void> = {}
  const codes: number[] = []
  const signal = stopSignals({ on: (name, listener) => (listeners[name] = listener), exit: (code) => codes.push(code) })
  assert.equal(signal.aborted, false)
  listeners['SIGINT']!()
  assert.equal(signal.aborted, true)
  listeners['SIGINT']!()
  listeners['SIGTERM']!()
  assert.deepEqual(codes, [])
  now += 100
  listeners['SIGINT']!()
  assert.deepEqual(codes, [130])
})

test('the demo goes round a taken standard port, but not round one that was asked for', async () => {
  const squatter = createServer()
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
  const { port } = squatter.address() as AddressInfo
  const options = { ...defaultOptions, mqtt: port, mqtts: 0, http: 0, https: 0 }
  try {
    assert.equal((await avoidTakenPorts(options, new Set())).mqtt, 0)
    assert.equal((await avoidTakenPorts(options, new Set(['mqtt'] as const))).mqtt, port)
  } finally {
    await new Promise((resolve) => squatter.close(resolve))
  }
  assert.equal((await avoidTakenPorts(options, new Set())).mqtt, port)
})
