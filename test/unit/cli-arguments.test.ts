import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultOptions, optionSpecs } from '../../src/shared/options.ts'
import { readArguments, type DemoInvocation, type StartInvocation } from '../../src/cli/arguments.ts'
import { helpText } from '../../src/cli/help.ts'

const start = (line: string, env = {}): StartInvocation =>
  readArguments(['start', ...line.split(' ').filter(Boolean)], env) as StartInvocation
const demo = (line: string, env = {}): DemoInvocation =>
  readArguments(['demo', ...line.split(' ').filter(Boolean)], env) as DemoInvocation
const refuses = (line: string, message: string, env = {}): void =>
  assert.throws(() => readArguments(line.split(' ').filter(Boolean), env), { name: 'UsageError', message })

test('without flags, start has the default options', () => {
  assert.deepEqual(start(''), {
    command: 'start',
    options: defaultOptions,
    verbosity: { json: false, quiet: false, verbose: false },
  })
})

test('every option of the hub is a flag', () => {
  const line =
    '--host 0.0.0.0 --mqtt 0 --mqtts=0 --http 1 --https 65535 --data d --memory --mode strict --clock virtual --bucket b --fsync --strict --aliases --names a,b --aws-presigned long'
  assert.deepEqual(start(line).options, {
    host: '0.0.0.0',
    mqtt: 0,
    mqtts: 0,
    http: 1,
    https: 65535,
    data: 'd',
    memory: true,
    mode: 'strict',
    clock: 'virtual',
    bucket: 'b',
    fsync: true,
    strict: true,
    aliases: true,
    names: 'a,b',
    clouds: { aws: { presigned: 'long' } },
  })
  assert.deepEqual(start('--json --quiet --verbose').verbosity, { json: true, quiet: true, verbose: true })
})

test('the environment stands in for a flag that is not given', () => {
  const env = { IOT_HUB_MQTT: '0', IOT_HUB_MEMORY: '1', IOT_HUB_MODE: 'strict', IOT_HUB_FSYNC: 'false', OTHER: 'x' }
  assert.deepEqual(start('--mode open', env).options, { ...defaultOptions, mqtt: 0, memory: true })
  refuses('start', 'IOT_HUB_HTTP: "x" must be a port: a whole number from 0 (any free one) to 65535', {
    IOT_HUB_HTTP: 'x',
  })
  assert.deepEqual(start('', { IOT_HUB_AWS_PRESIGNED: 'long' }).options.clouds, { aws: { presigned: 'long' } })
  refuses('start', 'IOT_HUB_FSYNC: "maybe" must be 1 or 0', { IOT_HUB_FSYNC: 'maybe' })
})

test('a bad value is refused with flag, value and rule', () => {
  const port = 'must be a port: a whole number from 0 (any free one) to 65535'
  for (const value of ['x', '65536', '1.5', '0x10', '1e3'])
    refuses(`start --mqtt ${value}`, `--mqtt: "${value}" ${port}`)
  refuses('start --mqtt=-1', `--mqtt: "-1" ${port}`)
  refuses('start --mqtt=', `--mqtt: "" ${port}`)
  refuses('start --mode closed', '--mode: "closed" must be one of open, strict')
  refuses('start --aws-presigned brief', '--aws-presigned: "brief" must be one of short, long')
  refuses('start --data=', '--data: "" must not be empty')
  refuses('start --memory=yes', '--memory: "yes" is one too many; the flag takes no value')
  refuses('demo --devices 0', '--devices: "0" must be a whole number from 1 to 100000')
  refuses('demo --fail-odds 1.1', '--fail-odds: "1.1" must be a number from 0 to 1')
})

test('what is not understood is refused, not ignored', () => {
  refuses('start --port 1', '--port: unknown flag; see iot-hub start --help')
  refuses('start -x', '-x: unknown flag; see iot-hub start --help')
  refuses('start --devices 3', '--devices: unknown flag; see iot-hub start --help')
  refuses('start now', 'now: iot-hub start takes flags only; see iot-hub start --help')
  refuses('start -- now', 'now: iot-hub start takes flags only; see iot-hub start --help')
  refuses('begin', 'begin: unknown command; see iot-hub --help')
  refuses('toString', 'toString: unknown command; see iot-hub --help')
  refuses('--mqtt 0', '--mqtt: say what to do first, e.g. iot-hub start --mqtt')
  refuses('start --mqtt', '--mqtt: needs a value, e.g. --mqtt PORT')
  refuses('start --mqtt --json', '--mqtt: needs a value, e.g. --mqtt PORT')
  refuses('start --mode', '--mode: needs a value, e.g. --mode open|strict')
  refuses('start --mqtt 1 --mqtt 2', '--mqtt: given twice; say it once')
})

test('a flag that the form of a command has no use for is refused, not passed over', () => {
  refuses('job retry reboot --force', '--force: only for iot-hub job cancel, iot-hub job delete')
  refuses('job reboot --comment enough', '--comment: only for iot-hub job cancel')
  refuses('job create FILE --force', '--force: only for iot-hub job cancel, iot-hub job delete')
  for (const line of ['job cancel reboot --force --comment enough', 'job delete reboot --force'])
    assert.equal(readArguments(line.split(' '), {}).command, 'call')
  refuses(
    'status --data here --url http://hub:8880 --token file',
    '--data and --url are two ways to say which hub; say one',
  )
  const fromHere = readArguments(['status', '--data', 'here'], {
    IOT_HUB_URL: 'http://hub:8880',
    IOT_HUB_TOKEN: 'file',
  })
  assert.deepEqual(fromHere.command === 'call' && fromHere.at, { data: 'here' })
  refuses('help begin', 'begin: unknown command; see iot-hub --help')
})

test('two listeners cannot have the same port, unless any will do', () => {
  refuses('start --mqtts 1883', '--mqtts: 1883 is already the port of --mqtt; give it another, or 0 for any free one')
  assert.equal(start('--mqtt 0 --mqtts 0').options.mqtts, 0)
})

test('the demo keeps state in memory unless it is told where', () => {
  assert.equal(demo('').options.memory, true)
  assert.equal(demo('--data here').options.memory, false)
  assert.equal(demo('--data here --memory').options.memory, true)
})

test('the demo has its own flags, and knows which options were chosen', () => {
  const { devices, seed, failOdds, exit, chosen } = demo('--devices 3 --seed 7 --fail-odds 0.25 --exit --mqtt 1883', {
    IOT_HUB_HTTP: '0',
  })
  assert.deepEqual([devices, seed, failOdds, exit, [...chosen]], [3, 7, 0.25, true, ['mqtt', 'http']])
  const { devices: usual, seed: first, failOdds: none, exit: stays } = demo('')
  assert.deepEqual([usual, first, none, stays], [20, 1, 0, false])
})

test('the demo refuses a hub that its machines could not live with', () => {
  refuses('demo --mode strict', '--mode: "strict" must be open in the demo: its machines have no certificates')
  refuses('demo --clock virtual', '--clock: "virtual" must be real in the demo: its machines work in real time')
})

test('help and version are asked for in the usual ways', () => {
  for (const args of [[], ['help'], ['--help'], ['-h']]) assert.deepEqual(readArguments(args, {}), { command: 'help' })
  for (const args of [
    ['help', 'demo'],
    ['demo', '--help'],
    ['demo', '-h'],
  ])
    assert.deepEqual(readArguments(args, {}), { command: 'help', about: 'demo' })
  for (const args of [['--version'], ['-v']]) assert.deepEqual(readArguments(args, {}), { command: 'version' })
})

test('the help names every flag with its default', () => {
  const text = helpText('start')
  for (const { name, help } of optionSpecs) assert.ok(text.includes(`--${name}`) && text.includes(help), name)
  assert.match(text, /--mqtt PORT +MQTT port, 0 = any free one \(default 1883\)/)
  assert.match(text, /--mode open\|strict .*\(default open\)/)
  assert.match(helpText('demo'), /--devices N .*\(default 20\)/)
  assert.match(helpText(), /start .*\n.*demo /)
})
