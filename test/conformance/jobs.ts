import assert from 'node:assert/strict'
import type { Work } from '../../src/core/seam/device-script.ts'
import { SimFleet } from '../../src/sim/fleet.ts'
import type { JobDraft } from '../../src/shared/job-draft.ts'
import type { Checks } from './dialect.suite.ts'
import { acrossRestart, type HubFixture } from './hub-fixture.ts'
import { connectDevice, type ScriptedDevice } from './scripted-device.ts'

interface HandedOver {
  device: ScriptedDevice
  job: string
  work: Work
}

/** A device that has been handed the work of a job, which may be for others too. */
async function handedOver(
  hub: HubFixture,
  more: Partial<JobDraft> = {},
  others: { name: string }[] = [],
): Promise<HandedOver> {
  const device = await hub.play()
  const job = await hub.createJob([device, ...others], more)
  return { device, job, work: await device.offer() }
}

/** … and has begun it. Where devices have no word for that [progress], it is as far as the hub brings it. */
export async function inProgress(
  hub: HubFixture,
  more: Partial<JobDraft> = {},
  others: { name: string }[] = [],
): Promise<HandedOver> {
  const fixture = await handedOver(hub, more, others)
  await fixture.device.report(fixture.work, 'IN_PROGRESS', 30)
  if (hub.examples.inapplicable.progress === undefined) await hub.reaches(fixture.job, fixture.device, 'IN_PROGRESS')
  return fixture
}

const MINUTE = 60_000

/** Jobs, from their creation to every end. */
export const jobs: Checks = {
  succeeded: async ({ strict }) => {
    const { device, job, work } = await handedOver(strict)
    assert.match(await strict.statusOf(job, device.key), /^(?:QUEUED|SENT)$/)
    await device.report(work, 'SUCCEEDED', 100)
    await strict.reaches(job, device, 'SUCCEEDED')
    const { status, counts } = await strict.until(
      'the job to be completed',
      () => strict.api.job(job),
      (view) => view.status !== 'IN_PROGRESS',
    )
    assert.deepEqual({ status, counts }, { status: 'COMPLETED', counts: { SUCCEEDED: 1 } })
    await device.leaves()
  },

  progress: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict)
    await device.report(work, 'IN_PROGRESS', 64)
    const { status, progress } = await strict.api.execution(job, device.key)
    assert.deepEqual({ status, progress }, { status: 'IN_PROGRESS', progress: 64 })
    await device.leaves()
  },

  sent: async ({ strict }) => {
    const { device, job } = await handedOver(strict)
    assert.equal(await strict.statusOf(job, device.key), 'SENT')
    await device.leaves()
  },

  failed: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict)
    await device.report(work, 'FAILED', 30)
    await strict.reaches(job, device, 'FAILED')
    await device.leaves()
  },

  rejected: async ({ strict }) => {
    const { device, job, work } = await handedOver(strict)
    await device.report(work, 'REJECTED', 0)
    assert.equal(await strict.statusOf(job, device.key), 'REJECTED')
    await device.leaves()
  },

  timedOut: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict, { timeoutMinutes: 1 })
    assert.notEqual((await strict.api.execution(job, device.key)).timesOutAt, undefined)
    await strict.api.advance(MINUTE - 1)
    assert.equal(await strict.statusOf(job, device.key), 'IN_PROGRESS')
    await strict.api.advance(1)
    assert.equal(await strict.statusOf(job, device.key), 'TIMED_OUT')
    await device.report(work, 'SUCCEEDED', 100)
    assert.equal(await strict.statusOf(job, device.key), 'TIMED_OUT')
    await device.leaves()
  },

  canceled: async ({ strict }) => {
    const device = await strict.enrol()
    const job = await strict.createJob([device])
    assert.equal((await strict.api.cancelJob(job)).status, 'CANCELED')
    await strict.reaches(job, device, 'CANCELED')
    const scripted = await connectDevice(strict, device)
    await scripted.settle()
    assert.equal(scripted.offered, false)
    await scripted.leaves()
  },

  forceCanceled: async ({ strict }) => {
    const gently = await inProgress(strict)
    const begun = (await strict.statusOf(gently.job, gently.device.key)) === 'IN_PROGRESS'
    assert.equal((await strict.api.cancelJob(gently.job)).status, 'CANCELED')
    // Without a word for having begun, it has not.
    assert.equal(await strict.statusOf(gently.job, gently.device.key), begun ? 'IN_PROGRESS' : 'CANCELED')
    await gently.device.report(gently.work, 'SUCCEEDED', 100)
    await strict.reaches(gently.job, gently.device, begun ? 'SUCCEEDED' : 'CANCELED')
    const { device, job, work } = await inProgress(strict)
    await strict.api.cancelJob(job, { force: true })
    await strict.reaches(job, device, 'CANCELED')
    await device.report(work, 'SUCCEEDED', 100)
    assert.equal(await strict.statusOf(job, device.key), 'CANCELED')
    await Promise.all([gently.device.leaves(), device.leaves()])
  },

  retried: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict)
    await device.report(work, 'FAILED', 30)
    await strict.reaches(job, device, 'FAILED')
    assert.equal(await strict.api.retryFailed(job), 1)
    await device.report(await device.offer(), 'SUCCEEDED', 100)
    await strict.reaches(job, device, 'SUCCEEDED')
    const { attempts } = await strict.api.execution(job, device.key)
    assert.deepEqual(
      attempts.map(({ number, status }) => [number, status]),
      [
        [1, 'FAILED'],
        [2, 'SUCCEEDED'],
      ],
    )
    await device.leaves()
  },

  deleted: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict)
    const status = await strict.statusOf(job, device.key)
    await assert.rejects(strict.api.deleteJob(job))
    assert.equal(await strict.statusOf(job, device.key), status)
    await strict.api.deleteJob(job, { force: true })
    const gone = (): Promise<boolean> =>
      strict.api.job(job).then(
        () => false,
        (error: { code?: string }) => error.code === 'NOT_FOUND',
      )
    await strict.until(`${job} to be gone`, gone, (answer) => answer)
    const before = await strict.stateOf(device.key)
    await device.report(work, 'SUCCEEDED', 100)
    assert.deepEqual(await strict.stateOf(device.key), before)
    await strict.servesOthers()
    await device.leaves()
  },

  joinedAndLeft: async ({ strict }) => {
    const [stays, leaves] = [await strict.play(), await strict.play()]
    const membership = strict.examples.membership!
    for (const call of membership(stays.name).join) await strict.must(call)
    const { group } = membership(stays.name)
    const job = await strict.createJob([], { targets: [{ group }], selection: 'CONTINUOUS' })
    const work = await stays.offer()
    for (const call of membership(leaves.name).join) await strict.call(call)
    await leaves.offer()
    for (const call of membership(leaves.name).leave) await strict.must(call)
    await strict.reaches(job, leaves, 'REMOVED')
    await stays.report(work, 'SUCCEEDED', 100)
    await strict.reaches(job, stays, 'SUCCEEDED')
    await Promise.all([stays.leaves(), leaves.leaves()])
  },

  offlineThenOnline: async ({ strict }) => {
    const device = await strict.enrol()
    const first = await strict.createJob([device])
    assert.equal(await strict.statusOf(first, device.key), 'QUEUED')
    const scripted = await connectDevice(strict, device)
    await scripted.report(await scripted.offer(), 'SUCCEEDED', 100)
    await strict.reaches(first, device, 'SUCCEEDED')
    await scripted.leaves()
    const second = await strict.createJob([device])
    await scripted.connects()
    await scripted.report(await scripted.offer(), 'SUCCEEDED', 100)
    await strict.reaches(second, device, 'SUCCEEDED')
    await scripted.leaves()
  },

  duplicates: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict)
    const seen = async () => {
      const { status, progress, number } = await strict.api.execution(job, device.key)
      return { status, progress, number }
    }
    const before = await seen()
    await device.report(work, 'IN_PROGRESS', 30)
    assert.deepEqual(await seen(), before)
    await device.report(work, 'SUCCEEDED', 100)
    await strict.reaches(job, device, 'SUCCEEDED')
    const ended = await strict.stateOf(device.key, job)
    await device.report(work, 'SUCCEEDED', 100)
    assert.deepEqual(await strict.stateOf(device.key, job), ended)
    await device.leaves()
  },

  outOfOrder: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict)
    await device.report(work, 'SUCCEEDED', 100)
    await strict.reaches(job, device, 'SUCCEEDED')
    const ended = await strict.stateOf(device.key, job)
    for (const [status, progress] of [
      ['IN_PROGRESS', 60],
      ['FAILED', 60],
      ['REJECTED', 0],
    ] as const) {
      await device.report(work, status, progress)
      assert.deepEqual(await strict.stateOf(device.key, job), ended, `after ${status}`)
    }
    await device.leaves()
  },

  restart: ({ strict }) =>
    acrossRestart(
      strict,
      async (hub) => {
        const { device, job, work } = await inProgress(hub)
        const waiting = await hub.enrol()
        const later = await hub.createJob([waiting])
        return { device, job, work, waiting, later, before: await hub.api.execution(job, device.key) }
      },
      async (hub, { device, job, work, waiting, later, before }) => {
        assert.deepEqual(await hub.api.execution(job, device.key), before)
        const again = await connectDevice(hub, device)
        await again.report(work, 'SUCCEEDED', 100)
        await hub.reaches(job, device, 'SUCCEEDED')
        const scripted = await connectDevice(hub, waiting)
        await scripted.report(await scripted.offer(), 'SUCCEEDED', 100)
        await hub.reaches(later, waiting, 'SUCCEEDED')
        await Promise.all([again.leaves(), scripted.leaves()])
      },
    ),

  fleet: async ({ open }) => {
    const names = Array.from({ length: 25 }, () => open.freshName())
    const behavior = { odds: { fail: 0, reject: 0, hang: 0 }, steps: 1, startMs: [0, 0], stepMs: [0, 0] } as const
    const fleet = new SimFleet({
      url: `mqtt://localhost:${open.place.endpoints.mqtt}`,
      names,
      script: (name) => open.dialect.jobs.deviceScript(name),
      behavior,
    })
    await fleet.start()
    try {
      const job = await open.createJob(names.map((name) => ({ name })))
      const { counts } = await open.until(
        'the fleet to finish',
        () => open.api.job(job),
        ({ status }) => status === 'COMPLETED',
      )
      assert.deepEqual(counts, { SUCCEEDED: 25 })
      assert.equal(fleet.totals.reported.SUCCEEDED, 25)
    } finally {
      await fleet.stop()
    }
  },
}
