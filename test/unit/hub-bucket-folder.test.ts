import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { checkBucketFolder } from '../../src/hub/bucket-folder.ts'
import { textOf, type Words } from '../../src/core/said.ts'

let folder: string
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'iot-hub-bucket-'))))
after(() => rm(folder, { recursive: true }))

test('a bucket folder that is not there is told of, and one that is there is not', async () => {
  const notes: string[] = []
  const note = (text: Words): unknown => notes.push(textOf(text))
  await checkBucketFolder(folder, note)
  assert.equal(notes.length, 0)
  await checkBucketFolder(join(folder, 'nope'), note)
  assert.match(notes.join(), /^the bucket folder .*nope is not there: /)
})

test('a file of that name, or on the way to it, is refused', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  for (const bucket of [file, join(file, 'below')]) {
    await assert.rejects(
      checkBucketFolder(bucket, () => {}),
      /bucket: .* must be a folder/,
    )
  }
})
