import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { factsOf } from '../../src/core/query/facts.ts'
import { matchesPredicate } from '../../src/core/query/predicate.ts'
import { query } from '../../src/dialect/aws/query/front.ts'
import { EngineFixture } from '../builders/engine-fixture.ts'

const fixture = new EngineFixture(undefined, 1_557_700_000_000)

interface Shadow {
  desired?: { [key: string]: unknown }
  reported?: { [key: string]: unknown }
}

/** A thing of that name, with what the registry and its shadows say. */
function thing(
  name: string,
  attributes: Record<string, string> = {},
  shadow?: Shadow,
  rest: { type?: string; group?: string; named?: Shadow; online?: boolean } = {},
): void {
  fixture.turn((turn, { devices, groups, twins, connections }) => {
    const { key } = devices.create(turn, {
      dialect: 'aws',
      name,
      attributes,
      ...(rest.type !== undefined && { type: rest.type }),
    })
    if (rest.group !== undefined) {
      if (groups.get(`aws/${rest.group}`) === undefined) groups.create(turn, { dialect: 'aws', name: rest.group })
      devices.join(turn, key, `aws/${rest.group}`)
    }
    if (shadow !== undefined) twins.update(turn, key, undefined, shadow)
    if (rest.named !== undefined) twins.update(turn, key, 'config', rest.named)
    if (rest.online === true) connections.connected(turn, key)
  })
}

thing(
  'tv1',
  { attr1: 'abc', attr2: '4', model: 'legacy', v: 'v2' },
  { reported: { ver: 'bc78fd46f845', stats: { battery: 78 } } },
)
thing(
  'tv-plasma',
  { attr1: 'ABC', attr2: '4', attr3: '11', myAttribute: '80' },
  { reported: { stats: { battery: 100 }, note: 'v3' }, desired: { stats: { battery: 90 } } },
  { online: true },
)
thing(
  'my-lamp',
  { color: 'Light Blue', myAttribute: '75' },
  { reported: { location: 'new york', tags: ['indoor', 'Kitchen 2'], mixed: ['a', { b: 1 }], 'one.two': 1 } },
  { type: 'Lamp', group: 'house' },
)
thing(
  'my-fridge',
  { myAttribute: '75.5' },
  { reported: { one: { two: 2 }, on: true, temperature: -5 }, desired: { on: false } },
  { named: { reported: { mode: 'eco' }, desired: { mode: 'boost' } } },
)
thing('plasma', { attr1: 'xyz', path: 'a:b*c' })

const found = (text: string): string[] => {
  const predicate = query.parse(text)
  // Jobs keep it as JSON.
  const kept = JSON.parse(JSON.stringify(predicate)) as typeof predicate
  return [...fixture.engine.devices.all()]
    .filter((device) => matchesPredicate(kept, factsOf(device, fixture.engine.twins, fixture.engine.connections)))
    .map(({ name }) => name)
}

const everything = ['tv1', 'tv-plasma', 'my-lamp', 'my-fridge', 'plasma']

for (const [text, names] of [
  // The vectors of [aws 4.6].
  ['shadow.reported.ver:( bc78fd46f845)', ['tv1']],
  ['thingName:my*', ['my-lamp', 'my-fridge']],
  ['thingName:(tv* AND -plasma)', ['tv1', 'tv-plasma']],
  ['attributes.attr1:abc AND attributes.attr2<5 NOT attributes.attr3>10', ['tv1']],
  ['attributes.myAttribute:{75 TO 80]', ['tv-plasma', 'my-fridge']],
  ['shadow.reported.stats.battery:{70 TO 100} (v2 OR v3) NOT attributes.model:legacy', []],
  ['shadow.reported.stats.battery:{70 TO 100] (v2 OR v3) NOT attributes.model:legacy', ['tv-plasma']],
  ['shadow.reported.location:* NOT shadow.desired.stats.battery:*', ['my-lamp']],
  ['connectivity.connected:true AND connectivity.timestamp : [1557651600000 TO 1557867600000]', ['tv-plasma']],
  ['shadow.hasDelta:true', ['tv-plasma', 'my-fridge']],
  ['*', everything],
  // Precedence: NOT before AND before OR.
  ['thingName:tv1 OR thingName:my* attributes.color:blue', ['tv1', 'my-lamp']],
  ['(thingName:tv1 OR thingName:my*) attributes.color:blue', ['my-lamp']],
  ['NOT thingName:my* AND attributes.attr1:*', ['tv1', 'tv-plasma', 'plasma']],
  ['!thingName:my* -thingName:tv*', ['plasma']],
  ['NOT NOT thingName:plasma', ['plasma']],
  // Values: without regard to case, word by word; field names with regard to it.
  ['attributes.attr1:AbC', ['tv1', 'tv-plasma']],
  ['attributes.Attr1:abc', []],
  ['attributes.color:blue', ['my-lamp']],
  ['attributes.color:"light blue"', ['my-lamp']],
  ['attributes.color:"blue light"', []],
  ['attributes.color:light\\ blue', ['my-lamp']],
  ['attributes.color:(light AND blue)', ['my-lamp']],
  ['attributes.color:lig?t', ['my-lamp']],
  ['attributes.color:l*t', ['my-lamp']],
  ['attributes.path:a\\:b\\*c', ['plasma']],
  ['attributes.path:"a:b*c"', ['plasma']],
  ['attributes.path:"a:b*"', []],
  // Numbers, whether the registry's texts or JSON's own.
  ['attributes.myAttribute:75.0', ['my-lamp']],
  ['attributes.myAttribute >= 75.5', ['tv-plasma', 'my-fridge']],
  ['attributes.myAttribute:[* TO 75.5}', ['my-lamp']],
  ['attributes.myAttribute<=75', ['my-lamp']],
  ['shadow.reported.temperature:[-10 TO -1]', ['my-fridge']],
  ['shadow.reported.temperature:-5', ['my-fridge']],
  ['shadow.reported.temperature< -4', ['my-fridge']],
  ['attributes.attr1>1', []],
  ['attributes.attr1:["abc" TO "abcf"]', ['tv1', 'tv-plasma']],
  ['attributes.attr1:{abc TO *]', ['plasma']],
  // Shadows: paths, lists, named ones, what is left to do.
  ['shadow.reported.one.two:*', ['my-lamp', 'my-fridge']],
  ['shadow.reported.one.two:1', ['my-lamp']],
  ['shadow.reported.tags:indoor', ['my-lamp']],
  ['shadow.reported.tags:"kitchen 2"', ['my-lamp']],
  ['shadow.reported.mixed:a', []],
  ['shadow.reported.on:true', ['my-fridge']],
  ['shadow.delta.on:false', ['my-fridge']],
  ['shadow.name.config.reported.mode:eco', ['my-fridge']],
  ['shadow.name.config.hasDelta:true', ['my-fridge']],
  ['shadow.hasDelta:false', ['tv1', 'my-lamp']],
  // The registry.
  ['thingTypeName:lamp', ['my-lamp']],
  ['registry.thingTypeName:*', ['my-lamp']],
  ['thingGroupNames:house', ['my-lamp']],
  ['registry.thingGroupNames:(house OR flat)', ['my-lamp']],
  ['thingId:00000000-0000-4000-8000-000000000001', ['tv1']],
  ['connectivity.connected:false thingName:tv*', ['tv1']],
  // Without a field everything is searched.
  ['eco', ['my-fridge']],
  ['"new york"', ['my-lamp']],
  ['house blue', ['my-lamp']],
  ['house eco', []],
  ['bc78*', ['tv1']],
  ['\\AND', []],
] satisfies [string, string[]][]) {
  test(`${text} finds ${names.join(', ') || 'nothing'}`, () => assert.deepEqual(found(text), names))
}

for (const [text, at, why] of [
  ['', 1, /it is empty/],
  ['  ', 1, /it is empty/],
  ['thingName:', 11, /something to search for is missing/],
  ['thingName:(a OR b', 18, /closing parenthesis/],
  ['thingName:a)', 12, /\) is not expected/],
  ['a AND', 6, /missing/],
  ['AND a', 1, /AND is not expected/],
  ['a OR OR b', 6, /OR is not expected/],
  ['thingName:*lamp', 11, /wildcard must not come first/],
  ['?x', 1, /wildcard must not come first/],
  ['thingName:"a', 11, /never closed/],
  ['thingName:""', 11, /needs a word/],
  ['attributes.a:[1 2]', 17, /\[a TO b\]/],
  ['attributes.a:[1 TO 2', 21, /ends with/],
  ['attributes.a:[TO 2]', 15, /a value is missing/],
  ['attributes.a<', 14, /a value is missing/],
  ['attributes.a:-b', 14, /negation belongs before the field/],
  ['colour:red', 1, /colour is no field; there are thingName/],
  ['a:b:c', 1, /a is no field/],
  ['thingName:b:c', 12, /: is not expected/],
  ['registry.version:1', 1, /cannot be searched for/],
  ['shadow.name.x.version:1', 1, /cannot be searched for/],
  ['x shadow.metadata.reported.a.timestamp:1', 3, /metadata/],
  ['tv~', 3, /fuzzy/],
  ['tv^2', 3, /boosted/],
  ['/tv.*/', 1, /regular expressions/],
  ['a && b', 3, /write AND/],
  ['+a', 1, /everything must match/],
  ['a\\', 2, /backslash/],
] satisfies [string, number, RegExp][]) {
  test(`${JSON.stringify(text)} cannot be read, at character ${at}`, () => {
    assert.throws(
      () => query.parse(text),
      (error) => {
        assert.ok(error instanceof HubError && error.code === 'INVALID' && error.data.field === 'query', String(error))
        assert.match(error.message, why)
        assert.equal(error.data['at'], at - 1, error.message)
        return true
      },
    )
  })
}

test('its own example can be read', () => assert.equal(query.parse(query.example).op, 'and'))

test('a query of more than 1000 characters is refused, however deep it is nested', () => {
  assert.equal(query.parse(`thingName:${'é'.repeat(990)}`).op, 'text')
  assert.equal(query.parse('('.repeat(499) + 'x' + ')'.repeat(499)).op, 'text')
  for (const text of [`thingName:${'é'.repeat(991)}`, '('.repeat(50_000), '-'.repeat(50_000) + 'x']) {
    assert.throws(
      () => query.parse(text),
      (error) => error instanceof HubError && /1000 are allowed/.test(error.message),
    )
  }
})
