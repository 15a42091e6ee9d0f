import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { ObjectIntake } from '../../src/http/object-intake.ts'
import { ObjectStore } from '../../src/http/objects.ts'

const md5 = (content: string): string => createHash('md5').update(content).digest('hex')

let folder: string
let root: string
let intake: ObjectIntake
let store: ObjectStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intake-'))
  root = join(folder, 'root')
  await mkdir(join(root, 'bucket'), { recursive: true })
  intake = new ObjectIntake(root)
  store = new ObjectStore(root)
})
afterEach(() => rm(folder, { recursive: true }))

const ref = (key: string, bucket = 'bucket') => ({ bucket, key })
const content = async (key: string, bucket?: string): Promise<string | undefined> =>
  (await store.read(ref(key, bucket), 1000))?.content?.toString()
/** Everything in the folder, but the hub's own place for what arrives, which must be empty. */
async function files(): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true })
  return all
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

async function* arriving(...chunks: (string | Error)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    await new Promise((resolve) => setImmediate(resolve))
    if (chunk instanceof Error) throw chunk
    yield Buffer.from(chunk)
  }
}

for (const fsync of [false, true]) {
  test(`an object that is stored is found again, whole and under its etag${fsync ? ', with fsync' : ''}`, async () => {
    intake = new ObjectIntake(root, { fsync })
    const stored = await intake.store(ref('a/b/log.txt'), Buffer.from('first'))
    assert.deepEqual(stored, { ref: ref('a/b/log.txt'), size: 5, etag: md5('first') })
    assert.deepEqual(await store.stat(ref('a/b/log.txt')), stored)
    await intake.store(ref('a/b/log.txt'), Buffer.from('2nd'))
    assert.equal(await content('a/b/log.txt'), '2nd')
    await intake.append(ref('a/b/log.txt'), Buffer.from(' and more'), 3)
    assert.equal(await content('a/b/log.txt'), '2nd and more')
    assert.deepEqual(await files(), ['root/bucket/a/b/log.txt'])
  })
}

test('an object grows by pieces; one that comes again changes nothing, one that leaves a hole is refused', async () => {
  const append = (text: string, offset: number) => intake.append(ref('log'), Buffer.from(text), offset)
  assert.deepEqual(await append('abc', 0), { ref: ref('log'), size: 3 })
  assert.deepEqual(await append('def', 3), { ref: ref('log'), size: 6 })
  assert.deepEqual(await append('def', 3), { ref: ref('log'), size: 6 })
  await assert.rejects(append('x', 7), { code: 'CONFLICT', data: { field: 'offset', size: 6 } })
  for (const offset of [-1, 0.5, NaN]) await assert.rejects(append('x', offset), { code: 'INVALID' })
  assert.equal(await content('log'), 'abcdef')
  await append('new', 0)
  assert.equal(await content('log'), 'new', 'begun anew, nothing of the old one is left')
})

test('pieces that are given at once are written one after the other', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => intake.append(ref('log'), Buffer.from(String.fromCharCode(97 + at)), at)),
  )
  assert.equal(await content('log'), 'abcdefghijklmnopqrst')
})

test('nobody sees an object before all of it is there and it is kept', async () => {
  await intake.store(ref('log'), Buffer.from('old'))
  const taken = await intake.take(ref('log'), arriving('ne', 'w'), 3)
  assert.equal(await content('log'), 'old')
  assert.deepEqual(await taken.keep(), { ref: ref('log'), size: 3, etag: md5('new') })
  assert.equal(await content('log'), 'new')
  await (await intake.take(ref('log'), arriving('newer'), 5)).discard()
  assert.equal(await content('log'), 'new')
  assert.deepEqual(await files(), ['root/bucket/log'])
})

test('what breaks off or is too long leaves nothing behind', async () => {
  await assert.rejects(
    intake.take(ref('deep/log'), arriving('some', new Error('the client is gone')), 100),
    /the client is gone/,
  )
  await assert.rejects(intake.take(ref('deep/log'), arriving('four', 'five'), 7), { code: 'TOO_LARGE' })
  assert.deepEqual(await files(), [])
  assert.deepEqual(await readdir(join(root, 'bucket')), [])
})

test('what a hub that was killed has left is removed a day later, what another hub receives is not', async () => {
  await intake.store(ref('log'), Buffer.from('x'))
  const incoming = join(root, '.incoming')
  await writeFile(join(incoming, 'old'), 'half')
  await utimes(join(incoming, 'old'), new Date(), new Date(Date.now() - 25 * 60 * 60_000))
  await writeFile(join(incoming, 'new'), 'half')
  await new ObjectIntake(root).store(ref('log'), Buffer.from('y'))
  assert.deepEqual(await readdir(incoming), ['new'])
  for (const [bucket, key] of [
    ['.incoming', 'new'],
    ['any', '.incoming/new'],
  ] as const) {
    assert.equal(await store.stat({ bucket, key }), undefined)
    await assert.rejects(intake.store({ bucket, key }, Buffer.from('x')), { code: 'INVALID' })
  }
})

test('a bucket without a folder is the root itself, as for those who read', async () => {
  await intake.store(ref('log', 'anything'), Buffer.from('x'))
  assert.deepEqual(await files(), ['root/log'])
  assert.equal(await content('log', 'whatever'), 'x')
})

test('without a folder for files nothing is taken, and it says what to do; one that is not there yet is made', async () => {
  await assert.rejects(new ObjectIntake(undefined).store(ref('log'), Buffer.from('x')), /--bucket/)
  await assert.rejects(new ObjectIntake('').append(ref('log'), Buffer.from('x'), 0), { code: 'UNSUPPORTED' })
  await new ObjectIntake(join(folder, 'new', 'root')).store(ref('log'), Buffer.from('x'))
  assert.deepEqual(await files(), ['new/root/log'])
})

test('a name that is a folder, or runs through a file, is refused as such', async () => {
  await intake.store(ref('a/b'), Buffer.from('x'))
  for (const key of ['a', 'a/b/c']) {
    await assert.rejects(intake.store(ref(key), Buffer.from('y')), { code: 'CONFLICT' }, key)
    await assert.rejects(intake.append(ref(key), Buffer.from('y'), 0), { code: 'CONFLICT' }, key)
  }
  await assert.rejects(intake.store(ref('x'.repeat(300)), Buffer.from('y')), { code: 'INVALID' })
  assert.deepEqual(await files(), ['root/bucket/a/b'])
})

test('nothing is written outside of the bucket, whatever the name and whatever links are there', async () => {
  await mkdir(join(folder, 'outside'))
  await mkdir(join(root, 'other'))
  await writeFile(join(folder, 'secret'), 'secret')
  await symlink(join(folder, 'outside'), join(root, 'bucket', 'out'))
  await symlink(join(root, 'other'), join(root, 'bucket', 'beside'))
  await symlink(join(folder, 'secret'), join(root, 'bucket', 'secret'))
  await symlink(join(folder, 'outside'), join(root, 'away'))
  const before = (await files()).filter((path) => !path.startsWith('root/bucket/'))
  for (const [bucket, key] of [
    ['bucket', 'out/x'],
    ['bucket', 'out/deep/x'],
    ['bucket', 'beside/x'],
    ['away', 'x'],
  ] as const) {
    await assert.rejects(intake.store({ bucket, key }, Buffer.from('mine')), { code: 'FORBIDDEN' }, key)
    await assert.rejects(intake.append({ bucket, key }, Buffer.from('mine'), 0), { code: 'FORBIDDEN' }, key)
  }
  await assert.rejects(intake.append(ref('secret'), Buffer.from('mine'), 0), { code: 'CONFLICT' })
  await intake.store(ref('secret'), Buffer.from('mine'))
  assert.equal(await readFile(join(folder, 'secret'), 'utf8'), 'secret', 'the link is replaced, not what it leads to')
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    '\0',
    'secret',
    'bucket',
    'out',
    'beside',
    'C:',
    folder,
    root,
    '%2e',
    '',
  )
  const name = fc.oneof(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
    fc.array(piece).map((pieces) => pieces.join('/')),
  )
  await fc.assert(
    fc.asyncProperty(name, async (key) => {
      await intake.store(ref(key), Buffer.from('mine')).catch(() => {})
      await intake.append(ref(key), Buffer.from('mine'), 0).catch(() => {})
    }),
    { numRuns: 100 },
  )
  assert.deepEqual(
    (await files()).filter((path) => !path.startsWith('root/bucket/')),
    before,
  )
})
