import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFilter, isTopic, matchesFilter } from '../../src/broker/routing/filter.ts'
import { SubscriptionIndex } from '../../src/broker/routing/subscription-index.ts'

const level = fc.constantFrom('a', 'b', '', '$x')
const topic = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((text) => text !== '')
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'))
  .filter((text) => text !== '')

test('filters match as MQTT says', () => {
  for (const [one, other, expected] of [
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['a/+/c', 'a//c', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'ab', false],
    ['+/#', 'a', true],
    ['+', '/a', false],
    ['+/+', '/a', true],
    ['#', 'a/b', true],
    ['#', '$aws/b', false],
    ['+/b', '$aws/b', false],
    ['$aws/#', '$aws/b', true],
    ['a', 'a/b', false],
    ['a/b', 'a', false],
  ] as const)
    assert.equal(matchesFilter(one, other), expected, `${one} and ${other}`)
})

test('the index finds the same subscribers as trying every filter, each at its best QoS', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(filter, fc.nat(3), fc.constantFrom(0 as const, 1 as const)), { maxLength: 12 }),
      fc.array(fc.tuple(filter, fc.nat(3)), { maxLength: 4 }),
      topic,
      (added, removed, about) => {
        const index = new SubscriptionIndex<number>()
        const model = new Map<string, { filter: string; who: number; qos: 0 | 1 }>()
        for (const [filter, who, qos] of added) {
          index.add(filter, who, qos)
          model.set(`${who} ${filter}`, { filter, who, qos })
        }
        for (const [filter, who] of removed) {
          index.remove(filter, who)
          model.delete(`${who} ${filter}`)
        }
        const expected = new Map<number, number>()
        for (const { filter, who, qos } of model.values())
          if (matchesFilter(filter, about)) expected.set(who, Math.max(qos, expected.get(who) ?? 0))
        assert.deepEqual([...index.match(about)].sort(), [...expected].sort())
      },
    ),
  )
})

test('what is no filter and no topic is told from what is', () => {
  for (const good of ['a', '/', '+', '#', 'a/+/b', 'a/#', '$share', ' ', 'é'.repeat(30_000)])
    assert.ok(isFilter(good), good)
  for (const bad of ['', 'a#', '#/a', 'a+', '+a/b', 'a\0', 'é'.repeat(40_000), '/'.repeat(100)])
    assert.ok(!isFilter(bad), bad.slice(0, 10))
  for (const good of ['a', '/', 'a//b', '$aws/x']) assert.ok(isTopic(good), good)
  for (const bad of ['', '+', 'a/#', 'a\0', '/'.repeat(100)]) assert.ok(!isTopic(bad), bad.slice(0, 10))
})
