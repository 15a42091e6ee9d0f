import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '../../src/cli/run.ts'
import { reliable } from '../../src/sim/behavior.ts'
import { fakeHub, type FakeHub } from '../builders/fake-hub.ts'

interface Ran {
  code: number
  out: string
  err: string
}

/** Runs the demo on a hub; `onOutput` sees all of stdout so far. */
async function demo(
  flags: string,
  { hub, deviceScriptOf }: FakeHub,
  onOutput: (out: string, stop: () => void) => void = () => {},
  isTTY = false,
): Promise<Ran> {
  const ran = { code: -1, out: '', err: '' }
  const controller = new AbortController()
  ran.code = await run({
    args: ['demo', ...flags.split(' ')],
    env: { NO_COLOR: '1' },
    stdout: { isTTY, columns: 100, write: (text) => ((ran.out += text), onOutput(ran.out, () => controller.abort())) },
    stderr: { write: (text) => (ran.err += text) },
    stopping: controller.signal,
    version: '9.9.9',
    createHub: () => hub,
    deviceScriptOf,
    pace: { ...reliable, startMs: [1, 20], stepMs: [1, 20] },
  })
  return ran
}

test('demo --exit registers the machines, sends the job, waits for all and exits 0', async () => {
  const fake = await fakeHub()
  const { code, out, err } = await demo('--devices 8 --exit', fake)
  assert.equal(err, '')
  assert.equal(code, 0)
  assert.match(out, /8 washing machines registered, 6 online/)
  assert.match(out, /2 machines that missed it come online/)
  assert.match(out, /COMPLETED after [\d.]+ s\n {2}succeeded {4}8\n/)
  const things = fake.requests.filter((request) => request.startsWith('POST /things/washing-machine-'))
  assert.equal(new Set(things).size, 8)
  assert.equal(fake.requests.filter((request) => request === 'PUT /thing-groups/addThingToThingGroup').length, 8)
  assert.deepEqual(fake.job.body?.targets, ['arn:the-group'])
  assert.equal(fake.job.body?.document, '{"operation":"setRunParameter","parameters":{"operatingMode":23}}')
})

test('on a pipe there is a line for every ten per cent at most, on a terminal a line that is redrawn', async () => {
  const pipe = await demo('--devices 3 --exit', await fakeHub())
  const percents = [...pipe.out.matchAll(/^ *(\d+) % · /gm)].map(([, percent]) => Number(percent))
  assert.equal(percents.at(-1), 100)
  assert.deepEqual(
    percents,
    [...new Set(percents)].sort((a, b) => a - b),
  )
  assert.ok(!pipe.out.includes('\x1b'))
  const terminal = await demo('--devices 3 --exit', await fakeHub(), undefined, true)
  assert.match(terminal.out, /\r\x1b\[2K█+ 100 % · 3 succeeded · 3 online\n/)
})

test('demo --exit is 1 if a machine did not succeed', async () => {
  const { code, out } = await demo('--devices 2 --fail-odds 1 --exit', await fakeHub())
  assert.equal(code, 1)
  assert.match(out, /failed {7}2\n/)
})

test('a single machine, offline at first, finishes too', async () => {
  const { code, out } = await demo('--devices 1 --exit', await fakeHub())
  assert.equal(code, 0)
  assert.match(out, /1 washing machine registered, 0 online/)
})

test('without --exit it says how to connect and stays until it is told to stop', async () => {
  const { code, out } = await demo('--devices 2', await fakeHub(), (text, stop) => {
    if (text.includes('stay up')) stop()
  })
  assert.equal(code, 0)
  assert.ok(out.indexOf('mosquitto_sub') > out.indexOf('succeeded'))
})

test('told to stop in the middle, --exit is 1 because the job was not finished; else 0', async () => {
  const stopEarly = (text: string, stop: () => void): void => {
    if (text.includes('sends every machine')) stop()
  }
  const { code, out } = await demo('--devices 4 --exit', await fakeHub(), stopEarly)
  assert.equal(code, 1)
  assert.match(out, /not finished/)
  assert.equal((await demo('--devices 4', await fakeHub(), stopEarly)).code, 0)
})

test('a control plane that refuses ends the demo with its answer', async () => {
  const { code, err } = await demo('--devices 2', await fakeHub((request) => request.startsWith('PUT /jobs/')))
  assert.equal(code, 1)
  assert.match(err, /^iot-hub: PUT \/jobs\/set-run-parameter-\d{8}-\d{6} answered 400: /)
})

test('with --json stdout has the ready line and the result', async () => {
  const { out } = await demo('--devices 2 --exit --json', await fakeHub())
  const events = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string })
  assert.deepEqual(
    events.map(({ event }) => event),
    ['ready', 'result'],
  )
  const { job, ...result } = events[1] as { event: string; job?: string }
  assert.match(String(job), /^set-run-parameter-/)
  assert.deepEqual(result, {
    event: 'result',
    status: 'COMPLETED',
    planned: 2,
    counts: { SUCCEEDED: 2 },
    succeeded: true,
  })
})
