import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Execution, NewJob } from '../../src/core/job/model.ts'
import type { UpgradeReport, UpgradeRules } from '../../src/core/ota/model.ts'
import { EngineFixture, MINUTE, NOON } from '../builders/engine-fixture.ts'

/** Devices that are upgraded, in an engine without a dialect. */
class UpgradeFixture extends EngineFixture {
  /** A job `x/{name}` that brings the module of these devices to that version. */
  upgrade(
    name: string,
    devices: string[],
    version: string,
    rules: Partial<UpgradeRules> & { module?: string } = {},
    more: Partial<NewJob> = {},
  ): void {
    const { module = 'MCU', ...rest } = rules
    this.turn((turn, engine) => {
      const targets = devices.map((device) => ({ type: 'device', device }) as const)
      const key = `x/${name}`
      const job = engine.jobs.create(turn, { key, targets, selection: 'SNAPSHOT', document: '{}', ...more })
      engine.upgrades.plan(job, { module, version, files: [] }, { success: 'VERSION', ...rest })
    })
  }

  runs(device: string, version: string, module = 'MCU', details = {}): void {
    this.turn((turn, engine) => engine.upgrades.runs(turn, device, module, version, details))
  }

  says(name: string, device: string, report: UpgradeReport): Execution {
    return this.turn((turn, engine) =>
      engine.upgrades.report(turn, engine.executions.require(`x/${name}`, device), report),
    )
  }

  confirm(name: string, device: string): void {
    this.turn((turn, engine) => engine.upgrades.confirm(turn, `x/${name}`, device))
  }

  /** The upgrades that became due since the last call. */
  becameDue(): string[] {
    return this.events
      .splice(0)
      .flatMap((event) => (event.type === 'upgrade.due' ? [`${event.execution.job} on ${event.execution.device}`] : []))
  }

  dueFor(device: string): string[] {
    return this.engine.upgrades.due(device).map(({ job }) => job)
  }

  states(device: string, ...names: string[]): string {
    return names.map((name) => this.status(device, `x/${name}`)).join(' ')
  }

  reason(name: string, device: string): unknown {
    return this.engine.executions.require(`x/${name}`, device).details?.['reason']
  }
}

function fixtureOfOne(): [UpgradeFixture, string] {
  const made = new UpgradeFixture()
  const [device] = made.devices(1) as [string]
  return [made, device]
}

test('an upgrade has succeeded when the device says that it runs the version, not when it is downloaded', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2')
  assert.deepEqual(fixture.says('u', device, { progress: 100, details: { step: '100' } }).status, 'IN_PROGRESS')
  fixture.runs(device, '2', 'other')
  assert.equal(fixture.states(device, 'u'), 'IN_PROGRESS')
  fixture.runs(device, '2', 'MCU', { told: true })
  const { status, progress, details } = fixture.engine.executions.require('x/u', device)
  assert.deepEqual([status, progress, details], ['SUCCEEDED', 100, { step: '100', told: true }])
  assert.equal(fixture.jobStatus('x/u'), 'COMPLETED')
})

test('a device may run the version before it has said anything of the upgrade', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2')
  fixture.runs(device, '2')
  assert.equal(fixture.states(device, 'u'), 'SUCCEEDED')
})

test('a package without a version of its own is in when it is downloaded, and not by a version', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2', { success: 'PROGRESS' })
  fixture.runs(device, '2')
  assert.equal(fixture.states(device, 'u'), 'QUEUED')
  assert.equal(fixture.says('u', device, { progress: 99 }).status, 'IN_PROGRESS')
  assert.equal(fixture.says('u', device, { progress: 120 }).status, 'SUCCEEDED')
  assert.equal(fixture.engine.executions.require('x/u', device).progress, 100)
})

test('a device that has given up keeps the progress that it had, with its own words', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2')
  fixture.says('u', device, { progress: 40 })
  const { status, progress, details } = fixture.says('u', device, { progress: 'FAILED', details: { desc: 'burn' } })
  assert.deepEqual({ status, progress, details }, { status: 'FAILED', progress: 40, details: { desc: 'burn' } })
})

test('another version fails an upgrade that has begun, where that is the rule, and no other', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('strict', [device], '2', { otherVersionFails: true })
  fixture.upgrade('waiting', [device], '2', { otherVersionFails: true })
  fixture.upgrade('patient', [device], '2')
  fixture.says('strict', device, { progress: 1 })
  fixture.says('patient', device, { progress: 1 })
  fixture.runs(device, '1')
  assert.equal(fixture.states(device, 'strict', 'waiting', 'patient'), 'FAILED QUEUED IN_PROGRESS')
  assert.equal(fixture.reason('strict', device), 'the device runs 1')
})

test('a device that runs what it was given later has left the earlier upgrades of that module behind', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('first', [device], '2')
  fixture.upgrade('begun', [device], '3')
  fixture.upgrade('other', [device], '2', { module: 'radio' })
  fixture.upgrade('reached', [device], '4')
  fixture.upgrade('later', [device], '5')
  fixture.says('begun', device, { progress: 10 })
  fixture.runs(device, '4')
  const states = fixture.states(device, 'first', 'begun', 'other', 'reached', 'later')
  assert.equal(states, 'CANCELED CANCELED QUEUED SUCCEEDED QUEUED')
  assert.equal(fixture.reason('first', device), 'the device runs 4, which it was given later')
  fixture.runs(device, '3')
  assert.equal(fixture.states(device, 'later'), 'QUEUED')
})

test('what a device runs is remembered module by module, told when it changes, and gone with the device', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.told()
  fixture.runs(device, '1')
  fixture.advance(MINUTE)
  fixture.runs(device, '1')
  fixture.runs(device, '7', 'radio')
  fixture.runs(device, '2')
  const changed = fixture.events.filter((event) => event.type === 'module.changed')
  const [one, seven, two] = [
    { module: 'MCU', version: '1', at: NOON },
    { module: 'radio', version: '7', at: NOON + MINUTE },
    { module: 'MCU', version: '2', at: NOON + MINUTE },
  ]
  const told = changed.map(({ module, before }) => [module, before])
  assert.deepEqual(told, [
    [one, undefined],
    [seven, undefined],
    [two, one],
  ])
  fixture.restart()
  assert.deepEqual(fixture.engine.upgrades.versions.of(device), [two, seven])
  fixture.turn((turn, engine) => engine.devices.delete(turn, device))
  assert.deepEqual(fixture.engine.upgrades.versions.of(device), [])
})

test('an upgrade becomes due when it is queued, and is due again whenever the device comes, until it has ended', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.job([device], { key: 'x/plain' })
  fixture.upgrade('u', [device], '2')
  assert.deepEqual(fixture.becameDue(), ['x/u on x/d1'])
  assert.deepEqual(fixture.dueFor(device), ['x/u'])
  fixture.turn((turn, engine) => void engine.executions.send(turn, 'x/u', device))
  fixture.restart()
  assert.deepEqual(fixture.dueFor(device), ['x/u'])
  fixture.says('u', device, { progress: 10 })
  assert.deepEqual(fixture.dueFor(device), ['x/u'])
  fixture.runs(device, '2')
  assert.deepEqual([fixture.dueFor(device), fixture.becameDue()], [[], []])
})

test('what is handed over or canceled in the turn in which it is queued does not become due', () => {
  const [fixture, device] = fixtureOfOne()
  for (const act of ['send', 'cancel'] as const) {
    fixture.turn((turn, { jobs, executions, upgrades }) => {
      const targets = [{ type: 'device', device } as const]
      const job = jobs.create(turn, { key: `x/${act}`, targets, selection: 'SNAPSHOT', document: '{}' })
      upgrades.plan(job, { module: 'MCU', version: '2', files: [] }, { success: 'VERSION' })
      executions[act](turn, job.key, device)
    })
  }
  assert.deepEqual(fixture.becameDue(), [])
})

test('a retry becomes due by itself', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2', {}, { retry: [{ on: 'FAILED', times: 1 }] })
  fixture.becameDue()
  fixture.says('u', device, { progress: 'FAILED' })
  assert.deepEqual(fixture.becameDue(), ['x/u on x/d1'])
  fixture.runs(device, '2')
  assert.equal(fixture.states(device, 'u'), 'SUCCEEDED')
})

test('a retry that waits becomes due when its minutes are over, also across a restart', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2', { confirm: true }, { retry: [{ on: 'FAILED', times: 1, afterMs: 10 * MINUTE }] })
  fixture.confirm('u', device)
  fixture.becameDue()
  fixture.says('u', device, { progress: 'FAILED' })
  fixture.restart()
  fixture.advance(10 * MINUTE - 1)
  assert.deepEqual([fixture.becameDue(), fixture.dueFor(device)], [[], []])
  fixture.advance(1)
  assert.deepEqual([fixture.becameDue(), fixture.dueFor(device)], [['x/u on x/d1'], ['x/u']])
})

test('while a retry waits, the device may be given another upgrade of that module, which it then keeps', () => {
  const [fixture, device] = fixtureOfOne()
  const rules = { onePerModule: 'OVERWRITE' } as const
  fixture.upgrade('first', [device], '2', rules, { retry: [{ on: 'FAILED', times: 1, afterMs: 10 * MINUTE }] })
  fixture.says('first', device, { progress: 'FAILED' })
  fixture.upgrade('second', [device], '3', rules)
  fixture.advance(10 * MINUTE)
  assert.equal(fixture.states(device, 'first', 'second'), 'CANCELED QUEUED')
})

test('what is only for devices that ask is handed to nobody else', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2', { pullOnly: true })
  assert.deepEqual([fixture.becameDue(), fixture.dueFor(device)], [[], []])
  assert.equal(fixture.engine.upgrades.next(device, 'MCU')?.job, 'x/u')
  assert.equal(fixture.engine.upgrades.next(device, 'radio'), undefined)
})

test('what awaits confirmation is handed to nobody, asked for or not, until it is confirmed', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2', { confirm: true })
  assert.deepEqual([fixture.becameDue(), fixture.dueFor(device)], [[], []])
  assert.equal(fixture.engine.upgrades.next(device, 'MCU'), undefined)
  fixture.confirm('u', device)
  assert.deepEqual([fixture.becameDue(), fixture.dueFor(device)], [['x/u on x/d1'], ['x/u']])
  assert.equal(fixture.engine.upgrades.next(device, 'MCU')?.job, 'x/u')
})

test('a confirmation holds across a restart and for retries, but not for what people run again', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2', { confirm: true }, { retry: [{ on: 'FAILED', times: 1 }] })
  fixture.confirm('u', device)
  fixture.restart()
  fixture.says('u', device, { progress: 'FAILED' })
  assert.deepEqual(fixture.dueFor(device), ['x/u'])
  fixture.says('u', device, { progress: 'FAILED' })
  fixture.turn((turn, engine) => void engine.jobs.rerun(turn, 'x/u'))
  assert.deepEqual([fixture.states(device, 'u'), fixture.dueFor(device)], ['QUEUED', []])
  fixture.confirm('u', device)
  assert.deepEqual(fixture.dueFor(device), ['x/u'])
})

test('only what awaits confirmation can be confirmed, once', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('plain', [device], '2')
  fixture.upgrade('u', [device], '2', { confirm: true })
  assert.throws(() => fixture.confirm('none', device), { code: 'NOT_FOUND' })
  assert.throws(() => fixture.confirm('plain', device), { code: 'INVALID_TRANSITION' })
  fixture.confirm('u', device)
  assert.throws(() => fixture.confirm('u', device), { code: 'INVALID_TRANSITION' })
  fixture.upgrade('gone', [device], '2', { confirm: true })
  fixture.turn((turn, engine) => void engine.jobs.cancel(turn, 'x/gone'))
  assert.throws(() => fixture.confirm('gone', device), { code: 'INVALID_TRANSITION' })
})

test('where a device keeps what it has, a new upgrade of that module gives way, and one of another does not', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('first', [device], '2', { onePerModule: 'KEEP' })
  fixture.upgrade('other', [device], '2', { onePerModule: 'KEEP', module: 'radio' })
  fixture.upgrade('second', [device], '3', { onePerModule: 'KEEP' })
  assert.equal(fixture.states(device, 'first', 'other', 'second'), 'QUEUED QUEUED CANCELED')
  assert.equal(fixture.reason('second', device), 'job x/first upgrades MCU already')
  assert.equal(fixture.jobStatus('x/second'), 'COMPLETED')
  assert.deepEqual(fixture.becameDue(), ['x/first on x/d1', 'x/other on x/d1'])
  fixture.runs(device, '2')
  fixture.upgrade('third', [device], '3', { onePerModule: 'KEEP' })
  assert.equal(fixture.states(device, 'third'), 'QUEUED')
})

test('where a new upgrade takes the place of one that waits, one that has begun goes on all the same', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('first', [device], '2', { onePerModule: 'OVERWRITE' })
  fixture.upgrade('second', [device], '3', { onePerModule: 'OVERWRITE' })
  assert.equal(fixture.states(device, 'first', 'second'), 'CANCELED QUEUED')
  assert.equal(fixture.reason('first', device), 'job x/second has taken its place')
  fixture.says('second', device, { progress: 1 })
  fixture.upgrade('third', [device], '4', { onePerModule: 'OVERWRITE' })
  assert.equal(fixture.states(device, 'second', 'third'), 'IN_PROGRESS CANCELED')
  assert.equal(fixture.reason('third', device), 'job x/second upgrades MCU already')
})

test('what is retried takes nobody’s place', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('first', [device], '2', { onePerModule: 'OVERWRITE' })
  fixture.says('first', device, { progress: 'FAILED' })
  fixture.upgrade('second', [device], '3', { onePerModule: 'OVERWRITE' })
  fixture.turn((turn, engine) => void engine.jobs.rerun(turn, 'x/first'))
  assert.equal(fixture.states(device, 'first', 'second'), 'CANCELED QUEUED')
})

test('upgrades that queue up in a lane are found there', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2', {}, { lane: 'ota' })
  fixture.restart()
  assert.deepEqual(fixture.dueFor(device), ['x/u'])
  fixture.runs(device, '2')
  assert.equal(fixture.states(device, 'u'), 'SUCCEEDED')
})

test('nothing of an upgrade is left when its job is deleted', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.upgrade('u', [device], '2', { confirm: true })
  fixture.confirm('u', device)
  fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/u', { force: true }))
  assert.equal(fixture.engine.upgrades.get('x/u'), undefined)
  assert.equal(fixture.tables.table('upgrades').size + fixture.tables.table('confirmations').size, 0)
})

test('what a device runs already counts for later upgrades only when it says so again', () => {
  const [fixture, device] = fixtureOfOne()
  fixture.runs(device, '2')
  fixture.upgrade('u', [device], '2')
  assert.equal(fixture.states(device, 'u'), 'QUEUED')
  fixture.runs(device, '2')
  assert.equal(fixture.states(device, 'u'), 'SUCCEEDED')
})
