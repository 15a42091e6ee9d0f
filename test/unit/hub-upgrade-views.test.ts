import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PackageFile } from '../../src/core/ota/model.ts'
import { executionTable, upgradeLines } from '../../src/cli/tables.ts'
import { executionApi } from '../../src/hub/api/executions.ts'
import { jobView } from '../../src/hub/api/jobs.ts'
import { EngineFixture, NOON } from '../builders/engine-fixture.ts'

/** An upgrade of two devices to firmware 2. */
function upgrading(files: PackageFile[]): EngineFixture {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  const job = fixture.job(devices)
  const content = { module: 'firmware', version: '2', files }
  fixture.turn((_, { upgrades }) => upgrades.plan(job, content, { success: 'VERSION' }))
  return fixture
}

const viewOf = ({ engine }: EngineFixture, job = 'x/job') => jobView(engine, engine.jobs.require(job))

for (const [what, files, bytes] of [
  ['all its files', [{ size: 1000 }, { size: 24 }], 1024],
  ['no size, where that of one file is not known', [{ size: 1000 }, { name: 'b' }], undefined],
  ['no size, where it has no files', [], undefined],
] as [string, PackageFile[], number | undefined][]) {
  test(`a job that upgrades is shown with module, version and the size of ${what}`, () => {
    const size = bytes === undefined ? {} : { bytes }
    assert.deepEqual(viewOf(upgrading(files)).upgrade, { module: 'firmware', version: '2', ...size })
  })
}

test('a job that does something else is shown without', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(1))
  assert.equal('upgrade' in viewOf(fixture), false)
})

test('an execution is shown with what its device runs of that module, and of no other', async () => {
  const fixture = upgrading([])
  const api = executionApi({ engine: fixture.engine })
  fixture.turn((turn, { upgrades }) => upgrades.runs(turn, 'x/d1', 'radio', '7'))
  assert.equal((await api.execution('x/job', 'x/d1')).runs, undefined)
  fixture.turn((turn, { upgrades }) => upgrades.runs(turn, 'x/d1', 'firmware', '1'))
  const runs = { module: 'firmware', version: '1', at: NOON }
  assert.deepEqual((await api.execution('x/job', 'x/d1')).runs, runs)
  for (const query of [{}, { sort: 'device' }] as const) {
    const { items } = await api.executions('x/job', query)
    assert.deepEqual(
      items.map((item) => item.runs),
      [runs, undefined],
    )
  }
})

test('the command line names module, version and size, and has a column of what devices run', async () => {
  const fixture = upgrading([{ size: 1000 }])
  const api = executionApi({ engine: fixture.engine })
  assert.deepEqual(upgradeLines(viewOf(fixture)), ['Upgrade: firmware 2 (1000 bytes)'])
  assert.deepEqual(upgradeLines({ upgrade: { module: '', version: '\x1b[31m' } }), ['Upgrade: \\x1b[31m'])
  const table = async () => executionTable((await api.executions('x/job')).items, 2)
  assert.match(await table(), /^DEVICE +STATUS +ATTEMPT +PROGRESS\n/)
  fixture.turn((turn, { upgrades }) => upgrades.runs(turn, 'x/d1', 'firmware', '1.9'))
  assert.match(await table(), /PROGRESS +RUNS\nx\/d1 +QUEUED +1 +1\.9\nx\/d2 +QUEUED +1$/)
})
