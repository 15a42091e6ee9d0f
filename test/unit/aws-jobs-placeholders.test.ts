import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeholdersIn, replacePlaceholders } from '../../src/dialect/aws/jobs/placeholders.ts'

const parameter = (name: string): string => `\${aws:iot:parameter:${name}}`

test('what replaces a placeholder is escaped for the JSON string around it, and all else stays as written', () => {
  const x = parameter('x')
  const document = `{ "b": 12345678901234567890, "a": 1.0, "say": "caf\\u00e9 ${x}\\n", "${x}": [1e2 ,-0] }`
  const value = 'a "b" \\ c\nd'
  const replaced = replacePlaceholders(document, () => value)
  assert.equal(replaced, document.replaceAll(x, 'a \\"b\\" \\\\ c\\nd'))
  assert.equal((JSON.parse(replaced) as { say: string }).say, `café ${value}\n`)
})

test('a placeholder is read as its JSON string means it', () => {
  const [found] = placeholdersIn('["${aws:iot:s3-presigned-url:https:\\/\\/b.s3.amazonaws.com\\/k\\u0020\\"1\\"}"]')
  assert.equal(found?.inside, 'aws:iot:s3-presigned-url:https://b.s3.amazonaws.com/k "1"')
})

test('a placeholder may hold others, and only the outer one is found', () => {
  const inside = 'aws:iot:s3-presigned-url-upload:https://b.s3.amazonaws.com/${thingName}/${jobId}.log'
  const document = `["\${${inside}}", "${parameter('y')}"]`
  assert.deepEqual(
    placeholdersIn(document).map((found) => found.inside),
    [inside, 'aws:iot:parameter:y'],
  )
  const replaced = replacePlaceholders(document, (found) => (found === inside ? 'https://h/' : undefined))
  assert.equal(replaced, `["https://h/", "${parameter('y')}"]`)
})

test('one that does not end within its string is told of and stays; those in other strings are replaced', () => {
  const document = `{"a":"\${aws:iot:parameter:x","b":"}","c":"\${HOME","d":"${parameter('y')}"}`
  const starts: number[] = []
  assert.equal(placeholdersIn(document, (start) => starts.push(start)).length, 1)
  assert.deepEqual(starts, [6])
  assert.equal(
    replacePlaceholders(document, () => 'Y'),
    document.replace(parameter('y'), 'Y'),
  )
})
