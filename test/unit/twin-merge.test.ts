import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { equal, isObject } from '../../src/core/twin/json.ts'
import { mergeSection, type MergeRule } from '../../src/core/twin/merge.ts'
import { mirror, stamp } from '../../src/core/twin/stamps.ts'
import type { JsonObject, Stamp } from '../../src/core/twin/model.ts'

const RULE: MergeRule = { mode: 'merge', nulls: 'delete' }
const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject

const key = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor', 'toString', '1')
const leaf = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean())
const { value: valueOf, patch: patchOf } = fc.letrec<{
  value: unknown
  patch: unknown
  object: JsonObject
  patchObject: JsonObject
}>((tie) => ({
  value: fc.oneof({ depthSize: 'medium' }, leaf, fc.array(leaf, { maxLength: 3 }), tie('object')),
  patch: fc.oneof(
    { depthSize: 'medium' },
    fc.constant(null),
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    tie('patchObject'),
  ),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  patchObject: fc.array(fc.tuple(key, tie('patch')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}))
const document = fc
  .array(fc.tuple(key, valueOf), { maxLength: 5 })
  .map((entries): JsonObject => Object.fromEntries(entries))
const patch = fc
  .array(fc.tuple(key, patchOf), { maxLength: 5 })
  .map((entries): JsonObject => Object.fromEntries(entries))

const table: { name: string; base: string; patch: string; rule?: Partial<MergeRule>; after: string }[] = [
  { name: 'adds a key', base: '{"a":1}', patch: '{"b":2}', after: '{"a":1,"b":2}' },
  { name: 'replaces a scalar', base: '{"a":1}', patch: '{"a":"x"}', after: '{"a":"x"}' },
  { name: 'goes into objects', base: '{"a":{"b":1,"c":2}}', patch: '{"a":{"c":3}}', after: '{"a":{"b":1,"c":3}}' },
  { name: 'replaces arrays whole', base: '{"a":[1,2,3]}', patch: '{"a":[4]}', after: '{"a":[4]}' },
  { name: 'replaces an array by an object', base: '{"a":[1]}', patch: '{"a":{"b":1}}', after: '{"a":{"b":1}}' },
  { name: 'replaces an object by a scalar', base: '{"a":{"b":1}}', patch: '{"a":false}', after: '{"a":false}' },
  { name: 'deletes at the top', base: '{"a":1,"b":2}', patch: '{"a":null}', after: '{"b":2}' },
  {
    name: 'deletes deep down, leaving the emptied object',
    base: '{"a":{"b":{"c":1}}}',
    patch: '{"a":{"b":{"c":null}}}',
    after: '{"a":{"b":{}}}',
  },
  { name: 'deletes what is not there without a trace', base: '{"a":1}', patch: '{"x":null}', after: '{"a":1}' },
  { name: 'keeps no null of a new object', base: '{}', patch: '{"a":{"b":null,"c":1}}', after: '{"a":{"c":1}}' },
  { name: 'keeps null inside arrays', base: '{}', patch: '{"a":[null,{"b":null}]}', after: '{"a":[null,{"b":null}]}' },
  {
    name: 'keeps null as a value where asked',
    base: '{"a":1}',
    patch: '{"a":null,"b":{"c":null}}',
    rule: { nulls: 'keep' },
    after: '{"a":null,"b":{"c":null}}',
  },
  {
    name: 'assigns top-level keys whole',
    base: '{"a":{"b":1},"x":1}',
    patch: '{"a":{"c":2}}',
    rule: { mode: 'assign' },
    after: '{"a":{"c":2},"x":1}',
  },
  {
    name: 'deletes top-level keys when assigning',
    base: '{"a":{"b":1},"x":1}',
    patch: '{"a":null}',
    rule: { mode: 'assign' },
    after: '{"x":1}',
  },
  {
    name: 'replaces the section',
    base: '{"a":1,"b":2}',
    patch: '{"a":1,"c":100,"d":null}',
    rule: { mode: 'replace' },
    after: '{"a":1,"c":100}',
  },
]

for (const row of table) {
  test(`merge ${row.name}`, () => {
    const rule = { ...RULE, ...row.rule }
    const base = parse(row.base)
    assert.equal(JSON.stringify(mergeSection(base, parse(row.patch), rule)), row.after)
    const stamped = stamp(stamp(undefined, base, RULE, 1, 1), parse(row.patch), rule, 2, 2)
    assert.deepEqual(
      shapeOf(stamped, mergeSection(base, parse(row.patch), rule)),
      parse(row.after),
      'stamps mirror the state',
    )
  })
}

/** Rebuilds the value by walking the stamps and reading leaves from the state: equal only if both have one shape. */
function shapeOf(from: Stamp, value: unknown): unknown {
  if (from.of === undefined) {
    assert.ok(!isObject(value), 'an object has the stamps of its keys')
    return value
  }
  assert.ok(isObject(value))
  assert.deepEqual(Object.keys(from.of).sort(), Object.keys(value).sort())
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      shapeOf((from.of as Record<string, Stamp>)[name] as Stamp, inner),
    ]),
  )
}

test('merge takes __proto__ and constructor for plain keys and pollutes nothing', () => {
  const evil = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"a":{"__proto__":null}}'
  const merged = mergeSection(parse('{"a":{"b":1}}'), parse(evil), RULE)
  assert.equal(Object.getPrototypeOf(merged), Object.prototype)
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
  assert.equal(
    JSON.stringify(merged),
    '{"a":{"b":1},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  )
  assert.equal(
    JSON.stringify(mergeSection(merged, parse('{"__proto__":null,"constructor":null}'), RULE)),
    '{"a":{"b":1}}',
  )
  const stamps = stamp(undefined, parse(evil), RULE, 7, 1)
  assert.deepEqual(Object.keys(stamps.of ?? {}), ['__proto__', 'constructor', 'a'])
  assert.equal(
    JSON.stringify(mirror(merged, stamps, (leafStamp) => leafStamp.at)),
    '{"a":{},"__proto__":{"polluted":7},"constructor":{"prototype":{"polluted":7}}}',
  )
})

test('a patch of inherited names starts from nothing, not from Object.prototype', () => {
  assert.equal(
    JSON.stringify(mergeSection({}, parse('{"toString":{"x":1},"hasOwnProperty":{"y":2}}'), RULE)),
    '{"toString":{"x":1},"hasOwnProperty":{"y":2}}',
  )
})

test('property: the same patch twice is the same patch once', () => {
  fc.assert(
    fc.property(document, patch, (base, change) => {
      const once = mergeSection(base, change, RULE)
      assert.ok(equal(mergeSection(once, change, RULE), once))
    }),
  )
})

test('property: no null is left outside arrays, and every key of the patch is applied', () => {
  const nullFree = (value: unknown): boolean =>
    value !== null && (!isObject(value) || Object.values(value).every(nullFree))
  fc.assert(
    fc.property(document, patch, (base, change) => {
      const merged = mergeSection(base, change, RULE)
      assert.ok(nullFree(merged))
      for (const name of Object.keys(change)) assert.equal(Object.hasOwn(merged, name), change[name] !== null)
      for (const name of Object.keys(base))
        if (!Object.hasOwn(change, name)) assert.equal(merged[name], base[name], 'shared, not copied')
    }),
  )
})

test('property: neither argument is changed', () => {
  fc.assert(
    fc.property(
      document,
      patch,
      fc.constantFrom('merge', 'assign', 'replace'),
      fc.constantFrom('delete', 'keep'),
      (base, change, mode, nulls) => {
        const before = JSON.stringify([base, change])
        mergeSection(base, change, { mode: mode as MergeRule['mode'], nulls: nulls as MergeRule['nulls'] })
        stamp(stamp(undefined, base, RULE, 1, 1), change, RULE, 2, 2)
        assert.equal(JSON.stringify([base, change]), before)
      },
    ),
  )
})

test('property: stamps mirror the state; what the patch names is stamped anew, the rest keeps its stamps', () => {
  const check = (from: Stamp, earlier: Stamp | undefined, change: unknown): void => {
    if (!isObject(change)) return assert.deepEqual([from.at, from.version], [2, 9])
    for (const [name, inner] of Object.entries(from.of ?? {})) {
      const before = earlier?.of !== undefined && Object.hasOwn(earlier.of, name) ? earlier.of[name] : undefined
      if (Object.hasOwn(change, name)) check(inner, before, change[name])
      else assert.equal(inner, before)
    }
  }
  fc.assert(
    fc.property(document, patch, (base, change) => {
      const earlier = stamp(undefined, base, RULE, 1, 1)
      const stamped = stamp(earlier, change, RULE, 2, 9)
      shapeOf(stamped, mergeSection(base, change, RULE))
      check(stamped, earlier, change)
    }),
  )
})

test('mirror spreads the stamp of an array over its elements, whatever they are', () => {
  const from = stamp(undefined, { a: [1, { b: 2, c: [3] }, []], d: {} }, RULE, 5, 1)
  assert.deepEqual(
    mirror({ a: [1, { b: 2, c: [3] }, []], d: {} }, from, ({ at }) => ({ timestamp: at })),
    { a: [{ timestamp: 5 }, { b: { timestamp: 5 }, c: [{ timestamp: 5 }] }, []], d: {} },
  )
})

test('a thousand levels are merged, stamped and mirrored', () => {
  let deep: JsonObject = { end: 1 }
  for (let i = 0; i < 1000; i++) deep = { down: deep }
  const merged = mergeSection(deep, structuredClone(deep), RULE)
  assert.ok(equal(merged, deep))
  assert.ok(mirror(merged, stamp(undefined, deep, RULE, 1, 1), ({ at }) => at))
})

test('numbers come through untouched', () => {
  const numbers = {
    max: Number.MAX_SAFE_INTEGER,
    min: Number.MIN_SAFE_INTEGER,
    tiny: 5e-324,
    big: 1.7976931348623157e308,
    half: 0.5,
    zero: 0,
  }
  assert.deepEqual(mergeSection({}, numbers, RULE), numbers)
})
