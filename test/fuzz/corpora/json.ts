import fc from 'fast-check'
import { nastyText } from './bytes.ts'

const value = fc.oneof(
  { maxDepth: 3 },
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, 2 ** 53 + 2, '1', '', [], {}, [null], [[]], { a: null }),
  nastyText,
  fc.jsonValue({ maxDepth: 4 }),
)

/** Members that dialects read, with what they do not expect. */
const member = fc.constantFrom(
  ...[
    'state',
    'desired',
    'reported',
    'version',
    'clientToken',
    'status',
    'statusDetails',
    'expectedVersion',
    'executionNumber',
    'jobId',
  ],
  ...[
    'includeJobDocument',
    'stepTimeoutInMinutes',
    'thingName',
    'targets',
    'document',
    'attributePayload',
    'attributes',
    'policyDocument',
  ],
  ...[
    'progress',
    'desc',
    'tags',
    'tags_version',
    'device_time',
    'command',
    'data',
    'product_name',
    'url',
    'md5',
    'size',
    'type',
    'ttl',
  ],
  ...['maxResults', 'nextToken', 'dialect', 'name', 'query', '__proto__', 'constructor', 'toString'],
)

const object = fc.array(fc.tuple(member, value), { maxLength: 6 }).map((members) => {
  const inner = members.map(([name, content]) => `${JSON.stringify(name)}:${JSON.stringify(content) ?? 'null'}`)
  return `{${inner.join(',')}}`
})

const state = fc
  .tuple(object, object)
  .map(([desired, reported]) => `{"state":{"desired":${desired},"reported":${reported}}}`)
const many = fc
  .integer({ min: 1, max: 3000 })
  .map((count) => `{${Array.from({ length: count }, (_, i) => `"m${i}":${i}`).join(',')}}`)
const deep = fc.integer({ min: 1, max: 20_000 }).map((levels) => '[{"a":'.repeat(levels / 2))

/** Bodies and payloads: mostly JSON of the right kind with wrong content, some of it broken, large or deep. */
export const json: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: object },
  { weight: 4, arbitrary: state },
  { weight: 2, arbitrary: fc.json() },
  { weight: 2, arbitrary: nastyText },
  { weight: 1, arbitrary: many },
  { weight: 1, arbitrary: deep },
)
