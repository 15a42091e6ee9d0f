import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parsePolicy } from '../../src/dialect/aws/identity/policy-document.ts'
import { Policy, unmodelledParts, type Variables } from '../../src/dialect/aws/identity/policies.ts'

type Sketch = { Effect?: string; Action: string | string[]; Resource: string | string[]; Condition?: object }

const document = (...statements: Sketch[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements.map((sketch) => ({ Effect: 'Allow', ...sketch })) })
const policy = (variables: Variables, ...statements: Sketch[]): Policy => new Policy([{ name: 'p', statements: parsePolicy(document(...statements)) }], variables)
const topic = (pattern: string): string => `arn:aws:iot:us-east-1:123456789012:topic/${pattern}`

test('explicit deny beats allow beats implicit deny, whatever the order', () => {
  const allow = { Action: 'iot:Publish', Resource: topic('a/*') }
  const deny = { Effect: 'Deny', Action: 'iot:Publish', Resource: topic('a/secret') }
  for (const statements of [[allow, deny], [deny, allow]]) {
    const both = policy({}, ...statements)
    assert.deepEqual(['a/b', 'a/secret', 'b'].map((name) => both.allows('iot:Publish', `topic/${name}`)), [true, false, false])
  }
})

test('explanations name the statement and the policy that decided', () => {
  const both = policy({}, { Action: 'iot:*', Resource: '*' }, { Effect: 'Deny', Action: 'iot:Publish', Resource: topic('x') })
  assert.equal(both.explain('iot:Publish', 'topic/x'), 'statement 2 of policy p denies iot:Publish on topic/x')
  assert.equal(both.explain('iot:Connect', 'client/x'), 'statement 1 of policy p allows iot:Connect on client/x')
  assert.equal(new Policy([], {}).explain('iot:Connect', 'client/x'), 'no policy allows iot:Connect on client/x')
})

const rows: [what: string, statement: Sketch, action: string, resource: string, allowed: boolean][] = [
  ['* matches any characters, slashes too', { Action: 'iot:Publish', Resource: topic('a/*') }, 'iot:Publish', 'topic/a/b/c', true],
  ['? matches exactly one character', { Action: 'iot:Publish', Resource: topic('a?c') }, 'iot:Publish', 'topic/a/c', true],
  ['? does not match none', { Action: 'iot:Publish', Resource: topic('ac?') }, 'iot:Publish', 'topic/ac', false],
  ['+ and # are ordinary characters', { Action: 'iot:Subscribe', Resource: 'arn:aws:iot:us-east-1:1:topicfilter/a/+' }, 'iot:Subscribe', 'topicfilter/a/b', false],
  ['a filter is matched literally', { Action: 'iot:Subscribe', Resource: 'arn:aws:iot:us-east-1:1:topicfilter/a/+' }, 'iot:Subscribe', 'topicfilter/a/+', true],
  ['a topicfilter is no topic', { Action: 'iot:*', Resource: topic('*') }, 'iot:Subscribe', 'topicfilter/a', false],
  ['any region and account will do', { Action: 'iot:Publish', Resource: 'arn:aws:iot:eu-west-1:999:topic/a' }, 'iot:Publish', 'topic/a', true],
  ['the resource * is everything', { Action: 'iot:Publish', Resource: '*' }, 'iot:Publish', 'topic/a', true],
  ['a wildcard may swallow region and account', { Action: 'iot:Publish', Resource: 'arn:aws:iot:*' }, 'iot:Publish', 'topic/a', true],
  ['of another service it matches nothing', { Action: 'iot:Publish', Resource: 'arn:aws:s3:*' }, 'iot:Publish', 'topic/a', false],
  ['the action * is everything', { Action: '*', Resource: '*' }, 'iot:Connect', 'client/a', true],
  ['iot:* is everything of IoT', { Action: 'iot:*', Resource: '*' }, 'iot:Connect', 'client/a', true],
  ['actions are case-sensitive', { Action: 'iot:publish', Resource: '*' }, 'iot:Publish', 'topic/a', false],
  ['lists are alternatives', { Action: ['iot:Connect', 'iot:Publish'], Resource: [topic('x'), topic('y')] }, 'iot:Publish', 'topic/y', true],
  ['the client id is filled in', { Action: 'iot:Publish', Resource: topic('${iot:ClientId}/up') }, 'iot:Publish', 'topic/lamp/up', true],
  ['somebody else’s is not', { Action: 'iot:Publish', Resource: topic('${iot:ClientId}/up') }, 'iot:Publish', 'topic/other/up', false],
  ['attributes are filled in', { Action: 'iot:Publish', Resource: topic('${iot:Connection.Thing.Attributes[room]}') }, 'iot:Publish', 'topic/hall', true],
  ['an unresolved variable voids its statement', { Action: 'iot:Publish', Resource: [topic('a'), topic('${iot:Connection.Thing.ThingTypeName}')] }, 'iot:Publish', 'topic/a', false],
  ['so does one nobody knows', { Action: 'iot:Publish', Resource: topic('${constructor}') }, 'iot:Publish', 'topic/a', false],
  ['${*} is a star', { Action: 'iot:Publish', Resource: topic('a${*}') }, 'iot:Publish', 'topic/ab', false],
  ['a condition that holds', { Action: 'iot:*', Resource: '*', Condition: { Bool: { 'iot:Connection.Thing.IsAttached': ['true'] } } }, 'iot:Connect', 'client/a', true],
  ['a condition that does not', { Action: 'iot:*', Resource: '*', Condition: { StringEquals: { 'iot:ClientId': 'x' } } }, 'iot:Connect', 'client/a', false],
  ['a condition nobody knows is taken as met', { Action: 'iot:*', Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, 'iot:Connect', 'client/a', true],
]

for (const [what, statement, action, resource, allowed] of rows) {
  test(`policies: ${what}`, () => {
    const variables = { 'iot:ClientId': 'lamp', 'iot:Connection.Thing.IsAttached': 'true', 'iot:Connection.Thing.Attributes[room]': 'hall' }
    assert.equal(policy(variables, statement).allows(action, resource), allowed)
  })
}

test('a thing that is not attached meets no condition of being attached', () => {
  const condition = (value: string) => policy({}, { Action: 'iot:*', Resource: '*', Condition: { Bool: { 'iot:Connection.Thing.IsAttached': value } } })
  assert.deepEqual([condition('true').allows('iot:Connect', 'client/a'), condition('false').allows('iot:Connect', 'client/a')], [false, true])
})

test('no value of a variable widens a policy, even one made of wildcards', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('*', '?', '$', '{', '}', 'a', '/') }), fc.string({ unit: fc.constantFrom('*', '?', 'a', '/') }), (clientId, other) => {
      const mine = policy({ 'iot:ClientId': clientId }, { Action: 'iot:Publish', Resource: topic('${iot:ClientId}') })
      assert.equal(mine.allows('iot:Publish', `topic/${other}`), clientId === other)
      assert.equal(mine.allows('iot:Publish', `topic/${clientId}`), true)
    }),
  )
})

test('a denial anywhere holds against any number of policies that allow', () => {
  const texts = fc.constantFrom('a', 'a/b', '*', 'a/*', '?')
  const statement = fc.record({ Effect: fc.constantFrom('Allow', 'Deny'), Action: fc.constant('iot:Publish'), Resource: texts.map(topic) })
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), fc.constantFrom('a', 'a/b', 'c'), (statements, name) => {
      const applying = statements.filter((one) => policy({}, { ...one, Effect: 'Allow' }).allows('iot:Publish', `topic/${name}`))
      const expected = applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow')
      assert.equal(policy({}, ...statements).allows('iot:Publish', `topic/${name}`), expected)
    }),
  )
})

const malformed: [string, RegExp][] = [
  ['', /not JSON/],
  ['[]', /must be a JSON object/],
  ['{}', /Statement must be/],
  ['{"Version":"1999-01-01","Statement":[]}', /Version/],
  ['{"Statement":[1]}', /Statement\[0\] must be an object/],
  ['{"Statement":{"Effect":"Perhaps","Action":"*","Resource":"*"}}', /Statement\[0\]\.Effect/],
  ['{"Statement":{"Effect":"Allow","Resource":"*"}}', /Statement\[0\]\.Action/],
  ['{"Statement":{"Effect":"Allow","Action":"*","Resource":[5]}}', /Statement\[0\]\.Resource/],
  ['{"Statement":{"Effect":"Allow","NotAction":"*","Resource":"*"}}', /NotAction/],
  [document({ Action: 'x'.repeat(2100), Resource: '*' }), /2048 characters/],
]

for (const [text, message] of malformed) {
  test(`a malformed policy says what is wrong: ${message.source}`, () => {
    assert.throws(() => parsePolicy(text), (error: { type?: string; message: string }) => error.type === 'MalformedPolicyException' && message.test(error.message))
  })
}

test('what has no effect in a policy is listed', () => {
  const text = document({
    Action: '*',
    Resource: ['arn:aws:iot:*:*:topic/${iot:ClientId}/${aws:SourceIp}${*}'],
    Condition: { IpAddress: { 'aws:SourceIp': 'x' }, Bool: { 'iot:Connection.Thing.IsAttached': true } },
  })
  assert.deepEqual(unmodelledParts(parsePolicy(text)), ['policy variable aws:SourceIp', 'policy condition IpAddress aws:SourceIp'])
})
