import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readForm } from '../../src/http/multipart.ts'

const TYPE = 'multipart/form-data; boundary=--toy'

const field = (name: string, value: string): string =>
  `----toy\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (content: string): string =>
  `----toy\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n${content}\r\n`
const END = '----toy--\r\n'

/** The body in pieces of that many bytes. */
async function* pieces(text: string, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function contentOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of bytes) text += Buffer.from(chunk).toString()
  return text
}

test('fields before the file are known when it begins, those behind it are not looked at', async () => {
  const form = await readForm(
    TYPE,
    pieces(field('key', 'songs/one') + field('__proto__', 'x') + file('la la la') + field('late', '1') + END),
  )
  assert.deepEqual(Object.entries(form.fields), [
    ['key', 'songs/one'],
    ['__proto__', 'x'],
  ])
  assert.equal(await contentOf(form.file), 'la la la')
  assert.deepEqual(Object.keys(form.fields), ['key', '__proto__'])
})

test('a file comes whole, however the net cuts the form', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 300 }), fc.integer({ min: 1, max: 100 }), async (content, size) => {
      const form = await readForm(TYPE, pieces(field('key', 'k') + file(content) + END, size))
      assert.equal(await contentOf(form.file), content)
    }),
    { numRuns: 50 },
  )
})

test('a body that is no form, has no file, or breaks off, is refused before or after its file began', async () => {
  await assert.rejects(readForm(undefined, pieces('')), { code: 'INVALID' })
  await assert.rejects(readForm('application/json', pieces('{}')), { code: 'INVALID' })
  await assert.rejects(readForm('multipart/form-data', pieces(END)), { code: 'INVALID' })
  await assert.rejects(readForm('multipart/form-database; boundary=a', pieces(END)), { code: 'INVALID' })
  await assert.rejects(readForm(TYPE, pieces('nonsense')), { code: 'INVALID' })
  await assert.rejects(readForm(TYPE, pieces(field('key', 'k') + END)), {
    code: 'INVALID',
    message: /must have a file/,
  })
  await assert.rejects(readForm(TYPE, pieces(field('key', 'k'))), { code: 'INVALID', message: /broken/ })
  for (const broken of [file('la la la').slice(0, -3), file('la'), file('la') + field('late', '1')]) {
    const form = await readForm(TYPE, pieces(broken))
    await assert.rejects(contentOf(form.file), { code: 'INVALID' }, JSON.stringify(broken))
  }
})

test('what a client that goes away had still to send does not come', async () => {
  async function* gone(): AsyncGenerator<Buffer> {
    yield* pieces(file('la la la').slice(0, -3))
    throw new Error('aborted')
  }
  const form = await readForm(TYPE, gone())
  await assert.rejects(contentOf(form.file), /aborted/)
})

test('fields are bounded, in number and size, and so is all that is no file', async () => {
  const many = Array.from({ length: 101 }, (_, n) => field(`f${n}`, '1')).join('')
  await assert.rejects(readForm(TYPE, pieces(many + file('la') + END, 500)), { code: 'TOO_LARGE' })
  const large = field('key', 'x'.repeat(70_000))
  await assert.rejects(readForm(TYPE, pieces(large + file('la') + END, 5000)), { code: 'TOO_LARGE' })
  const form = await readForm(TYPE, pieces(`${file('la')}${END}${'x'.repeat(9 * 1024 * 1024)}`, 65_536))
  await assert.rejects(contentOf(form.file), { code: 'TOO_LARGE' })
})

test('a file is taken as fast as it is wanted, and no further than that', async () => {
  let sent = 0
  let closed = false
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      yield Buffer.from(file('').slice(0, -2))
      for (;;) {
        sent += 1
        yield Buffer.alloc(65_536, 'x')
      }
    } finally {
      closed = true
    }
  }
  const form = await readForm(TYPE, endless())
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(sent < 10, `${sent} pieces were read ahead`)
  let taken = 0
  for await (const chunk of form.file) {
    taken += chunk.length
    if (taken > 1_000_000) break
  }
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(closed, 'the body is still open')
  const other = await readForm(TYPE, endless())
  closed = false
  other.abandon()
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(closed, 'the body is still open')
})
