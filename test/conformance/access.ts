import assert from 'node:assert/strict'
import type { Checks } from './dialect.suite.ts'
import { inProgress } from './jobs.ts'

/** What a device may say and hear. */
export const access: Checks = {
  ownTopics: async ({ strict }) => {
    const device = await strict.play()
    const before = await strict.refusals()
    for (const filter of strict.examples.hears(device.name)) {
      const [granted = 128] = await device.client.subscribe(filter)
      assert.ok(granted < 128, `${filter} is refused`)
    }
    const messages = device.says()
    assert.ok(
      messages.some(({ topic }) => topic.includes(device.name)) ||
        strict.examples.inapplicable.anonymousTopics === undefined,
      'some topic names the device',
    )
    await device.publish(...messages)
    await device.settle()
    assert.equal(await strict.refusals(), before, JSON.stringify(await strict.api.notices()))
    await device.leaves()
  },

  foreignTopics: async ({ strict }) => {
    const { device, job } = await inProgress(strict)
    const other = await strict.play()
    const filters = strict.examples.hears(device.name)
    if (filters.length > 0) await device.client.subscribe(...filters)
    await device.settle()
    const heard = device.client.inbox.rest.length
    const before = await strict.stateOf(device.key, job)
    for (const filter of ['#', ...strict.examples.overhears(device.name)])
      assert.ok((await other.asksFor(filter)) >= 128, `another device hears ${filter}`)
    const own = new Set(other.says().map(({ topic }) => topic))
    for (const { topic, payload } of device.says().filter((message) => !own.has(message.topic))) {
      const refusals = await strict.refusals()
      await other.tries(topic, Buffer.from(payload))
      assert.ok((await strict.refusals()) > refusals, `another device says ${topic}, and nobody minds`)
    }
    assert.deepEqual(await strict.stateOf(device.key, job), before)
    const said = device.client.inbox.rest.length - heard
    assert.equal(said, 0, `it has heard ${JSON.stringify(device.client.inbox.rest.slice(-said))}`)
    await Promise.all([device.leaves(), other.leaves()])
  },

  foreignReport: async ({ strict }) => {
    const { device, work, job } = await inProgress(strict)
    const other = await strict.play()
    const before = await strict.stateOf(device.key, job)
    for (const script of [device.script, other.script]) {
      for (const { topic, payload } of script.report(work, 'SUCCEEDED', 100))
        await other.tries(topic, Buffer.from(payload))
    }
    assert.deepEqual(await strict.stateOf(device.key, job), before)
    await device.report(work, 'SUCCEEDED', 100)
    await strict.reaches(job, device, 'SUCCEEDED')
    await Promise.all([device.leaves(), other.leaves()])
  },

  anonymousTopics: async ({ strict }) => {
    const [device, other] = [await strict.play(), await strict.play()]
    const { message, reported } = strict.examples.anonymous!
    await device.publish(message)
    const twin = await strict.until(
      `${device.key} to have reported`,
      () => strict.api.twin(device.key),
      ({ version }) => version > 0,
    )
    assert.deepEqual(twin.reported, reported)
    assert.deepEqual((await strict.api.twin(other.key)).reported, {})
    await Promise.all([device.leaves(), other.leaves()])
  },
}
