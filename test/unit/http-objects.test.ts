import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { segmentsOf } from '../../src/http/object-path.ts'
import { ObjectStore } from '../../src/http/objects.ts'

const md5 = (content: string): string => createHash('md5').update(content).digest('hex')

describe('the object store', () => {
  let folder = ''
  let root = ''
  let store = new ObjectStore(undefined)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'objects-'))
    root = join(folder, 'root')
    await mkdir(join(root, 'bucket', 'deep'), { recursive: true })
    await writeFile(join(folder, 'secret'), 'secret')
    await writeFile(join(root, 'direct.json'), 'direct')
    await writeFile(join(root, 'bucket', 'fw.bin'), 'firmware')
    await writeFile(join(root, 'bucket', 'deep', 'job.json'), '{}')
    await writeFile(join(root, 'bucket', 'empty'), '')
    await symlink(folder, join(root, 'bucket', 'out'))
    await symlink(join(folder, 'secret'), join(root, 'bucket', 'secret'))
    await symlink('fw.bin', join(root, 'bucket', 'latest.bin'))
    await symlink(folder, join(root, 'outside'))
    store = new ObjectStore(root)
  })
  after(() => rm(folder, { recursive: true }))

  it('tells size and MD5 of a key in a bucket folder', async () => {
    const ref = { bucket: 'bucket', key: 'fw.bin' }
    assert.deepEqual(await store.stat(ref), { ref, size: 8, etag: md5('firmware') })
  })

  it('reads a key with slashes', async () => {
    const ref = { bucket: 'bucket', key: 'deep/job.json' }
    assert.deepEqual(await store.read(ref, 100), { ref, size: 2, etag: md5('{}'), content: Buffer.from('{}') })
  })

  it('reads no more than asked, but tells the whole size', async () => {
    const object = await store.read({ bucket: 'bucket', key: 'fw.bin' }, 4)
    assert.equal(object?.content?.toString(), 'firm')
    assert.equal(object?.size, 8)
  })

  it('reads a part, without a look at the rest', async () => {
    const part = (offset: number, length: number) =>
      store.readPart({ bucket: 'bucket', key: 'fw.bin' }, { offset, length })
    assert.deepEqual(await part(2, 3), {
      ref: { bucket: 'bucket', key: 'fw.bin' },
      size: 8,
      content: Buffer.from('rmw'),
    })
    assert.equal((await part(6, 100))?.content?.toString(), 're')
    for (const [offset, length] of [
      [8, 1],
      [1000, 1],
      [0, 0],
    ] as const)
      assert.equal((await part(offset, length))?.content?.length, 0)
    for (const [offset, length] of [
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, NaN],
      [0, Infinity],
    ] as const)
      await assert.rejects(part(offset, length), /must be a whole number/)
    assert.equal(await store.readPart({ bucket: 'bucket', key: 'nope' }, { offset: 0, length: 1 }), undefined)
    assert.equal(await store.readPart({ bucket: 'bucket', key: 'out/secret' }, { offset: 0, length: 1 }), undefined)
  })

  it('reads a part of a file that would take long to read as a whole', { timeout: 5000 }, async () => {
    await truncate(join(root, 'bucket', 'empty'), 8_000_000_000)
    const part = await store.readPart({ bucket: 'bucket', key: 'empty' }, { offset: 7_999_999_998, length: 5 })
    assert.deepEqual([part?.size, part?.content?.length], [8_000_000_000, 2])
    await truncate(join(root, 'bucket', 'empty'), 0)
  })

  it('reads nothing of an empty object', async () => {
    const object = await store.read({ bucket: 'bucket', key: 'empty' }, 4)
    assert.equal(object?.content?.length, 0)
  })

  it('serves the root itself as a bucket that has no folder', async () => {
    assert.equal((await store.stat({ bucket: 'any-name', key: 'direct.json' }))?.etag, md5('direct'))
    assert.equal((await store.stat({ bucket: 'any-name', key: 'bucket/fw.bin' }))?.etag, md5('firmware'))
  })

  it('does not look into the root for a bucket that has a folder', async () => {
    assert.equal(await store.stat({ bucket: 'bucket', key: 'direct.json' }), undefined)
  })

  it('knows nothing without a root, or with one that is not there', async () => {
    assert.equal(await new ObjectStore(undefined).stat({ bucket: 'bucket', key: 'fw.bin' }), undefined)
    assert.equal(await new ObjectStore('').stat({ bucket: 'bucket', key: 'package.json' }), undefined)
    assert.equal(await new ObjectStore(join(folder, 'nope')).stat({ bucket: 'bucket', key: 'fw.bin' }), undefined)
  })

  for (const [bucket, key] of [
    ['bucket', 'nope'],
    ['bucket', 'deep'],
    ['bucket', 'fw.bin/x'],
    ['bucket', ''],
    ['bucket', 'deep//job.json'],
    ['bucket', '/fw.bin'],
    ['bucket', './fw.bin'],
    ['bucket', '../../secret'],
    ['bucket', 'deep/../../../secret'],
    ['bucket', '..\\..\\secret'],
    ['bucket', 'fw.bin\0.txt'],
    ['bucket', 'C:/secret'],
    ['bucket', 'secret'],
    ['bucket', 'out/secret'],
    ['outside', 'secret'],
    ['..', 'secret'],
    ['.', 'direct.json'],
    ['', 'direct.json'],
    ['bucket/deep', 'job.json'],
    ['bucket', 'x'.repeat(5000)],
  ] as const) {
    it(`has no ${JSON.stringify(key.slice(0, 40))} in ${JSON.stringify(bucket)}`, async () => {
      assert.equal(await store.stat({ bucket, key }), undefined)
      assert.equal(await store.read({ bucket, key }, 10), undefined)
      assert.equal(await store.open({ bucket, key }), undefined)
    })
  }

  it('follows a symbolic link that stays inside', async () => {
    assert.equal((await store.stat({ bucket: 'bucket', key: 'latest.bin' }))?.etag, md5('firmware'))
  })

  it('never serves the secret beside the root, whatever the reference', async () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '\0',
      'secret',
      'bucket',
      'out',
      'outside',
      'deep',
      'C:',
      folder,
      root,
      '%2e',
      '',
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.array(piece).map((pieces) => pieces.join('/')),
    )
    await fc.assert(
      fc.asyncProperty(text, text, async (bucket, key) => {
        const object = await store.read({ bucket, key }, 100)
        return object?.content?.toString() !== 'secret'
      }),
      { numRuns: 300 },
    )
  })

  it('notices that a file has another content', async () => {
    const path = join(root, 'bucket', 'changing')
    const ref = { bucket: 'bucket', key: 'changing' }
    await writeFile(path, 'one')
    assert.equal((await store.stat(ref))?.etag, md5('one'))
    await writeFile(path, 'two')
    await utimes(path, 1, 1)
    assert.equal((await store.stat(ref))?.etag, md5('two'))
  })

  it('answers many who ask for a new file at once', async () => {
    await writeFile(join(root, 'bucket', 'popular'), 'x'.repeat(300_000))
    const objects = await Promise.all(
      Array.from({ length: 50 }, () => store.stat({ bucket: 'bucket', key: 'popular' })),
    )
    assert.deepEqual([...new Set(objects.map((object) => object?.etag))], [md5('x'.repeat(300_000))])
  })
})

describe('an open object', () => {
  let root = ''
  let store = new ObjectStore(undefined)
  const ref = { bucket: 'b', key: 'file' }
  const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'objects-'))
    store = new ObjectStore(root)
  })
  after(() => rm(root, { recursive: true }))

  async function opened() {
    await writeFile(join(root, 'file'), content)
    const object = await store.open(ref)
    assert.ok(object !== undefined)
    return object
  }

  it('gives any range of its bytes', async () => {
    const object = await opened()
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), fc.nat(content.length - 1), async (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a]
        const chunks: Buffer[] = []
        for await (const chunk of object.bytes({ start, end })) chunks.push(chunk)
        assert.ok(Buffer.concat(chunks).equals(content.subarray(start, end + 1)))
      }),
      { numRuns: 20 },
    )
    await object.close()
  })

  it('throws before its last bytes when the file has grown, shrunk or been rewritten meanwhile', async () => {
    for (const spoil of [
      (path: string) => appendFile(path, 'more'),
      (path: string) => writeFile(path, 'less'),
      (path: string) => writeFile(path, Buffer.alloc(content.length)).then(() => utimes(path, 1, 1)),
    ]) {
      const object = await opened()
      const bytes = object.bytes()
      let received = (await bytes.next()).value?.length ?? 0
      await spoil(join(root, 'file'))
      await assert.rejects(async () => {
        for await (const chunk of bytes) received += chunk.length
      }, /The file/)
      assert.ok(received < content.length)
      await object.close()
    }
  })

  it('stays the same file when another takes its name', async () => {
    const object = await opened()
    const bytes = object.bytes()
    const chunks = [(await bytes.next()).value ?? Buffer.alloc(0)]
    await writeFile(join(root, 'next'), 'next')
    await rename(join(root, 'next'), join(root, 'file'))
    for await (const chunk of bytes) chunks.push(chunk)
    await object.close()
    assert.ok(Buffer.concat(chunks).equals(content))
    assert.equal((await store.stat(ref))?.etag, md5('next'))
  })
})

describe('a reference', () => {
  it('avoids on Windows what Windows reads differently', () => {
    for (const key of ['ab:c', 'x.', 'x ', '.. ', 'NUL', 'aux.txt', 'file::$DATA', 'a?']) {
      assert.equal(segmentsOf({ bucket: 'b', key }, 'win32'), undefined, key)
      assert.notEqual(segmentsOf({ bucket: 'b', key }, 'linux'), undefined, key)
    }
  })

  it('that is accepted stays in its folder', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (bucket, key) => {
        const segments = segmentsOf({ bucket, key })
        if (segments === undefined) return true
        return (
          join('/root', segments.bucket, ...segments.key).startsWith(`${sep}root${sep}`) &&
          !`${bucket}/${key}`.split('/').includes('..')
        )
      }),
    )
  })
})
