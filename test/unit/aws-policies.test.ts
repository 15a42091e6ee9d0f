import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parsePolicy, readPolicy, unmodelledParts } from '../../src/dialect/aws/auth/policy-document.ts'
import type { ConnectionFacts } from '../../src/dialect/aws/auth/policy-facts.ts'
import { Policy } from '../../src/dialect/aws/auth/policies.ts'
import { textOf } from '../../src/core/said.ts'

const NOW = Date.UTC(2026, 0, 1)

type Sketch = {
  Effect?: string
  Action: string | string[]
  Resource?: string | string[]
  NotResource?: string | string[]
  Condition?: object
}

const document = (...statements: Sketch[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((sketch) => ({ Effect: 'Allow', ...sketch })) })
const policy = (facts: ConnectionFacts, ...statements: Sketch[]): Policy =>
  new Policy([{ name: 'p', statements: parsePolicy(document(...statements)) }], facts)
const arn = (tail: string): string => `arn:aws:iot:us-east-1:123456789012:${tail}`
const topic = (pattern: string): string => arn(`topic/${pattern}`)
const filter = (pattern: string): string => arn(`topicfilter/${pattern}`)

test('explicit deny beats allow beats implicit deny, whatever the order', () => {
  const allow = { Action: 'iot:Publish', Resource: topic('a/*') }
  const deny = { Effect: 'Deny', Action: 'iot:Publish', Resource: topic('a/secret') }
  for (const statements of [
    [allow, deny],
    [deny, allow],
  ]) {
    const both = policy({}, ...statements)
    assert.deepEqual(
      ['a/b', 'a/secret', 'b'].map((name) => both.allows('iot:Publish', `topic/${name}`, NOW)),
      [true, false, false],
    )
  }
})

const rows: [what: string, statements: Sketch | Sketch[], action: string, resource: string, allowed: boolean][] = [
  [
    '* matches any characters, slashes too',
    { Action: 'iot:Publish', Resource: topic('a/*') },
    'iot:Publish',
    'topic/a/b/c/d',
    true,
  ],
  [
    '? matches exactly one character',
    { Action: 'iot:Publish', Resource: topic('a?c') },
    'iot:Publish',
    'topic/a/c',
    true,
  ],
  ['? does not match none', { Action: 'iot:Publish', Resource: topic('ac?') }, 'iot:Publish', 'topic/ac', false],
  ['? matches an emoji', { Action: 'iot:Publish', Resource: topic('a/?') }, 'iot:Publish', 'topic/a/😀', true],
  [
    '???? are four characters',
    { Action: 'iot:Publish', Resource: topic('a/????') },
    'iot:Publish',
    'topic/a/b123',
    true,
  ],
  [
    '???? are not three characters',
    { Action: 'iot:Publish', Resource: topic('a/????') },
    'iot:Publish',
    'topic/a/b12',
    false,
  ],
  [
    'a filter of wildcards is covered by *',
    { Action: 'iot:Subscribe', Resource: filter('a/*') },
    'iot:Subscribe',
    'topicfilter/a/#',
    true,
  ],
  [
    'a filter with + is covered by *',
    { Action: 'iot:Subscribe', Resource: filter('a/*') },
    'iot:Subscribe',
    'topicfilter/a/+/b',
    true,
  ],
  [
    'a filter without wildcards is covered by *',
    { Action: 'iot:Subscribe', Resource: filter('a/*') },
    'iot:Subscribe',
    'topicfilter/a/b',
    true,
  ],
  [
    '# is an ordinary character',
    { Action: 'iot:Subscribe', Resource: filter('a/#') },
    'iot:Subscribe',
    'topicfilter/a/b',
    false,
  ],
  [
    '+ is an ordinary character',
    { Action: 'iot:Subscribe', Resource: filter('a/+') },
    'iot:Subscribe',
    'topicfilter/a/b',
    false,
  ],
  [
    'a filter is matched literally',
    { Action: 'iot:Subscribe', Resource: filter('a/+') },
    'iot:Subscribe',
    'topicfilter/a/+',
    true,
  ],
  [
    'a wider filter is no filter of the denied ones',
    [
      { Action: 'iot:Subscribe', Resource: filter('a/*') },
      { Effect: 'Deny', Action: 'iot:Subscribe', Resource: filter('a/restricted/*') },
    ],
    'iot:Subscribe',
    'topicfilter/a/#',
    true,
  ],
  [
    'NotResource matches what no entry does',
    { Action: 'iot:Receive', NotResource: [topic('a/restricted/*'), topic('b')] },
    'iot:Receive',
    'topic/a/x',
    true,
  ],
  [
    'NotResource does not match what an entry does',
    { Action: 'iot:Receive', NotResource: [topic('b'), topic('a/restricted/*')] },
    'iot:Receive',
    'topic/a/restricted/x',
    false,
  ],
  [
    'a Deny of NotResource denies all else',
    [
      { Action: 'iot:*', Resource: '*' },
      { Effect: 'Deny', Action: 'iot:Publish', NotResource: topic('${iot:ClientId}/*') },
    ],
    'iot:Publish',
    'topic/other/x',
    false,
  ],
  [
    'a variable without value voids NotResource',
    { Action: 'iot:Publish', NotResource: topic('${iot:DomainName}') },
    'iot:Publish',
    'topic/a',
    false,
  ],
  ['a topicfilter is no topic', { Action: 'iot:*', Resource: topic('*') }, 'iot:Subscribe', 'topicfilter/a', false],
  [
    'any region and account will do',
    { Action: 'iot:Publish', Resource: 'arn:aws:iot:eu-west-1:999:topic/a' },
    'iot:Publish',
    'topic/a',
    true,
  ],
  ['the resource * is everything', { Action: 'iot:Publish', Resource: '*' }, 'iot:Publish', 'topic/a', true],
  [
    'a wildcard may swallow region and account',
    { Action: 'iot:Publish', Resource: 'arn:aws:iot:*' },
    'iot:Publish',
    'topic/a',
    true,
  ],
  [
    'of another service it matches nothing',
    { Action: 'iot:Publish', Resource: 'arn:aws:s3:*' },
    'iot:Publish',
    'topic/a',
    false,
  ],
  ['the action * is everything', { Action: '*', Resource: '*' }, 'iot:Connect', 'client/a', true],
  ['iot:* is everything of IoT', { Action: 'iot:*', Resource: '*' }, 'iot:Connect', 'client/a', true],
  [
    'iot:* is nothing of the jobs data plane',
    { Action: 'iot:*', Resource: '*' },
    'iotjobsdata:DescribeJobExecution',
    'thing/a',
    false,
  ],
  ['the case of actions does not matter', { Action: 'IoT:publish', Resource: '*' }, 'iot:Publish', 'topic/a', true],
  ['the case of resources does', { Action: 'iot:Publish', Resource: topic('A') }, 'iot:Publish', 'topic/a', false],
  [
    'lists are alternatives',
    { Action: ['iot:Connect', 'iot:Publish'], Resource: [topic('x'), topic('y')] },
    'iot:Publish',
    'topic/y',
    true,
  ],
  [
    'the client id is filled in',
    { Action: 'iot:Publish', Resource: topic('${iot:ClientId}/up') },
    'iot:Publish',
    'topic/lamp/up',
    true,
  ],
  [
    'somebody else’s is not',
    { Action: 'iot:Publish', Resource: topic('${iot:ClientId}/up') },
    'iot:Publish',
    'topic/other/up',
    false,
  ],
  [
    'attributes are filled in',
    { Action: 'iot:Publish', Resource: topic('${iot:Connection.Thing.Attributes[room]}') },
    'iot:Publish',
    'topic/hall',
    true,
  ],
  [
    'an attribute with a wildcard in it is not',
    { Action: 'iot:Publish', Resource: topic('${iot:Connection.Thing.Attributes[wild]}') },
    'iot:Publish',
    'topic/a*',
    false,
  ],
  [
    'an unresolved variable voids its statement',
    { Action: 'iot:Publish', Resource: [topic('a'), topic('${iot:Connection.Thing.ThingTypeName}')] },
    'iot:Publish',
    'topic/a',
    false,
  ],
  [
    'so does one nobody knows',
    { Action: 'iot:Publish', Resource: topic('${constructor}') },
    'iot:Publish',
    'topic/a',
    false,
  ],
  [
    'a Deny with an unresolved variable protects nothing',
    [
      { Action: 'iot:*', Resource: '*' },
      { Effect: 'Deny', Action: 'iot:Publish', Resource: [topic('a'), topic('${iot:Connection.Thing.ThingTypeName}')] },
    ],
    'iot:Publish',
    'topic/a',
    true,
  ],
  ['${*} is a star', { Action: 'iot:Publish', Resource: topic('a${*}') }, 'iot:Publish', 'topic/a*', true],
  ['and no wildcard', { Action: 'iot:Publish', Resource: topic('a${*}') }, 'iot:Publish', 'topic/ab', false],
  ['${?} is a question mark', { Action: 'iot:Publish', Resource: topic('a${?}') }, 'iot:Publish', 'topic/a?', true],
  ['${$} is a dollar', { Action: 'iot:Publish', Resource: topic('${$}aws/x') }, 'iot:Publish', 'topic/$aws/x', true],
  [
    'what is never closed is text',
    { Action: 'iot:Publish', Resource: topic('a${b') },
    'iot:Publish',
    'topic/a${b',
    true,
  ],
]

for (const [what, statements, action, resource, allowed] of rows) {
  test(`policies: ${what}`, () => {
    const facts: ConnectionFacts = {
      clientId: 'lamp',
      thing: { name: 'lamp', attributes: { room: 'hall', wild: 'a*' } },
      isAttached: true,
    }
    assert.equal(policy(facts, ...[statements].flat()).allows(action, resource, NOW), allowed)
  })
}

test('explanations name the statement and the policy that decided', () => {
  const both = policy(
    {},
    { Action: 'iot:*', Resource: '*' },
    { Effect: 'Deny', Action: 'iot:Publish', Resource: topic('x') },
  )
  assert.equal(
    textOf(both.explain('iot:Publish', 'topic/x', NOW)),
    'statement 2 of policy p denies iot:Publish on topic/x',
  )
  assert.equal(
    textOf(both.explain('iot:Connect', 'client/x', NOW)),
    'statement 1 of policy p allows iot:Connect on client/x',
  )
  assert.equal(
    textOf(new Policy([], {}).explain('iot:Connect', 'client/x', NOW)),
    'no policy allows iot:Connect on client/x',
  )
})

test('an explanation says why a statement about the action does not count', () => {
  const condition = { StringEquals: { 'iot:ClientId': 'x' } }
  const attributes = { 'ForAllValues:StringEquals': { 'iot:ConnectAttributes': ['LastWill'] } }
  const mine = policy(
    { clientId: 'a+b' },
    { Action: 'iot:Publish', Resource: topic('${iot:Connection.Thing.ThingName}') },
    { Action: 'iot:Publish', Resource: topic('${iot:ClientId}') },
    { Action: 'iot:Publish', Resource: '*', Condition: condition },
    { Action: 'iot:Connect', Resource: '*', Condition: attributes },
  )
  assert.equal(
    textOf(mine.explain('iot:Publish', 'topic/x', NOW)),
    [
      'no policy allows iot:Publish on topic/x',
      'statement 1 of policy p does not count: ${iot:Connection.Thing.ThingName} has no value',
      'statement 2 of policy p does not count: ${iot:ClientId} is not filled in: its value holds one of * $ + ? #',
      'statement 3 of policy p does not count: its condition StringEquals iot:ClientId is not met',
    ].join('; '),
  )
  assert.equal(
    textOf(mine.explain('iot:Connect', 'client/x', NOW, { connectAttributes: ['PersistentConnect'] })),
    [
      'no policy allows iot:Connect on client/x',
      'statement 4 of policy p does not count: its condition ForAllValues:StringEquals iot:ConnectAttributes' +
        ' is not met',
    ].join('; '),
  )
})

test('a value that could be taken for a pattern is never filled in, any other is itself only', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('*', '?', '$', '+', '#', '{', '}', 'a', '/', '\\'), minLength: 1 }),
      fc.string({ unit: fc.constantFrom('*', '?', 'a', '/') }),
      (clientId, other) => {
        const mine = policy({ clientId }, { Action: 'iot:Publish', Resource: topic('${iot:ClientId}') })
        const isPlain = !/[*$+?#]/.test(clientId)
        assert.equal(mine.allows('iot:Publish', `topic/${clientId}`, NOW), isPlain)
        assert.equal(mine.allows('iot:Publish', `topic/${other}`, NOW), isPlain && clientId === other)
      },
    ),
  )
})

test('a denial anywhere holds against any number of policies that allow', () => {
  const texts = fc.constantFrom('a', 'a/b', '*', 'a/*', '?')
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constant('iot:Publish'),
    Resource: texts.map(topic),
  })
  fc.assert(
    fc.property(
      fc.array(statement, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('a', 'a/b', 'c'),
      (statements, name) => {
        const applying = statements.filter((one) =>
          policy({}, { ...one, Effect: 'Allow' }).allows('iot:Publish', `topic/${name}`, NOW),
        )
        const expected = applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow')
        const all = policy({}, ...statements)
        assert.equal(all.allows('iot:Publish', `topic/${name}`, NOW), expected)
        assert.equal(all.judge('iot:Publish', `topic/${name}`, NOW).effect === 'Allow', expected)
        if (all.isOpen('iot:Publish')) assert.ok(expected, 'what is open allows everything')
      },
    ),
  )
})

const malformed: [string, RegExp][] = [
  ['', /not JSON/],
  ['[]', /must be a JSON object/],
  ['{}', /Statement must be/],
  ['{"Version":"1999-01-01","Statement":[]}', /Version/],
  ['{"Statement":[1]}', /Statement\[0\] must be an object/],
  ['{"Statement":{"Effect":"Perhaps","Action":"*","Resource":"*"}}', /Statement\[0\]\.Effect/],
  ['{"Statement":{"Action":"*","Resource":"*"}}', /Statement\[0\]\.Effect/],
  ['{"Statement":{"Effect":"Allow","Resource":"*"}}', /Statement\[0\]\.Action/],
  ['{"Statement":{"Effect":"Allow","Action":"*"}}', /Statement\[0\]\.Resource/],
  ['{"Statement":{"Effect":"Allow","Action":"*","Resource":[5]}}', /Statement\[0\]\.Resource/],
  ['{"Statement":{"Effect":"Allow","NotAction":"*","Resource":"*"}}', /NotAction/],
  ['{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}}', /either Resource or NotResource/],
  ['{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}}', /Condition must be an object/],
  [
    '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":"x"}}}',
    /Condition\.Bool must be an object/,
  ],
  [
    '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a":[{}]}}}}',
    /Condition\.Bool\.a must be a string/,
  ],
  [document({ Action: 'x'.repeat(2100), Resource: '*' }), /2048/],
  [document({ Action: 'ü'.repeat(1010), Resource: '*' }), /bytes without white space, and may have 2048/],
]

for (const [text, message] of malformed) {
  test(`a malformed policy says what is wrong: ${message.source}`, () => {
    assert.throws(
      () => readPolicy(text),
      (error: { type?: string; message: string }) =>
        error.type === 'MalformedPolicyException' && message.test(error.message),
    )
  })
}

test('blanks do not count towards the size of a policy', () => {
  assert.equal(readPolicy(`${document({ Action: '*', Resource: '*' })}${' '.repeat(5000)}`).length, 1)
})

test('what does not mean here what it says is listed', () => {
  const text = document({
    Action: '*',
    Resource: ['arn:aws:iot:*:*:topic/${iot:ClientId}/${aws:username}${*}'],
    Condition: {
      BinaryEquals: { 'iot:ClientId': 'x' },
      Bool: { 'iot:Connection.Thing.IsAttached': true, 'aws:SecureTransport': true },
      StringEquals: { 'iot:Certificate.Subject.CommonName.2': '${iot:Certificate.Subject.Mood}' },
    },
  })
  assert.deepEqual(unmodelledParts(parsePolicy(text)).map(textOf), [
    'variable ${aws:username}',
    'variable ${iot:Certificate.Subject.Mood}',
    'condition BinaryEquals iot:ClientId',
    'condition Bool aws:SecureTransport',
  ])
})
