import assert from 'node:assert/strict'
import type { Checks } from './dialect.suite.ts'
import type { HubFixture } from './hub-fixture.ts'
import { inProgress } from './jobs.ts'
import { connectDevice, type ScriptedDevice } from './scripted-device.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What a job does by itself, minute by minute, and what cuts it short. */
export const schedules: Checks = {
  canceledEarly: async ({ strict }) => {
    const scriptedDevices = [await strict.play(), await strict.play(), await strict.play()]
    const startAt = await inAnHour(strict)
    const later = await strict.createJob(scriptedDevices, { schedule: { startAt: new Date(startAt).toISOString() } })
    // Not every cloud rolls out by and by.
    const rolling =
      strict.examples.inapplicable.rolledOut === undefined
        ? [await strict.createJob(scriptedDevices, { rollout: { perMinute: 1 } })]
        : []
    assert.equal(await offered(scriptedDevices), rolling.length)
    for (const job of [later, ...rolling]) assert.equal((await strict.api.cancelJob(job)).status, 'CANCELED')
    for (const scripted of scriptedDevices) if (scripted.offered) await scripted.offer()
    await advanceTo(strict, startAt + MINUTE)
    assert.equal(await offered(scriptedDevices), 0)
    for (const job of rolling) assert.equal((await strict.api.job(job)).rolledOut, 1)
    for (const { key } of scriptedDevices) await assert.rejects(strict.api.execution(later, key), { code: 'NOT_FOUND' })
    await Promise.all(scriptedDevices.map((scripted) => scripted.leaves()))
  },

  canceledAway: async ({ strict }) => {
    const device = await strict.play()
    await device.connects({ clean: false })
    await device.leaves()
    await strict.until(
      `${device.key} to be away`,
      () => strict.api.device(device.key),
      ({ online }) => !online,
    )
    const job = await strict.createJob([device])
    await strict.api.cancelJob(job)
    await strict.reaches(job, device, 'CANCELED')
    await device.connects({ clean: false })
    // Where every change is told, the last of them counts.
    await device.settle()
    assert.notEqual(device.lastHeard?.type, 'offer')
    device.client.inbox.clear()
    // Nothing else was lost with it.
    const next = await strict.createJob([device])
    await device.report(await device.offer(), 'SUCCEEDED', 100)
    await strict.reaches(next, device, 'SUCCEEDED')
    await device.leaves()
  },

  retriedAlone: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict, { retry: [{ on: 'FAILED', times: 1 }] })
    await device.report(work, 'FAILED', 30)
    await device.report(await device.offer(), 'FAILED', 60)
    await strict.until(
      `${job} to be completed`,
      () => strict.api.job(job),
      ({ status }) => status === 'COMPLETED',
    )
    const { attempts } = await strict.api.execution(job, device.key)
    assert.deepEqual(
      attempts.map(({ number, status }) => [number, status]),
      [
        [1, 'FAILED'],
        [2, 'FAILED'],
      ],
    )
    assert.equal(await offered([device]), 0)
    await device.leaves()
  },

  retriedInTime: async ({ strict }) => {
    const { device, job } = await inProgress(strict, { timeoutMinutes: 1, retry: [{ on: 'TIMED_OUT', times: 1 }] })
    await strict.api.advance(MINUTE)
    await device.report(await device.offer(), 'SUCCEEDED', 100)
    await strict.reaches(job, device, 'SUCCEEDED')
    const { attempts } = await strict.api.execution(job, device.key)
    assert.deepEqual(
      attempts.map(({ number, status }) => [number, status]),
      [
        [1, 'TIMED_OUT'],
        [2, 'SUCCEEDED'],
      ],
    )
    await device.leaves()
  },

  lateReport: async ({ strict }) => {
    const { device, job, work } = await inProgress(strict)
    await device.report(work, 'FAILED', 30)
    await strict.reaches(job, device, 'FAILED')
    assert.equal(await strict.api.retryFailed(job), 1)
    const again = await device.offer()
    const before = await strict.stateOf(device.key, job)
    for (const [status, progress] of [
      ['IN_PROGRESS', 60],
      ['SUCCEEDED', 100],
      ['FAILED', 90],
    ] as const) {
      await device.report(work, status, progress)
      assert.deepEqual(await strict.stateOf(device.key, job), before, `after ${status} of the first attempt`)
    }
    await device.report(again, 'SUCCEEDED', 100)
    await strict.reaches(job, device, 'SUCCEEDED')
    await device.leaves()
  },

  rolledOut: async ({ strict }) => {
    const scriptedDevices = [
      await strict.play(),
      await strict.play(),
      await strict.play(),
      await strict.play(),
      await strict.play(),
    ]
    const job = await strict.createJob(scriptedDevices, { rollout: { perMinute: 2 } })
    for (const [by, expected] of [
      [0, 2],
      [MINUTE - 1, 2],
      [1, 4],
      [MINUTE - 1, 4],
      [1, 5],
      [MINUTE, 5],
    ] as const) {
      await strict.api.advance(by)
      // Whoever has none yet asks again, and gets none for that.
      for (const scripted of scriptedDevices) if ((await offered([scripted])) === 0) await scripted.connects()
      assert.equal(await offered(scriptedDevices), expected)
      assert.equal((await strict.api.job(job)).rolledOut, expected)
    }
    for (const scripted of scriptedDevices) await scripted.report(await scripted.offer(), 'SUCCEEDED', 100)
    await strict.until(
      `${job} to be completed`,
      () => strict.api.job(job),
      ({ status }) => status === 'COMPLETED',
    )
    await Promise.all(scriptedDevices.map((scripted) => scripted.leaves()))
  },

  aborted: async ({ strict }) => {
    const [first, second, third] = [await strict.play(), await strict.play(), await strict.play()]
    const away = await strict.enrol()
    const job = await strict.createJob([first, second, third, away], {
      abort: [{ on: 'FAILED', percent: 50, minimum: 2 }],
    })
    await first.report(await first.offer(), 'FAILED', 30)
    await strict.reaches(job, first, 'FAILED')
    assert.equal((await strict.api.job(job)).status, 'IN_PROGRESS')
    await second.report(await second.offer(), 'FAILED', 30)
    const { counts, reasonCode } = await strict.until(
      `${job} to be aborted`,
      () => strict.api.job(job),
      ({ status }) => status === 'CANCELED',
    )
    assert.notEqual(reasonCode, undefined)
    await strict.reaches(job, third, 'CANCELED')
    await strict.reaches(job, away, 'CANCELED')
    assert.equal(counts['FAILED'], 2)
    const scripted = await connectDevice(strict, away)
    assert.equal(await offered([scripted]), 0)
    await Promise.all([first, second, third, scripted].map((one) => one.leaves()))
  },

  scheduled: async ({ strict }) => {
    const [early, late] = [await strict.play(), await strict.enrol()]
    const startAt = await inAnHour(strict)
    const job = await strict.createJob([early, late], { schedule: { startAt: new Date(startAt).toISOString() } })
    assert.equal((await strict.api.job(job)).status, 'SCHEDULED')
    await advanceTo(strict, startAt - 1)
    await early.connects()
    assert.equal(await offered([early]), 0)
    await advanceTo(strict, startAt)
    const scripted = await connectDevice(strict, late)
    for (const one of [early, scripted]) await one.report(await one.offer(), 'SUCCEEDED', 100)
    await strict.until(
      `${job} to be completed`,
      () => strict.api.job(job),
      ({ status }) => status === 'COMPLETED',
    )
    await Promise.all([early.leaves(), scripted.leaves()])
  },

  ended: async ({ strict }) => {
    const endAt = await inAnHour(strict)
    const waiting = await strict.enrol()
    const { device, job, work } = await inProgress(
      strict,
      { schedule: { endAt: new Date(endAt).toISOString(), endBehavior: 'FORCE_CANCEL' } },
      [waiting],
    )
    await advanceTo(strict, endAt - 1)
    assert.equal((await strict.api.job(job)).status, 'IN_PROGRESS')
    await advanceTo(strict, endAt)
    for (const one of [device, waiting]) await strict.reaches(job, one, 'CANCELED')
    assert.equal((await strict.api.job(job)).status, 'CANCELED')
    await device.report(work, 'SUCCEEDED', 100)
    assert.equal(await strict.statusOf(job, device.key), 'CANCELED')
    await device.leaves()
  },
}

/** How many of them have been handed work that they have not taken, once all that is on its way has arrived. */
async function offered(scriptedDevices: readonly ScriptedDevice[]): Promise<number> {
  await Promise.all(scriptedDevices.map((scripted) => scripted.settle()))
  return scriptedDevices.filter((scripted) => scripted.offered).length
}

/** A full minute, about an hour from now: some clouds plan by minutes, and not too soon. */
const inAnHour = async ({ api }: HubFixture): Promise<number> =>
  Math.ceil((await api.status()).now / MINUTE) * MINUTE + HOUR

async function advanceTo({ api }: HubFixture, instant: number): Promise<void> {
  await api.advance(instant - (await api.status()).now)
}
