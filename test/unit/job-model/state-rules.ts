import assert from 'node:assert/strict'
import type { Engine } from '../../../src/core/engine.ts'
import type { Execution } from '../../../src/core/job/model.ts'
import { executionStates } from '../../../src/core/job/states.ts'
import { grouped, isPending, queueOf, type Facts } from './facts.ts'
import { LANES } from './steps.ts'

const sameSet = (actual: Iterable<Execution>, expected: Execution[] = [], what = ''): void =>
  assert.deepEqual([...actual].sort(bySome), [...expected].sort(bySome), what)

const bySome = (a: Execution, b: Execution): number => a.order - b.order

/** What the engine answers is what the records say. */
export function checkAnswers(facts: Facts, engine: Engine): void {
  const { executions } = engine
  const histories = facts.histories()
  const latest = [...histories.values()].map((attempts) => attempts.at(-1)!)
  const [ofJob, ofDevice] = [grouped(latest, ({ job }) => job), grouped(latest, ({ device }) => device)]
  for (const { key } of facts.jobs.values()) {
    const own = ofJob.get(key) ?? []
    const counts = Object.fromEntries(
      executionStates.map((status) => [status, own.filter((each) => each.status === status).length]),
    )
    assert.deepEqual(executions.counts(key), counts, `the counts of ${key}`)
    const all = [...facts.executions.values()].filter(({ job }) => job === key)
    const totals = Object.fromEntries(
      executionStates.map((status) => [status, all.filter((each) => each.status === status).length]),
    )
    assert.deepEqual(executions.totals(key), totals, `the totals of ${key}`)
    sameSet(executions.ofJob(key).values(), own, `the executions of ${key}`)
  }
  const queues = facts.queues()
  for (const [device, own] of ofDevice) {
    for (const lane of [undefined, ...LANES]) {
      const queue = queues.get(queueOf(device, lane)) ?? []
      assert.deepEqual(executions.pending(device, lane), queue, `the queue of ${queueOf(device, lane)}`)
      assert.equal(executions.front(device, lane), queue[0])
    }
    sameSet(executions.ofDevice(device), own, `the executions of ${device}`)
  }
  for (const attempts of histories.values()) {
    const { job, device } = attempts[0]!
    assert.deepEqual(executions.attempts(job, device), attempts)
    assert.equal(executions.retryAt(job, device), facts.retries.get(`${job} ${device}`)?.at)
    assert.ok(!attempts.slice(0, -1).some(isPending), `${job} has one pending execution on ${device} at most`)
  }
  assert.equal(engine.jobs.size, facts.jobs.size)
}

/** Nothing is kept of what is gone. */
export function checkLeftovers(facts: Facts): void {
  for (const { job } of facts.executions.values())
    assert.ok(facts.jobs.has(job), `an execution of ${job}, which is gone`)
  for (const [job] of facts.plans.entries())
    assert.equal(facts.jobs.get(job)?.status, 'IN_PROGRESS', `a plan of ${job}`)
  for (const [job] of facts.reruns.entries())
    assert.equal(facts.jobs.get(job)?.status, 'IN_PROGRESS', `a rerun of ${job}`)
  const histories = facts.histories()
  for (const { job, device, number } of facts.erased.values()) {
    assert.ok(facts.jobs.has(job), `an erasure of ${job}, which is gone`)
    assert.ok(
      number > (histories.get(`${job} ${device}`)?.at(-1)?.number ?? 0),
      'a later attempt makes an erasure needless',
    )
  }
  for (const { job, device, number } of facts.retries.values()) {
    assert.equal(facts.jobs.get(job)?.status, 'IN_PROGRESS', `a retry of ${job}`)
    assert.ok(facts.devices.has(device), `${device} is to try again, and is gone`)
    const latest = histories.get(`${job} ${device}`)?.at(-1)
    assert.equal(latest?.number, number, 'what is tried again is the latest attempt')
    assert.ok(latest.status === 'FAILED' || latest.status === 'TIMED_OUT', `${latest.status} is not tried again`)
  }
  for (const { job, device } of facts.leavers.values()) {
    assert.ok(facts.jobs.has(job), `a leaver of ${job}, which is gone`)
    const latest = histories.get(`${job} ${device}`)?.at(-1)
    const waits = latest?.status === 'QUEUED' || latest?.status === 'SENT'
    assert.ok(!waits, `${device} has left ${job}, and yet has something to begin`)
  }
  for (const device of facts.devices.values())
    for (const group of device.groups) assert.ok(facts.groups.has(group), `${device.key} is in ${group}, which is gone`)
}

/** What must be so of jobs and executions once everything due has been done. */
export function checkRest(facts: Facts, engine: Engine, now: number): void {
  const due: number[] = []
  for (const { timeoutAt = Infinity, stepTimeoutAt = Infinity, status } of facts.executions.values()) {
    if (status !== 'IN_PROGRESS')
      assert.deepEqual([timeoutAt, stepTimeoutAt], [Infinity, Infinity], `${status} has no timers`)
    due.push(timeoutAt, stepTimeoutAt)
  }
  for (const { key, status, schedule, rolloutStopped } of facts.jobs.values()) {
    if (status === 'SCHEDULED') due.push(schedule!.startAt!, schedule?.endAt ?? Infinity)
    if (status === 'IN_PROGRESS' && rolloutStopped !== true) due.push(schedule?.endAt ?? Infinity)
    checkJob(facts, key, now)
  }
  due.push(...[...facts.retries.values()].map(({ at }) => at))
  const soonest = Math.min(...due, Infinity)
  assert.ok(soonest > now, `nothing is overdue, nor ${now - soonest} ms`)
  const next = engine.nextDeadline() ?? Infinity
  if (facts.plans.size === 0) assert.equal(next, soonest, 'the next deadline is the soonest of all')
  else assert.ok(next > now && next <= soonest, 'the next deadline lies ahead, and is not too late')
}

function checkJob(facts: Facts, key: string, now: number): void {
  const job = facts.jobs.get(key)!
  const plan = facts.plans.get(key)?.devices
  const waits = [...facts.retries.values()].some((each) => each.job === key)
  const latest = facts.latest().filter((each) => each.job === key)
  for (const { device, status } of latest.filter(isPending)) {
    assert.ok(facts.devices.has(device), `${key} is ${status} on ${device}, which is gone`)
  }
  const pending = latest.filter(isPending)
  assert.equal(job.sweeping, undefined, `${key} is through with its cancellation`)
  assert.notEqual(job.status, 'DELETING')
  assert.equal(facts.reruns.has(key), false, `${key} has been run again`)
  if (job.status === 'SCHEDULED') assert.equal(latest.length, 0)
  if (job.status === 'COMPLETED' || job.status === 'FAILED')
    assert.equal(pending.length, 0, `${job.status}: nothing is pending`)
  if (job.status === 'FAILED') assert.ok(facts.timesOut(key, now), 'a job fails at an end that times out')
  if (job.status === 'CANCELED') {
    const left = job.forceCanceled === true ? [] : pending.filter(({ status }) => status === 'IN_PROGRESS')
    assert.deepEqual(pending, left, 'a cancelled job has nothing pending but what is in progress')
  }
  if (job.status !== 'IN_PROGRESS') return
  if (plan !== undefined)
    assert.ok(job.planned === plan.length && job.rolledOut < plan.length, 'a rollout has somewhere to go')
  if (job.selection === 'SNAPSHOT' || job.rolloutStopped === true)
    assert.ok(pending.length > 0 || plan !== undefined || waits, `${key} has a reason to be in progress`)
  if (job.selection === 'SNAPSHOT') return
  for (const { device, status } of pending) {
    // [aws 2.9] What is in progress when its device leaves may come to its end.
    const may = facts.means(job.targets, device) || status === 'IN_PROGRESS'
    assert.ok(may, `${key} is ${status} on ${device}, which it does not mean`)
  }
  if (job.rolloutStopped === true || (job.schedule?.endAt ?? Infinity) <= now) return
  const reached = new Set(latest.filter(({ status }) => status !== 'REMOVED').map(({ device }) => device))
  const planned = new Set(plan?.slice(job.rolledOut))
  for (const { key: device } of facts.devices.values()) {
    if (!facts.means(job.targets, device)) continue
    const known = reached.has(device) || planned.has(device) || facts.erased.has(`${key} ${device}`)
    assert.ok(known, `${key} means ${device}, but does not come to it`)
    const anew = facts.leavers.has(`${key} ${device}`) && !planned.has(device)
    assert.ok(!anew, `${device} has come back to ${key}, and is given nothing`)
  }
}
