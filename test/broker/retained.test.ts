import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { RETAINED_LIMITS, type RetainedLimits } from '../../src/broker/routing/retained.ts'
import { Disk, BrokerFixture } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

const start = (limits: Partial<RetainedLimits>, disk = new Disk()): Promise<BrokerFixture> => {
  return new BrokerFixture({}, disk).start({ retained: { ...RETAINED_LIMITS, ...limits } })
}

const retain = (topic: string, payload = 'x'): Promise<void> =>
  fixture.broker.publish('aws', { topic, payload, qos: 1, retain: true })

const kept = (): string[] =>
  (fixture.disk.records('mqttRetained') as { topic: string }[]).map(({ topic }) => topic).sort()

test('of more retained messages than may be, those that were set longest ago go', async () => {
  fixture = await start({ messages: 3 })
  for (const topic of ['a/1', 'b', 'c', 'a/1', 'd', 'e']) await retain(topic)
  assert.deepEqual(kept(), ['a/1', 'd', 'e'])
  const client = await fixture.client('late')
  await client.subscribe(['#', 1])
  const topics = [await client.next('publish'), await client.next('publish'), await client.next('publish')]
  assert.deepEqual(topics.map(({ topic }) => topic).sort(), ['a/1', 'd', 'e'])
  await client.silence()
})

test('their size is bounded too, and the latest stays whatever its size', async () => {
  fixture = await start({ size: 100 })
  await retain('a', 'x'.repeat(60))
  await retain('b', 'x'.repeat(30))
  assert.deepEqual(kept(), ['a', 'b'])
  await retain('b', 'x'.repeat(39))
  assert.deepEqual(kept(), ['b'])
  await retain('c', 'x'.repeat(200))
  assert.deepEqual(kept(), ['c'])
})

test('people are told long before, once, and of what is dropped', async () => {
  fixture = await start({ messages: 8 })
  for (const topic of ['a', 'b', 'c', 'd']) await retain(topic)
  assert.match(
    fixture.notices.join('\n'),
    /^4 messages, 0\.0 MB, are retained; beyond 8 .+ set longest ago are dropped\. .+-r -n/,
  )
  for (const topic of ['e', 'f', 'g', 'h']) await retain(topic)
  assert.equal(fixture.notices.length, 1)
  await retain('i')
  assert.match(fixture.notices[1]!, /The retained message that was set longest ago is dropped/)
})

test('room that was made is told of again only after much of it was free', async () => {
  fixture = await start({ messages: 8 })
  for (const topic of ['a', 'b', 'c', 'd']) await retain(topic)
  await retain('d', '')
  await retain('d')
  assert.equal(fixture.notices.length, 1)
  for (const topic of ['a', 'b', 'c', 'd']) await retain(topic, '')
  for (const topic of ['a', 'b', 'c', 'd']) await retain(topic)
  assert.equal(fixture.notices.length, 2)
})

test('what was retained before a restart counts', async () => {
  fixture = await start({})
  for (const topic of ['a', 'b', 'c']) await retain(topic)
  const disk = fixture.disk.reread()
  await fixture.stop()
  fixture = await start({ messages: 3 }, disk)
  await retain('d')
  assert.deepEqual(kept(), ['b', 'c', 'd'])
})
